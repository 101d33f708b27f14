//! Rules over the API: saved with every fault told, handed out for deciding elsewhere, compared.

use portcullis_testkit::{Client, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

fn rule(access: &str, action: &str, kind: &str, conditions: &Value) -> Value {
    json!({ "access": access, "where": { "rsrc_type": kind, "action": action, "rsrc_match": conditions } })
}

async fn confer(admin: &Client<'_>, group: &str, list: &str, rules: Value) -> Value {
    let body = json!({ "list": list, "rules": rules });
    let path = format!("/api/v1/groups/{group}/entitlements");
    admin.post(&path, body).await.expect(200).body
}

#[tokio::test]
async fn every_fault_of_a_list_is_told_where_it_stands() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = app.as_user("ada");
    let path = "/api/v1/groups/Payroll/entitlements";
    let wrong = json!({
        "list": "docs",
        "priority": "high",
        "rules": [
            { "access": "permit", "where": { "rsrc_type": "doc", "action": [], "rsrc_match": [] } },
            { "access": "allow", "where": { "rsrc_type": "doc", "action": "read", "rsrc_match": [["@a", "??", 1]] } },
        ],
    });
    let refused = ada.post(path, wrong).await.expect(400);
    let fields: Vec<_> = refused.body["errors"]
        .as_array()
        .expect("errors")
        .iter()
        .map(|fault| fault["field"].as_str().expect("a pointer").to_owned())
        .collect();
    assert_eq!(
        fields,
        [
            "/priority",
            "/rules/0/access",
            "/rules/0/where/action",
            "/rules/1/where/rsrc_match/0/1"
        ]
    );
    let cases = json!({
        "list": "docs",
        "rules": "[]",
        "cases": [
            { "name": "a", "action": "read", "type": "doc", "expect": "deny" },
            { "name": "b", "action": "read", "type": "doc", "expect": "allow" },
            { "nmae": "c" },
        ],
    });
    let refused = ada.post(path, cases).await.expect(400);
    let errors = refused.body["errors"].as_array().expect("errors");
    assert_eq!(errors[0]["field"], "/cases/1");
    assert_eq!(
        errors[0]["message"],
        "b: expected allow, got deny by default"
    );
    assert_eq!(errors[1]["field"], "/cases/2");
    let none = ada.post(path, json!({ "list": "docs" })).await.expect(400);
    assert_eq!(none.body["errors"][0]["field"], "/rules");
    Ok(())
}

#[tokio::test]
async fn a_list_is_renamed_and_stays_itself() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = app.as_user("ada");
    let rules = json!([rule("allow", "read", "doc", &json!([]))]);
    let saved = confer(&ada, "Payroll", "docs", rules.clone()).await;
    let _ = confer(&ada, "Payroll", "taken", json!([])).await;
    let path = "/api/v1/groups/Payroll/entitlements";
    let body = |name: &str| json!({ "list": name, "rules": rules });

    let taken = ada.put(&format!("{path}/docs"), body("Taken")).await;
    assert_eq!(taken.expect(409).body["code"], "already_conferred");
    let kind = json!({ "permission": "docs:read" });
    let other = ada.put(&format!("{path}/docs"), kind).await.expect(400);
    assert_eq!(other.body["errors"][0]["field"], "permission");

    let renamed = ada.put(&format!("{path}/docs"), body("Documents")).await;
    let renamed = renamed.expect(200).body;
    assert_eq!(renamed["items"][0]["list"], "Documents");
    assert_eq!(renamed["items"][0]["id"], saved["items"][0]["id"]);
    let _ = ada
        .put(&format!("{path}/docs"), body("x"))
        .await
        .expect(404);
    let there = ada.get(path).await.expect(200);
    assert_eq!(there.each("/list"), ["Documents", "taken"]);

    // A permission may have the name of a list; then only the id says which is meant.
    let same = json!({ "permission": "taken" });
    let _ = ada.post(path, same).await.expect(200);
    let _ = ada.delete(&format!("{path}/taken")).await.expect(400);
    Ok(())
}

#[tokio::test]
async fn the_rules_somebody_is_judged_by_are_one_list_in_order_and_stay_while_they_are_the_same()
-> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let (ada, mia) = (app.as_user("ada"), app.as_user("mia"));
    let rules = json!([
        rule("allow", "read", "doc", &json!([])),
        rule("deny", "read", "doc", &json!([["@sealed", "=", true]]))
    ]);
    let _ = confer(&ada, "Payroll", "docs", rules).await;
    let judged = mia.get("/api/v1/me/rules").await.expect(200);
    let effects: Vec<_> = judged.body["rules"]
        .as_array()
        .expect("rules")
        .iter()
        .map(|rule| rule["access"].clone())
        .collect();
    assert_eq!(effects, ["deny", "allow"]);
    assert_eq!(judged.body["attributes"]["subject.login"], "mia");
    assert_eq!(judged.body["attributes"]["subject.id"], "mia");
    assert_eq!(judged.body["until"], Value::Null);
    let tag = judged.header("etag").expect("a tag").to_owned();
    let same = [("if-none-match", tag.as_str())];
    let path = "/api/v1/me/rules";
    let kept = mia.send(Method::GET, path, None, &same).await.expect(304);
    assert_eq!(kept.header("etag"), Some(tag.as_str()));

    // The log moves, the rules do not.
    let _ = ada
        .post("/api/v1/groups", json!({ "name": "Other" }))
        .await
        .expect(201);
    let kept = mia.send(Method::GET, path, None, &same).await.expect(304);
    let world = app.world().position().to_string();
    assert_eq!(kept.header("portcullis-position"), Some(world.as_str()));

    let _ = confer(&ada, "Payroll", "more", json!([])).await;
    let _ = mia.send(Method::GET, path, None, &same).await.expect(304);
    let more = json!([rule("allow", "write", "doc", &json!([]))]);
    let _ = confer(&ada, "Payroll", "more", more).await;
    let moved = mia.send(Method::GET, path, None, &same).await.expect(200);
    assert_ne!(moved.header("etag"), Some(tag.as_str()));
    let of_mia = ada.get("/api/v1/users/mia/rules").await.expect(200);
    assert_eq!(of_mia.body["rules"], moved.body["rules"]);
    Ok(())
}

#[tokio::test]
async fn who_can_and_why_heed_a_rule_that_denies_a_permission() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = app.as_user("ada");
    let who = "/api/v1/who-can?permission=invoices:read";
    let why = "/api/v1/explain?user=max&permission=invoices:read";
    assert_eq!(ada.get(who).await.expect(200).each("/user/login"), ["max"]);
    assert_eq!(ada.get(why).await.expect(200).body["holds"], true);
    let sealed = json!([rule(
        "deny",
        "use",
        "permission",
        &json!([["@id", "=", "invoices:read"]])
    )]);
    let _ = confer(&ada, "Role-Analysts", "sealed", sealed).await;
    assert!(
        ada.get(who)
            .await
            .expect(200)
            .each("/user/login")
            .is_empty()
    );
    let told = ada.get(why).await.expect(200).body;
    assert_eq!(told["holds"], false);
    assert_eq!(told["missing"]["code"], "denied_by_rule");
    // And a rule may allow what no group confers.
    let open = json!([rule(
        "allow",
        "use",
        "permission",
        &json!([["@id", "=", "coffee:make"]])
    )]);
    let _ = confer(&ada, "Payroll", "open", open).await;
    let makes = ada
        .get("/api/v1/who-can?permission=coffee:make")
        .await
        .expect(200);
    assert_eq!(makes.each("/user/login"), ["mia"]);
    Ok(())
}

#[tokio::test]
async fn a_resource_is_registered_listed_and_forgotten() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = app.as_user("ada");
    for (path, status) in [("doc/a%2Fb", "draft"), ("doc/2", "done"), ("key/1", "new")] {
        let body = json!({ "properties": { "status": status } });
        let path = format!("/api/v1/resources/{path}");
        let _ = ada.put(&path, body).await.expect(200);
    }
    let docs = ada.get("/api/v1/resources?type=doc").await.expect(200);
    assert_eq!(docs.each("/id"), ["2", "a/b"]);
    let first = ada.get("/api/v1/resources?limit=2").await.expect(200);
    assert_eq!(first.each("/id"), ["2", "a/b"]);
    let next = first.body["next"].as_str().expect("more");
    let rest = ada
        .get(&format!("/api/v1/resources?after={next}"))
        .await
        .expect(200);
    assert_eq!(rest.each("/type"), ["key"]);
    let one = ada.get("/api/v1/resources/doc/a%2Fb").await.expect(200);
    assert_eq!(
        one.body,
        json!({ "type": "doc", "id": "a/b", "properties": { "status": "draft" } })
    );
    let _ = ada.delete("/api/v1/resources/doc/a%2Fb").await.expect(200);
    let _ = ada.get("/api/v1/resources/doc/a%2Fb").await.expect(404);
    Ok(())
}

#[tokio::test]
async fn lists_are_looked_through_and_compared_without_being_saved() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let sven = app.as_user("sven");
    let twice = rule("allow", "read", "doc", &json!([]));
    let body = json!({ "rules": [twice, twice] });
    let looked = sven.post("/api/v1/rules/lint", body).await.expect(200).body;
    assert_eq!(looked["sound"], true);
    let findings = looked["findings"].as_array().expect("findings");
    let second = findings.iter().find(|found| found["pointer"] == "/1");
    assert_eq!(second.expect("a finding")["code"], "unreachable_rule");
    let text = json!({ "rules": "[\n{\"access\": 1}]" });
    let looked = sven.post("/api/v1/rules/lint", text).await.expect(200).body;
    assert_eq!(looked["sound"], false);
    assert_eq!(looked["diagnostics"][0]["line"], 2);
    let pair = json!({ "before": [twice], "after": [rule("allow", "read", "doc", &json!([["@open", "=", true]]))] });
    let differ = sven.post("/api/v1/rules/diff", pair).await.expect(200).body;
    assert_eq!(differ["exhaustive"], true);
    assert_eq!(differ["differences"][0]["before"]["effect"], "allow");
    assert_eq!(differ["differences"][0]["after"]["effect"], "deny");
    Ok(())
}

#[tokio::test]
async fn rules_are_open_on_every_path_and_what_they_saw_of_somebody_is_not() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = app.as_user("ada");
    let own = json!([rule(
        "allow",
        "write",
        "doc",
        &json!([["@subject.email", "=", "@owner"]])
    )]);
    let _ = confer(&ada, "Payroll", "own", own).await;
    let question = json!({
        "subject": { "type": "user", "id": "mia" },
        "action": { "name": "write" },
        "resource": { "type": "doc", "id": "1", "properties": { "owner": "x" } },
    });
    let explain = "/access/v1/evaluation?explain=true";
    for (login, sees) in [
        ("ada", true),
        ("mia", true),
        ("sven", false),
        ("olga", false),
    ] {
        let client = app.as_user(login);
        let told = client
            .post(explain, question.clone())
            .await
            .expect(200)
            .body;
        let text = told.to_string();
        assert!(text.contains("subject.email"), "{login}: {text}");
        assert_eq!(text.contains("mia@example.com"), sees, "{login}: {text}");
        let judged = client.get("/api/v1/users/mia/rules").await.expect(200).body;
        assert!(
            judged["rules"].to_string().contains("@subject.email"),
            "{login}"
        );
        let shown = judged["attributes"].get("subject.email").is_some();
        assert_eq!(shown, sees, "{login}: {judged}");
        assert_eq!(judged["attributes"]["subject.id"], "mia");
    }
    Ok(())
}
