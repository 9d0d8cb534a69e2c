//! What a release was written as by earlier versions, read as what is written now. Nothing is computed: what was published stays.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::standings::Published;
use crate::ranking::Ties;

/// The layout of a release's content, which is JSON: numbers in their shortest form, which is read back to the last bit.
pub(super) const FORMAT: u8 = 2;

/// Which layout a content has.
#[derive(Deserialize)]
struct Layout {
    format: u8,
}

/// What a content of any layout says; else why it cannot be read.
pub(super) fn read(content: &[u8]) -> Result<Published, String> {
    let told = |error: serde_json::Error| error.to_string();
    match serde_json::from_slice::<Layout>(content).map_err(told)?.format {
        FORMAT => serde_json::from_slice(content).map_err(told),
        1 => serde_json::from_value(from_1(serde_json::from_slice(content).map_err(told)?)).map_err(told),
        newer => Err(format!("its format {newer} is not known to this program")),
    }
}

/// Up to the format 1 each ranked unit listed the codes of those that it cannot be told apart from.
fn from_1(mut content: Value) -> Value {
    for ranking in ["/holm", "/simultaneous/Ok"] {
        let Some(entries) = content.pointer_mut(ranking).and_then(|ranking| ranking["entries"].as_array_mut()) else {
            continue;
        };
        let codes = |entry: &Value| entry["unit"].as_str().map(str::to_owned);
        let positions: HashMap<String, usize> =
            entries.iter().enumerate().filter_map(|(position, entry)| Some((codes(entry)?, position))).collect();
        for entry in entries.iter_mut() {
            let others = entry["indistinct_from"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let mut others: Vec<usize> = others.filter_map(|code| positions.get(code).copied()).collect();
            others.sort_unstable();
            entry["ties"] = json!(Ties::at(others));
        }
    }
    content
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_in_a_release_of_the_first_format_become_positions() {
        let entry = |unit: &str, others: &[&str]| json!({"unit": unit, "rank": 1, "indistinct_from": others});
        let ranking =
            json!({"entries": [entry("c", &["a", "b"]), entry("b", &["c"]), entry("a", &["c"]), entry("d", &[])]});
        let content = json!({"format": 1, "holm": ranking, "simultaneous": {"Ok": ranking}});
        let read = from_1(content);
        for ranking in [&read["holm"], &read["simultaneous"]["Ok"]] {
            let ties: Vec<_> = (0..4).map(|at| ranking["entries"][at]["ties"]["runs"].clone()).collect();
            assert_eq!(ties, [json!([[1, 2]]), json!([[0, 0]]), json!([[0, 0]]), json!([])]);
        }
        assert_eq!(from_1(json!({"simultaneous": {"Err": "x"}})), json!({"simultaneous": {"Err": "x"}}));
    }

    #[test]
    fn a_format_that_is_not_known_is_named() {
        assert_eq!(read(b"{\"format\": 3}").err().unwrap(), "its format 3 is not known to this program");
        assert!(read(b"{}").is_err() && read(b"x").is_err());
    }
}
