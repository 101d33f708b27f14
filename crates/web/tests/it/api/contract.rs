//! What really is sent and answered, held against the OpenAPI document by a JSON Schema validator.

use std::{cell::RefCell, collections::HashMap};

use jsonschema::Validator;
use portcullis_testkit::{Reply, TestApp};
use serde_json::{Value, json};

/// The document as it is published, and made strict: there a member that is not described is a fault.
pub(super) struct Contract {
    document: Value,
    strict: Value,
    validators: RefCell<HashMap<(String, bool), Validator>>,
}

impl Contract {
    /// The contract that the app publishes.
    pub(super) async fn of(app: &TestApp) -> Self {
        let document = app.anonymous().get("/api/openapi.json").await.expect(200);
        let document = document.body;
        let mut strict = document["components"].clone();
        let schemas = strict["schemas"].as_object_mut();
        for schema in schemas.expect("schemas").values_mut() {
            close(schema, false);
        }
        Self {
            document,
            strict,
            validators: RefCell::default(),
        }
    }

    /// What in an answer is not as the document says.
    pub(super) fn faults(&self, method: &str, path: &str, reply: &Reply) -> Vec<String> {
        let operation = &self.document["paths"][path][method.to_lowercase()];
        let response = &operation["responses"][reply.status.to_string()];
        let kind = reply.header("content-type").unwrap_or_default();
        let schema = &response["content"][kind]["schema"];
        if schema.is_null() {
            return vec![format!("{}, {kind}: is not described", reply.status)];
        }
        self.misfits(schema, &reply.body)
    }

    /// What in a body that is sent is not as the document says.
    pub(super) fn body_faults(&self, method: &str, path: &str, body: &Value) -> Vec<String> {
        let operation = &self.document["paths"][path][method.to_lowercase()];
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        self.misfits(schema, body)
    }

    fn misfits(&self, schema: &Value, value: &Value) -> Vec<String> {
        let mut closed = schema.clone();
        close(&mut closed, true);
        let published = self.misfits_of(schema, &self.document["components"], value);
        let strict = self.misfits_of(&closed, &self.strict, value);
        published.into_iter().chain(strict).collect()
    }

    fn misfits_of(&self, schema: &Value, components: &Value, value: &Value) -> Vec<String> {
        let root = json!({ "allOf": [schema], "components": components });
        let mut validators = self.validators.borrow_mut();
        let known = (schema.to_string(), components == &self.strict);
        let validator = validators.entry(known).or_insert_with(|| {
            let options = jsonschema::draft202012::options().should_validate_formats(true);
            options.build(&root).expect("a JSON Schema")
        });
        let errors = validator.iter_errors(value);
        errors
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect()
    }
}

/// Refuses members that are not described, wherever a shape is used as a whole; a shape that is a
/// part of another (`allOf`) sees only its own.
fn close(schema: &mut Value, whole: bool) {
    let Some(schema) = schema.as_object_mut() else {
        return;
    };
    for (word, value) in schema.iter_mut() {
        match (word.as_str(), value) {
            ("properties", Value::Object(members)) => {
                members.values_mut().for_each(|member| close(member, true));
            }
            ("items" | "additionalProperties", value) => close(value, true),
            ("oneOf" | "anyOf", Value::Array(all)) => {
                all.iter_mut().for_each(|one| close(one, whole));
            }
            ("allOf", Value::Array(all)) => all.iter_mut().for_each(|one| close(one, false)),
            _ => {}
        }
    }
    let is_shape = ["$ref", "properties", "allOf"]
        .iter()
        .any(|word| schema.contains_key(*word));
    if whole && is_shape {
        schema.insert("unevaluatedProperties".into(), false.into());
    }
}

/// Every schema in `value` that has an example or a default, with what is to fit it.
fn examples<'v>(value: &'v Value, found: &mut Vec<(&'v Value, &'v Value)>) {
    match value {
        Value::Object(members) => {
            if members.contains_key("type") || members.contains_key("$ref") {
                let one = ["example", "default"]
                    .into_iter()
                    .filter_map(|word| members.get(word));
                let several = members.get("examples").and_then(Value::as_array);
                let all = one.chain(several.into_iter().flatten());
                found.extend(all.map(|example| (value, example)));
            }
            members.values().for_each(|member| examples(member, found));
        }
        Value::Array(all) => all.iter().for_each(|one| examples(one, found)),
        _ => {}
    }
}

#[tokio::test]
async fn every_example_and_default_in_the_document_fits_its_schema() -> anyhow::Result<()> {
    let contract = Contract::of(&TestApp::start().await?).await;
    let mut found = Vec::new();
    examples(&contract.document, &mut found);
    assert!(!found.is_empty(), "the document has no example");
    for (schema, example) in found {
        assert_eq!(contract.misfits(schema, example), [""; 0], "{schema}");
    }
    Ok(())
}

#[tokio::test]
async fn an_answer_that_is_not_as_described_is_found() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let contract = Contract::of(&app).await;
    let path = "/api/v1/groups/{group}/members";
    let ada = app.as_user("ada");
    let good = ada.get("/api/v1/groups/Payroll/members").await.expect(200);
    assert_eq!(contract.faults("GET", path, &good), [""; 0]);
    let spoil: [(&str, Value); 7] = [
        ("/items/0/user/id", "no id".into()),
        ("/items/0/user", Value::Null),
        ("/items/0/ways/0/from", "yesterday".into()),
        ("/items/0/ways/0/until", 7.into()),
        ("/items/0/ways/0", json!({})),
        ("/items/0/direct", "true".into()),
        ("/items", Value::Null),
    ];
    for (place, wrong) in spoil {
        let mut bad = good.clone();
        *bad.body.pointer_mut(place).expect(place) = wrong;
        assert_ne!(contract.faults("GET", path, &bad), [""; 0], "{place}");
    }
    for place in ["/items/0/user", "/items/0/ways/0/granted_by", ""] {
        let mut more = good.clone();
        more.body.pointer_mut(place).expect(place)["more"] = true.into();
        assert_ne!(contract.faults("GET", path, &more), [""; 0], "{place}");
    }
    let mut other = good.clone();
    other.status = 201;
    assert_ne!(contract.faults("GET", path, &other), [""; 0]);
    assert_ne!(
        contract.body_faults("POST", path, &json!({ "users": 7 })),
        [""; 0]
    );
    let group = ada.get("/api/v1/groups/Payroll").await.expect(200);
    let mut spelled = group.clone();
    spelled.body["kind"] = "Group".into();
    let path = "/api/v1/groups/{group}";
    assert_eq!(contract.faults("GET", path, &group), [""; 0]);
    assert_ne!(contract.faults("GET", path, &spelled), [""; 0]);
    Ok(())
}
