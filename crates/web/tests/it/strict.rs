//! Forms and the page of questions read what is typed as strictly as the API reads bodies.

use portcullis_testkit::TestApp;

use crate::browser::Browser;

#[tokio::test]
async fn a_question_says_each_property_once_and_every_number_as_it_is() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let sven = Browser::new(&app, "sven")?;
    let ask = async |properties: &str| {
        let ask = "/rules/ask?subject=mia&action=write&type=doc&id=7";
        sven.get(&format!("{ask}&properties={properties}"))
            .await
            .text
    };
    let wrong = "id=\"properties-error\"";
    for (typed, said) in [
        (
            "status%3Da%0Astatus%3Db",
            "`status` is written twice; keep one",
        ),
        (
            "status%3Da%0A%20status%20%3Da",
            "`status` is written twice; keep one",
        ),
        ("n%3D1e400", "outside the range of a double"),
        ("n%3D1e-400", "outside the range of a double"),
        (
            "n%3D%7B%22k%22%3A1%2C%22k%22%3A2%7D",
            "the key `k` is written twice",
        ),
    ] {
        let page = ask(typed).await;
        assert!(
            page.contains(wrong) && page.contains(said),
            "{typed}: {page}"
        );
    }
    // Text that only looks like the beginning of a number stays text.
    for typed in [
        "status%3D1e",
        "status%3D-",
        "status%3Da%0An%3D9007199254740993",
    ] {
        let page = ask(typed).await;
        assert!(!page.contains(wrong), "{typed}: {page}");
        assert!(
            page.contains("Mia Member may not write the doc 7."),
            "{typed}: {page}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_persons_attribute_is_said_once() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = Browser::new(&app, "ada")?;
    let save = async |attributes: &str| {
        let fields = [
            ("name", "Mia Member"),
            ("login", "mia"),
            ("attributes", attributes),
        ];
        ada.post("/people/mia/edit", &fields).await
    };
    let known = || {
        app.world()
            .find_user("mia")
            .expect("mia")
            .attributes
            .clone()
    };
    let before = known();
    let wrong = save("Team: red\nTeam: blue").await;
    assert_eq!(wrong.status, 422, "{}", wrong.text);
    assert!(
        wrong.text.contains("id=\"attributes-error\""),
        "{}",
        wrong.text
    );
    assert!(
        wrong.text.contains("`Team` is written twice; keep one"),
        "{}",
        wrong.text
    );
    assert_eq!(known(), before, "neither of them is taken");
    assert_eq!(save("Team: red\nteam: blue").await.status, 303);
    let names: Vec<_> = known().into_keys().collect();
    assert_eq!(names, ["Team", "team"]);
    Ok(())
}

#[tokio::test]
async fn what_a_group_is_to_confer_is_read_strictly_from_a_form() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = Browser::new(&app, "ada")?;
    let group = app.world().find_group("Payroll").expect("a group").id;
    let conferred = || {
        let world = app.world();
        let there = world.entitlements_of(group);
        there.map(|there| there.grant.clone()).collect::<Vec<_>>()
    };
    let confer = async |kind: &str, given: [(&str, &str); 2]| {
        let rest = [("until", "never"), ("confirm", "yes")];
        let fields = [&given[..], &rest].concat();
        ada.post(&format!("/groups/{group}/confer?kind={kind}"), &fields)
            .await
    };
    let twice = r#"[{"access": "deny", "access": "allow", "where": {"rsrc_type": "doc", "action": "read", "rsrc_match": []}}]"#;
    let refused = confer("rules", [("list", "l"), ("rules", twice)]).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    assert!(
        refused.text.contains("the key `access` is written twice"),
        "{}",
        refused.text
    );
    assert!(
        refused.text.contains("line 1, column 21"),
        "{}",
        refused.text
    );
    assert_eq!(conferred(), []);
    // A field left empty is one left out: the permission holds everywhere.
    let granted = confer(
        "permission",
        [("permission", "pay:run"), ("environments", " ")],
    )
    .await;
    assert_eq!(granted.status, 303, "{}", granted.text);
    assert_eq!(conferred().len(), 1);
    assert_eq!(conferred()[0].limits(), "");
    let nowhere = confer(
        "permission",
        [("permission", "pay:see"), ("environments", ",")],
    )
    .await;
    assert_eq!(nowhere.status, 422, "{}", nowhere.text);
    assert!(
        nowhere.text.contains("it would hold nowhere"),
        "{}",
        nowhere.text
    );
    Ok(())
}
