//! Levels of margins in the words of the questionnaire and the register.

use super::{ItemKind, PlannedMargin, Wave};

impl Wave {
    /// A level of a margin of the plan in the language with this tag: `Nữ, 18–29`, or the unit's name. Codes stand where there
    /// are no words; nothing where the plan has no such level.
    #[must_use]
    pub fn level_words(&self, margin: usize, level: usize, tag: &str) -> Option<String> {
        let margin = self.plan.calibration.as_ref()?.margins.get(margin)?;
        let values = &margin.levels.get(level)?.values;
        let words = margin.columns.iter().zip(values).map(|(column, value)| self.value_words(column, value, tag));
        Some(words.collect::<Vec<_>>().join(", "))
    }

    fn value_words<'a>(&'a self, column: &str, value: &'a str, tag: &str) -> &'a str {
        if column == PlannedMargin::UNIT {
            return self.unit(value).map_or(value, |unit| unit.name(tag));
        }
        let question = self.questionnaire.respondent.iter().find(|question| question.code.as_str() == column);
        match question.map(|question| &question.kind) {
            Some(ItemKind::SingleChoice { options }) => {
                let option = options.iter().find(|option| option.code.as_str() == value);
                option.map_or(value, |option| option.text.get(tag))
            }
            _ => value,
        }
    }
}
