use serde_json::Value;

use super::{Actor, Place, server};

/// One operation of an `OpenAPI` document, as served.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    /// `platform`, `store` or `admin`.
    pub(crate) audience: &'static str,
    /// `admin.get_product`: the audience and the operation's id.
    pub(crate) name: String,
    pub(crate) method: reqwest::Method,
    /// As in the document, with `{…}` where a parameter goes.
    pub(crate) path: String,
    /// The scheme it asks for: `staff` or `customer`.
    pub(crate) security: Option<String>,
    /// The permission it asks for.
    pub(crate) permission: Option<String>,
    /// The schema of its JSON body, references resolved.
    pub(crate) body: Option<Value>,
    /// Whether it takes a form with files.
    pub(crate) takes_files: bool,
    /// Names of its query parameters.
    pub(crate) query: Vec<String>,
    /// Whether it says that it honours an `Idempotency-Key`.
    pub(crate) once: bool,
    pub(crate) responses: Vec<String>,
}

impl Operation {
    /// Whether the document knows a field at this place of its body.
    pub(crate) fn takes(&self, place: &str, field: &str) -> bool {
        let pointer = format!("{place}/{field}");
        self.body.as_ref().is_some_and(|schema| pointer.split('/').skip(1).try_fold(schema, below).is_some())
    }

    /// Whether it writes.
    pub(crate) fn is_write(&self) -> bool {
        self.method != reqwest::Method::GET
    }
}

/// Every operation of the three documents, as the shared server serves them.
pub(crate) async fn operations() -> Vec<Operation> {
    let place = server().await.place;
    let mut all = Vec::new();
    for (audience, prefix) in [("platform", "/api/platform/v1"), ("store", "/api/store/v1"), ("admin", "/api/admin/v1")] {
        all.extend(of_document(audience, &document(place, prefix).await));
    }
    all
}

async fn document(place: Place, prefix: &'static str) -> Value {
    Actor::new(place, place.base_host(), prefix).get("/openapi.json").await.expect(200)
}

fn of_document(audience: &'static str, document: &Value) -> Vec<Operation> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Ok(method) = method.to_uppercase().parse() else { continue };
            if !operation.is_object() {
                continue;
            }
            let text = |value: &Value| value.as_str().map(str::to_owned);
            let content = &operation["requestBody"]["content"];
            let parameters = || operation["parameters"].as_array().into_iter().flatten();
            operations.push(Operation {
                audience,
                name: format!("{audience}.{}", operation["operationId"].as_str().unwrap_or_default()),
                method,
                path: path.clone(),
                security: operation["security"][0].as_object().and_then(|scheme| scheme.keys().next().cloned()),
                permission: text(&operation["x-permission"]),
                body: content.get("application/json").map(|json| resolved(&json["schema"], document, 0)),
                takes_files: content.get("multipart/form-data").is_some(),
                once: parameters().any(|p| p["in"] == "header" && p["name"] == "Idempotency-Key"),
                query: parameters().filter(|p| p["in"] == "query").filter_map(|p| text(&p["name"])).collect(),
                responses: operation["responses"].as_object().unwrap().keys().cloned().collect(),
            });
        }
    }
    operations
}

/// The schema of a field or an entry, in whichever of the alternatives has it.
fn below<'a>(schema: &'a Value, part: &str) -> Option<&'a Value> {
    let field = if part.bytes().all(|b| b.is_ascii_digit()) { schema.get("items") } else { schema["properties"].get(part) };
    let mut alternatives = ["oneOf", "anyOf", "allOf"].iter().filter_map(|kind| schema[*kind].as_array()).flatten();
    field.or_else(|| alternatives.find_map(|schema| below(schema, part)))
}

/// A schema with what its references point to in their places, to a depth where it no longer matters.
fn resolved(schema: &Value, document: &Value, depth: usize) -> Value {
    if depth > 8 {
        return Value::Bool(true);
    }
    match schema {
        Value::Object(object) => {
            if let Some(reference) = object.get("$ref").and_then(Value::as_str) {
                let target = document.pointer(reference.trim_start_matches('#')).unwrap_or_else(|| panic!("{reference} leads nowhere"));
                return resolved(target, document, depth + 1);
            }
            Value::Object(object.iter().map(|(key, value)| (key.clone(), resolved(value, document, depth + 1))).collect())
        }
        Value::Array(entries) => Value::Array(entries.iter().map(|entry| resolved(entry, document, depth + 1)).collect()),
        other => other.clone(),
    }
}
