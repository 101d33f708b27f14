//! Lists: their pages, filters and order; and a list is the same on its page and in the API, since
//! one typed query answers both.

use insta::assert_json_snapshot;
use portcullis_testkit::TestApp;
use serde_json::{Value, json};

use super::plain;
use crate::browser::Browser;

/// A list: its page, its route, where its rows lead on the page, and what tells a row in the API.
type List = (&'static str, &'static str, &'static str, &'static str);

const PEOPLE: List = ("/people", "/api/v1/users", "/people/", "login");
const GROUPS: List = ("/groups", "/api/v1/groups", "/groups/", "id");
const ROLES: List = ("/roles", "/api/v1/roles", "/roles/", "id");
const APPS: List = ("/apps", "/api/v1/apps", "/apps/", "id");
const TAGS: List = ("/tags", "/api/v1/tags", "/tags/", "id");

/// Where the rows of the page's table lead.
pub(super) fn on_page(text: &str, leads_to: &str) -> Vec<String> {
    let (_, body) = text.split_once("<tbody").unwrap_or_default();
    let link = format!("href=\"{leads_to}");
    let rows = body.split("<tr").skip(1);
    rows.map(|row| {
        let (_, key) = row.split_once(&link).expect("a row leads to what it is");
        key.split('"').next().unwrap_or_default().to_owned()
    })
    .collect()
}

fn in_api(body: &Value, key: &str) -> Vec<String> {
    let rows = body["items"].as_array().expect("rows").iter();
    rows.map(|row| row[key].as_str().expect("a key").to_owned())
        .collect()
}

/// A company in which every filter takes some rows and leaves others.
pub(super) async fn company() -> anyhow::Result<TestApp> {
    let app = TestApp::start().await?;
    let ada = app.as_user("ada");
    let robot = json!({ "login": "bot", "name": "A bot", "kind": "service", "manager": "mia" });
    let _ = ada.post("/api/v1/users", robot).await.expect(201);
    let tags = json!({ "tags": ["Sensitive"] });
    let _ = ada.patch("/api/v1/apps/Billing", tags).await.expect(200);
    let off = json!({ "name": "Old", "description": "not used", "enabled": false });
    let _ = ada.post("/api/v1/tags", off).await.expect(201);
    for (login, reason) in [("sven", "for the audit"), ("max", "for my job")] {
        let wish = json!({ "group": "Payroll", "reason": reason });
        let asks = app.as_user(login);
        let _ = asks.post("/api/v1/requests", wish).await.expect(201);
    }
    Ok(app)
}

#[tokio::test]
async fn a_list_is_the_same_on_its_page_and_in_the_api() -> anyhow::Result<()> {
    let app = company().await?;
    let (ada, browser) = (app.as_user("ada"), Browser::new(&app, "ada")?);
    // Each filter and each order: as the page says it, and as the API does.
    let table: [(List, &[(&str, &str)]); 5] = [
        (
            PEOPLE,
            &[
                ("", ""),
                ("q=MIA", "q=MIA"),
                ("q=example.com", "q=example.com"),
                ("kind=service", "kind=service"),
                ("kind=person&q=a", "kind=person&q=a"),
                ("manager=mia", "manager=mia"),
                ("sort=name", "sort=name"),
                ("sort=groups", "sort=groups"),
                ("order=desc", "order=desc"),
            ],
        ),
        (
            GROUPS,
            &[
                ("kind=plain", "kind=group"),
                ("kind=app", "kind=app"),
                ("kind=app&q=read", "kind=app&q=read"),
                ("kind=app&app=Billing", "kind=app&app=Billing"),
                ("app=Billing", "app=Billing"),
                ("tag=Sensitive", "tag=Sensitive"),
                ("kind=app&tag=Sensitive", "kind=app&tag=Sensitive"),
                ("kind=plain&managed=yes", "kind=group&managed=true"),
                ("kind=plain&managed=no", "kind=group&managed=false"),
                ("kind=plain&owner=olga", "kind=group&owner=olga"),
                ("owner=petra", "owner=petra"),
                ("kind=plain&sort=members", "kind=group&sort=members"),
                ("kind=plain&sort=owners", "kind=group&sort=owners"),
                ("kind=app&order=desc", "kind=app&order=desc"),
            ],
        ),
        (
            ROLES,
            &[
                ("", ""),
                ("q=analysts", "q=analysts"),
                ("q=nothing", "q=nothing"),
                ("owner=rita", "owner=rita"),
                ("tag=Sensitive", "tag=Sensitive"),
            ],
        ),
        (
            APPS,
            &[
                ("", ""),
                ("q=BILL", "q=BILL"),
                ("tag=Sensitive", "tag=Sensitive"),
            ],
        ),
        (
            TAGS,
            &[("", ""), ("q=sens", "q=sens"), ("q=not used", "q=not used")],
        ),
    ];
    let mut rows = 0;
    for ((page, route, leads_to, key), filters) in table {
        let mut seen = std::collections::BTreeSet::new();
        for (on, of) in filters {
            let shown = browser.get(&format!("{page}?{on}")).await;
            assert_eq!(shown.status, 200, "{page}?{on}");
            let shown = on_page(&shown.text, leads_to);
            let listed = ada.get(&format!("{route}?{of}")).await.expect(200);
            assert_eq!(shown, in_api(&listed.body, key), "{page}?{on}");
            assert_eq!(listed.body["total"], shown.len(), "{route}?{of}");
            rows += shown.len();
            seen.insert(shown);
        }
        assert!(seen.len() > 1, "no filter of {page} makes a difference");
    }
    assert!(rows > 50, "only {rows} rows were compared");
    Ok(())
}

#[tokio::test]
async fn what_waits_for_somebody_is_the_same_on_the_page_and_in_the_api() -> anyhow::Result<()> {
    let app = company().await?;
    let (olga, browser) = (app.as_user("olga"), Browser::new(&app, "olga")?);
    for (q, count) in [
        ("", 2),
        ("AUDIT", 1),
        ("max", 1),
        ("payroll", 2),
        ("nobody", 0),
    ] {
        let shown = browser.get(&format!("/requests?q={q}")).await;
        let mut shown = on_page(&shown.text, "/requests/");
        let route = format!("/api/v1/requests?whose=for_me&q={q}");
        let listed = olga.get(&route).await.expect(200);
        assert_eq!(shown.len(), count, "{q}");
        // Two of one instant stand by their ids in the API.
        let mut listed = in_api(&listed.body, "id");
        shown.sort();
        listed.sort();
        assert_eq!(shown, listed, "{q}");
    }
    Ok(())
}

#[tokio::test]
async fn pages_of_a_sorted_list_follow_one_another_without_gap() -> anyhow::Result<()> {
    let app = company().await?;
    let ada = app.as_user("ada");
    for filter in [
        "",
        "sort=members",
        "sort=members&order=desc",
        "order=desc",
        "owner=olga",
    ] {
        let whole = ada
            .get(&format!("/api/v1/groups?{filter}"))
            .await
            .expect(200);
        let whole = in_api(&whole.body, "id");
        let (mut parts, mut after) = (Vec::new(), String::new());
        loop {
            let route = format!("/api/v1/groups?{filter}&limit=1&after={after}");
            let part = ada.get(&route).await.expect(200).body;
            parts.extend(in_api(&part, "id"));
            match part["next"].as_str() {
                Some(next) => next.clone_into(&mut after),
                None => break,
            }
        }
        assert_eq!(parts, whole, "{filter}");
    }
    Ok(())
}

#[tokio::test]
async fn pages_of_a_list_follow_one_another_and_end() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let sven = app.as_user("sven");
    let all = sven.get("/api/v1/users").await.expect(200);
    assert_eq!(
        (&all.body["total"], &all.body["next"]),
        (&json!(7), &Value::Null)
    );
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = sven
            .get(&format!("/api/v1/users?limit=3&after={after}"))
            .await
            .expect(200);
        assert_eq!(page.body["total"], 7);
        seen.extend(page.each("/login"));
        match page.body["next"].as_str() {
            Some(next) => next.clone_into(&mut after),
            None => break,
        }
    }
    assert_eq!(seen, all.each("/login"));
    Ok(())
}

#[tokio::test]
async fn lists_are_filtered_and_a_filter_nobody_knows_is_told() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let sven = app.as_user("sven");
    let cases: [(&str, &[&str]); 9] = [
        ("/api/v1/groups?kind=role", &["Role-Analysts"]),
        ("/api/v1/roles", &["Role-Analysts"]),
        (
            "/api/v1/groups?app=billing&q=read",
            &["App-Billing-Readers"],
        ),
        ("/api/v1/groups?tag=Sensitive", &["Vault"]),
        ("/api/v1/groups?owner=olga", &["Payroll", "Vault"]),
        ("/api/v1/groups?q=%25", &[]),
        ("/api/v1/users?q=ADMIN", &["Ada Admin"]),
        ("/api/v1/apps?q=invoices", &["Billing"]),
        ("/api/v1/tags?enabled=false", &[]),
    ];
    for (path, names) in cases {
        assert_eq!(
            sven.get(path).await.expect(200).each("/name"),
            names,
            "{path}"
        );
    }
    let wrong = sven
        .get("/api/v1/groups?knd=role&limit=0&managed=maybe&kind=x")
        .await
        .expect(400);
    assert_json_snapshot!(plain(&wrong.body), @r#"
    {
      "code": "invalid",
      "detail": "knd: there is no parameter `knd` here; did you mean `kind`?; kind: `x` is none of `group`, `role`, `app`; managed: `maybe` is none of `true`, `false`; limit: `0` is not a number of rows from 1 to 1000",
      "errors": [
        {
          "field": "knd",
          "message": "there is no parameter `knd` here; did you mean `kind`?"
        },
        {
          "field": "kind",
          "message": "`x` is none of `group`, `role`, `app`"
        },
        {
          "field": "managed",
          "message": "`maybe` is none of `true`, `false`"
        },
        {
          "field": "limit",
          "message": "`0` is not a number of rows from 1 to 1000"
        }
      ],
      "request_id": "[id]",
      "status": 400,
      "title": "invalid input",
      "type": "https://portcullis.dev/problems/invalid"
    }
    "#);
    for path in [
        "/api/v1/groups?app=nope",
        "/api/v1/groups?tag=nope",
        "/api/v1/groups?owner=nope",
    ] {
        let _ = sven.get(path).await.expect(404);
    }
    Ok(())
}

#[tokio::test]
async fn lists_are_sorted_either_way_and_pages_follow_without_gap() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = app.as_user("ada");
    for (path, key, sorts) in [
        ("users", "/login", &["login", "name", "groups"][..]),
        ("groups", "/name", &["name", "members", "owners"][..]),
        ("roles", "/name", &["name", "members", "owners"][..]),
    ] {
        for sort in sorts {
            let list = |order: &str| format!("/api/v1/{path}?sort={sort}&order={order}");
            let up = ada.get(&list("asc")).await.expect(200);
            let all = up.each(key);
            let down = ada.get(&list("desc")).await.expect(200).each(key);
            assert_eq!(
                down.iter().rev().collect::<Vec<_>>(),
                all.iter().collect::<Vec<_>>(),
                "{path} by {sort}"
            );
            for (order, whole) in [("asc", &all), ("desc", &down)] {
                let (mut seen, mut after) = (Vec::new(), String::new());
                loop {
                    let page = format!("{}&limit=2{after}", list(order));
                    let page = ada.get(&page).await.expect(200);
                    assert!(page.each(key).len() <= 2);
                    seen.extend(page.each(key));
                    match page.body["next"].as_str() {
                        Some(next) => after = format!("&after={next}"),
                        None => break,
                    }
                }
                assert_eq!(&seen, whole, "{path} by {sort} {order}");
            }
        }
    }
    let most = ada
        .get("/api/v1/groups?sort=members&order=desc&limit=1")
        .await
        .expect(200);
    let first = most.each("/name")[0].clone();
    let world = app.world();
    let count = |group| {
        world.holder_count(
            group,
            portcullis_model::MembershipKind::Member,
            app.app.now(),
        )
    };
    let largest = world.groups().map(|group| count(group.id)).max();
    assert_eq!(
        world.find_group(&first).map(|group| count(group.id)),
        largest
    );
    let _ = ada.get("/api/v1/groups?sort=colour").await.expect(400);
    Ok(())
}
