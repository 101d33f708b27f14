//! What others save while a form is open is not replaced unseen.

use portcullis_testkit::TestApp;

use crate::browser::Browser;

/// The version of the record that a form was drawn from.
fn seen(html: &str) -> String {
    let (_, rest) = html.split_once("name=\"seen\" value=\"").expect(html);
    rest.split('"').next().expect("a value").to_owned()
}

/// A tab that was opened before somebody else saved does not replace that unseen.
#[tokio::test]
async fn what_was_saved_meanwhile_is_not_replaced_unseen() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = Browser::new(&app, "ada")?;
    let world = app.world();
    let group = world.find_group("Payroll").expect("a group").id;
    let tag = world.find_tag("Sensitive").expect("a tag").id;
    let billing = world.find_app("Billing").expect("an app").id;
    for (page, name) in [
        (format!("/groups/{group}/edit"), "Payroll"),
        (format!("/tags/{tag}/edit"), "Sensitive"),
        (format!("/apps/{billing}/edit"), "Billing"),
        ("/people/mia/edit".to_owned(), "Mia Member"),
    ] {
        let opened = seen(&ada.get(&page).await.text);
        let save = async |seen: &str, name: &str| {
            let fields = [
                ("name", name),
                ("login", "mia"),
                ("seen", seen),
                ("confirm", "yes"),
            ];
            ada.post(&page, &fields).await
        };
        assert_eq!(
            save(&opened, &format!("{name} one")).await.status,
            303,
            "{page}"
        );

        let told = save(&opened, &format!("{name} two")).await;
        assert_eq!(told.status, 422, "{page}");
        assert!(
            told.text.contains("saved this since you opened it"),
            "{}",
            told.text
        );
        assert!(
            told.text.contains(&format!("{name} two")),
            "what was typed stays"
        );
        let again = seen(&told.text);
        assert_ne!(again, opened, "saving again is meant");
        assert_eq!(
            save(&again, &format!("{name} two")).await.status,
            303,
            "{page}"
        );
    }
    Ok(())
}

/// Nor does one that is sent at the same time: what is compared is what the writer has.
#[tokio::test]
async fn of_two_forms_drawn_from_the_same_version_one_is_saved() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = Browser::new(&app, "ada")?;
    let page = "/people/mia/edit";
    for round in 0..12 {
        let html = ada.get(page).await.text;
        let (_, rest) = html
            .split_once("name=\"seen\" value=\"")
            .expect("a version");
        let seen = rest.split('"').next().expect("a value");
        let save = async |name: &str| {
            let fields = [
                ("name", name),
                ("login", "mia"),
                ("seen", &*seen),
                ("confirm", "yes"),
            ];
            ada.post(page, &fields).await.status
        };
        let (one, two) = (format!("Mia {round} one"), format!("Mia {round} two"));
        let (one, two) = tokio::join!(save(&one), save(&two));
        let mut both = [one, two];
        both.sort_unstable();
        assert_eq!(both, [303, 422], "round {round}");
    }
    Ok(())
}
