//! Forms: what is wrong stands at the field, and nothing that was typed or picked is lost.

use portcullis_model::{Actor, ConnectorId};
use portcullis_testkit::TestApp;
use serde_json::json;

use crate::browser::Browser;

#[tokio::test]
async fn an_address_and_a_manager_are_cleared_by_emptying_their_fields() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = Browser::new(&app, "ada")?;
    let known = || {
        let world = app.world();
        let mia = world.find_user("mia").expect("mia");
        (mia.email.is_some(), mia.manager.is_some())
    };
    let fields = |email, manager| {
        [
            ("name", "Mia Member"),
            ("login", "mia"),
            ("email", email),
            ("manager", manager),
        ]
    };
    let page = "/people/mia/edit";
    assert_eq!(
        ada.post(page, &fields("m@example.com", "sven"))
            .await
            .status,
        303
    );
    assert_eq!(known(), (true, true));
    let wrong = ada.post(page, &fields("", "nobody-like-it")).await;
    assert_eq!(wrong.status, 422);
    assert_eq!(known(), (true, true), "nothing is half done");
    let taken = ada.post(page, &fields("sven@example.com", "mia")).await;
    assert_eq!(taken.status, 422);
    assert!(
        taken.text.contains("has this e-mail address"),
        "{}",
        taken.text
    );
    assert!(taken.text.contains("id=\"email-error\""), "{}", taken.text);
    assert_eq!(ada.post(page, &fields("", "")).await.status, 303);
    assert_eq!(known(), (false, false));
    Ok(())
}

#[tokio::test]
async fn rejecting_several_without_a_reason_gives_the_list_back_with_what_was_picked()
-> anyhow::Result<()> {
    let app = TestApp::start().await?;
    for login in ["sven", "max"] {
        let wish = json!({ "group": "Payroll", "reason": "for the audit" });
        let _ = app
            .as_user(login)
            .post("/api/v1/requests", wish)
            .await
            .expect(201);
    }
    let olga = Browser::new(&app, "olga")?;
    let ids: Vec<_> = {
        let world = app.world();
        let of = |login: &str| {
            let user = world.find_user(login).expect("a user").id;
            let mut all = world.requests();
            all.find(|request| request.requester == user)
                .expect("a request")
                .id
                .to_string()
        };
        vec![of("sven"), of("max")]
    };
    let list = olga.get("/requests?q=audit").await.text;
    assert!(
        list.contains("action=\"/requests/decide?q=audit\""),
        "{list}"
    );
    let decide = "/requests/decide?q=audit";
    let unclear = [("request", &*ids[0]), ("do", "aprove"), ("confirm", "yes")];
    let neither = olga.post(decide, &unclear).await;
    assert!(neither.status == 422 && neither.text.contains("choose whether to approve or reject"));
    assert_eq!(app.world().requests().count(), 2, "nothing is decided");
    let fields = [("request", &*ids[0]), ("do", "reject"), ("reason", "")];
    let again = olga.post(decide, &fields).await;
    assert_eq!(again.status, 422);
    let row = |id: &str| {
        let at = again.text.find(&format!("value=\"{id}\"")).expect("a row");
        again.text[at..at + 80].contains("checked")
    };
    assert!(
        row(&ids[0]) && !row(&ids[1]),
        "what was picked stays picked"
    );
    for said in [
        "say why",
        "aria-invalid=\"true\"",
        "href=\"#reason\"",
        "value=\"audit\"",
    ] {
        assert!(again.text.contains(said), "{said} in {}", again.text);
    }
    let fields = [("do", "approve"), ("reason", "fine")];
    let none = olga.post(decide, &fields).await;
    assert_eq!(none.status, 422);
    assert!(none.text.contains("pick at least one") && none.text.contains("value=\"fine\""));
    let fields = [
        ("request", &*ids[0]),
        ("do", "reject"),
        ("reason", "no"),
        ("confirm", "yes"),
    ];
    assert_eq!(olga.post(decide, &fields).await.status, 303);
    // Somebody was quicker: the list says so.
    let late = olga.post(decide, &fields).await;
    assert_eq!(late.status, 422, "{}", late.text);
    Ok(())
}

#[tokio::test]
async fn a_decided_request_shows_what_was_granted_beside_what_was_asked() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let wish =
        json!({ "group": "Payroll", "reason": "for the audit", "until": "2026-05-01T00:00:00Z" });
    let filed = app
        .as_user("sven")
        .post("/api/v1/requests", wish)
        .await
        .expect(201);
    let id = filed.body["id"].as_str().expect("an id").to_owned();
    let olga = Browser::new(&app, "olga")?;
    let page = format!("/requests/{id}");
    let waiting = olga.get(&page).await.text;
    assert!(
        waiting.contains("<dt>Until</dt>") && !waiting.contains("Granted until"),
        "{waiting}"
    );
    let shorter = json!({ "until": "2026-04-15T00:00:00Z" });
    let approve = format!("/api/v1/requests/{id}/approve");
    let _ = app
        .as_user("olga")
        .post(&approve, shorter)
        .await
        .expect(200);
    let decided = olga.get(&page).await.text;
    let after = |label: &str| {
        decided
            .split_once(label)
            .map_or("", |(_, rest)| &rest[..rest.len().min(300)])
    };
    assert!(
        after("<dt>Granted until</dt>").contains("2026-04-15"),
        "{decided}"
    );
    assert!(
        after("<dt>Asked for until</dt>").contains("2026-05-01"),
        "{decided}"
    );
    // Who decides on a page opened before is told that somebody was quicker.
    let late = olga
        .post(&format!("{page}/reject"), &[("reason", "no")])
        .await;
    assert_eq!(late.status, 422);
    for said in ["Not decided again", "this request does not wait any more"] {
        assert!(late.text.contains(said), "{said} in {}", late.text);
    }
    Ok(())
}

#[tokio::test]
async fn columns_of_lists_are_links_that_sort_and_say_so() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = Browser::new(&app, "ada")?;
    let usual = ada.get("/groups?q=a").await.text;
    for link in [
        "aria-sort=\"ascending\"><a href=\"/groups?q=a&#38;sort=name&#38;order=desc\">Name",
        "<a href=\"/groups?q=a&#38;sort=members\">Members",
        "<a href=\"/groups?q=a&#38;sort=owners\">Owners",
    ] {
        assert!(usual.contains(link), "{link} in {usual}");
    }
    let place = |page: &str, name: &str| {
        page.find(&format!("<b>{name}</b>"))
            .or_else(|| page.find(&format!(">{name}<")))
            .expect("a row")
    };
    let down = ada.get("/groups?sort=members&order=desc").await.text;
    assert!(
        down.contains("aria-sort=\"descending\"><a href=\"/groups?sort=members\">Members"),
        "{down}"
    );
    let world = app.world();
    let members = |group: &portcullis_model::Group| {
        world.holder_count(
            group.id,
            portcullis_model::MembershipKind::Member,
            app.app.now(),
        )
    };
    let groups = || world.groups().filter(|group| !group.is_role());
    let (most, least) = (
        groups().max_by_key(|g| members(g)),
        groups().min_by_key(|g| members(g)),
    );
    let (most, least) = (most.expect("a group"), least.expect("a group"));
    assert!(members(most) > members(least));
    assert!(
        place(&down, &most.name) < place(&down, &least.name),
        "{down}"
    );
    let people = ada.get("/people?sort=groups&order=desc").await.text;
    assert!(people.contains("aria-sort=\"descending\"><a href=\"/people?sort=groups\">Groups"));
    for sort in ["login", "name", "title", "manager", "no-such-column"] {
        assert_eq!(
            ada.get(&format!("/people?sort={sort}&order=desc"))
                .await
                .status,
            200
        );
    }
    Ok(())
}

#[tokio::test]
async fn the_edits_of_a_large_entry_are_read_page_by_page() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = Browser::new(&app, "ada")?;
    let logins: Vec<_> = (0..120)
        .map(|n| json!({ "login": format!("u{n:03}"), "name": format!("User {n:03}") }))
        .collect();
    let policy: portcullis_app::import::Policy =
        serde_json::from_value(json!({ "users": logins }))?;
    let import = portcullis_app::sync::SyncSource::new(policy);
    let by = Actor::Connector(ConnectorId::IMPORT);
    let done = app
        .app
        .commit(app.app.context(by), import, None)
        .await
        .expect("an import");
    let entry = format!("/activity/{}", done.position);
    let first = ada.get(&entry).await.text;
    assert!(
        first.contains("1–50 of 120 edits")
            && first.contains("User 000")
            && !first.contains("User 119</b>"),
        "{first}"
    );
    let last = ada.get(&format!("{entry}?page=3")).await.text;
    assert!(
        last.contains("101–120 of 120 edits") && last.contains("User 119"),
        "{last}"
    );
    let past = ada
        .get(&format!("{entry}?page=99999999999999999999"))
        .await
        .text;
    assert!(past.contains("1–50 of 120"));
    let past = ada.get(&format!("{entry}?page=77")).await.text;
    assert!(past.contains("101–120 of 120"));
    Ok(())
}

#[tokio::test]
async fn what_is_confirmed_is_what_was_shown() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = Browser::new(&app, "ada")?;
    let page = "/groups/Payroll/delete";
    let shown = ada.get(page).await.text;
    let field = |text: &str| {
        let at = text.find("name=\"previewed\"").expect("what was shown");
        let value = text[at..].split("value=\"").nth(1).expect("a value");
        value.split('"').next().expect("an end").to_owned()
    };
    let seen = field(&shown);
    let add = json!({ "users": ["sven"], "reason": "meanwhile" });
    let _ = app
        .as_user("ada")
        .post("/api/v1/groups/Payroll/members", add)
        .await
        .expect(200);
    let confirm = |seen: &str| {
        [
            ("confirm", "yes".to_owned()),
            ("previewed", seen.to_owned()),
        ]
    };
    let pairs = |all: &[(&'static str, String); 2]| {
        all.clone()
            .map(|(name, value)| (name, value.leak() as &str))
    };
    let again = ada.post(page, &pairs(&confirm(&seen))).await;
    assert_eq!(again.status, 200, "shown anew");
    assert!(app.world().find_group("Payroll").is_some());
    let seen = field(&again.text);
    assert_eq!(ada.post(page, &pairs(&confirm(&seen))).await.status, 303);
    assert!(app.world().find_group("Payroll").is_none());
    Ok(())
}

/// What stands between `before` and the next quote.
fn quoted<'t>(text: &'t str, before: &str) -> &'t str {
    let (_, rest) = text
        .split_once(before)
        .unwrap_or_else(|| panic!("{before} in {text}"));
    rest.split('"').next().expect("an end")
}

/// An end that somebody shortened is not put back by a form that was opened before.
#[tokio::test]
async fn an_end_shortened_meanwhile_is_not_put_back_by_an_old_form() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = Browser::new(&app, "ada")?;
    let world = app.world();
    let group = world.find_group("Payroll").expect("a group").id;
    let mia = world.find_user("mia").expect("mia").id;
    let page = format!("/groups/{group}/people/{mia}/extend?kind=member");
    let opened = ada.get(&page).await;
    assert_eq!(opened.status, 200);
    let seen = quoted(&opened.text, "name=\"seen\" value=\"").to_owned();

    let end = app.app.now().plus_days(3);
    let shorter = json!({ "users": ["mia"], "until": end, "reason": "she leaves" });
    let _ = app
        .as_user("olga")
        .post("/api/v1/groups/Payroll/members", shorter)
        .await
        .expect(200);
    let until = || {
        let world = app.world();
        let member = portcullis_model::MembershipKind::Member;
        let place = world.direct(mia, group, member).expect("a place");
        place.validity.until.instant()
    };
    assert_eq!(until(), Some(end));

    let send = async |seen: &str| {
        let fields = [
            ("kind", "member"),
            ("seen", seen),
            ("until", "7776000"),
            ("reason", "as before"),
        ];
        ada.post(&page, &fields).await
    };
    let told = send(&seen).await;
    assert_eq!(told.status, 422, "{}", told.text);
    let day = end.to_jiff().strftime("%-d %b %Y").to_string();
    assert!(
        told.text
            .contains("Olga Owner saved this since you opened it")
    );
    assert!(told.text.contains(&day), "{day} in {}", told.text);
    assert_eq!(until(), Some(end), "the shorter end stands");

    let again = quoted(&told.text, "name=\"seen\" value=\"");
    assert_eq!(send(again).await.status, 303, "saving again is meant");
    assert!(until() > Some(end));
    Ok(())
}

/// What is sent from a page that was opened before a rename is done to whom the page showed, not to
/// who has that login by then.
#[tokio::test]
async fn what_was_opened_before_a_rename_acts_on_whom_it_showed() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = Browser::new(&app, "ada")?;
    let group = app.world().find_group("Payroll").expect("a group").id;
    let id = |login: &str| app.world().find_user(login).expect("a user").id;
    let (mia, sven) = (id("mia"), id("sven"));

    let shown = ada.get("/people/mia").await.text;
    for act in ["edit", "delete"] {
        assert!(shown.contains(&format!("\"/people/{mia}/{act}\"")), "{act}");
    }
    assert!(shown.contains(&format!("/roles/new?from={mia}")));
    let members = ada.get(&format!("/groups/{group}")).await.text;
    assert!(members.contains(&format!("name=\"user\" value=\"{mia}\"")));
    assert!(members.contains(&format!("/groups/{group}/people/{mia}/extend?kind=member")));
    let compared = ada.get("/compare?a=olga&b=mia").await.text;
    assert!(compared.contains(&format!("user={mia}")), "{compared}");
    let add = ada
        .get(&format!("/groups/{group}/people/add?kind=owner&user={mia}"))
        .await;
    let told = format!("value=\"{mia}\" checked><span>Mia Member <span class=\"muted\">mia</span>");
    assert!(add.text.contains(&told), "told by the login of now");

    let action = |text: &str, form: &str| {
        let (_, rest) = text.split_once(form).expect("a form");
        quoted(rest, "action=\"").replace("&#38;", "&")
    };
    let form = "<form class=\"form\"";
    for act in ["people/add", "confer", "roles/attach", "edit"] {
        let text = ada.get(&format!("/groups/payroll/{act}")).await.text;
        let at = action(&text, form);
        let by_id = format!("/groups/{group}/{act}");
        assert!(at.starts_with(&by_id), "opened by its name: {at}");
    }
    let edit = action(&ada.get("/people/mia/edit").await.text, form);
    let extend = format!("/groups/{group}/people/mia/extend?kind=member");
    let extend = action(&ada.get(&extend).await.text, form);
    let role = action(&ada.get("/roles/new?from=mia").await.text, form);
    let removal = ada.get("/people/mia/delete").await.text;
    let delete = action(&removal, "aria-label=\"Preview");
    for address in [&edit, &extend, &role, &delete] {
        assert!(address.contains(&mia.to_string()), "{address}");
    }

    let rename = async |from: &str, to: &str| {
        let path = format!("/api/v1/users/{from}");
        let _ = app
            .as_user("ada")
            .patch(&path, json!({ "login": to }))
            .await
            .expect(200);
    };
    rename("mia", "mia.member").await;
    rename("sven", "mia").await;

    let fields = [("name", "Mia Renamed"), ("login", "mia.member")];
    assert_eq!(ada.post(&edit, &fields).await.status, 303);
    let named = |id| app.world().user(id).expect("a user").name.to_string();
    assert_eq!(named(mia), "Mia Renamed");
    assert_ne!(named(sven), "Mia Renamed");

    let gone = ada.post(&delete, &[("confirm", "yes")]).await;
    assert_eq!(gone.status, 303, "{}", gone.text);
    assert!(app.world().user(mia).is_none() && app.world().user(sven).is_some());
    Ok(())
}
