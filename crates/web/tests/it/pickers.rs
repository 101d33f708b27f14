//! People, groups, roles and apps named as people name them: what is clear is taken, what is not is
//! offered to choose from, and nothing that was typed is lost.

use portcullis_app::user::CreateUser;
use portcullis_model::{
    MembershipKind, UserKind,
    name::{Login, Name},
};
use portcullis_testkit::{TestApp, app::run};

use crate::browser::Browser;

fn id(app: &TestApp, login: &str) -> String {
    let world = app.world();
    world.find_user(login).expect("a user").id.to_string()
}

fn group(app: &TestApp, name: &str) -> String {
    let world = app.world();
    world.find_group(name).expect("a group").id.to_string()
}

#[tokio::test]
async fn a_pasted_list_is_taken_whole_and_each_fault_stands_beside_its_name() -> anyhow::Result<()>
{
    let app = TestApp::start().await?;
    let second = CreateUser {
        login: Login::parse("sven.two")?,
        name: Name::parse("Sven Stranger")?,
        email: None,
        kind: UserKind::Person,
        manager: None,
        attributes: Default::default(),
    };
    run(&app.app, second).await?;
    let olga = Browser::new(&app, "olga")?;
    let add = "/groups/Payroll/people/add";
    let pasted = "Rita Role, max@example.com\nSven Stranger; nobody.like.it; petr";
    let again = olga.post(add, &[("users", pasted)]).await;
    assert_eq!(again.status, 422);
    for clear in ["rita", "max"] {
        let ticked = format!("value=\"{}\" checked", id(&app, clear));
        assert!(again.text.contains(&ticked), "{clear} in {}", again.text);
    }
    for said in [
        "2 people are called `Sven Stranger`; choose",
        "there is no person called `nobody.like.it`",
        "`petr` may mean Petra Apps; choose",
        "3 names are not clear",
    ] {
        assert!(again.text.contains(said), "{said} in {}", again.text);
    }
    // Both of one name, told apart by their logins.
    for (login, told) in [
        ("sven", ">Sven Stranger: sven<"),
        ("sven.two", ">Sven Stranger: sven.two<"),
    ] {
        let offered = format!("<option value=\"{}\"", id(&app, login));
        assert!(
            again.text.contains(&offered) && again.text.contains(told),
            "{}",
            again.text
        );
    }
    assert!(
        again.text.contains("value=\"nobody.like.it\" aria-invalid"),
        "kept to be corrected"
    );
    let of = |login: &str| id(&app, login);
    let chosen = [
        of("rita"),
        of("max"),
        of("sven.two"),
        String::new(),
        of("petra"),
    ];
    let fields: Vec<_> = chosen.iter().map(|id| ("users", id.as_str())).collect();
    let done = olga.post(add, &fields).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let world = app.world();
    let payroll = world.find_group("Payroll").expect("a group");
    let mut members: Vec<_> = world
        .holders(payroll.id, MembershipKind::Member, app.app.now())
        .iter()
        .map(|holder| holder.user.login.to_string())
        .collect();
    members.sort();
    assert_eq!(members, ["max", "mia", "petra", "rita", "sven.two"]);
    let notice = olga.get(&done.location).await.text;
    assert!(notice.contains("People added or extended: "), "{notice}");
    assert!(notice.contains("Rita Role"), "{notice}");
    Ok(())
}

#[tokio::test]
async fn a_part_of_a_roles_name_finds_it() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = Browser::new(&app, "ada")?;
    let attach = "/groups/Payroll/roles/attach";
    let again = ada.post(attach, &[("role", "analysts")]).await;
    assert_eq!(again.status, 422);
    let role = group(&app, "Role-Analysts");
    let offered = format!("<input type=\"radio\" name=\"role\" value=\"{role}\">");
    assert!(again.text.contains(&offered), "{}", again.text);
    // The text stays, and the choice that stands after it counts.
    let chosen = [("role", "analysts"), ("role", role.as_str())];
    let done = ada.post(attach, &chosen).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let found = ada.get("/pick.json?kind=role&q=analy").await.text;
    assert!(found.contains("\"label\":\"Role-Analysts\""), "{found}");
    assert_eq!(ada.get("/pick.json?kind=role&q=payroll").await.text, "[]");
    assert_eq!(ada.get("/pick.json?kind=nothing&q=a").await.text, "[]");
    Ok(())
}

#[tokio::test]
async fn the_app_of_a_new_group_is_named_and_not_picked_from_a_list_of_all() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let petra = Browser::new(&app, "petra")?;
    let form = petra.get("/groups/new").await.text;
    assert!(form.contains("data-pick=\"app\""), "{form}");
    assert!(
        !form.contains(">Billing<") && !form.contains("Plain group"),
        "{form}"
    );
    let asked = [("kind", "app"), ("app", "bill"), ("name", "Writers")];
    let again = petra.post("/groups/new", &asked).await;
    assert_eq!(again.status, 422);
    assert!(
        again.text.contains("`bill` may mean Billing; choose"),
        "{}",
        again.text
    );
    let asked = [("kind", "app"), ("app", "Billing"), ("name", "Writers")];
    let done = petra.post("/groups/new", &asked).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let world = app.world();
    let made = world.find_group("App-Billing-Writers").expect("a group");
    assert_eq!(made.app(), world.find_app("Billing").map(|app| app.id));
    // Only apps in which one may make groups are offered.
    let sven = Browser::new(&app, "sven")?;
    assert_eq!(sven.get("/pick.json?kind=app&q=bill").await.text, "[]");
    assert!(
        petra
            .get("/pick.json?kind=app&q=bill")
            .await
            .text
            .contains("Billing")
    );
    let ada = Browser::new(&app, "ada")?;
    let both = [("kind", "group"), ("app", "Billing"), ("name", "Mixed")];
    let again = ada.post("/groups/new", &both).await;
    assert_eq!(again.status, 422);
    assert!(
        again.text.contains("only a group of an app has one"),
        "{}",
        again.text
    );
    Ok(())
}

#[tokio::test]
async fn people_are_compared_and_asked_about_by_their_names() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let sven = Browser::new(&app, "sven")?;
    let compared = sven.get("/compare?a=me&b=Mia+Member").await.text;
    assert!(compared.contains("Only Mia Member"), "{compared}");
    assert!(
        compared.contains("value=\"Sven Stranger (sven)\""),
        "{compared}"
    );
    let alone = sven.get("/compare").await.text;
    assert!(
        alone.contains("value=\"Sven Stranger (sven)\"") && !alone.contains("No person is called"),
        "me at first: {alone}"
    );
    let with_me = sven.get("/compare?b=mia").await.text;
    assert!(with_me.contains("Only Mia Member"), "{with_me}");
    let why = sven
        .get("/why?user=Max+Analyst+(max)&name=billing-read&what=member")
        .await
        .text;
    assert!(
        why.contains("Yes: Max Analyst is a member of App-Billing-Readers"),
        "{why}"
    );
    let unclear = sven.get("/why?user=max&name=p&what=member").await.text;
    assert!(unclear.contains("may mean"), "{unclear}");
    Ok(())
}

#[tokio::test]
async fn compared_places_of_one_group_stand_in_one_line_and_many_fold_away() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = app.as_user("ada");
    let both = serde_json::json!({ "users": ["mia"], "reason": "leads it" });
    let _ = ada
        .post("/api/v1/groups/Payroll/owners", both)
        .await
        .expect(200);
    for n in 0..20 {
        let group = serde_json::json!({ "name": format!("Club {n}") });
        let _ = ada.post("/api/v1/groups", group).await.expect(201);
        let add = serde_json::json!({ "users": ["mia"] });
        let path = format!("/api/v1/groups/Club%20{n}/members");
        let _ = ada.post(&path, add).await.expect(200);
    }
    let sven = Browser::new(&app, "sven")?;
    let page = sven.get("/compare?a=mia&b=sven").await.text;
    let only = page.split("Only Mia Member").nth(1).expect("a column");
    let only = only.split("<h2>").next().expect("its rows");
    assert!(only.contains("<span class=\"count\">21</span>"), "{only}");
    assert!(only.contains("<summary>6 more</summary>"), "{only}");
    let payroll: Vec<_> = only
        .split("<li>")
        .filter(|row| row.contains("<b>Payroll</b>"))
        .collect();
    assert_eq!(payroll.len(), 1, "{only}");
    assert!(
        payroll[0].contains(">member<") && payroll[0].contains(">owner<"),
        "{payroll:?}"
    );
    Ok(())
}

#[tokio::test]
async fn the_decision_form_takes_context_and_lists_what_rules_name() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let rules = serde_json::json!([
        { "access": "allow", "where": {
            "rsrc_type": "service", "action": "restart",
            "rsrc_match": [["@context.network", "=", "office"]],
        } },
    ]);
    let grant = serde_json::json!({ "list": "on call", "rules": rules });
    let _ = app
        .as_user("ada")
        .post("/api/v1/groups/Payroll/entitlements", grant)
        .await
        .expect(200);
    let mia = Browser::new(&app, "mia")?;
    let form = mia.get("/rules/ask").await.text;
    assert!(
        form.contains("<datalist id=\"actions\"><option value=\"restart\">"),
        "{form}"
    );
    assert!(
        form.contains("<datalist id=\"types\"><option value=\"service\">"),
        "{form}"
    );
    let ask = "/rules/ask?subject=mia&action=restart&type=service&id=search";
    let without = mia.get(ask).await.text;
    assert!(
        without.contains("No: Mia Member may not restart"),
        "{without}"
    );
    let within = mia
        .get(&format!("{ask}&context=network+%3D+office"))
        .await
        .text;
    assert!(within.contains("Yes: Mia Member may restart"), "{within}");
    let wrong = mia.get(&format!("{ask}&context=office")).await.text;
    assert!(wrong.contains("`office` has no value"), "{wrong}");
    Ok(())
}
