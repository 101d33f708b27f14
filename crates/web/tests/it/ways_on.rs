//! Pages lead on: from failures, through the past, to the next request, and for whoever comes first.

use jiff::SignedDuration;
use portcullis_app::user::CreateUser;
use portcullis_model::{
    UserKind,
    name::{Login, Name},
};
use portcullis_testkit::{TestApp, app::run};
use serde_json::json;

use crate::browser::Browser;

#[tokio::test]
async fn what_is_not_found_keeps_the_rail_and_the_viewer() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let sven = Browser::new(&app, "sven")?;
    for path in [
        "/nothing/here",
        "/groups/no-such-group",
        "/people/nobody",
        "/requests/x",
    ] {
        let page = sven.get(path).await;
        assert_eq!(page.status, 404, "{path}");
        for part in [
            "href=\"/why\"",
            "href=\"/expiring\"",
            "href=\"/help\"",
            "You are Sven Stranger",
            "role=\"search\"",
        ] {
            assert!(page.text.contains(part), "{path}: {part} in {}", page.text);
        }
        assert!(!page.text.contains("#0<"), "{path}: {}", page.text);
    }
    let nobody = Browser::new(&app, "nobody.at.all")?;
    for path in ["/", "/nothing/here"] {
        let page = nobody.get(path).await;
        assert!([401, 404].contains(&page.status), "{path}");
        for part in ["<nav class=\"rail\"", "href=\"/groups\"", "href=\"/\""] {
            assert!(page.text.contains(part), "{path}: {part} in {}", page.text);
        }
        for part in [
            "As of change",
            "class=\"btn quiet self\"",
            "role=\"search\"",
        ] {
            assert!(!page.text.contains(part), "{path}: {part} in {}", page.text);
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_question_that_only_reads_saves_nothing_and_says_nothing_of_it() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let page = Browser::new(&app, "sven")?
        .get("/rules/ask?action=read")
        .await
        .text;
    assert!(
        page.contains("name a type") && !page.contains("Nothing was saved"),
        "{page}"
    );
    Ok(())
}

#[tokio::test]
async fn the_past_is_kept_from_page_to_page_and_says_when_somebody_came() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let before = app.clock.now();
    app.clock.advance(SignedDuration::from_hours(72));
    let late = CreateUser {
        login: Login::parse("lena")?,
        name: Name::parse("Lena Late")?,
        email: None,
        kind: UserKind::Person,
        manager: None,
        attributes: Default::default(),
    };
    run(&app.app, late).await?;
    let sven = Browser::new(&app, "sven")?;
    let at = "2026-03-03";
    let page = sven.get(&format!("/groups/Payroll?at={at}")).await.text;
    assert!(page.contains("As it was on"), "{page}");
    let main = page.split("<main").nth(1).expect("a page");
    let links = main.split("href=\"/").skip(1);
    let links: Vec<_> = links.filter_map(|link| link.split('"').next()).collect();
    assert!(links.len() > 5, "{links:?}");
    for link in links {
        let shows = ["people", "groups", "roles", "apps", "why"];
        let there = link.split(['/', '?']).next().unwrap_or_default();
        assert!(!shows.contains(&there) || link.contains("at="), "{link}");
    }
    // What a page leads to is of that time, and back to now is one link.
    let mia = sven.get(&format!("/people/mia?at={at}")).await.text;
    assert!(
        mia.contains("As it was on") && mia.contains("href=\"/people/mia?at=\""),
        "{mia}"
    );
    let page = sven.get(&format!("/people/lena?at={at}")).await;
    assert_eq!(page.status, 404);
    assert!(
        page.text.contains(
            "Lena Late came on 5 Mar 2026. On 3 Mar 2026 there was no person of that name yet."
        ),
        "{}",
        page.text
    );
    let first = page
        .text
        .split("href=\"/people/lena?at=")
        .nth(1)
        .expect("a way on");
    let first = first.split('"').next().expect("a time");
    assert_eq!(
        sven.get(&format!("/people/lena?at={first}")).await.status,
        200
    );
    let asked = sven
        .get(&format!("/why?user=lena&name=Payroll&at={at}"))
        .await
        .text;
    assert!(
        asked.contains("Lena Late came on 5 Mar 2026 and was not there yet."),
        "{asked}"
    );
    let never = sven.get(&format!("/people/nobody?at={at}")).await.text;
    assert!(never.contains("there is no person `nobody`"), "{never}");
    assert!(before < app.clock.now());
    Ok(())
}

#[tokio::test]
async fn a_welcome_says_what_to_try_until_it_is_dismissed() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    for (login, says) in [
        ("ada", "As an administrator you see and change everything."),
        ("olga", "You decide who is in 2 groups."),
        ("sven", "Ask for what you need; whoever owns it decides."),
    ] {
        let home = Browser::new(&app, login)?.get("/").await.text;
        assert!(home.contains(says), "{login}: {home}");
        assert!(
            home.contains("who has access to what, why and until when"),
            "{home}"
        );
    }
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    let sends = |request: reqwest::RequestBuilder| {
        request
            .bearer_auth("demo-sven")
            .header("accept", "text/html")
    };
    let dismissed = sends(client.post(format!("{}/welcome", app.url)))
        .send()
        .await?;
    assert_eq!(dismissed.status(), 303);
    let cookie = dismissed.headers()["set-cookie"].to_str()?.to_owned();
    let cookie = cookie.split(';').next().expect("a cookie");
    let home = sends(client.get(&app.url))
        .header("cookie", cookie)
        .send()
        .await?
        .text()
        .await?;
    assert!(!home.contains("whoever owns it decides"), "{home}");
    Ok(())
}

#[tokio::test]
async fn help_leads_to_the_documentation_and_an_admin_to_the_first_steps() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let sven = Browser::new(&app, "sven")?;
    let help = sven.get("/help").await.text;
    assert!(
        help.contains("href=\"/docs/reference/rules.md\">The rule language<"),
        "{help}"
    );
    assert!(
        !help.contains("What to set up first") && help.contains("Ada Admin"),
        "{help}"
    );
    let rules = sven.get("/docs/reference/rules.md").await;
    assert_eq!(
        (rules.status, rules.text.starts_with("# The rule language")),
        (200, true)
    );
    for path in [
        "/docs/nothing.md",
        "/docs/../Cargo.toml",
        "/docs/pictures/person.png",
    ] {
        assert_eq!(sven.get(path).await.status, 404, "{path}");
    }
    let first = Browser::new(&app, "ada")?.get("/help").await.text;
    for part in [
        "What to set up first",
        "portcullis import org",
        "/docs/how-to/sign-in.md",
        "href=\"/apps/new\"",
    ] {
        assert!(first.contains(part), "{part} in {first}");
    }
    Ok(())
}

#[tokio::test]
async fn the_decision_panel_follows_the_chosen_end_and_leads_to_the_next() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let title = json!({ "attributes": { "Title": "Clerk", "Department": "Finance" } });
    let _ = app
        .as_user("ada")
        .patch("/api/v1/users/sven", title)
        .await
        .expect(200);
    for login in ["sven", "max"] {
        let wish = json!({ "group": "Vault", "reason": "for the audit" });
        let _ = app
            .as_user(login)
            .post("/api/v1/requests", wish)
            .await
            .expect(201);
    }
    let request = |login: &str| {
        let world = app.world();
        let user = world.find_user(login).expect("a user").id;
        let mut all = world.requests();
        all.find(|it| it.requester == user)
            .expect("a request")
            .id
            .to_string()
    };
    let olga = Browser::new(&app, "olga")?;
    let here = format!("/requests/{}", request("sven"));
    let page = olga.get(&here).await.text;
    for part in [
        "<dd>Clerk, Finance</dd>",
        "<dt>Asked until</dt>",
        "<dt>You grant until</dt>",
        &format!("href=\"/requests/{}\">Next request", request("max")),
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    let place = |part: &str| page.find(part).expect("a part of the page");
    assert!(
        place("What approving changes") < place(">Approve</button>"),
        "above the button"
    );
    // The tag allows thirty days; five are chosen.
    let granted = |page: &str| {
        let rest = page.split("You grant until</dt>").nth(1).expect("an end");
        rest.split("datetime=\"")
            .nth(1)
            .and_then(|rest| rest.get(..10))
            .unwrap_or_default()
            .to_owned()
    };
    assert_eq!(granted(&page), "2026-04-01");
    let five = [("until", "432000"), ("reason", "as agreed")];
    let there = olga.post(&format!("{here}/preview"), &five).await;
    assert_eq!(there.status, 303, "{}", there.text);
    assert_eq!(
        there.location,
        format!("{here}?until=432000&reason=as%20agreed#preview")
    );
    let shown = olga
        .get(there.location.split('#').next().expect("an address"))
        .await
        .text;
    assert_eq!(granted(&shown), "2026-03-07");
    assert!(
        shown.contains("as agreed") && shown.contains("value=\"432000\" checked"),
        "{shown}"
    );
    let diff = shown.split("class=\"tally\"").nth(1).expect("a diff");
    assert!(
        diff.contains("2026-03-07") && !diff.contains("2026-04-01"),
        "{diff}"
    );
    assert!(
        app.world().requests().count() == 2,
        "nothing is decided by looking"
    );
    let wrong = olga
        .get(&format!("{here}?until=custom&until_date=2020-01-01"))
        .await
        .text;
    assert!(
        wrong.contains("It cannot be approved as it stands"),
        "{wrong}"
    );
    let done = olga
        .post(
            &format!("{here}/approve"),
            &[("until", "432000"), ("reason", "fine")],
        )
        .await;
    assert_eq!(done.status, 303, "{}", done.text);
    let after = olga.get(&here).await.text;
    assert!(
        after.contains(&format!(
            "href=\"/requests/{}\">Next request",
            request("max")
        )),
        "{after}"
    );
    Ok(())
}
