//! Choices that are too many for boxes: some are offered, and the others named.

use portcullis_testkit::TestApp;
use serde_json::json;

use crate::browser::Browser;

#[tokio::test]
async fn of_many_tags_some_are_boxes_and_the_others_are_named() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    for n in 0..60 {
        let tag = json!({ "name": format!("Label {n:02}") });
        let _ = app
            .as_user("ada")
            .post("/api/v1/tags", tag)
            .await
            .expect(201);
    }
    let ada = Browser::new(&app, "ada")?;
    let page = ada.get("/groups/new").await.text;
    assert_eq!(page.matches("name=\"tags\"").count(), 40);
    // Sixty, and one of the company's own.
    assert!(page.contains("21 more are not listed"), "{page}");

    let named = |more| [("kind", "group"), ("name", "Labelled"), ("more_tags", more)];
    let wrong = ada.post("/groups/new", &named("Label 55, Label 77")).await;
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.text.contains("no tag called `Label 77`"),
        "{}",
        wrong.text
    );
    let made = ada.post("/groups/new", &named("Label 55, label 56")).await;
    assert_eq!(made.status, 303, "{}", made.text);
    let world = app.world();
    let group = world.find_group("Labelled").unwrap();
    let tags = group.tags.iter().filter_map(|tag| world.tag(*tag));
    let tags: Vec<_> = tags.map(|tag| tag.name.to_string()).collect();
    assert_eq!(tags, ["Label 55", "Label 56"]);

    // What it carries is always among the boxes, so that saving keeps it.
    let edit = ada.get(&format!("/groups/{}/edit", group.id)).await.text;
    for tag in &group.tags {
        assert!(edit.contains(&format!("value=\"{tag}\" checked")), "{edit}");
    }
    Ok(())
}
