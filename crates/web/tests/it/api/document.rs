//! The OpenAPI document tells of every route and of nothing else.

use portcullis_testkit::TestApp;
use serde_json::Value;

/// Method, path template and operation of everything documented.
pub(crate) fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().expect("paths");
    paths
        .iter()
        .flat_map(|(path, item)| {
            let item = item.as_object().expect("an item").iter();
            item.map(|(method, operation)| (method.to_uppercase(), path.clone(), operation.clone()))
        })
        .collect()
}

#[tokio::test]
async fn every_documented_route_answers_and_says_what_it_takes() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let document = app
        .anonymous()
        .get("/api/openapi.json")
        .await
        .expect(200)
        .body;
    assert_eq!(document["openapi"], "3.1.0");
    let mut names = std::collections::BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let name = operation["operationId"].as_str().expect("an operation id");
        assert!(names.insert(name.to_owned()), "{name} names two operations");
        assert!(
            !operation["summary"].as_str().unwrap_or_default().is_empty(),
            "{name} has no summary"
        );
        assert!(operation["tags"][0].is_string(), "{name} has no tag");
        let keys = path.matches('{').count();
        let parameters = operation["parameters"].as_array().expect("parameters");
        let in_path = parameters.iter().filter(|p| p["in"] == "path").count();
        assert_eq!(keys, in_path, "{name} describes the keys of its path");
        assert!(
            parameters
                .iter()
                .all(|p| p["description"].as_str().is_some_and(|d| !d.is_empty())),
            "{name}: {parameters:#?}"
        );
        let wanted = if method == "GET" { "at" } else { "preview" };
        assert!(
            parameters.iter().any(|p| p["name"] == wanted),
            "{name} says it takes `{wanted}`"
        );
        // Nothing is there by these names: the route itself must answer, not the fallback.
        let path = path.replace("{position}", "999999").replace(['{', '}'], "");
        let method = method.parse()?;
        let reply = app.anonymous().send(method, &path, None, &[]).await;
        assert_eq!(
            (reply.status, &reply.body["code"]),
            (401, &"unauthenticated".into()),
            "{path}"
        );
    }
    assert!(names.len() > 60, "only {} operations", names.len());
    Ok(())
}

#[tokio::test]
async fn every_reference_in_the_document_leads_somewhere() -> anyhow::Result<()> {
    let document = serde_json::to_value(portcullis_web::api::document())?;
    let text = document.to_string();
    let mut seen = 0;
    for piece in text.split("\"$ref\":\"#").skip(1) {
        let pointer = piece.split('"').next().expect("a reference");
        assert!(document.pointer(pointer).is_some(), "nothing at {pointer}");
        seen += 1;
    }
    assert!(seen > 100, "only {seen} references");
    Ok(())
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_too() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = app.as_user("ada");
    let lost = ada.get("/api/v1/nothing").await.expect(404);
    assert_eq!(
        lost.header("content-type"),
        Some("application/problem+json")
    );
    let wrong = ada.delete("/api/v1/me").await.expect(405);
    assert_eq!(
        wrong.header("content-type"),
        Some("application/problem+json")
    );
    assert_eq!(wrong.header("allow"), Some("GET,HEAD"));
    Ok(())
}
