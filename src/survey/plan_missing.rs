//! What a plan says of missing values in files.

use toml::Value;

use crate::foundation::{Keys, LimitedFindings};
use crate::tables::MissingCodes;

/// What stands for no answer in the files of the wave.
pub(super) fn read_missing(keys: &mut Keys, found: &mut LimitedFindings) -> MissingCodes {
    let mut keys = keys.table("missing", found);
    let built_in = keys.optional("built_in", found).unwrap_or(true);
    let codes = match keys.optional::<Value>("codes", found) {
        None => Some(Vec::new()),
        Some(Value::Array(codes)) => codes.iter().map(|code| code.as_str().map(str::to_owned)).collect(),
        Some(_) => None,
    };
    keys.finish(found);
    let codes = codes.ok_or("this must be a list of codes in quotes".to_owned());
    codes.and_then(|codes| MissingCodes::new(codes, built_in)).unwrap_or_else(|error| {
        found.push("missing.codes", "invalid", error);
        MissingCodes::default()
    })
}

/// The same as TOML.
pub(super) fn missing_table(missing: &MissingCodes) -> Value {
    let codes = missing.declared().to_vec().into();
    let pairs = [("codes".to_owned(), codes), ("built_in".to_owned(), missing.has_built_in().into())];
    Value::Table(pairs.into_iter().collect())
}
