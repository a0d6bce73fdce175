//! `GET /api/docs`: the description for people, made of the description for programs.

use domain::access::{Permission, Role};
use serde_json::{Value, json};

use super::{
    codes,
    document::{tag, verb, written},
};
use crate::{
    Method, Route, TABLE,
    answer::{Answer, page},
    page::shell,
    view::{
        Place,
        docs::{DocField, DocOperation, DocsPage},
    },
    visit::Visit,
};

/// How deep an example goes into a schema.
const DEPTH: usize = 4;

/// The page.
pub(crate) async fn docs(visit: Visit) -> Answer {
    let shell = shell(&visit, Place::Elsewhere).await?;
    let (document, _) = written();
    let base = visit.web.app().options().base_url.clone();
    let mut groups: Vec<(String, Vec<DocOperation>)> = Vec::new();
    for route in TABLE.iter().filter(|route| route.about.is_some()) {
        let told = &document["paths"][route.path][verb(route.method)];
        let operation = operation(&document, route, told, &base);
        let tag = tag(route.path);
        match groups.iter_mut().find(|(known, _)| known == tag) {
            Some((_, operations)) => operations.push(operation),
            None => groups.push((tag.to_owned(), vec![operation])),
        }
    }
    page(&visit, &DocsPage { shell, groups })
}

fn operation(document: &Value, route: &Route, told: &Value, base: &str) -> DocOperation {
    let is_done = |status: &str| status.starts_with('2');
    let responses = told["responses"].as_object().into_iter().flatten();
    let mut answers = (String::new(), String::new());
    let mut answer = Vec::new();
    let mut refusals = Vec::new();
    for (status, response) in responses {
        if is_done(status) {
            answers = (status.clone(), text(&response["description"]));
            let content = response["content"].as_object().and_then(|media| media.values().next());
            answer = content.map(|media| members(document, &media["schema"])).unwrap_or_default();
        } else {
            let schema = &response["content"]["application/problem+json"]["schema"]["allOf"][1];
            let named = schema["properties"]["code"]["enum"].as_array().into_iter().flatten();
            let row = |code: &Value| (status.clone(), text(code), codes::title(&text(code)));
            refusals.extend(named.map(row));
        }
    }
    let body = &told["requestBody"]["content"]["application/json"]["schema"];
    DocOperation {
        name: text(&told["operationId"]),
        method: if route.method == Method::Get { "GET" } else { "POST" },
        path: route.path.to_owned(),
        summary: text(&told["summary"]),
        more: text(&told["description"]),
        wants: route.access.permission().map(|wanted| (format!("{wanted:?}"), holders(wanted))),
        parameters: parameters(document, told),
        body: members(document, body),
        answers,
        answer,
        refusals,
        example: example(document, route, body, base),
    }
}

fn holders(permission: Permission) -> String {
    let names: Vec<&str> =
        Role::ALL.iter().filter(|role| role.may(permission)).map(|role| role.name()).collect();
    names.join(", ")
}

fn parameters(document: &Value, told: &Value) -> Vec<DocField> {
    let all = told["parameters"].as_array().into_iter().flatten();
    // Told once at the top of the page.
    let all = all.filter(|parameter| parameter["in"] != "header");
    let field = |parameter: &Value| DocField {
        name: text(&parameter["name"]),
        kind: kind(document, &parameter["schema"]),
        required: parameter["required"] == true,
        says: text(&parameter["description"]),
    };
    all.map(field).collect()
}

/// The properties of an object; the rows of a list stand for the list.
fn members(document: &Value, schema: &Value) -> Vec<DocField> {
    let schema = resolved(document, schema);
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let properties = schema["properties"].as_object().into_iter().flatten();
    let field = |(name, schema): (&String, &Value)| DocField {
        name: name.clone(),
        kind: kind(document, schema),
        required: required.contains(&json!(name)),
        says: text(&schema["description"]),
    };
    properties.map(field).collect()
}

/// A schema, or the one that it refers to.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(place) => document.pointer(place.trim_start_matches('#')).unwrap_or(schema),
        None => schema,
    }
}

/// What kind of value a schema takes, in words.
fn kind(document: &Value, schema: &Value) -> String {
    if let Some(any) = schema["anyOf"].as_array().or_else(|| schema["oneOf"].as_array()) {
        let kinds: Vec<String> = any.iter().map(|one| kind(document, one)).collect();
        return kinds.join(" or ");
    }
    if let Some(name) = schema["$ref"].as_str().and_then(|place| place.rsplit('/').next()) {
        let held = resolved(document, schema);
        return if held["type"] == "object" { name.to_owned() } else { kind(document, held) };
    }
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<String> = values.iter().map(text).filter(|v| !v.is_empty()).collect();
        return format!("one of {}", values.join(", "));
    }
    if let Some(value) = schema["const"].as_str() {
        return value.to_owned();
    }
    match &schema["type"] {
        Value::Array(kinds) => kinds.iter().map(text).collect::<Vec<_>>().join(" or "),
        one if one == "array" => format!("list of {}", kind(document, &schema["items"])),
        one => match schema["format"].as_str() {
            Some("date-time") => "instant".to_owned(),
            _ => text(one),
        },
    }
}

fn example(document: &Value, route: &Route, body: &Value, base: &str) -> String {
    let token = if route.access.permission().is_some() {
        " -H \"Authorization: Bearer $TOKEN\""
    } else {
        ""
    };
    let url = format!("'{base}{}'", route.path);
    match (route.method, body.is_null()) {
        (Method::Get, _) => format!("curl{token} {url}"),
        (_, true) => format!("curl -X POST{token} {url}"),
        (_, false) => {
            let body = specimen(document, body, DEPTH).to_string();
            let kind = "-H 'Content-Type: application/json'";
            format!("curl{token} {kind} \\\n  --data '{body}' {url}")
        }
    }
}

/// A value that fits a schema: of an object, what must be there.
fn specimen(document: &Value, schema: &Value, depth: usize) -> Value {
    let schema = resolved(document, schema);
    if depth == 0 {
        return Value::Null;
    }
    let first = |list: &Value| list.as_array().and_then(|values| values.first()).cloned();
    if let Some(value) = schema.get("const").cloned().or_else(|| first(&schema["enum"])) {
        return value;
    }
    if let Some(one) = first(&schema["oneOf"]).or_else(|| first(&schema["anyOf"])) {
        return specimen(document, &one, depth - 1);
    }
    let kind = first(&schema["type"]).unwrap_or_else(|| schema["type"].clone());
    match kind.as_str().unwrap_or_default() {
        "object" => {
            let required = schema["required"].as_array().into_iter().flatten();
            let member = |name: &Value| {
                let name = text(name);
                let value = specimen(document, &schema["properties"][&name], depth - 1);
                (name, value)
            };
            Value::Object(required.map(member).collect())
        }
        "array" => json!([]),
        "boolean" => json!(false),
        "integer" | "number" => json!(1),
        _ if schema["format"] == "date-time" => json!("2026-11-17T02:31:40Z"),
        _ => json!("…"),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
