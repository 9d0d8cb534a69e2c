//! Rating scales from TOML: `[[scale]]` tables, or the one scale of older questionnaires.

use super::{Rated, Scale};
use crate::foundation::{Code, LanguageTag, LimitedFindings, RatingScale, Text};
use crate::foundation::{Keys, check_words};

/// The most scales of a questionnaire.
const SCALES_MAX: usize = 20;

/// Reads scales in the declared languages.
pub(super) struct ScaleReader<'a> {
    pub(super) languages: &'a [LanguageTag],
    /// Those in which words may be missing.
    pub(super) partial: &'a [LanguageTag],
    pub(super) findings: &'a mut LimitedFindings,
}

impl ScaleReader<'_> {
    /// The scales of a questionnaire, the default one first.
    pub(super) fn scales(&mut self, keys: &mut Keys) -> Vec<Scale> {
        if !keys.has_tables("scale") {
            return self.usual(keys).into_iter().collect();
        }
        let mut scales: Vec<Scale> = Vec::new();
        for keys in keys.tables("scale", SCALES_MAX, self.findings) {
            let path = keys.path_of("code");
            let Some(scale) = self.scale(keys) else { continue };
            if scales.iter().any(|other| other.code == scale.code) {
                self.findings.push(path, "duplicate", "another scale has this code");
            }
            scales.push(scale);
        }
        scales
    }

    /// The form of older questionnaires: a kind, and the words apart.
    fn usual(&mut self, keys: &mut Keys) -> Option<Scale> {
        let mut scale_keys = keys.table("scale", self.findings);
        let kind: Option<String> = scale_keys.required("kind", self.findings);
        if kind.is_some_and(|kind| kind != Scale::USUAL) {
            let message = "the only kind is \"likert5\"; describe any other scale under [[scale]]";
            self.findings.push("scale.kind", "unknown_option", message);
        }
        let satisfied_from = scale_keys.within("satisfied_from", 2..=5, self.findings).unwrap_or(4);
        scale_keys.finish(self.findings);
        let values = RatingScale::FIVE.satisfied_from(satisfied_from).ok()?;
        let label_keys = keys.table("scale_labels", self.findings);
        let labels = self.labels(label_keys, values.points());
        Some(Scale { code: Code::new(Scale::USUAL).ok()?, values, labels, nps: false })
    }

    fn scale(&mut self, mut keys: Keys) -> Option<Scale> {
        let code: Option<Code> = keys.required("code", self.findings);
        let label_keys = keys.table("labels", self.findings);
        let min = keys.optional("min", self.findings).unwrap_or(1);
        let max: Option<i64> = keys.required("max", self.findings);
        let satisfied_from: Option<i64> = keys.required("satisfied_from", self.findings);
        let nps = keys.optional("nps", self.findings).unwrap_or(false);
        let paths = ["satisfied_from", "max", "nps"].map(|key| keys.path_of(key));
        keys.finish(self.findings);
        let (max, satisfied_from) = (max?, satisfied_from?);
        let [of_satisfied, of_max, of_nps] = paths;
        if nps && (min, max) != (0, 10) {
            let message = format!("a net promoter score is made of answers from 0 to 10, not from {min} to {max}");
            self.findings.push(of_nps, "not_allowed", message);
        }
        // Any point but the first shows whether the ends can be had.
        let path = if RatingScale::new(min, max, max).is_ok() { of_satisfied } else { of_max };
        let values = RatingScale::new(min, max, satisfied_from);
        let values = values.map_err(|error| self.findings.push(path, "out_of_range", error.to_string())).ok()?;
        Some(Scale { code: code?, values, labels: self.labels(label_keys, values.points()), nps })
    }

    /// A word for each point, the lowest value first; of a scale of many points it may be the two ends alone.
    fn labels(&mut self, mut keys: Keys, points: u8) -> Vec<Text> {
        let mut labels = vec![Text::default(); points.into()];
        let ends_suffice = points > Scale::FACES_MAX;
        for language in self.languages {
            let path = keys.path_of(language.as_str());
            if !keys.has(language.as_str()) {
                if !self.partial.contains(language) {
                    let message = format!("the scale has no labels in {language}");
                    self.findings.push(path, "missing_language", message);
                }
                continue;
            }
            let words: Vec<String> = keys.optional(language.as_str(), self.findings).unwrap_or_default();
            let is_ends = ends_suffice && words.len() == 2;
            if words.len() != usize::from(points) && !is_ends {
                let or_ends = if ends_suffice { ", or 2 for its ends" } else { "" };
                let found = words.len();
                let message =
                    format!("there must be {points} labels{or_ends}, the lowest value first; here are {found}");
                self.findings.push(path, "invalid", message);
                continue;
            }
            for (position, words) in words.iter().enumerate() {
                let path = || format!("{path}[{position}]");
                let at = if is_ends { position * usize::from(points - 1) } else { position };
                let words = check_words(words, path, self.findings);
                labels[at].0.extend(words.map(|words| (language.clone(), words)));
            }
        }
        keys.finish(self.findings);
        labels
    }

    /// How an item is rated: on the first scale, if it names none.
    pub(super) fn rated(&mut self, keys: &mut Keys, scales: &[Scale]) -> Option<Rated> {
        let path = keys.path_of("scale");
        let code: Option<Code> = keys.optional("scale", self.findings);
        let satisfied_from: Option<i64> = keys.optional("satisfied_from", self.findings);
        let is_reversed = keys.optional("reversed", self.findings).unwrap_or(false);
        let scale = match &code {
            Some(code) => scales.iter().find(|scale| scale.code == *code),
            None => scales.first(),
        };
        let Some(scale) = scale else {
            // Where there is no scale at all, that was said already.
            if let Some(code) = code {
                let known: Vec<_> = scales.iter().map(|scale| scale.code.as_str()).collect();
                let message = format!("there is no scale {code}; take one of {}", known.join(", "));
                self.findings.push(path, "unknown_option", message);
            }
            return None;
        };
        let mut rated = scale.rated();
        if let Some(value) = satisfied_from {
            let path = keys.path_of("satisfied_from");
            let found = rated.values.satisfied_from(value);
            rated.values = found.map_err(|error| self.findings.push(path, "out_of_range", error.to_string())).ok()?;
        }
        if is_reversed {
            rated.values = rated.values.reversed();
            if rated.nps {
                let message = "who gives 10 recommends; an item that makes a net promoter score cannot be reversed";
                self.findings.push(keys.path_of("reversed"), "not_allowed", message);
            }
        }
        Some(rated)
    }
}
