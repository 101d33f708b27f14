//! No answer grows with what there is: a large organisation is asked everything there is to ask.

mod large;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use portcullis_model::Position;
use portcullis_testkit::{Client, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

use self::large::{large, waiting};
use crate::{api::document::operations, browser::Browser};

/// The most a page may be, in bytes.
const PAGE: usize = 100_000;
/// The most an answer of the API may be where nobody asks for more rows than usual.
const ANSWER: usize = 300_000;
/// The most with `limit=1000`.
const LONG_ANSWER: usize = 2_000_000;

fn size(body: &Value) -> usize {
    body.as_str()
        .map_or_else(|| body.to_string().len(), str::len)
}

/// What is asked where a route wants something in its query.
const QUERIES: [(&str, &[&str]); 9] = [
    ("/api/v1/search", &["q=u", "q=e"]),
    ("/api/v1/compare", &["a=boss&b=many", "a=many&b=u0000"]),
    ("/api/v1/diff", &["from=2026-01-01T00:00:00Z"]),
    (
        "/api/v1/who-can",
        &["permission=p:all", "permission=p:0001"],
    ),
    (
        "/api/v1/explain",
        &[
            "user=many&group=Hub",
            "user=many&permission=p:all",
            "user=boss&permission=p:all",
            "user=many&group=Everybody&kind=owner",
        ],
    ),
    ("/api/v1/resources", &["type=doc"]),
    ("/api/v1/permissions", &["", "q=all"]),
    (
        "/api/v1/groups",
        &["", "owner=boss", "app=Big", "tag=Tagged"],
    ),
    ("/api/v1/expiring", &["", "within=30d"]),
];

/// What is put into a path.
fn keys(key: &str, position: u64, request: &str) -> Vec<String> {
    let keys: &[&str] = match key {
        "{user}" => &["boss", "many", "u0000"],
        "{group}" => &[
            "Everybody",
            "Hub",
            "Rich",
            "Team%200000",
            "Role-All",
            "App-Big-Owners",
        ],
        "{role}" => &["Role-All", "Role-000"],
        "{app}" => &["Big"],
        "{tag}" => &["Tagged"],
        "{type}" => &["doc"],
        "{id}" => &["d0000"],
        "{position}" => return vec![position.to_string()],
        "{request}" => return vec![request.to_owned()],
        other => panic!("what stands for {other}?"),
    };
    keys.iter().map(|&key| key.to_owned()).collect()
}

fn addresses(path: &str, position: u64, request: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    for part in path.split('/').skip(1) {
        let options = if part.starts_with('{') {
            keys(part, position, request)
        } else {
            vec![part.to_owned()]
        };
        all = all
            .iter()
            .flat_map(|start| options.iter().map(move |part| format!("{start}/{part}")))
            .collect();
    }
    all
}

#[tokio::test]
async fn no_answer_of_the_api_grows_with_the_organisation() -> anyhow::Result<()> {
    let (app, position) = large().await?;
    waiting(&app).await?;
    let wrong = reads(&app, position).await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

#[tokio::test]
async fn no_preview_grows_with_what_it_takes_away() -> anyhow::Result<()> {
    let (app, position) = large().await?;
    let wrong = previews(&app, position).await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

#[tokio::test]
async fn no_page_grows_with_the_organisation() -> anyhow::Result<()> {
    let (app, position) = large().await?;
    waiting(&app).await?;
    let wrong = pages(&app, position).await?;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

#[tokio::test]
async fn parts_follow_one_another_to_the_end() -> anyhow::Result<()> {
    let (app, position) = large().await?;
    paged_to_the_end(&app, position).await;
    Ok(())
}

#[tokio::test]
async fn what_many_edits_changed_is_undone_by_admins_only() -> anyhow::Result<()> {
    let (app, position) = large().await?;
    let path = format!("/api/v1/log/{position}/undo?preview=true");
    let other = app.world();
    let other = other.users().find(|user| user.login.as_str() != "ada");
    let other = app.as_user(other.expect("there are many").login.as_str());
    let refused = other.post(&path, serde_json::json!({})).await;
    assert_eq!(
        (refused.status, &refused.body["code"]),
        (400, &"cannot_undo".into())
    );
    Ok(())
}

/// Every GET route of the API, of the largest things there are.
async fn reads(app: &TestApp, position: u64) -> Vec<String> {
    let ada = app.as_user("ada");
    let waiting = ada.get("/api/v1/requests?limit=1").await.expect(200);
    let request = waiting.each("/id").remove(0);
    let document = app.anonymous().get("/api/openapi.json").await.expect(200);
    let mut wrong = Vec::new();
    for (method, path, operation) in operations(&document.body) {
        // What somebody is judged by is whole by what it is for.
        if method != "GET" || path.ends_with("/rules") {
            continue;
        }
        let long = operation["parameters"].to_string().contains("\"limit\"");
        let queries = QUERIES.iter().find(|(of, _)| *of == path);
        let queries = queries.map_or(&[""][..], |(_, queries)| *queries);
        let asking: Vec<_> = match path.as_str() {
            "/api/v1/me" => ["ada", "boss", "many"]
                .map(|login| app.as_user(login))
                .into(),
            _ => vec![ada.clone()],
        };
        let addresses = addresses(&path, position, &request).into_iter();
        let addresses = addresses.flat_map(|address| {
            let with = move |query: &&str| format!("{address}?{query}");
            queries.iter().map(with).collect::<Vec<_>>()
        });
        for (nth, address) in addresses.enumerate() {
            for client in &asking {
                let mut asked = vec![(address.clone(), ANSWER)];
                if long && nth == 0 {
                    asked.push((format!("{address}&limit=1000"), LONG_ANSWER));
                }
                for (address, most) in asked {
                    let address = address.replace("?&", "?");
                    let reply = client.get(address.trim_end_matches('?')).await;
                    let found = size(&reply.body);
                    if reply.status != 200 || found > most {
                        wrong.push(format!("{address}: {} of {found} bytes", reply.status));
                    }
                }
            }
        }
    }
    wrong
}

/// What much hangs on, previewed.
fn taken_away(position: u64) -> Vec<(Method, String, Value)> {
    let logins: Vec<_> = (0..3_000).map(|n| format!("u{n:04}")).collect();
    let none = Value::Null;
    vec![
        (Method::DELETE, "users/boss".into(), none.clone()),
        (Method::DELETE, "users/many".into(), none.clone()),
        (Method::DELETE, "groups/Role-All".into(), none.clone()),
        (Method::DELETE, "groups/Everybody".into(), none.clone()),
        (Method::DELETE, "groups/Rich".into(), none.clone()),
        (Method::DELETE, "apps/Big".into(), none.clone()),
        (Method::DELETE, "tags/Tagged".into(), none.clone()),
        (Method::POST, format!("log/{position}/undo"), none.clone()),
        (
            Method::PATCH,
            "tags/Tagged".into(),
            json!({ "constraints": { "member_time_limit": 86400 } }),
        ),
        (
            Method::POST,
            "roles/Role-000/merge".into(),
            json!({ "from": "Role-All" }),
        ),
        (
            Method::POST,
            "roles/from-person".into(),
            json!({ "user": "many", "name": "Role-Of-Many" }),
        ),
        (
            Method::DELETE,
            "groups/Everybody/members".into(),
            json!({ "users": logins }),
        ),
    ]
}

async fn previews(app: &TestApp, position: u64) -> Vec<String> {
    let ada = app.as_user("ada");
    let mut wrong = Vec::new();
    for (method, path, body) in taken_away(position) {
        let body = (!body.is_null()).then_some(body);
        let long = ("&limit=1000", LONG_ANSWER);
        let long = Some(long).filter(|_| path.contains("Everybody"));
        for (query, most) in std::iter::once(("", ANSWER)).chain(long) {
            let address = format!("/api/v1/{path}?preview=true{query}");
            let reply = ada.send(method.clone(), &address, body.clone(), &[]).await;
            let found = size(&reply.body);
            if reply.status != 200 || found > most {
                let text = reply.body.to_string();
                let text: String = text.chars().take(200).collect();
                wrong.push(format!(
                    "{method} {address}: {} of {found} bytes: {text}",
                    reply.status
                ));
            }
        }
    }
    wrong
}

/// Where a walk through the pages begins.
async fn seeds(app: &TestApp, position: u64) -> Vec<String> {
    let world = app.world();
    let group = |name: &str| world.find_group(name).unwrap().id;
    let mut seeds: Vec<_> = [
        "/",
        "/people",
        "/groups",
        "/roles",
        "/apps",
        "/tags",
        "/requests",
        "/activity",
        "/expiring",
        "/rules",
        "/rules/ask",
        "/search?q=e",
        "/search.json?q=e",
        "/people/boss",
        "/people/many",
        "/people/u0000",
        "/people/boss/delete",
        "/people/many/delete",
        "/people/many/history",
        "/compare?a=boss&b=many",
        "/groups/new",
        "/roles/new",
        "/apps/new",
        "/tags/new",
        "/people/new",
        "/requests/new",
        "/why?permission=p:all",
        "/why?user=many&group=Hub",
        "/why?user=many&permission=p:all",
        "/why?user=boss&permission=p:all",
        "/roles/new?from=many",
        "/roles/new?person=many",
    ]
    .map(str::to_owned)
    .into();
    for name in [
        "Everybody",
        "Hub",
        "Rich",
        "Team 0000",
        "Role-All",
        "App-Big-Owners",
    ] {
        let id = group(name);
        let parts = [
            "",
            "/history",
            "/edit",
            "/delete",
            "/people/add",
            "/roles/attach",
            "/confer",
            "/rules/new",
            "/leave",
        ];
        seeds.extend(parts.map(|part| format!("/groups/{id}{part}")));
        seeds.push(format!("/why?user=many&group={id}"));
        seeds.push(format!("/requests/new?group={id}"));
        seeds.push(format!("/expiring?group={id}"));
    }
    let role = group("Role-All");
    seeds.extend(
        ["groups/attach", "clone", "merge", "split"].map(|part| format!("/roles/{role}/{part}")),
    );
    let app_id = world.find_app("Big").unwrap().id;
    seeds.extend(["", "/edit", "/delete"].map(|part| format!("/apps/{app_id}{part}")));
    let tag = world.find_tag("Tagged").unwrap().id;
    seeds.extend(["", "/edit", "/delete"].map(|part| format!("/tags/{tag}{part}")));
    let entry = format!("/activity/{position}");
    seeds.extend(["", "?effect=show", "?page=400"].map(|part| format!("{entry}{part}")));
    seeds
}

/// An address with what names one thing left out: pages of one kind.
fn kind_of(address: &str) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let parts = path.split('/').map(|part| {
        let is_word = part.chars().all(|c| c.is_ascii_lowercase() || c == '.');
        if is_word && part.len() < 20 {
            part
        } else {
            "*"
        }
    });
    let names = query
        .split('&')
        .map(|pair| pair.split('=').next().unwrap_or_default());
    let names: BTreeSet<_> = names.collect();
    let parts: Vec<_> = parts.collect();
    format!(
        "{}?{}",
        parts.join("/"),
        names.into_iter().collect::<Vec<_>>().join("&")
    )
}

/// What shows somebody their own.
const OWN: [&str; 8] = [
    "/",
    "/expiring",
    "/requests",
    "/requests/new",
    "/groups?owner=me",
    "/groups/new",
    "/people/many",
    "/people/boss",
];

/// Every page, and what each leads to.
async fn pages(app: &TestApp, position: u64) -> anyhow::Result<Vec<String>> {
    let mut wrong = Vec::new();
    for login in ["ada", "boss", "many"] {
        let browser = Browser::new(app, login)?;
        let mut todo: VecDeque<_> = match login {
            "ada" => seeds(app, position).await.into(),
            // What is only theirs.
            _ => OWN.map(str::to_owned).into(),
        };
        let mut known: BTreeSet<String> = todo.iter().cloned().collect();
        let mut kinds: BTreeMap<String, u32> = BTreeMap::new();
        let mut asked = 0;
        while let Some(address) = todo.pop_front() {
            let reply = browser.get(&address).await;
            asked += 1;
            if reply.status >= 500 || reply.text.len() > PAGE {
                let found = reply.text.len();
                wrong.push(format!(
                    "{address} as {login}: {} of {found} bytes",
                    reply.status
                ));
            }
            for link in reply.text.split("href=\"/").skip(1) {
                let Some((link, _)) = link.split_once('"') else {
                    continue;
                };
                let link = format!("/{}", link.replace("&amp;", "&"));
                let link = link.split('#').next().unwrap_or_default().to_owned();
                let elsewhere = link.starts_with("/assets") || link.starts_with("/api");
                if elsewhere || !known.insert(link.clone()) {
                    continue;
                }
                let seen = kinds.entry(kind_of(&link)).or_default();
                *seen += 1;
                if *seen <= 1 && login == "ada" {
                    todo.push_back(link);
                }
            }
        }
        let least = if login == "ada" { 150 } else { OWN.len() };
        assert!(asked >= least, "only {asked} pages were found as {login}");
    }
    wrong.sort();
    wrong.dedup();
    Ok(wrong)
}

/// What follows one another is the whole, and told as it was counted.
async fn paged_to_the_end(app: &TestApp, position: u64) {
    let ada = app.as_user("ada");
    let entry = format!("/api/v1/log/{position}?limit=1000");
    let edits = walk(&ada, Method::GET, &entry, "/change/changes").await;
    let made = app.app.store().entry(Position(position)).await;
    let made = made.unwrap().unwrap().change.unwrap();
    assert_eq!(
        edits,
        serde_json::to_value(&made.changes)
            .unwrap()
            .as_array()
            .unwrap()[..]
    );

    let lost = "/api/v1/groups/Role-All?preview=true&limit=1000";
    let first = ada.delete(lost).await.expect(200).body;
    let losses = walk(&ada, Method::DELETE, lost, "/diff/losses").await;
    let different: BTreeSet<_> = losses.iter().map(Value::to_string).collect();
    assert_eq!(first["diff"]["loss_count"], losses.len());
    assert_eq!(different.len(), losses.len(), "none is told twice");
    // Twenty people lose the role and 2,000 groups.
    assert_eq!(
        losses.iter().filter(|l| l.get("group").is_some()).count(),
        20 * 2_001
    );
    assert_eq!(first["diff"]["people"], 20);

    let owned = walk(
        &app.as_user("boss"),
        Method::GET,
        "/api/v1/me?limit=1000",
        "/owns",
    )
    .await;
    // Those of the app they own among them.
    assert_eq!(owned.len(), 2_000 + 1_001 + 1_000);
}

/// All rows that a pointer leads to, part by part.
async fn walk(client: &Client<'_>, method: Method, address: &str, rows: &str) -> Vec<Value> {
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let address = format!("{address}{after}");
        let reply = client
            .send(method.clone(), &address, None, &[])
            .await
            .expect(200);
        let part = reply.body.pointer(rows).and_then(Value::as_array);
        all.extend(part.expect("rows").iter().cloned());
        match reply.body["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return all,
        }
    }
}
