//! What a release was written as by earlier versions, read as what is written now. Nothing is computed: what was published stays.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::standings::ReadRelease;
use crate::index::Method;
use crate::ranking::Ties;

/// The layout of a release's content, which is JSON: numbers in their shortest form, which is read back to the last bit.
pub(super) const FORMAT: u8 = 3;

/// Which layout a content has.
#[derive(Deserialize)]
struct Layout {
    format: u8,
}

/// What a content of any layout says; else why it cannot be read.
pub(super) fn read(content: &[u8]) -> Result<ReadRelease, String> {
    let told = |error: serde_json::Error| error.to_string();
    match serde_json::from_slice::<Layout>(content).map_err(told)?.format {
        FORMAT => serde_json::from_slice(content).map_err(told),
        2 => serde_json::from_value(from_2(serde_json::from_slice(content).map_err(told)?)).map_err(told),
        1 => serde_json::from_value(from_2(from_1(serde_json::from_slice(content).map_err(told)?))).map_err(told),
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

/// Up to the format 2 the five indices were fields with names of their own, and the headline was one of these names.
fn from_2(mut content: Value) -> Value {
    let Some(results) = content.get_mut("results") else { return content };
    let method = results["method"].as_str().and_then(Method::named);
    let id = results["headline"].as_str().map(id_in_2);
    if let Some(headline) = method.zip(id).and_then(|(method, id)| method.index(&id)) {
        results["headline"] = json!(headline);
    }
    for apart in ["", "/open_link/Apart"] {
        let Some(of) = results.pointer_mut(apart) else { continue };
        of["units"].as_array_mut().into_iter().flatten().for_each(with_listed_indices);
        with_listed_indices(&mut of["overall"]);
    }
    content
}

/// The id of an index that the format 2 has under this name.
fn id_in_2(name: &str) -> String {
    if name == "nps" { name.to_owned() } else { format!("index_{name}") }
}

/// The net promoter score of all items was there without an estimate where no item makes one; now it is not there.
fn with_listed_indices(unit: &mut Value) {
    let makes_nps = unit["items"].as_array().is_some_and(|items| items.iter().any(|item| item["makes_nps"] == true));
    let names = ["items", "factors", "pooled", "score", "nps"].into_iter().filter(|name| *name != "nps" || makes_nps);
    let listed: Vec<Value> =
        names.map(|name| json!({ "index": id_in_2(name), "estimate": unit["indices"][name].take() })).collect();
    unit["indices"] = listed.into();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::Index;

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
        assert_eq!(read(b"{\"format\": 4}").err().unwrap(), "its format 4 is not known to this program");
        assert!(read(b"{}").is_err() && read(b"x").is_err());
    }

    #[test]
    fn the_named_indices_of_a_release_of_the_second_format_become_a_list() {
        let unit = |makes_nps: bool| {
            let indices = json!({"items": 1, "factors": 2, "pooled": 3, "score": 4, "nps": null});
            json!({"items": [{"makes_nps": makes_nps}], "indices": indices})
        };
        let results = json!({
            "method": "sipas-mean@2023", "headline": "score", "units": [unit(true)], "overall": unit(false),
            "open_link": {"Apart": {"units": [unit(false)], "overall": unit(true)}},
        });
        let read = from_2(json!({"format": 2, "results": results}));
        let results = &read["results"];
        let headline: Index = serde_json::from_value(results["headline"].clone()).unwrap();
        assert_eq!(&headline, Method::named("sipas-mean@2023").unwrap().headline());
        let apart = &results["open_link"]["Apart"];
        let listed = |unit: &Value| unit["indices"].as_array().unwrap().len();
        let found = [&results["units"][0], &results["overall"], &apart["units"][0], &apart["overall"]].map(listed);
        assert_eq!(found, [5, 4, 4, 5]);
        assert_eq!(results["overall"]["indices"][3], json!({"index": "index_score", "estimate": 4}));
        assert_eq!(from_2(json!({"results": {"open_link": "None"}}))["results"]["open_link"], json!("None"));
    }
}
