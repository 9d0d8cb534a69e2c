//! The description of the API for machines, and a page that renders it for people without script.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use axum::routing::get;
use serde_json::Value;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};

use crate::documents::Problem;
use crate::pipeline::Platform;
use crate::web::{Address, Page, PageError, Style, render};

/// The description without any route: title, version, how the administrator is recognised.
#[must_use]
pub fn api_description() -> OpenApi {
    #[derive(utoipa::OpenApi)]
    #[openapi(
        info(
            title = "Plumbline",
            description = "Citizen satisfaction surveys whose ranks say how sure they are. Estimates come at full \
                precision, with n, standard error, interval and design effect. Errors are \
                `application/problem+json` with `status`, `code` and `message`.",
            license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
        ),
        components(schemas(Problem)),
        tags(
            (name = "results", description = "Waves, estimates, rankings"),
            (name = "fieldwork", description = "How the collection goes"),
            (name = "intake", description = "Sending answers in")
        )
    )]
    struct Description;
    let mut description = <Description as utoipa::OpenApi>::openapi();
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("The administrator's token, which the server prints when it starts."))
        .build();
    description.components.get_or_insert_default().add_security_scheme("administrator", SecurityScheme::Http(bearer));
    description
}

/// `/api/v1/openapi.json` and the page `/api`, for the description with the routes of all rooms.
pub fn api_pages(description: &OpenApi) -> Router<Platform> {
    let json: Arc<str> = description.to_json().unwrap_or_default().into();
    let document = serde_json::from_str::<Value>(&json).unwrap_or_default();
    let reference = Arc::new(Reference::new(&document));
    let show_description = move || async move {
        if json.is_empty() {
            return Err(Problem::internal(std::io::Error::other("the description is not JSON")));
        }
        Ok(([(CONTENT_TYPE, "application/json")], json.to_string()))
    };
    Router::new()
        .route("/api/v1/openapi.json", get(show_description))
        .route("/api", get(move |address: Address| async move { show_reference(&address, reference) }))
}

fn show_reference(address: &Address, reference: Arc<Reference>) -> Result<Response, PageError> {
    let page = Page::new(address, address.language.t("api-title"), Style::Site);
    render(StatusCode::OK, &ReferencePage { page, reference })
}

#[derive(Template)]
#[template(path = "results/api.html")]
struct ReferencePage {
    page: Page,
    reference: Arc<Reference>,
}

/// The description as the page prints it.
struct Reference {
    operations: Vec<Operation>,
    shapes: Vec<Shape>,
}

struct Operation {
    method: String,
    path: String,
    summary: String,
    description: String,
    fields: Vec<FieldLine>,
    body: Option<String>,
    responses: Vec<ResponseLine>,
    example: String,
}

struct ResponseLine {
    status: String,
    description: String,
    shape: Option<String>,
}

struct Shape {
    name: String,
    description: String,
    fields: Vec<FieldLine>,
}

/// A parameter or a field.
struct FieldLine {
    name: String,
    kind: String,
    required: bool,
    description: String,
}

impl Reference {
    fn new(document: &Value) -> Self {
        let paths = document["paths"].as_object().into_iter().flatten();
        let operations = paths.flat_map(|(path, methods)| {
            let methods = methods.as_object().into_iter().flatten();
            methods
                .filter(|(_, operation)| operation.is_object())
                .map(|(method, body)| Operation::new(path, method, body))
        });
        let schemas = &document["components"]["schemas"];
        let named = schemas.as_object().into_iter().flatten();
        Self {
            operations: operations.collect(),
            shapes: named.map(|(name, schema)| Shape::new(name, schema, schemas)).collect(),
        }
    }
}

/// A text of the description, without the marks that a plain page does not show.
fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().replace('`', "")
}

impl Operation {
    fn new(path: &str, method: &str, operation: &Value) -> Self {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let fields: Vec<_> = parameters
            .map(|parameter| FieldLine {
                name: text(&parameter["name"]),
                kind: format!("{}, {}", text(&parameter["in"]), kind_of(&parameter["schema"])),
                required: parameter["required"] == true,
                description: text(&parameter["description"]),
            })
            .collect();
        let responses = operation["responses"].as_object().into_iter().flatten();
        let responses = responses.map(|(status, response)| ResponseLine {
            status: status.clone(),
            description: text(&response["description"]),
            shape: content_schema(&response["content"]).map(kind_of),
        });
        let body = content_example(&operation["requestBody"]["content"]);
        Self {
            example: example(path, method, operation, body.as_deref()),
            method: method.to_uppercase(),
            path: path.to_owned(),
            summary: text(&operation["summary"]),
            description: text(&operation["description"]),
            fields,
            body,
            responses: responses.collect(),
        }
    }
}

impl Shape {
    fn new(name: &str, schema: &Value, schemas: &Value) -> Self {
        let mut fields = Vec::new();
        // A shape made of parts has its fields in the parts, some of which are shapes of their own.
        for part in std::iter::once(schema).chain(schema["allOf"].as_array().into_iter().flatten()) {
            let part = part["$ref"].as_str().map_or(part, |reference| &schemas[name_of(reference)]);
            let required: Vec<_> =
                part["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            for (field, schema) in part["properties"].as_object().into_iter().flatten() {
                fields.push(FieldLine {
                    name: field.clone(),
                    kind: kind_of(schema),
                    required: required.contains(&field.as_str()),
                    description: text(&schema["description"]),
                });
            }
        }
        Self { name: name.to_owned(), description: text(&schema["description"]), fields }
    }
}

fn content_schema(content: &Value) -> Option<&Value> {
    let content = content.as_object()?;
    // The document, where it also comes as a table.
    content.get("application/json").or_else(|| content.values().next()).map(|media| &media["schema"])
}

fn content_example(content: &Value) -> Option<String> {
    let media = content.as_object()?.values().next()?;
    serde_json::to_string_pretty(&media["example"]).ok().filter(|example| example != "null")
}

/// The name of the shape that a reference leads to.
fn name_of(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or_default()
}

/// A schema in a few words: `string`, `array of EstimateRow`, `number or null`.
fn kind_of(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        return name_of(reference).to_owned();
    }
    for key in ["oneOf", "anyOf", "allOf"] {
        if let Some(parts) = schema[key].as_array() {
            return parts.iter().map(kind_of).collect::<Vec<_>>().join(" or ");
        }
    }
    let kinds: Vec<_> = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        kind => kind.as_str().into_iter().collect(),
    };
    let kind = kinds.join(" or ");
    match (kind.as_str(), schema["format"].as_str()) {
        ("array", _) => format!("array of {}", kind_of(&schema["items"])),
        ("string", Some("date")) => "date".to_owned(),
        ("object", _) if schema["additionalProperties"].is_object() => {
            format!("object of {}", kind_of(&schema["additionalProperties"]))
        }
        _ => kind,
    }
}

/// A command that a reader can paste, with the examples of the path's parameters.
fn example(path: &str, method: &str, operation: &Value, body: Option<&str>) -> String {
    let mut path = path.to_owned();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        if let (Some(name), Some(value)) = (parameter["name"].as_str(), parameter["example"].as_str()) {
            path = path.replace(&format!("{{{name}}}"), value);
        }
    }
    match (method, body) {
        ("get", _) => format!("curl -H 'Accept: text/csv' http://127.0.0.1:8080{path}"),
        (_, Some(body)) => {
            format!("curl -H 'Content-Type: application/json' http://127.0.0.1:8080{path} --data '{body}'")
        }
        _ => format!("curl -X {} http://127.0.0.1:8080{path}", method.to_uppercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::{Language, test_page};

    /// With the routes of every room, as the page shows it.
    fn description() -> OpenApi {
        crate::app::openapi()
    }

    #[test]
    fn the_description_is_openapi_3_1_and_every_reference_in_it_leads_somewhere() {
        let json = description().to_json().unwrap();
        let document: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(document["openapi"], "3.1.0");
        assert_eq!(document["paths"].as_object().unwrap().len(), 9);
        for reference in json.split("\"#/components/schemas/").skip(1) {
            let name = reference.split('"').next().unwrap();
            assert!(document["components"]["schemas"][name].is_object(), "{name} is not described");
        }
    }

    #[test]
    fn whatever_is_read_also_comes_as_a_table_whose_columns_are_told() {
        let document = serde_json::to_value(description()).unwrap();
        let read = document["paths"].as_object().unwrap().values().filter(|path| path["get"].is_object());
        for operation in read.map(|path| &path["get"]) {
            assert_eq!(operation["responses"]["200"]["content"].as_object().unwrap().len(), 4, "{operation}");
            assert!(
                operation["description"].as_str().unwrap().contains("\n\nThe columns of its table: `"),
                "{operation}"
            );
        }
    }

    #[test]
    fn every_field_and_parameter_is_described() {
        let document = serde_json::to_value(description()).unwrap();
        let reference = Reference::new(&document);
        for operation in &reference.operations {
            assert!(!operation.summary.is_empty(), "{}", operation.path);
            for field in &operation.fields {
                assert!(!field.description.is_empty() && !field.kind.is_empty(), "{} {}", operation.path, field.name);
            }
        }
        for shape in &reference.shapes {
            assert!(!shape.description.is_empty(), "{}", shape.name);
            for field in &shape.fields {
                let is_told = !field.description.is_empty() || field.kind.starts_with(char::is_uppercase);
                assert!(is_told && !field.kind.is_empty(), "{} {}", shape.name, field.name);
            }
        }
    }

    #[test]
    fn the_page_prints_every_operation_in_every_language() {
        let document = serde_json::to_value(description()).unwrap();
        for language in Language::BUILT_IN {
            let reference = Arc::new(Reference::new(&document));
            let html = ReferencePage { page: test_page(language, "/api"), reference }.render().unwrap();
            for text in ["/api/v1/waves/{wave}/ranking", "rank_low", "/api/v1/waves/laocai-2023/units/085"] {
                assert!(html.contains(text), "{text}");
            }
            assert!(!html.contains("<script"));
        }
    }

    #[test]
    fn a_shape_made_of_others_is_told_with_their_fields() {
        let document = serde_json::to_value(description()).unwrap();
        let shapes = Reference::new(&document).shapes;
        let fields = |name: &str| {
            let shape = shapes.iter().find(|shape| shape.name == name).unwrap();
            shape.fields.iter().map(|field| field.name.clone()).collect::<Vec<_>>()
        };
        let cases = [
            ("RankingEntry", ["rank_low", "indistinct_from"]),
            ("UnitFieldworkDocument", ["more_needed", "by_day"]),
            ("UnitEstimate", ["unit", "statistic"]),
        ];
        for (name, expected) in cases {
            let fields = fields(name);
            assert!(expected.iter().all(|field| fields.iter().any(|found| found == field)), "{name}: {fields:?}");
        }
    }

    #[test]
    fn schemas_are_told_in_a_few_words() {
        let cases = [
            (serde_json::json!({"type": ["number", "null"]}), "number or null"),
            (serde_json::json!({"type": "array", "items": {"$ref": "#/components/schemas/Row"}}), "array of Row"),
            (serde_json::json!({"oneOf": [{"type": "null"}, {"$ref": "#/x/Row"}]}), "null or Row"),
            (serde_json::json!({"type": "string", "format": "date"}), "date"),
            (serde_json::json!({"type": "object", "additionalProperties": {"type": "integer"}}), "object of integer"),
        ];
        for (schema, words) in cases {
            assert_eq!(kind_of(&schema), words);
        }
    }
}
