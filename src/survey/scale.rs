//! Rating scales with their words, and how an item is rated on one.

use serde::{Deserialize, Serialize};

use crate::foundation::{Code, RatingScale, RatingScaleError, Text};

/// A rating scale that items of a questionnaire share.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Scale {
    /// Its code, such as `likert5`.
    pub code: Code,
    /// Its values, and from which one on somebody is satisfied.
    #[serde(flatten)]
    #[schema(value_type = ScaleValues)]
    pub values: RatingScale,
    /// A word for each value, the lowest first. Between the ends of a scale of more than [`Scale::FACES_MAX`] points they may be
    /// empty: then the numbers speak.
    pub labels: Vec<Text>,
    /// Whether its answers make a net promoter score.
    pub nps: bool,
}

/// What a [`RatingScale`] is to readers.
#[derive(Serialize, Deserialize, utoipa::ToSchema)]
pub struct ScaleValues {
    /// The lowest value.
    pub min: i8,
    /// The highest value.
    pub max: i8,
    /// The lowest value that satisfies; where the scale is reversed, as if every answer lay opposite.
    pub satisfied_from: i8,
    /// Whether the highest value is the worst.
    pub reversed: bool,
}

impl From<RatingScale> for ScaleValues {
    fn from(scale: RatingScale) -> Self {
        Self {
            min: scale.start(),
            max: scale.end(),
            satisfied_from: scale.satisfying_value(),
            reversed: scale.is_reversed(),
        }
    }
}

impl Serialize for RatingScale {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ScaleValues::from(*self).serialize(serializer)
    }
}

impl TryFrom<ScaleValues> for RatingScale {
    type Error = RatingScaleError;

    fn try_from(values: ScaleValues) -> Result<Self, Self::Error> {
        let scale = Self::new(values.min.into(), values.max.into(), values.satisfied_from.into())?;
        Ok(if values.reversed { scale.reversed() } else { scale })
    }
}

impl<'de> Deserialize<'de> for RatingScale {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(ScaleValues::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// How an item is rated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Rated {
    /// The code of its scale.
    pub scale: Code,
    /// The values of the scale, as they count for this item.
    #[serde(flatten)]
    #[schema(value_type = ScaleValues)]
    pub values: RatingScale,
    /// Whether its answers make a net promoter score.
    pub nps: bool,
}

impl Scale {
    /// The scale of a questionnaire that names none.
    pub const USUAL: &str = "likert5";
    /// The most points that have a face each; more are numbers.
    pub const FACES_MAX: u8 = 5;

    /// Whether it is the one scale that older questionnaires can have.
    pub(super) fn is_usual(&self) -> bool {
        let values = self.values.satisfied_from(RatingScale::FIVE.satisfying_value().into());
        self.code.as_str() == Self::USUAL && values == Ok(RatingScale::FIVE) && !self.nps
    }

    /// How an item is rated that says nothing more than that it takes this scale.
    #[must_use]
    pub fn rated(&self) -> Rated {
        Rated { scale: self.code.clone(), values: self.values, nps: self.nps }
    }

    /// The word for a value; nothing between the ends of a scale whose ends alone have words.
    #[must_use]
    pub fn label(&self, value: i8) -> Option<&Text> {
        let position = usize::try_from(i16::from(value) - i16::from(self.values.start())).ok()?;
        self.labels.get(position).filter(|label| !label.0.is_empty())
    }

    /// Which of the five faces stands for a value, 1 for the saddest; nothing on a scale of more than [`Self::FACES_MAX`] points.
    #[must_use]
    pub fn face(rated: RatingScale, value: i8) -> Option<usize> {
        let rank = usize::from(rated.rank(value)?);
        match rated.points() {
            2 => [1, 5].get(rank - 1).copied(),
            3 => [1, 3, 5].get(rank - 1).copied(),
            4 => [1, 2, 4, 5].get(rank - 1).copied(),
            5 => Some(rank),
            _ => None,
        }
    }
}
