//! The description of the API: OpenAPI 3.1, written from the table of routes.

use std::sync::OnceLock;

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use schemars::Schema;
use serde_json::{Map, Value, json};

use super::{About, Answer, Operation, Schemas, codes};
use crate::{Method, Route, TABLE};

/// Where the operations of the API begin.
pub(crate) const API: &str = "/api/v1/";
/// The media type of problem documents.
const PROBLEM: &str = "application/problem+json";

/// What the parameters of paths mean, by name.
const PARAMETERS: &[(&str, &str)] = &[
    ("reference", "The incident's reference, such as `INC-2026-0042`."),
    ("number", "The task's number in its incident."),
    ("part", "Its id or its code."),
    ("kind", "`process`, `table` or `policy`."),
    ("document", "The document's name."),
    ("version", "The version's number."),
    ("draft", "The draft's number."),
    ("seq", "A position in the log."),
    ("measure", "The entry that took the measure."),
    ("fault", "The fault's number in its incident."),
    ("name", "The name of the document."),
    ("id", "The id, with its kind in front."),
];

/// `GET /api/openapi.json`.
pub(crate) async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text()).into_response()
}

/// The description as text.
pub(crate) fn text() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| written().0.to_string())
}

/// The description, and the names of schemas that mean two things: there must be none.
pub(super) fn written() -> (Value, Vec<String>) {
    let mut schemas = Schemas::new();
    let mut paths: Map<String, Value> = Map::new();
    for route in TABLE {
        if let Some(about) = &route.about {
            let told = told(route, about, &mut schemas);
            let path = paths.entry(route.path).or_insert_with(|| json!({}));
            path[verb(route.method)] = told;
        }
    }
    let (mut named, twice) = schemas.gathered();
    named.insert("Problem".to_owned(), problem());
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Watchkeeper",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Incidents with their evidence. Trouble is an RFC 9457 problem document \
                            with a stable code; each code has a page under `/codes/`.",
        },
        "servers": [{ "url": "/" }],
        "security": [{ "token": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "token": {
                "type": "http",
                "scheme": "bearer",
                "description": "A token with one role. A token never approves.",
            }},
            "schemas": named,
        },
    });
    (document, twice)
}

/// The word for a method in the description.
pub(super) fn verb(method: Method) -> &'static str {
    if method == Method::Get { "get" } else { "post" }
}

fn told(route: &Route, about: &About, schemas: &mut Schemas) -> Value {
    let mut operation =
        Operation { schemas, path: Vec::new(), query: None, body: None, answer: Answer::default() };
    (about.describe)(&mut operation);
    let mut responses = refusals(route, about, &operation);
    let answer = std::mem::take(&mut operation.answer);
    responses.insert(answer.status.to_string(), answered(&answer));
    let (summary, more) = about.says.split_once(". ").unwrap_or((about.says, ""));
    let mut told = json!({
        "operationId": name(route),
        "tags": [tag(route.path)],
        "summary": summary.trim_end_matches('.'),
        "parameters": parameters(route, &operation),
        "responses": responses,
    });
    if !more.is_empty() {
        told["description"] = json!(more);
    }
    if let Some(permission) = route.access.permission() {
        told["x-permission"] = json!(format!("{permission:?}"));
    } else {
        told["security"] = json!([]);
    }
    if let Some(body) = operation.body {
        let content = json!({ "application/json": { "schema": body } });
        told["requestBody"] = json!({ "required": true, "content": content });
    }
    told
}

/// `post_incidents_reference_notes`: stable as long as the path is.
fn name(route: &Route) -> String {
    let path = route.path.trim_start_matches(API);
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let words: String = path.replace(['{', '}'], "").chars().map(plain).collect();
    format!("{}_{words}", verb(route.method))
}

/// What an operation is about: the first word of its path.
pub(super) fn tag(path: &str) -> &str {
    path.trim_start_matches(API).split('/').next().unwrap_or_default()
}

/// The names of the parameters of a path, in their order.
pub(super) fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn parameters(route: &Route, operation: &Operation<'_>) -> Vec<Value> {
    let mut all = Vec::new();
    for (name, schema) in names(route.path).zip(&operation.path) {
        let says = PARAMETERS.iter().find(|(known, _)| *known == name).map_or("", |(_, says)| says);
        all.push(json!({
            "name": name, "in": "path", "required": true, "description": says, "schema": schema,
        }));
    }
    all.extend(operation.query.iter().flat_map(fields));
    if route.method == Method::Post {
        all.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "Sent again within a day with the same body, nothing is done twice and the \
                            same is answered, with `Idempotency-Replayed: true`.",
            "schema": { "type": "string", "pattern": "^[!-~]+$", "minLength": 1, "maxLength": 255 },
        }));
    }
    all
}

/// The properties of a query as parameters.
fn fields(query: &Schema) -> Vec<Value> {
    let Some(properties) = query.get("properties").and_then(Value::as_object) else {
        return Vec::new();
    };
    let field = |(name, schema): (&String, &Value)| {
        let mut schema = schema.clone();
        let says = schema.as_object_mut().and_then(|schema| schema.remove("description"));
        json!({
            "name": name, "in": "query", "required": false,
            "description": says.unwrap_or_default(), "schema": present(schema),
        })
    };
    properties.iter().map(field).collect()
}

/// A parameter that is absent is absent: `null` is nothing that a query can say.
fn present(mut schema: Value) -> Value {
    if let Some(kinds) = schema.get_mut("type").and_then(Value::as_array_mut) {
        kinds.retain(|kind| kind != "null");
        if let [only] = kinds.as_slice() {
            schema["type"] = only.clone();
        }
    }
    if let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        values.retain(|value| !value.is_null());
    }
    if let Some(any) = schema.get_mut("anyOf").and_then(Value::as_array_mut) {
        any.retain(|one| one["type"] != "null");
    }
    schema
}

fn answered(answer: &Answer) -> Value {
    let mut told = json!({ "description": answer.says });
    if let Some((media, schema)) = &answer.content {
        told["content"] = json!({ *media: { "schema": schema } });
    }
    for (name, says) in answer.headers {
        told["headers"][name] = json!({ "description": says, "schema": { "type": "string" } });
    }
    told
}

/// The problems of an operation, by status, each with the codes it may have.
fn refusals(route: &Route, about: &About, operation: &Operation<'_>) -> Map<String, Value> {
    let by_status = codes::by_status(route, about, operation);
    let told = |(status, codes): (u16, Vec<&str>)| {
        let says: Vec<String> =
            codes.iter().map(|code| format!("`{code}` {}", codes::title(code))).collect();
        let told = json!({
            "description": says.join(". "),
            "content": { PROBLEM: { "schema": { "allOf": [
                { "$ref": "#/components/schemas/Problem" },
                { "properties": { "code": { "enum": codes } } },
            ]}}},
        });
        (status.to_string(), told)
    };
    by_status.into_iter().map(told).collect()
}

/// The schema of every problem.
fn problem() -> Value {
    json!({
        "type": "object",
        "description": "An RFC 9457 problem document.",
        "required": ["type", "code", "title", "status", "detail"],
        "properties": {
            "type": { "type": "string", "description": "The page of the code, on this server." },
            "code": { "type": "string", "pattern": "^[A-Z]{3}-[0-9]{3}$", "description": "Stable." },
            "title": { "type": "string", "description": "What the status means." },
            "status": { "type": "integer" },
            "detail": { "type": "string", "description": "One sentence for a person." },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_route_of_the_api_is_described() {
        let mut wrong = Vec::new();
        for route in TABLE {
            let ours = route.path.starts_with(API);
            let Some(about) = &route.about else {
                wrong.extend(ours.then(|| format!("{}: no sentence", route.path)));
                continue;
            };
            let mut schemas = Schemas::new();
            let mut operation = Operation {
                schemas: &mut schemas,
                path: Vec::new(),
                query: None,
                body: None,
                answer: Answer::default(),
            };
            (about.describe)(&mut operation);
            if names(route.path).count() != operation.path.len() {
                wrong.push(format!("{}: its handler takes other parameters", route.path));
            }
            let known = |name: &str| PARAMETERS.iter().any(|(known, _)| *known == name);
            wrong.extend(
                names(route.path)
                    .filter(|name| !known(name))
                    .map(|name| format!("{}: say in PARAMETERS what {name} means", route.path)),
            );
            if !about.says.ends_with('.') || about.says.contains("..") {
                wrong.push(format!("{}: what it says is no sentence", route.path));
            }
            let pageless = about.codes.iter().filter(|code| codes::status(code).is_none());
            wrong.extend(pageless.map(|code| format!("{}: no page says {code}", route.path)));
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn a_name_of_the_description_means_one_thing() {
        let (document, twice) = written();
        assert!(twice.is_empty(), "rename these types: {twice:?}");
        let schemas = document["components"]["schemas"].as_object().unwrap();
        let numbered: Vec<&String> =
            schemas.keys().filter(|name| name.ends_with(|c: char| c.is_ascii_digit())).collect();
        assert!(numbered.is_empty(), "two types share a name: {numbered:?}");
        let mut ids: Vec<&str> = document["paths"]
            .as_object()
            .unwrap()
            .values()
            .flat_map(|path| path.as_object().unwrap().values())
            .map(|operation| operation["operationId"].as_str().unwrap())
            .collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "an operation's name means one operation");
    }
}
