//! Why no estimates were written, in words that say where the mistake is and how to correct it.

use std::path::Path;

use crate::estimation::EstimationError;
use crate::foundation::one_line;

/// Why no estimates were written.
#[derive(Debug, thiserror::Error)]
pub enum EstimateError {
    /// A file cannot be read or written.
    #[error("{}", one_line(&format!("{path}: {cause}")))]
    File {
        /// The file.
        path: String,
        /// What the system says.
        cause: std::io::Error,
    },
    /// The design file is invalid, or asks for something that this version does not do.
    #[error("{}", one_line(&format!("{path}: {message}")))]
    Design {
        /// The design file.
        path: String,
        /// What is wrong and how to correct it.
        message: String,
    },
    /// The responses are not well-formed CSV.
    #[error("{}", one_line(&format!("{path}: line {line}: {message}")))]
    Csv {
        /// The file.
        path: String,
        /// The line, counted from 1, the header included.
        line: u64,
        /// What is wrong and how to correct it.
        message: String,
    },
    /// The responses have no such column, or have it twice.
    #[error("{}", one_line(&match found {
        0 => format!("{path}: the file has no column {column:?}{hint}"),
        _ => format!("{path}: there must be one column {column:?}; the header has {found}"),
    }))]
    Column {
        /// The file.
        path: String,
        /// The column that the design names.
        column: String,
        /// How many columns have that name.
        found: usize,
        /// A column with a similar name; empty where there is none.
        hint: String,
    },
    /// A value cannot be used.
    #[error("{}", one_line(&format!("{path}: {position}, column {column:?}: {message}")))]
    Value {
        /// The file.
        path: String,
        /// The line, counted from 1, the header included; of Parquet the row, counted from 1.
        position: String,
        /// The column.
        column: String,
        /// What is wrong and how to correct it.
        message: String,
    },
    /// Weights are so small that whole billionths hold too few of their digits.
    #[error("{}", one_line(&format!(
        "{path}: weights are held in whole billionths, which cut off digits of these: their mean is {mean:e}; multiply all \
         by the same number, such as {factor}, which changes no share or index",
        factor = 10_f64.powf(-mean.log10().floor())
    )))]
    Weights {
        /// The file.
        path: String,
        /// The mean of the weights.
        mean: f64,
    },
    /// A file to be written is one that is read, or another that is written.
    #[error("{}", one_line(&format!("{path}: this file is named twice; name another one to write to")))]
    SameFile {
        /// The file.
        path: String,
    },
    /// A margin's file is wrong.
    #[error("{}", one_line(&format!("{path}: {message}")))]
    Margin {
        /// The file.
        path: String,
        /// What is wrong first, with line and column, and how much more is.
        message: String,
    },
    /// The responses are not well-formed Parquet, or hold something that is neither text nor a number.
    #[error("{}", one_line(&format!("{path}: {cause}")))]
    Parquet {
        /// The file.
        path: String,
        /// What is wrong.
        cause: parquet::errors::ParquetError,
    },
    /// A stratum has a single sampling unit, and nothing is said of what to do with it.
    #[error("{}", one_line(&match stratum.as_str() {
        "" => "the sample has only one sampling unit, which says nothing about how units vary".to_owned(),
        stratum => format!(
            "stratum {stratum:?} has only one sampling unit, which says nothing about how units vary; join it with another one, \
             or choose options.lonely_psu: remove, certainty, adjust or average"
        ),
    }))]
    Lonely {
        /// The stratum, and the units that it lies in; empty where the sample has no strata.
        stratum: String,
    },
    /// A statistic cannot be made of these responses, or weights not be treated as the design says.
    #[error("{}", one_line(&format!("{path}: {message}")))]
    InMemory {
        /// The responses.
        path: String,
        /// What is wrong and how to correct it.
        message: String,
    },
    /// A calibration made weights negative, and the design refuses them.
    #[error("{}", one_line(&format!("{message}; or say `negative_weights = \"allowed\"` under [calibration]")))]
    NegativeWeights {
        /// Whose weights, how many and how small.
        message: String,
    },
    /// The sample cannot be formed.
    #[error("{}", one_line(&.0.to_string()))]
    Estimation(#[from] EstimationError),
}

impl EstimateError {
    /// The error of what these responses do not allow.
    pub(super) fn in_memory(path: &Path, message: impl Into<String>) -> Self {
        Self::InMemory { path: path.display().to_string(), message: message.into() }
    }
}
