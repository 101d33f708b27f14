//! What a preview says of sessions and tokens that end, and of ways in that are lost.

use anyhow::Result;
use portcullis_app::{
    Operation, WarningCode,
    identity::{LinkIdentity, UnlinkIdentity},
    provider::{SaveProvider, SwitchProvider},
    session::{EndSessions, Which},
    user::{CreateUser, DeleteUser},
};
use portcullis_model::{ConnectorId, LinkBy, Login, Name, Scope, Unknown, UserKind};
use portcullis_testkit::TestApp;
use portcullis_web::Ways;

use super::gate::{Gate, operator, token};

/// The warnings of these two kinds that stand before `operation`.
async fn warned(it: &TestApp, operation: impl Operation) -> Result<Vec<(WarningCode, String)>> {
    let preview = it.app.preview(operator(&it.app), operation).await?;
    let all = preview.warnings.into_iter();
    let ours = all.filter(|it| matches!(it.code, WarningCode::SignedOut | WarningCode::LockedOut));
    Ok(ours.map(|it| (it.code, it.message)).collect())
}

#[tokio::test]
async fn sessions_and_tokens_that_end_with_something_else_are_counted() -> Result<()> {
    let it = TestApp::start().await?;
    let gate = Gate::of(&it.app, Ways::default(), None).await?;
    let sven = it.world().user_by_login("sven").expect("sven").id;
    assert_eq!(warned(&it, DeleteUser { user: sven }).await?, []);
    gate.sign_in(&it.app, "sven").await;
    let one = "1 session of `sven` would end".to_owned();
    assert_eq!(
        warned(&it, DeleteUser { user: sven }).await?,
        [(WarningCode::SignedOut, one)]
    );
    gate.sign_in(&it.app, "sven").await;
    token(&it.app, "sven", "cron", &[Scope::Read]).await;
    let both = "2 sessions and 1 token of `sven` would end".to_owned();
    assert_eq!(
        warned(&it, DeleteUser { user: sven }).await?,
        [(WarningCode::SignedOut, both)]
    );
    // Where it is what is asked for, nothing is to be warned of.
    let out = EndSessions(Which::AllOf(sven, None));
    assert_eq!(warned(&it, out).await?, []);
    Ok(())
}

#[tokio::test]
async fn whoever_locks_everybody_or_every_admin_out_is_told() -> Result<()> {
    let it = TestApp::start().await?;
    let (okta, other) = (ConnectorId::parse("okta")?, ConnectorId::parse("other")?);
    for name in [okta, other] {
        let save = SaveProvider {
            provider: None,
            name,
            title: Name::parse(name.as_str())?,
            issuer: format!("https://{name}.example").into(),
            client_id: "portcullis".into(),
            secret: None,
            link_by: LinkBy::Subject,
            unknown: Unknown::Refuse,
        };
        it.app.commit(operator(&it.app), save, None).await?;
    }
    let of = |name| it.world().provider(name).expect("it is there").clone();
    for name in [okta, other] {
        let (tried, link) = (of(name), None);
        let on = SwitchProvider::On { tried, link };
        it.app.commit(operator(&it.app), on, None).await?;
    }
    let codes = async |operation| -> Result<Vec<WarningCode>> {
        let all = warned(&it, operation).await?;
        Ok(all.into_iter().map(|(code, _)| code).collect())
    };
    let off = |name| SwitchProvider::Off(of(name).id);
    assert_eq!(codes(off(okta)).await?, []);
    it.app.commit(operator(&it.app), off(other), None).await?;
    assert_eq!(codes(off(okta)).await?, [WarningCode::LockedOut]);

    for (login, subject) in [("ada", "1"), ("ada", "2"), ("sven", "3")] {
        let connector = if subject == "2" { other } else { okta };
        let link = LinkIdentity {
            user: it.world().user_by_login(login).expect("they are there").id,
            connector,
            external_id: subject.into(),
        };
        it.app.commit(operator(&it.app), link, None).await?;
    }
    let unlink = |connector, subject: &str| {
        let world = it.world();
        let mut all = world.identities();
        let found = all.find(|it| it.connector == connector && &*it.external_id == subject);
        UnlinkIdentity(found.expect("it is linked").id)
    };
    assert_eq!(warned(&it, unlink(okta, "3")).await?, []);
    // Whoever is known to one that is off is not known.
    assert_eq!(warned(&it, unlink(okta, "1")).await?.len(), 1);
    let (tried, link) = (of(other), None);
    let on = SwitchProvider::On { tried, link };
    it.app.commit(operator(&it.app), on, None).await?;
    assert_eq!(warned(&it, unlink(okta, "1")).await?, []);
    assert_eq!(warned(&it, off(okta)).await?, []);
    let first = unlink(okta, "1");
    it.app.commit(operator(&it.app), first, None).await?;
    // Another is on, and knows no admin.
    assert_eq!(codes(off(other)).await?, [WarningCode::LockedOut]);
    let last = warned(&it, unlink(other, "2")).await?;
    assert_eq!(last.len(), 1);
    assert!(last[0].0 == WarningCode::LockedOut && last[0].1.starts_with("no admin"));
    Ok(())
}

#[tokio::test]
async fn an_agent_that_would_act_for_nobody_is_named() -> Result<()> {
    let it = TestApp::start().await?;
    let sven = it.world().user_by_login("sven").expect("sven").id;
    let create = CreateUser {
        login: Login::parse("helper")?,
        name: Name::parse("Helper")?,
        email: None,
        kind: UserKind::Agent,
        manager: Some(sven),
        attributes: [].into(),
    };
    it.app.commit(operator(&it.app), create, None).await?;
    let warned = async |operation| -> Result<Vec<String>> {
        let preview = it.app.preview(operator(&it.app), operation).await?;
        let all = preview.warnings.into_iter();
        let ours = all.filter(|it| it.code == WarningCode::NoSponsorLeft);
        Ok(ours.map(|it| it.message).collect())
    };
    let told = warned(DeleteUser { user: sven }).await?;
    assert_eq!(told.len(), 1);
    assert!(
        told[0].contains("`helper` would act for nobody"),
        "{told:?}"
    );
    let other = it.world().user_by_login("mia").expect("mia").id;
    assert_eq!(warned(DeleteUser { user: other }).await?, [""; 0]);
    let helper = it.world().user_by_login("helper").expect("helper").id;
    assert_eq!(warned(DeleteUser { user: helper }).await?, [""; 0]);
    Ok(())
}
