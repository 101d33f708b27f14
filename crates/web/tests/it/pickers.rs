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
        alone.contains("value=\"Sven Stranger (sven)\""),
        "me at first: {alone}"
    );
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
