//! What owners see and do: the groups of their apps, who has access, several ends at once, and what
//! moves when roles are reshaped.

use portcullis_app::group::AddPeople;
use portcullis_model::{Expiry, MembershipKind};
use portcullis_testkit::{TestApp, app::run};
use serde_json::json;

use crate::browser::Browser;

/// `login` is a member of `group` for so many days.
async fn placed(app: &TestApp, login: &str, group: &str, days: i64) -> anyhow::Result<()> {
    let world = app.world();
    let add = AddPeople {
        group: world.find_group(group).expect("a group").id,
        kind: MembershipKind::Member,
        users: vec![world.find_user(login).expect("a user").id],
        until: Expiry::at(app.app.now().plus_days(days)),
        reason: portcullis_model::name::Reason::parse("for a while")?,
    };
    run(&app.app, add).await
}

/// What a box on the page of what expires sends.
fn held(app: &TestApp, login: &str, group: &str) -> String {
    let world = app.world();
    let group = world.find_group(group).expect("a group").id;
    let user = world.find_user(login).expect("a user").id;
    format!("{group} member {user}")
}

fn end(app: &TestApp, login: &str, group: &str) -> Option<i64> {
    let world = app.world();
    let user = world.find_user(login).expect("a user").id;
    let group = world.find_group(group).expect("a group").id;
    let fact = world.direct(user, group, MembershipKind::Member)?;
    let left = fact.validity.until.instant()?.micros() - app.app.now().micros();
    Some(left / 86_400_000_000)
}

#[tokio::test]
async fn several_ends_are_extended_or_let_go_with_one_preview() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    placed(&app, "max", "Payroll", 3).await?;
    placed(&app, "sven", "Payroll", 4).await?;
    placed(&app, "sven", "Vault", 5).await?;
    let olga = Browser::new(&app, "olga")?;
    let list = olga.get("/expiring?whose=owned").await.text;
    let keys = [
        held(&app, "max", "Payroll"),
        held(&app, "sven", "Payroll"),
        held(&app, "sven", "Vault"),
    ];
    for key in &keys {
        assert!(
            list.contains(&format!("name=\"held\" value=\"{key}\"")),
            "{key} in {list}"
        );
    }
    let settle = "/expiring/settle?whose=owned";
    let none = olga
        .post(settle, &[("do", "extend"), ("until", "2592000")])
        .await;
    assert_eq!(none.status, 422);
    assert!(none.text.contains("select at least one"), "{}", none.text);
    // A tag on one of the groups wants a reason: everything stays as it was picked.
    let mut fields: Vec<_> = keys.iter().map(|key| ("held", key.as_str())).collect();
    fields.extend([("do", "extend"), ("until", "2592000"), ("reason", "")]);
    let again = olga.post(settle, &fields).await;
    assert_eq!(again.status, 422, "{}", again.text);
    assert!(
        again
            .text
            .contains(&format!("value=\"{}\" checked", keys[2])),
        "{}",
        again.text
    );
    fields.pop();
    fields.push(("reason", "the audit takes longer"));
    let preview = olga.post(settle, &fields).await;
    assert_eq!(preview.status, 200, "{}", preview.text);
    assert!(
        preview.text.contains("Extend 3 memberships"),
        "{}",
        preview.text
    );
    assert!(preview.text.contains("2 people"), "{}", preview.text);
    assert_eq!(
        end(&app, "sven", "Vault"),
        Some(5),
        "a preview changes nothing"
    );
    let before = app.world().position().0;
    fields.push(("confirm", "yes"));
    let done = olga.post(settle, &fields).await;
    assert_eq!(done.status, 303, "{}", done.text);
    assert!(
        done.location.starts_with("/expiring?whose=owned"),
        "{}",
        done.location
    );
    assert_eq!(app.world().position().0, before + 1, "one change");
    for (login, group) in [("max", "Payroll"), ("sven", "Payroll"), ("sven", "Vault")] {
        assert_eq!(end(&app, login, group), Some(30), "{login} {group}");
    }
    let go = [
        ("held", keys[0].as_str()),
        ("held", keys[2].as_str()),
        ("do", "end"),
        ("confirm", "yes"),
    ];
    assert_eq!(olga.post(settle, &go).await.status, 303);
    assert_eq!(
        (end(&app, "max", "Payroll"), end(&app, "sven", "Vault")),
        (None, None)
    );
    assert_eq!(end(&app, "sven", "Payroll"), Some(30));
    // What is gone is not given anew, and others' is not ours to settle.
    let gone = [
        ("held", keys[0].as_str()),
        ("do", "extend"),
        ("until", "2592000"),
        ("reason", "x"),
        ("confirm", "yes"),
    ];
    assert_eq!(olga.post(settle, &gone).await.status, 404);
    let mia = Browser::new(&app, "mia")?;
    let theirs = [
        ("held", keys[1].as_str()),
        ("do", "end"),
        ("confirm", "yes"),
    ];
    assert_eq!(mia.post(settle, &theirs).await.status, 403);
    Ok(())
}

#[tokio::test]
async fn changing_an_end_begins_with_the_one_there_is() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    placed(&app, "max", "Payroll", 10).await?;
    let olga = Browser::new(&app, "olga")?;
    let form = olga
        .get("/groups/Payroll/people/max/extend?kind=member")
        .await
        .text;
    assert!(form.contains("value=\"custom\" checked"), "{form}");
    assert!(
        form.contains("name=\"until_date\" value=\"2026-03-12\""),
        "{form}"
    );
    let none = olga
        .get("/groups/Payroll/people/mia/extend?kind=member")
        .await
        .text;
    assert!(none.contains("value=\"never\" checked"), "{none}");
    Ok(())
}

#[tokio::test]
async fn groups_one_owns_are_those_of_ones_apps_too() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    placed(&app, "mia", "App-Billing-Readers", 3).await?;
    let petra = Browser::new(&app, "petra")?;
    let home = petra.get("/").await.text;
    let owned = home.split("id=\"h-own\"").nth(1).expect("groups one owns");
    let row = owned.split("App-Billing-Readers").nth(2).expect("a row");
    let row = row.split("</tr>").next().unwrap_or_default();
    assert!(row.contains("?ends=week\">1</a>"), "{row}");
    let list = petra.get("/groups?owner=me").await.text;
    assert!(list.contains("App-Billing-Readers"), "{list}");
    assert!(
        list.contains("1 <span class=\"muted small\">of the app</span>"),
        "{list}"
    );
    let group = petra.get("/groups/App-Billing-Readers").await.text;
    assert!(
        group.contains("None of its own. The owners of its app decide:"),
        "{group}"
    );
    Ok(())
}

#[tokio::test]
async fn owners_are_offered_to_add_people_and_others_see_that_they_have_asked() -> anyhow::Result<()>
{
    let app = TestApp::start().await?;
    for (login, path, offered, not) in [
        ("petra", "/apps/Billing", "Add people<span", "Ask<span"),
        ("sven", "/apps/Billing", "Ask<span", "Add people<span"),
        ("olga", "/groups/Payroll", "Add people</a>", "Ask to join"),
        ("sven", "/groups/Payroll", "Ask to join</a>", "Add people"),
    ] {
        let page = Browser::new(&app, login)?.get(path).await.text;
        assert!(
            page.contains(offered) && !page.contains(not),
            "{login} {path}: {page}"
        );
    }
    let wish = json!({ "group": "App-Billing-Readers", "reason": "month end" });
    let made = app
        .as_user("sven")
        .post("/api/v1/requests", wish)
        .await
        .expect(201);
    let request = made.body["id"].as_str().expect("an id");
    let sven = Browser::new(&app, "sven")?;
    for path in ["/apps/Billing", "/groups/App-Billing-Readers"] {
        let page = sven.get(path).await.text;
        assert!(
            page.contains(&format!("href=\"/requests/{request}\"")),
            "{page}"
        );
    }
    let roles = sven.get("/roles").await.text;
    assert!(
        roles.contains("Administrators create roles: ask Ada Admin."),
        "{roles}"
    );
    assert!(
        !Browser::new(&app, "ada")?
            .get("/roles")
            .await
            .text
            .contains("Administrators create")
    );
    Ok(())
}

#[tokio::test]
async fn an_app_lists_everyone_with_access_and_is_narrowed() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    placed(&app, "mia", "App-Billing-Readers", 3).await?;
    let petra = Browser::new(&app, "petra")?;
    let all = petra.get("/apps/Billing?show=people").await.text;
    // Max through a role, Mia herself, and Petra, who owns the app.
    assert!(
        all.contains("Max Analyst") && all.contains("Mia Member"),
        "{all}"
    );
    assert!(all.contains("1–3 of 3 people"), "{all}");
    for (filter, count, who) in [
        ("q=mia", 1, "Mia Member"),
        ("ends=week", 1, "Mia Member"),
        ("ends=never", 2, "Max Analyst"),
    ] {
        let there = format!("/apps/Billing?show=people&{filter}");
        let some = petra.get(&there).await.text;
        let counted = format!("1–{count} of {count} people");
        assert!(
            some.contains(&counted) && some.contains(who),
            "{filter}: {some}"
        );
    }
    let none = petra.get("/apps/Billing?show=people&q=olga").await.text;
    assert!(none.contains("Nobody like that has access"), "{none}");
    Ok(())
}

#[tokio::test]
async fn splitting_a_role_shows_the_groups_that_move() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = Browser::new(&app, "ada")?;
    let attach = [
        ("role", "Role-Analysts"),
        ("until", "never"),
        ("reason", "x"),
    ];
    assert_eq!(
        ada.post("/groups/Wiki/roles/attach", &attach).await.status,
        303
    );
    let wiki = app
        .world()
        .find_group("Wiki")
        .expect("a group")
        .id
        .to_string();
    let form = ada.get("/roles/Role-Analysts/split").await.text;
    assert!(!form.contains("nobody gains"), "{form}");
    let split = [
        ("name", "Role-Writers"),
        ("groups", wiki.as_str()),
        ("reason", "x"),
    ];
    let preview = ada.post("/roles/Role-Analysts/split", &split).await.text;
    let moves = preview
        .split("Groups that move")
        .nth(1)
        .expect("what moves");
    let lines: Vec<_> = moves.split("<li class=\"line ").skip(1).take(2).collect();
    for (line, parts) in lines.iter().zip([
        ["gain", "Role-Writers", "> includes <", "Wiki"],
        ["lose", "Role-Analysts", "> no longer includes <", "Wiki"],
    ]) {
        for part in parts {
            assert!(line.contains(part), "{part} in {line}");
        }
    }
    Ok(())
}
