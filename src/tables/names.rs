//! Columns by their names: as they are written, inside a group, or nearly right.

use icu_normalizer::DecomposingNormalizerBorrowed;

/// What parts the names of groups from that of a question in any column's name (Kobo, ODK).
pub const GROUP_SIGNS: &[char] = &['/', ':'];
/// The same for names that only questions have: ODK Central writes `visit-q1`, and `base-weight` is no group of `weight`.
pub const FIELD_SIGNS: &[char] = &['/', ':', '-'];
/// Names longer than this are not compared letter by letter.
const COMPARED_MAX: usize = 200;

/// Where a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnMatch {
    /// The column of this name.
    Named(usize),
    /// The only column whose name ends with this one, behind the names of its groups: `visit/q1` is `q1`.
    InGroup(usize),
    /// How many columns have the name, or end with it where none has it; none, or more than one.
    Found(usize),
}

impl ColumnMatch {
    /// The position, if there is one.
    #[must_use]
    pub fn position(self) -> Option<usize> {
        match self {
            Self::Named(position) | Self::InGroup(position) => Some(position),
            Self::Found(_) => None,
        }
    }
}

/// Finds a column by its name, or by its name behind those of groups that end with one of the `signs`.
#[must_use]
pub fn find_column(header: &[String], wanted: &str, signs: &[char]) -> ColumnMatch {
    let wanted = super::clean(wanted.trim());
    if wanted.is_empty() {
        return ColumnMatch::Found(0);
    }
    let positions = |is_it: &dyn Fn(&str) -> bool| {
        let mut found = header.iter().enumerate().filter(|(_, name)| is_it(name)).map(|(position, _)| position);
        (found.next(), found.count())
    };
    match positions(&|name| name == wanted) {
        (Some(position), 0) => return ColumnMatch::Named(position),
        (Some(_), more) => return ColumnMatch::Found(1 + more),
        (None, _) => {}
    }
    match positions(&|name| {
        name.strip_suffix(&*wanted).is_some_and(|before| before.len() > 1 && before.ends_with(signs))
    }) {
        (Some(position), 0) => ColumnMatch::InGroup(position),
        (first, more) => ColumnMatch::Found(usize::from(first.is_some()) + more),
    }
}

/// `; did you mean "sex"?`, where one of the names is nearly the wanted one: it differs in case, in marks over letters, in
/// signs, or in a letter or two. Nothing otherwise, and nothing where only numbers differ: `q1` is no slip for `q2`.
#[must_use]
pub fn did_you_mean<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let plain_wanted = plain(wanted);
    let distance = |name: &str| {
        let found = plain(name);
        if found == plain_wanted {
            return Some(0);
        }
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let longest = found.chars().count().max(plain_wanted.chars().count());
        if digits(&found) != digits(&plain_wanted) || longest > COMPARED_MAX {
            return None;
        }
        let distance = strsim::osa_distance(&found, &plain_wanted);
        (distance <= longest / 4).then_some(distance)
    };
    let nearest = known.into_iter().filter(|name| !name.is_empty()).filter_map(|name| Some((distance(name)?, name)));
    nearest
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| format!("; did you mean {name:?}?"))
        .unwrap_or_default()
}

/// Small letters and digits, without marks.
fn plain(name: &str) -> String {
    let apart = DecomposingNormalizerBorrowed::new_nfd();
    let letters = name.to_lowercase().replace('đ', "d");
    apart.normalize(&letters).chars().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_column_is_found_by_its_name_before_its_groups_and_in_a_group_only_where_one_has_it() {
        let names = header(&["visit/q1", "q2", "visit/q2", "a/q3", "b/q3", "visit-q4", "/q5", "g:q6", "s\u{e3}"]);
        assert_eq!(find_column(&names, "q1", GROUP_SIGNS), ColumnMatch::InGroup(0));
        assert_eq!(find_column(&names, "q2", GROUP_SIGNS), ColumnMatch::Named(1));
        assert_eq!(find_column(&names, "q3", GROUP_SIGNS), ColumnMatch::Found(2));
        assert_eq!(find_column(&names, "q4", GROUP_SIGNS), ColumnMatch::Found(0));
        assert_eq!(find_column(&names, "q4", FIELD_SIGNS), ColumnMatch::InGroup(5));
        assert_eq!(find_column(&names, "q5", GROUP_SIGNS), ColumnMatch::Found(0));
        assert_eq!(find_column(&names, "q6", GROUP_SIGNS), ColumnMatch::InGroup(7));
        assert_eq!(find_column(&names, "s\u{61}\u{303}", GROUP_SIGNS), ColumnMatch::Named(8));
    }

    #[test]
    fn a_name_that_is_nearly_right_is_named() {
        for (wanted, known, named) in [
            ("sex", "Sex", true),
            ("gioi_tinh", "Giới tính", true),
            ("district", "distrcit", true),
            ("weight", "wieght", true),
            ("q1", "q2", false),
            ("q1", "Q 1", true),
            ("q01", "q10", false),
            ("sex", "age", false),
            ("w", "h", false),
        ] {
            assert_eq!(did_you_mean(wanted, [known]).contains(known), named, "{wanted} {known}");
        }
    }
}
