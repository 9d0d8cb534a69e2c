//! The methods that come with the program: files like any other.

use std::sync::LazyLock;

use super::Method;

static BUILT_IN: LazyLock<Vec<Method>> = LazyLock::new(|| {
    [include_str!("methods/sipas-top2@2017.toml"), include_str!("methods/sipas-mean@2023.toml")]
        .into_iter()
        .map(|text| Method::from_toml(text).expect("a test reads every built-in method"))
        .collect()
});

impl Method {
    /// The built-in methods.
    #[must_use]
    pub fn all() -> &'static [Self] {
        &BUILT_IN
    }

    /// The built-in method with this full name, such as `sipas-top2@2017`.
    #[must_use]
    pub fn named(full_name: &str) -> Option<&'static Self> {
        Self::all().iter().find(|method| method.full_name() == full_name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_built_in_methods_are_found_by_their_full_name() {
        let headline = |name| Method::named(name).map(|method| method.headline().id.as_str());
        assert_eq!(headline("sipas-top2@2017"), Some("index_items"));
        assert_eq!(headline("sipas-mean@2023"), Some("index_score"));
        assert_eq!(headline("sipas-top2"), None);
        assert_eq!(Method::all().len(), 2);
    }

    #[test]
    fn every_built_in_method_has_its_title_in_vi_en_and_cs() {
        for method in Method::all() {
            assert!(["vi", "en", "cs"].iter().all(|language| method.title.has(language)), "{}", method.full_name());
        }
    }
}
