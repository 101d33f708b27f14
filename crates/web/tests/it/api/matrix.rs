//! Every route × every kind of person. Who may do what is the model's to say; here it is seen from
//! outside, and a route of the document that is missing from the table fails the test.
//!
//! Writes are previewed: they pass the same guard and leave everything as it was, so that all cells
//! see the same company.

use std::collections::BTreeSet;

use portcullis_app::{
    identity::LinkIdentity,
    session::{BeginSession, Entry, NewSession, Proved},
};
use portcullis_model::{Actor, ConnectorId, Digest, Position, Scope, SystemActor};
use portcullis_testkit::TestApp;
use reqwest::Method;
use serde_json::{Value, json};

use super::{contract::Contract, document::operations};

/// The columns: nobody known, in nothing, member of `Payroll`, its owner, owner of
/// `Role-Analysts`, owner of `Billing`, admin.
const PEOPLE: [Option<&str>; 7] = [
    None,
    Some("sven"),
    Some("mia"),
    Some("olga"),
    Some("rita"),
    Some("petra"),
    Some("ada"),
];

/// A route, an address of it, what is sent, and the status each person gets.
pub(crate) type Row = (&'static str, &'static str, &'static str, Value, [u16; 7]);

/// Reading is open to everybody known.
const OPEN: [u16; 7] = [401, 200, 200, 200, 200, 200, 200];
const ADMIN: [u16; 7] = [401, 403, 403, 403, 403, 403, 200];
const GROUP_OWNER: [u16; 7] = [401, 403, 403, 200, 403, 403, 200];
/// Of `mia`, by herself and admins.
const OWN: [u16; 7] = [401, 403, 200, 403, 403, 403, 200];
/// Not by a token, whatever its scopes.
const NOBODY: [u16; 7] = [401, 403, 403, 403, 403, 403, 403];
const APP_OWNER: [u16; 7] = [401, 403, 403, 403, 403, 200, 200];

// One row a line: a table is read down its columns.
#[rustfmt::skip]
pub(crate) fn rows() -> Vec<Row> {
    let none = || Value::Null;
    vec![
        ("GET", "/api/v1/about", "", none(), OPEN),
        ("GET", "/api/v1/me", "", none(), OPEN),
        ("GET", "/api/v1/users", "", none(), OPEN),
        ("POST", "/api/v1/users", "", json!({ "login": "nora", "name": "Nora" }), ADMIN),
        ("GET", "/api/v1/users/{user}", "/api/v1/users/mia", none(), OPEN),
        ("PATCH", "/api/v1/users/{user}", "/api/v1/users/mia", json!({ "name": "M" }), ADMIN),
        ("DELETE", "/api/v1/users/{user}", "/api/v1/users/max", none(), ADMIN),
        ("GET", "/api/v1/users/{user}/access", "/api/v1/users/max/access", none(), OPEN),
        ("GET", "/api/v1/users/{user}/history", "/api/v1/users/mia/history", none(), OPEN),
        ("GET", "/api/v1/users/{user}/expiring", "/api/v1/users/mia/expiring", none(), OPEN),
        ("GET", "/api/v1/users/{user}/tokens", "/api/v1/users/mia/tokens", none(), OWN),
        ("POST", "/api/v1/users/{user}/tokens", "/api/v1/users/mia/tokens", json!({ "name": "new", "scopes": ["read"], "until": "2026-06-01T00:00:00Z" }), NOBODY),
        ("POST", "/api/v1/users/{user}/tokens/{token}/rotate", "/api/v1/users/mia/tokens/TOKEN/rotate", none(), NOBODY),
        ("DELETE", "/api/v1/users/{user}/tokens/{token}", "/api/v1/users/mia/tokens/TOKEN", none(), OWN),
        ("GET", "/api/v1/users/{user}/sessions", "/api/v1/users/mia/sessions", none(), OWN),
        ("DELETE", "/api/v1/users/{user}/sessions/{session}", "/api/v1/users/mia/sessions/SESSION", none(), OWN),
        ("DELETE", "/api/v1/users/{user}/sessions", "/api/v1/users/mia/sessions", none(), OWN),
        ("GET", "/api/v1/users/{user}/identities", "/api/v1/users/mia/identities", none(), OWN),
        ("POST", "/api/v1/users/{user}/identities", "/api/v1/users/sven/identities", json!({ "provider": "corp", "subject": "sven-sub" }), NOBODY),
        ("DELETE", "/api/v1/users/{user}/identities/{identity}", "/api/v1/users/mia/identities/IDENTITY", none(), ADMIN),
        ("POST", "/api/v1/users/{user}/sign-in-link", "/api/v1/users/mia/sign-in-link", none(), NOBODY),
        ("POST", "/api/v1/users/{user}/invitation", "/api/v1/users/mia/invitation", none(), NOBODY),
        ("GET", "/api/v1/groups", "", none(), OPEN),
        ("POST", "/api/v1/groups", "", json!({ "name": "New" }), ADMIN),
        ("GET", "/api/v1/groups/{group}", "/api/v1/groups/Payroll", none(), OPEN),
        ("PATCH", "/api/v1/groups/{group}", "/api/v1/groups/Payroll", json!({ "description": "pays" }), GROUP_OWNER),
        ("DELETE", "/api/v1/groups/{group}", "/api/v1/groups/Payroll", none(), GROUP_OWNER),
        ("GET", "/api/v1/groups/{group}/members", "/api/v1/groups/Payroll/members", none(), OPEN),
        ("POST", "/api/v1/groups/{group}/members", "/api/v1/groups/Payroll/members", json!({ "users": ["sven"] }), GROUP_OWNER),
        ("DELETE", "/api/v1/groups/{group}/members", "/api/v1/groups/Payroll/members", json!({ "users": ["mia"] }), [401, 403, 200, 200, 403, 403, 200]),
        ("PUT", "/api/v1/groups/{group}/members/{user}", "/api/v1/groups/Payroll/members/sven", json!({}), GROUP_OWNER),
        ("DELETE", "/api/v1/groups/{group}/members/{user}", "/api/v1/groups/Payroll/members/mia", none(), [401, 403, 200, 200, 403, 403, 200]),
        ("GET", "/api/v1/groups/{group}/owners", "/api/v1/groups/Payroll/owners", none(), OPEN),
        ("POST", "/api/v1/groups/{group}/owners", "/api/v1/groups/Payroll/owners", json!({ "users": ["sven"] }), GROUP_OWNER),
        ("DELETE", "/api/v1/groups/{group}/owners", "/api/v1/groups/Payroll/owners", json!({ "users": ["olga"] }), GROUP_OWNER),
        ("PUT", "/api/v1/groups/{group}/owners/{user}", "/api/v1/groups/Payroll/owners/sven", json!({}), GROUP_OWNER),
        ("DELETE", "/api/v1/groups/{group}/owners/{user}", "/api/v1/groups/Payroll/owners/olga", none(), GROUP_OWNER),
        ("GET", "/api/v1/groups/{group}/inclusions", "/api/v1/groups/Payroll/inclusions", none(), OPEN),
        ("PUT", "/api/v1/groups/{group}/inclusions/{role}", "/api/v1/groups/Payroll/inclusions/Role-Analysts", json!({}), GROUP_OWNER),
        ("DELETE", "/api/v1/groups/{group}/inclusions/{role}", "/api/v1/groups/App-Billing-Readers/inclusions/Role-Analysts", none(), [401, 403, 403, 403, 200, 200, 200]),
        ("GET", "/api/v1/groups/{group}/entitlements", "/api/v1/groups/Payroll/entitlements", none(), OPEN),
        ("POST", "/api/v1/groups/{group}/entitlements", "/api/v1/groups/Payroll/entitlements", json!({ "permission": "salaries:read" }), ADMIN),
        ("PUT", "/api/v1/groups/{group}/entitlements/{entitlement}", "/api/v1/groups/App-Billing-Readers/entitlements/invoices:read", json!({ "permission": "invoices:see" }), ADMIN),
        ("DELETE", "/api/v1/groups/{group}/entitlements/{entitlement}", "/api/v1/groups/App-Billing-Readers/entitlements/invoices:read", none(), ADMIN),
        ("GET", "/api/v1/groups/{group}/history", "/api/v1/groups/Payroll/history", none(), OPEN),
        ("GET", "/api/v1/groups/{group}/history/inclusions", "/api/v1/groups/Payroll/history/inclusions", none(), OPEN),
        ("GET", "/api/v1/roles", "", none(), OPEN),
        ("GET", "/api/v1/roles/{role}", "/api/v1/roles/Role-Analysts", none(), OPEN),
        ("POST", "/api/v1/roles/from-person", "", json!({ "user": "mia", "name": "Role-Pay" }), ADMIN),
        ("POST", "/api/v1/roles/{role}/clone", "/api/v1/roles/Role-Analysts/clone", json!({ "name": "Role-Copy" }), ADMIN),
        ("POST", "/api/v1/roles/{role}/merge", "/api/v1/roles/Role-Analysts/merge", json!({ "from": "Role-Auditors" }), ADMIN),
        ("POST", "/api/v1/roles/{role}/split", "/api/v1/roles/Role-Auditors/split", json!({ "name": "Role-Half", "groups": ["Wiki"] }), ADMIN),
        ("POST", "/api/v1/roles/{role}/groups", "/api/v1/roles/Role-Analysts/groups", json!({ "groups": ["Payroll"] }), GROUP_OWNER),
        ("DELETE", "/api/v1/roles/{role}/groups", "/api/v1/roles/Role-Analysts/groups", json!({ "groups": ["App-Billing-Readers"] }), [401, 403, 403, 403, 200, 200, 200]),
        ("GET", "/api/v1/apps", "", none(), OPEN),
        ("POST", "/api/v1/apps", "", json!({ "name": "Mail" }), ADMIN),
        ("GET", "/api/v1/apps/{app}", "/api/v1/apps/Billing", none(), OPEN),
        ("PATCH", "/api/v1/apps/{app}", "/api/v1/apps/Billing", json!({ "name": "Bills" }), APP_OWNER),
        ("DELETE", "/api/v1/apps/{app}", "/api/v1/apps/Billing", none(), APP_OWNER),
        ("GET", "/api/v1/tags", "", none(), OPEN),
        ("POST", "/api/v1/tags", "", json!({ "name": "New" }), ADMIN),
        ("GET", "/api/v1/tags/{tag}", "/api/v1/tags/Sensitive", none(), OPEN),
        ("PATCH", "/api/v1/tags/{tag}", "/api/v1/tags/Sensitive", json!({ "enabled": false }), ADMIN),
        ("DELETE", "/api/v1/tags/{tag}", "/api/v1/tags/Sensitive", none(), ADMIN),
        ("GET", "/api/v1/requests", "", none(), OPEN),
        ("POST", "/api/v1/requests", "", json!({ "group": "Wiki" }), OPEN),
        ("GET", "/api/v1/requests/{request}", "/api/v1/requests/REQUEST", none(), OPEN),
        ("POST", "/api/v1/requests/{request}/approve", "/api/v1/requests/REQUEST/approve", json!({}), GROUP_OWNER),
        ("POST", "/api/v1/requests/{request}/reject", "/api/v1/requests/REQUEST/reject", json!({ "reason": "no" }), GROUP_OWNER),
        ("POST", "/api/v1/requests/{request}/withdraw", "/api/v1/requests/REQUEST/withdraw", json!({}), [401, 200, 403, 403, 403, 403, 403]),
        ("GET", "/api/v1/log", "", none(), OPEN),
        ("GET", "/api/v1/log/{position}", "/api/v1/log/1", none(), OPEN),
        ("POST", "/api/v1/log/{position}/undo", "/api/v1/log/REMOVED/undo", none(), GROUP_OWNER),
        ("GET", "/api/v1/search", "/api/v1/search?q=pay", none(), OPEN),
        ("GET", "/api/v1/compare", "/api/v1/compare?a=mia&b=max", none(), OPEN),
        ("GET", "/api/v1/diff", "/api/v1/diff?from=2026-03-01", none(), OPEN),
        ("GET", "/api/v1/who-can", "/api/v1/who-can?permission=invoices:read", none(), OPEN),
        ("GET", "/api/v1/explain", "/api/v1/explain?user=max&permission=invoices:read", none(), OPEN),
        ("GET", "/api/v1/permissions", "", none(), OPEN),
        ("GET", "/api/v1/expiring", "", none(), OPEN),
        ("GET", "/api/v1/me/rules", "", none(), OPEN),
        ("GET", "/api/v1/users/{user}/rules", "/api/v1/users/mia/rules", none(), [401, 200, 200, 200, 200, 200, 200]),
        ("POST", "/api/v1/rules/lint", "", json!({ "rules": [] }), OPEN),
        ("POST", "/api/v1/rules/diff", "", json!({ "before": [], "after": [] }), OPEN),
        ("GET", "/api/v1/resources", "/api/v1/resources?type=doc", none(), OPEN),
        ("GET", "/api/v1/resources/{type}/{id}", "/api/v1/resources/doc/1", none(), OPEN),
        ("PUT", "/api/v1/resources/{type}/{id}", "/api/v1/resources/doc/1", json!({ "properties": { "status": "done" } }), ADMIN),
        ("DELETE", "/api/v1/resources/{type}/{id}", "/api/v1/resources/doc/1", none(), ADMIN),
    ]
}

/// The rows with their addresses filled in.
pub(crate) fn table(known: &Known) -> Vec<(Row, String)> {
    rows()
        .into_iter()
        .map(|row| {
            let address = if row.2.is_empty() { row.1 } else { row.2 };
            let address = known.in_address(address);
            let address = if row.0 == "GET" {
                address
            } else {
                format!("{address}?preview=true")
            };
            (row, address)
        })
        .collect()
}

/// What addresses name that has no name.
pub(crate) struct Known {
    request: String,
    removed: u64,
    token: String,
    session: String,
    identity: String,
}

impl Known {
    fn in_address(&self, address: &str) -> String {
        let removed = self.removed.to_string();
        let named = [
            ("REQUEST", &self.request),
            ("REMOVED", &removed),
            ("TOKEN", &self.token),
            ("SESSION", &self.session),
            ("IDENTITY", &self.identity),
        ];
        named
            .into_iter()
            .fold(address.to_owned(), |address, (word, id)| {
                address.replace(word, id)
            })
    }
}

/// Mia's token, session and account at a provider.
async fn signed_in(app: &TestApp) -> anyhow::Result<[String; 3]> {
    let mia = app.world().user_by_login("mia").expect("mia").id;
    let _ = crate::sign_in::token(&app.app, "mia", "laptop", &[Scope::Read]).await;
    let corp = ConnectorId::parse("corp")?;
    let link = LinkIdentity {
        user: mia,
        connector: corp,
        external_id: "mia-at-corp".into(),
    };
    let operator = app.app.context(Actor::System(SystemActor::Operator));
    app.app.commit(operator, link, None).await?;
    let begin = BeginSession {
        proved: Proved {
            provider: corp,
            subject: "mia-at-corp".into(),
            email: None,
            name: None,
            sid: None,
            acr: None,
            at: None,
        },
        entry: Entry::Only(mia),
        asked: None,
        seen: Position(0),
        session: NewSession {
            digest: Digest([7; 32]),
            until: app.app.now().plus_days(7),
            instead_of: None,
        },
    };
    let context = app.app.context(Actor::System(SystemActor::SignIn));
    app.app.commit(context, begin, None).await?;
    let world = app.world();
    let held = |session: bool| {
        let mut all = world.credentials_of(mia);
        let found = all.find(|it| it.session().is_some() == session);
        found.expect("it was made").id.to_string()
    };
    let identity = world.identities_of(mia).next().expect("an account");
    Ok([held(false), held(true), identity.id.to_string()])
}

/// The company with what the table needs besides, and what that is called.
pub(crate) async fn prepared() -> anyhow::Result<(TestApp, Known)> {
    let app = TestApp::start().await?;
    let ada = app.as_user("ada");
    // A second role for merging and splitting, a pending request of sven's, and a removal to undo.
    let auditors = json!({ "kind": "role", "name": "Role-Auditors" });
    let _ = ada.post("/api/v1/groups", auditors).await.expect(201);
    let leads = json!({ "groups": ["Wiki", "Payroll"] });
    let _ = ada
        .post("/api/v1/roles/Role-Auditors/groups", leads)
        .await
        .expect(200);
    let asked = app
        .as_user("sven")
        .post("/api/v1/requests", json!({ "group": "Payroll" }))
        .await
        .expect(201);
    let request = asked.body["id"].as_str().expect("an id").to_owned();
    let add = json!({ "users": ["max"] });
    let _ = ada
        .post("/api/v1/groups/Payroll/members", add)
        .await
        .expect(200);
    let removed = ada
        .delete("/api/v1/groups/Payroll/members/max")
        .await
        .expect(200)
        .position();
    let _ = ada
        .put("/api/v1/resources/doc/1", json!({ "properties": {} }))
        .await
        .expect(200);
    let [token, session, identity] = signed_in(&app).await?;
    let known = Known {
        request,
        removed,
        token,
        session,
        identity,
    };
    Ok((app, known))
}

#[tokio::test]
async fn everybody_gets_what_they_may_and_nothing_else() -> anyhow::Result<()> {
    let (app, known) = prepared().await?;
    let contract = Contract::of(&app).await;
    let before = app.world().position();

    let document = app
        .anonymous()
        .get("/api/openapi.json")
        .await
        .expect(200)
        .body;
    let mut missing: BTreeSet<(String, String)> = operations(&document)
        .into_iter()
        .map(|(method, path, _)| (method, path))
        .collect();
    let mut wrong = Vec::new();
    for ((method, path, _, body, expected), address) in table(&known) {
        missing.remove(&(method.to_owned(), path.to_owned()));
        for (person, expected) in PEOPLE.iter().zip(expected) {
            let client = person.map_or_else(|| app.anonymous(), |login| app.as_user(login));
            let body = (!body.is_null()).then(|| body.clone());
            let mut faults = Vec::new();
            if let Some(body) = &body {
                faults.extend(contract.body_faults(method, path, body));
            }
            let reply = client
                .send(method.parse::<Method>()?, &address, body, &[])
                .await;
            if reply.status != expected {
                let who = person.unwrap_or("nobody");
                wrong.push(format!(
                    "{method} {address} as {who}: {} not {expected}: {}",
                    reply.status, reply.body
                ));
            }
            faults.extend(contract.faults(method, path, &reply));
            wrong.extend(
                faults
                    .into_iter()
                    .map(|fault| format!("{method} {path}: {fault}")),
            );
            if reply.status >= 400 {
                assert_eq!(
                    reply.header("content-type"),
                    Some("application/problem+json"),
                    "{address}"
                );
            }
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(
        missing.is_empty(),
        "routes without a row in the table: {missing:#?}"
    );
    assert_eq!(app.world().position(), before, "previews commit nothing");
    Ok(())
}

/// Each write is done by the first who may, and taken back where the log can.
#[tokio::test]
async fn what_writes_answer_is_as_the_document_says() -> anyhow::Result<()> {
    let (app, known) = prepared().await?;
    let contract = Contract::of(&app).await;
    let mut wrong = Vec::new();
    let mut committed = 0;
    for ((method, path, _, body, expected), address) in table(&known) {
        let (Some(address), Some(may)) = (
            address.strip_suffix("?preview=true"),
            expected.iter().position(|status| *status == 200),
        ) else {
            continue;
        };
        let client = app.as_user(PEOPLE[may].expect("somebody known"));
        let body = (!body.is_null()).then_some(body);
        let before = app.world().position();
        let reply = client.send(method.parse()?, address, body, &[]).await;
        if reply.status >= 300 {
            wrong.push(format!(
                "{method} {address}: {} {}",
                reply.status, reply.body
            ));
        }
        let faults = contract.faults(method, path, &reply);
        wrong.extend(
            faults
                .into_iter()
                .map(|fault| format!("{method} {path}: {fault}")),
        );
        if app.world().position() == before {
            continue;
        }
        committed += 1;
        let undo = format!("/api/v1/log/{}/undo", reply.position());
        let undone = app.as_user("ada").post(&undo, Value::Null).await;
        let faults = contract.faults("POST", "/api/v1/log/{position}/undo", &undone);
        wrong.extend(
            faults
                .into_iter()
                .map(|fault| format!("undo of {path}: {fault}")),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(committed > 20, "only {committed} writes were done");
    Ok(())
}

#[tokio::test]
async fn every_refusal_is_a_problem_as_the_document_says() -> anyhow::Result<()> {
    let (app, known) = prepared().await?;
    let contract = Contract::of(&app).await;
    let ada = app.as_user("ada");
    let mut wrong = Vec::new();
    for ((method, path, _, body, _), address) in table(&known) {
        let mark = if address.contains('?') { '&' } else { '?' };
        let strange = format!("{address}{mark}strange=1");
        let lost = path.replace("{position}", "999999").replace(['{', '}'], "");
        let body = (!body.is_null()).then_some(body);
        let method = method.parse::<Method>()?;
        for (address, body) in [
            (&strange, body.clone()),
            (&lost, body.clone()),
            (&address, Some(json!({ "strange": true }))),
            (&address, Some(json!("no object"))),
        ] {
            let reply = ada.send(method.clone(), address, body, &[]).await;
            let faults = contract.faults(method.as_str(), path, &reply);
            wrong.extend(
                faults
                    .into_iter()
                    .map(|fault| format!("{method} {address}: {fault}")),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}
