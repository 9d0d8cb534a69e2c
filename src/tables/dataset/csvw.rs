//! What the columns of a table are, for programs: metadata as of CSV on the Web (W3C).
//!
//! The properties are those of the recommendation; what it has no word for is said in those of Dublin Core (`dc:`), schema.org
//! (`schema:`) and SDMX, which it allows.

use serde_json::{Map, Value, json};

use super::column::{Column, Kind};

/// How many decimals people read.
const DECIMALS: &str = "http://purl.org/linked-data/sdmx/2009/attribute#decimals";

/// The metadata of the CSV file at an address, which may be relative to that of the metadata.
pub(super) fn csvw(columns: &[Column], address: &str) -> Value {
    json!({
        "@context": ["http://www.w3.org/ns/csvw", { "@language": "en" }],
        "url": address,
        "tableSchema": table_schema(columns),
    })
}

/// The columns with what each says, its kind, concept, unit and decimals.
pub(super) fn table_schema(columns: &[Column]) -> Value {
    json!({ "columns": columns.iter().map(described).collect::<Vec<_>>() })
}

fn described(column: &Column) -> Value {
    let datatype = match column.kind {
        Kind::Text | Kind::Code => "string",
        Kind::Count => "nonNegativeInteger",
        Kind::Number => "double",
        Kind::YesNo => "boolean",
        Kind::Date => "date",
    };
    let figure = column.concept.figure;
    let properties = [
        ("name", Some(json!(column.id))),
        ("titles", Some(json!(column.id))),
        ("datatype", Some(json!(datatype))),
        ("dc:description", Some(json!(column.description))),
        ("schema:propertyID", Some(json!(column.concept.id))),
        ("schema:unitText", figure.unit.words().map(|words| json!(words))),
        (DECIMALS, figure.decimals_in_table().map(|decimals| json!(decimals))),
    ];
    let known = properties.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(known.collect::<Map<_, _>>())
}
