//! Columns by their names: as they are written, inside a group, or nearly right.

use icu_normalizer::DecomposingNormalizerBorrowed;

/// What parts the names of groups from that of a question in any column's name (Kobo, ODK).
pub const GROUP_SIGNS: &[char] = &['/', ':'];
/// The same for names that only questions have: ODK Central writes `visit-q1`, R makes `visit.q1` of Kobo's names, and neither
/// `base-weight` nor `base.weight` is a group of `weight`.
pub const FIELD_SIGNS: &[char] = &['/', ':', '-', '.'];
/// What `LimeSurvey` puts between the code of a question and its words, where an export has both.
const CODE_END: &str = ". ";
/// What a code may have where `LimeSurvey` opens a bracket, which no code has: `q1[a]` is `q1_a`.
const BRACKET_SIGNS: [char; 4] = ['_', '.', '-', '['];
/// Names longer than this are not compared letter by letter.
const COMPARED_MAX: usize = 200;

/// Where a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnMatch {
    /// The column of this name.
    Named(usize),
    /// The only column whose name ends with this one, behind the names of its groups: `visit/q1` is `q1`; or, where there is
    /// none, the only one that `LimeSurvey` calls so: `q1. How was it?`, and `q1[a]` for `q1_a`.
    InGroup(usize),
    /// How many columns have the name, or another way of writing it where none has it; none, or more than one.
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

/// Finds a column by its name, by its name behind those of groups that end with one of the `signs`, or as `LimeSurvey` writes it.
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
    let ends_so =
        |name: &str| name.strip_suffix(&*wanted).is_some_and(|before| before.len() > 1 && before.ends_with(signs));
    let found = match positions(&ends_so) {
        (None, _) => positions(&|name| is_limesurveys(name, &wanted)),
        found => found,
    };
    match found {
        (Some(position), 0) => ColumnMatch::InGroup(position),
        (first, more) => ColumnMatch::Found(usize::from(first.is_some()) + more),
    }
}

/// Whether `LimeSurvey` writes this for the wanted name: the code, the part of a question in brackets, then perhaps its words.
fn is_limesurveys(name: &str, wanted: &str) -> bool {
    rest_behind(name, wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with(CODE_END))
}

/// What stands behind the wanted name at the beginning of another, whose brackets may be other signs in the wanted one.
fn rest_behind<'a>(name: &'a str, wanted: &str) -> Option<&'a str> {
    let mut rest = name.chars();
    for wanted in wanted.chars().filter(|c| *c != ']') {
        let is_same = |c: char| !c.is_whitespace() && (c == wanted || (c == '[' && BRACKET_SIGNS.contains(&wanted)));
        if !rest.find(|c| *c != ']').is_some_and(is_same) {
            return None;
        }
    }
    Some(rest.as_str().trim_start_matches(']'))
}

/// `; did you mean "sex"?`, where one of the names is nearly the wanted one: it differs in case, in marks over letters, in
/// signs, or in a letter or two; or where it is the only one that begins or ends with the wanted one and has a sign there, as
/// `sex. Your sex` and `about-sex` have. Nothing otherwise, and nothing where only numbers differ: `q1` is no slip for `q2`.
#[must_use]
pub fn did_you_mean<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().filter(|name| !name.is_empty()).collect();
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
    let nearest = known.iter().filter_map(|name| Some((distance(name)?, *name))).min_by_key(|(distance, _)| *distance);
    let found = nearest.map(|(_, name)| name).or_else(|| only_longer(wanted, &known));
    found.map(|name| format!("; did you mean {name:?}?")).unwrap_or_default()
}

/// The only name that has the wanted one at one of its ends, separated by a sign from the rest.
fn only_longer<'a>(wanted: &str, known: &[&'a str]) -> Option<&'a str> {
    let wanted = wanted.trim();
    let is_sign = |c: Option<char>| c.is_some_and(|c| !c.is_alphanumeric());
    let is_longer = |name: &&&str| {
        rest_behind(name, wanted).is_some_and(|rest| is_sign(rest.chars().next()))
            || name.strip_suffix(wanted).is_some_and(|rest| is_sign(rest.chars().next_back()))
    };
    let mut longer = known.iter().filter(is_longer);
    let only = longer.next().filter(|_| !wanted.is_empty())?;
    longer.next().is_none().then_some(*only)
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
    fn limesurveys_names_are_found_by_the_code_before_their_words_and_by_the_part_in_brackets() {
        let names = header(&[
            "q1. How was it? [Hall]",
            "q2[a]",
            "q2[b]. [The desk]",
            "q3[a][1]",
            "no code. q4",
            "q5[a]",
            "q5_a",
        ]);
        let find = |wanted: &str| find_column(&names, wanted, FIELD_SIGNS);
        assert_eq!(find("q1"), ColumnMatch::InGroup(0));
        for wanted in ["q2_a", "q2.a", "q2-a"] {
            assert_eq!(find(wanted), ColumnMatch::InGroup(1), "{wanted}");
        }
        assert_eq!(find("q2[b]"), ColumnMatch::InGroup(2));
        assert_eq!(find("q3_a_1"), ColumnMatch::InGroup(3));
        assert_eq!(find("q5_a"), ColumnMatch::Named(6));
        for wanted in ["q2", "no code", "q2a", "q2_c", "q"] {
            assert_eq!(find(wanted), ColumnMatch::Found(0), "{wanted}");
        }
    }

    #[test]
    fn the_only_name_that_begins_or_ends_so_is_named() {
        let known = [
            "sex._.Your sex",
            "q1[a]: Clean?",
            "about-area",
            "Visit.Place.kind",
            "mother-age",
            "father-age",
            "heights",
        ];
        for (wanted, named) in [
            ("sex", "sex._.Your sex"),
            ("area", "about-area"),
            ("kind", "Visit.Place.kind"),
            ("q1_a", "q1[a]: Clean?"),
            ("age", ""),
            ("height", "heights"),
            ("eight", ""),
        ] {
            let hint = did_you_mean(wanted, known);
            assert!(if named.is_empty() { hint.is_empty() } else { hint.contains(named) }, "{wanted}{hint}");
        }
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
