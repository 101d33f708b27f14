//! Lists as tables, as RFC 4180 says: of every page that lists something, with what it is narrowed to.

use portcullis_testkit::TestApp;
use serde_json::json;

use super::lists::{company, on_page};
use crate::browser::Browser;

/// The lines of a table with their cells; read by the letter of RFC 4180.
fn cells(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut quoted, mut letters) = (false, text.chars().peekable());
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {
                assert_eq!(letters.next(), Some('\n'), "a line ends with both");
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            letter => cell.push(letter),
        }
    }
    assert!(!quoted && row.is_empty() && cell.is_empty(), "{text}");
    rows
}

/// What stands in a column, in order.
fn column(text: &str, name: &str) -> Vec<String> {
    let rows = cells(text);
    let Some((head, rows)) = rows.split_first() else {
        return Vec::new();
    };
    let at = head.iter().position(|column| column == name);
    let at = at.unwrap_or_else(|| panic!("no column {name} in {head:?}"));
    rows.iter().map(|row| row[at].clone()).collect()
}

/// Where a page offers its list as a table.
fn offered(page: &str) -> Option<String> {
    let (before, _) = page.split_once("\">CSV</a>")?;
    let (_, href) = before.rsplit_once("href=\"")?;
    Some(href.replace("&#38;", "&"))
}

#[tokio::test]
async fn each_list_is_offered_as_a_table_of_what_it_shows() -> anyhow::Result<()> {
    let app = company().await?;
    let max = app.world().find_user("max").expect("max").id;
    let mut compared = 0;
    for (who, page, leads_to, key) in [
        ("ada", "/people", "/people/", "login"),
        ("ada", "/people?q=mia", "/people/", "login"),
        ("ada", "/people?kind=service", "/people/", "login"),
        ("ada", "/people?sort=title", "/people/", "login"),
        ("ada", "/people?sort=manager", "/people/", "login"),
        ("ada", "/groups", "/groups/", "id"),
        ("ada", "/groups?kind=plain&managed=yes", "/groups/", "id"),
        ("ada", "/groups?app=Billing&sort=app", "/groups/", "id"),
        ("olga", "/groups?owner=me&order=desc", "/groups/", "id"),
        ("ada", "/roles", "/roles/", "id"),
        ("ada", "/roles?q=analysts&sort=members", "/roles/", "id"),
        ("ada", "/apps?order=desc", "/apps/", "id"),
        ("ada", "/tags?q=sens", "/tags/", "id"),
        ("ada", "/tags?order=desc", "/tags/", "id"),
        ("olga", "/requests", "/requests/", "id"),
        ("olga", "/requests?q=audit", "/requests/", "id"),
        ("ada", "/requests?tab=all", "/requests/", "id"),
        (
            "sven",
            "/requests?tab=mine&status=pending",
            "/requests/",
            "id",
        ),
        (
            "ada",
            "/activity?operation=group.",
            "/activity/",
            "position",
        ),
        ("ada", "/groups/Payroll", "/people/", "user.login"),
        (
            "ada",
            "/groups/Payroll?kind=owner",
            "/people/",
            "user.login",
        ),
    ] {
        let browser = Browser::new(&app, who)?;
        let shown = browser.get(page).await;
        assert_eq!(shown.status, 200, "{page}");
        let at = offered(&shown.text).unwrap_or_else(|| panic!("{page} offers no table"));
        let table = browser.get(&at).await;
        assert_eq!(table.status, 200, "{at}: {}", table.text);
        let (mut rows, mut listed) = (on_page(&shown.text, leads_to), column(&table.text, key));
        if page.starts_with("/requests") {
            // Two of one instant.
            rows.sort();
            listed.sort();
        }
        assert_eq!(listed, rows, "{page}: {at}");
        compared += rows.len();
    }
    assert!(compared > 40, "only {compared} rows were compared");
    let browser = Browser::new(&app, "ada")?;
    let max_page = format!("/people/{max}");
    for (page, key) in [
        ("/search?q=pay", "label"),
        ("/expiring?whose=all", "what"),
        (max_page.as_str(), "group.name"),
    ] {
        let shown = browser.get(page).await.text;
        let at = offered(&shown).unwrap_or_else(|| panic!("{page} offers no table"));
        let table = browser.get(&at).await;
        assert_eq!(table.status, 200, "{at}: {}", table.text);
        let _ = column(&table.text, key);
    }
    let access = format!("/api/v1/users/{max}/access?format=csv");
    let access = column(&browser.get(&access).await.text, "group.name");
    assert_eq!(access, ["App-Billing-Readers", "Role-Analysts"]);
    Ok(())
}

#[tokio::test]
async fn a_table_is_asked_for_by_query_or_header_and_goes_on_where_it_ends() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = app.as_user("ada");
    let group = json!({ "name": "Tables", "description": "=HYPERLINK(\"http://x\"), \"quoted\"" });
    let _ = ada.post("/api/v1/groups", group).await.expect(201);
    let client = reqwest::Client::builder().no_proxy().build()?;
    let get = async |path: &str, accept: &str| {
        let request = client.get(format!("{}{path}", app.url));
        let request = request.bearer_auth("demo-ada").header("accept", accept);
        request.send().await.expect("an answer")
    };
    let told = |reply: &reqwest::Response, name: &str| -> String {
        let header = reply.headers().get(name);
        header.map_or_else(String::new, |value| {
            value.to_str().expect("text").to_owned()
        })
    };
    let by_query = get("/api/v1/groups?q=tables&format=csv", "*/*").await;
    assert_eq!(
        told(&by_query, "content-type"),
        "text/csv; charset=utf-8; header=present"
    );
    assert_eq!(
        told(&by_query, "content-disposition"),
        "attachment; filename=\"groups.csv\""
    );
    assert_eq!(told(&by_query, "link"), "");
    let text = by_query.text().await?;
    // What a spreadsheet would take for a formula is text.
    assert_eq!(
        column(&text, "description"),
        ["'=HYPERLINK(\"http://x\"), \"quoted\""]
    );
    let by_header = get("/api/v1/groups?q=tables", "text/csv").await;
    assert_eq!(by_header.text().await?, text);
    let json = get("/api/v1/groups?q=tables&format=json", "text/csv").await;
    assert_eq!(told(&json, "content-type"), "application/json");

    let (mut seen, mut next) = (Vec::new(), "/api/v1/users?limit=3&format=csv".to_owned());
    loop {
        let part = get(&next, "*/*").await;
        let link = told(&part, "link");
        seen.extend(column(&part.text().await?, "login"));
        match link.strip_prefix('<').and_then(|link| link.split_once('>')) {
            Some((to, rel)) => {
                assert_eq!(rel, "; rel=\"next\"");
                to.clone_into(&mut next);
            }
            None => break,
        }
    }
    let all = ada.get("/api/v1/users").await.expect(200);
    assert_eq!(seen, all.each("/login"));

    let wrong = ada.get("/api/v1/groups?format=xml").await.expect(400);
    assert_eq!(wrong.body["errors"][0]["field"], "format");
    // What is no list is no table.
    let _ = ada
        .get("/api/v1/groups/Tables?format=csv")
        .await
        .expect(400);
    Ok(())
}
