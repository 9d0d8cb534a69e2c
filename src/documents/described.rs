//! What the routes have in common, as the description tells it: parameters, and what comes in place of an answer.

#![expect(dead_code, reason = "these types only describe; `Wanted`, `Problem` and axum's `Path` do what they say")]

use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{Content, OpenApi, RefOr};
use utoipa::{IntoParams, IntoResponses};

use super::problem::Problem;
use super::wanted::Format;
use crate::tables::Row;

/// Says in the description that what a route answers also comes as a table: in which media types, and with which columns.
pub fn describe_table<R: Row>(description: &mut OpenApi, path: &str) {
    let Some(operation) = description.paths.paths.get_mut(path).and_then(|path| path.get.as_mut()) else { return };
    let columns: Vec<String> = R::columns().iter().map(|column| format!("`{}`", column.id)).collect();
    let told = format!("The columns of its table: {}.", columns.join(", "));
    operation.description = Some(match operation.description.take() {
        Some(before) => format!("{before}\n\n{told}"),
        None => told,
    });
    let Some(RefOr::T(found)) = operation.responses.responses.get_mut("200") else { return };
    for format in [Format::Csv, Format::Parquet, Format::Csvw] {
        let schema = match format {
            Format::Csvw | Format::Json => ObjectBuilder::new().schema_type(Type::Object),
            Format::Csv => ObjectBuilder::new().schema_type(Type::String),
            Format::Parquet => ObjectBuilder::new()
                .schema_type(Type::String)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary))),
        };
        found.content.insert(format.media_type().to_owned(), RefOr::T(Content::new(Some(schema))));
    }
}

/// The wave, in the address.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct OfWave {
    /// The wave's code
    #[param(example = "laocai-2023")]
    wave: String,
}

/// The format, as a parameter.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct InFormat {
    /// `json`; `csv` or `parquet` for its rows as a table; `csvw` for what the columns of the table are, as metadata of CSV on
    /// the Web. Else `Accept` decides
    format: Option<String>,
}

/// In place of a list.
#[derive(IntoResponses)]
pub enum NoList {
    /// Not changed since the entity tag in `If-None-Match`
    #[response(status = 304)]
    NotChanged,
    /// A parameter is not valid
    #[response(status = 400, content_type = "application/problem+json")]
    NotValid(Problem),
    /// No such format
    #[response(status = 406, content_type = "application/problem+json")]
    NoSuchFormat(Problem),
}

/// In place of a wave.
#[derive(IntoResponses)]
pub enum NoWave {
    /// Not changed since the entity tag in `If-None-Match`
    #[response(status = 304)]
    NotChanged,
    /// The address or a parameter is not valid
    #[response(status = 400, content_type = "application/problem+json")]
    NotValid(Problem),
    /// No such wave
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(Problem),
    /// No such format
    #[response(status = 406, content_type = "application/problem+json")]
    NoSuchFormat(Problem),
}

/// In place of results.
#[derive(IntoResponses)]
pub enum NoResults {
    /// Not changed since the entity tag in `If-None-Match`
    #[response(status = 304)]
    NotChanged,
    /// The address or a parameter is not valid
    #[response(status = 400, content_type = "application/problem+json")]
    NotValid(Problem),
    /// Not released yet
    #[response(status = 403, content_type = "application/problem+json")]
    NotReleased(Problem),
    /// No such wave or unit
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(Problem),
    /// No such format
    #[response(status = 406, content_type = "application/problem+json")]
    NoSuchFormat(Problem),
}
