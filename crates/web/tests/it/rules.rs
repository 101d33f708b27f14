//! The pages about rules: the lists, a question to the decision point, and saving a list.

use portcullis_testkit::TestApp;

use crate::browser::Browser;

const DRAFTS: &str = r#"[{"access": "allow", "where": {"rsrc_type": "doc", "action": "write", "rsrc_match": [["@status", "=", "draft"]]}}]"#;
const CASES: &str = r#"[{"name": "a draft", "action": "write", "type": "doc", "attributes": {"status": "draft"}, "expect": "allow"}]"#;

#[tokio::test]
async fn a_list_is_written_previewed_saved_asked_edited_and_withheld() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = Browser::new(&app, "ada")?;
    let group = app.world().find_group("Payroll").expect("a group").id;
    let new = format!("/groups/{group}/rules/new");
    let empty = ada.get(&new).await.text;
    assert!(empty.contains("Name of the list") && !empty.contains("value=\"name\""));

    // Everything wrong is said at once, and nothing that was typed is lost.
    let bad = "[\n  {\"access\": \"permit\", \"where\": {\"rsrc_type\": \"\", \"action\": \"x\", \"rsrc_match\": []}}\n]";
    let fields = [
        ("name", ""),
        ("priority", "much"),
        ("rules", bad),
        ("cases", "{}"),
        ("until", "never"),
    ];
    let refused = ada.post(&new, &fields).await;
    assert_eq!(refused.status, 422);
    for said in [
        "line 2, column",
        "[0].access",
        "the priority is a whole number",
        "the name is empty",
        "the cases are a list",
        "&#34;permit&#34;",
    ] {
        assert!(refused.text.contains(said), "{said}");
    }

    let fields = [
        ("name", "docs"),
        ("priority", "0"),
        ("rules", DRAFTS),
        ("cases", CASES),
        ("until", "never"),
        ("reason", "drafts"),
    ];
    let preview = ada.post(&new, &fields).await;
    assert_eq!(preview.status, 200);
    for said in [
        "may now <code>write</code> <code>doc</code> where <code>status = &#34;draft&#34;</code>",
        "was denied",
        "Mia Member",
        "there are no other ways",
    ] {
        assert!(preview.text.contains(said), "{said} in {}", preview.text);
    }
    assert!(
        app.world().entitlements_of(group).next().is_none(),
        "nothing is saved yet"
    );
    let confirmed = [&fields[..], &[("confirm", "yes")]].concat();
    let saved = ada.post(&new, &confirmed).await;
    assert_eq!(saved.status, 303);
    assert!(saved.location.contains("done="), "{}", saved.location);

    // It is listed for everybody, and answers.
    let sven = Browser::new(&app, "sven")?;
    let list = sven.get("/rules?q=doc").await.text;
    assert!(list.contains(">docs</b>") && list.contains("1 allow, 0 deny"));
    assert!(
        sven.get("/rules?q=nothing-like-it")
            .await
            .text
            .contains("No list like that")
    );
    let ask = "/rules/ask?subject=mia&action=write&type=doc&id=7";
    let no = sven.get(ask).await.text;
    for said in [
        "No: Mia Member may not write the doc 7.",
        "set @status to &#34;draft&#34;",
        "does not hold",
    ] {
        assert!(no.contains(said), "{said} in {no}");
    }
    let yes = sven
        .get(&format!("{ask}&properties=status%20%3D%20draft"))
        .await
        .text;
    assert!(
        yes.contains("Yes: Mia Member may write the doc 7."),
        "{yes}"
    );
    assert!(
        sven.get("/rules/ask?subject=mia&action=x")
            .await
            .text
            .contains("name a type")
    );

    // Everybody reads it, admins change it.
    let id = app
        .world()
        .entitlements_of(group)
        .next()
        .expect("a list")
        .id;
    let page = format!("/groups/{group}/rules/{id}");
    let read = sven.get(&page).await.text;
    assert!(read.contains("rsrc_match") && !read.contains("<textarea"));
    assert_eq!(sven.get(&new).await.status, 403);
    assert_eq!(sven.post(&page, &confirmed).await.status, 403);
    let edited = DRAFTS.replace("draft", "archived");
    let fields = [
        ("name", "docs"),
        ("priority", "0"),
        ("rules", edited.as_str()),
        ("cases", ""),
        ("until", "never"),
    ];
    let preview = ada.post(&page, &fields).await.text;
    assert!(
        preview.contains("may no longer") && preview.contains("may now"),
        "{preview}"
    );
    let withheld = ada
        .post(&format!("/entitlements/{id}/withhold"), &[])
        .await
        .text;
    assert!(
        withheld.contains("may no longer") && withheld.contains("Remove"),
        "{withheld}"
    );
    Ok(())
}

#[tokio::test]
async fn a_list_is_renamed_and_the_log_says_so() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = Browser::new(&app, "ada")?;
    let group = app.world().find_group("Payroll").expect("a group").id;
    let new = format!("/groups/{group}/rules/new");
    let fields = |name| {
        [
            ("name", name),
            ("priority", "0"),
            ("rules", DRAFTS),
            ("cases", ""),
            ("until", "never"),
            ("confirm", "yes"),
        ]
    };
    for name in ["docs", "other"] {
        assert_eq!(ada.post(&new, &fields(name)).await.status, 303);
    }
    let list = |name: &str| {
        let world = app.world();
        let mut all = world.entitlements_of(group);
        all.find(|e| e.grant.label() == name).map(|e| e.id)
    };
    let id = list("docs").expect("a list");
    let page = format!("/groups/{group}/rules/{id}");
    assert!(ada.get(&page).await.text.contains("value=\"docs\""));

    let taken = ada.post(&page, &fields("OTHER")).await;
    assert_eq!(taken.status, 422);
    assert!(taken.text.contains("a list of this name already"));
    let unconfirmed = &fields("papers")[..5];
    let preview = ada.post(&page, unconfirmed).await.text;
    assert!(
        preview.contains("Save docs on Payroll as papers") && preview.contains("this is proved"),
        "{preview}"
    );
    // A tab that was opened before somebody else saved does not replace that unseen.
    let seen = |html: &str| {
        let (_, rest) = html
            .split_once("name=\"seen\" value=\"")
            .expect("a version");
        rest.split('"').next().expect("a value").to_owned()
    };
    let opened = seen(&ada.get(&page).await.text);
    let mut first = fields("docs").to_vec();
    first[1] = ("priority", "3");
    assert_eq!(ada.post(&page, &first).await.status, 303);
    let stale = [&fields("papers")[..], &[("seen", &*opened)]].concat();
    let told = ada.post(&page, &stale).await;
    assert_eq!(told.status, 422);
    assert!(
        told.text.contains("Ada Admin saved this since"),
        "{}",
        told.text
    );
    assert_ne!(seen(&told.text), opened, "saving again is meant");

    let saved = ada.post(&page, &fields("papers")).await;
    assert_eq!(
        (saved.status, list("papers"), list("docs")),
        (303, Some(id), None)
    );
    let (_, position) = saved.location.split_once("done=").expect("a position");
    let entry = ada.get(&format!("/activity/{position}")).await.text;
    assert!(
        entry.contains("docs") && entry.contains("papers"),
        "{entry}"
    );
    Ok(())
}

#[tokio::test]
async fn who_comes_into_a_group_with_rules_is_shown_what_they_may_then() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = Browser::new(&app, "ada")?;
    let group = app.world().find_group("Payroll").expect("a group").id;
    let rules = r#"[{"access": "deny", "where": {"rsrc_type": "doc", "action": "read", "rsrc_match": [["@sealed", "=", true]]}},
        {"access": "allow", "where": {"rsrc_type": "doc", "action": "write", "rsrc_match": []}}]"#;
    let fields = [
        ("name", "docs"),
        ("priority", "0"),
        ("rules", rules),
        ("until", "never"),
        ("confirm", "yes"),
    ];
    let new = format!("/groups/{group}/rules/new");
    assert_eq!(ada.post(&new, &fields).await.status, 303);

    let add = format!("/groups/{group}/people/add");
    let fields = [
        ("users", "sven"),
        ("kind", "member"),
        ("until", "never"),
        ("reason", "for the audit"),
    ];
    let preview = ada.post(&add, &fields).await;
    assert_eq!(preview.status, 200);
    for said in [
        "Add Sven",
        "Payroll",
        "may now <code>write</code> <code>doc</code>",
        "1 person is subject to different rules",
        "rules.css",
    ] {
        assert!(preview.text.contains(said), "{said} in {}", preview.text);
    }
    let confirmed = [&fields[..], &[("confirm", "yes")]].concat();
    assert_eq!(ada.post(&add, &confirmed).await.status, 303);
    let owner = [
        ("users", "sven"),
        ("kind", "owner"),
        ("until", "never"),
        ("reason", "x"),
    ];
    assert_eq!(
        ada.post(&add, &owner).await.status,
        303,
        "owners are not judged by it"
    );

    let remove = [("user", "sven"), ("kind", "member")];
    let preview = ada
        .post(&format!("/groups/{group}/people/remove"), &remove)
        .await;
    assert!(
        preview.text.contains("may no longer <code>write</code>"),
        "{}",
        preview.text
    );

    // Programs are told the same.
    let path = "/api/v1/groups/Payroll/members/mia?preview=true";
    let told = app.as_user("ada").delete(path).await.expect(200).body;
    assert_eq!(told["rules"]["people"], 1);
    let turn = &told["rules"]["shifts"][0]["turns"][0];
    assert_eq!(
        (&turn["action"], &turn["allowed"]),
        (&"write".into(), &false.into())
    );
    Ok(())
}

#[tokio::test]
async fn an_attribute_of_somebody_else_is_hidden_from_who_is_no_admin() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = Browser::new(&app, "ada")?;
    let group = app.world().find_group("Payroll").expect("a group").id;
    let rules = r#"[{"access": "allow", "where": {"rsrc_type": "doc", "action": "write", "rsrc_match": [["@subject.email", "=", "@owner"]]}}]"#;
    let fields = [
        ("name", "own"),
        ("priority", "0"),
        ("rules", rules),
        ("until", "never"),
        ("confirm", "yes"),
    ];
    assert_eq!(
        ada.post(&format!("/groups/{group}/rules/new"), &fields)
            .await
            .status,
        303
    );
    let ask = "/rules/ask?subject=mia&action=write&type=doc&id=7&properties=owner%20%3D%20x";
    let shown = ada.get(ask).await.text;
    assert!(shown.contains("mia@example.com"));
    let sven = Browser::new(&app, "sven")?;
    let hidden = sven.get(ask).await.text;
    assert!(!hidden.contains("mia@example.com"), "{hidden}");
    assert!(hidden.contains("only they and admins see"));
    Ok(())
}

#[tokio::test]
async fn what_is_typed_is_looked_through_on_the_way() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let body = serde_json::json!({ "rules": "[{]", "cases": [] });
    let said = app
        .as_user("ada")
        .post("/rules/check.json", body)
        .await
        .expect(200)
        .body;
    assert_eq!(said["diagnostics"][0]["line"], 1);
    Ok(())
}
