//! Whom an outside system vouches for in each request: a provider by an access token, Cloudflare
//! Access by an assertion. Nothing is linked by it: who is not known here is nobody.

use axum::http::{StatusCode, request::Parts};
use portcullis_app::session::{LinkBy, Whom};
use portcullis_connect::{cloudflare, oidc};
use portcullis_model::{ConnectorId, User, World};
use portcullis_store::Store;

use super::{
    access::{CloudflareAccess, Provider},
    found::{Around, Authenticated, Proof, bearer, named},
    scopes::Scopes,
};
use crate::{error::Failure, http::said};

/// Whoever is vouched for, or nothing where the request does not go this way. `Some(None)` is somebody
/// who brings proof, and is let in by none of it.
type Vouched = Option<Option<Authenticated>>;

/// The user of an access token in the `Authorization` header.
pub(super) async fn by_access_token(
    parts: &Parts,
    providers: &[Provider],
    around: &Around<'_>,
) -> Result<Vouched, Failure> {
    // Every JWT begins so, and nothing that is made here.
    let given = bearer(&parts.headers).filter(|given| given.starts_with("ey"));
    let Some(given) = given else {
        return Ok(None);
    };
    let mut providers = providers.iter();
    let Some(provider) = providers.find(|provider| provider.oidc.is_named_by(given)) else {
        return Ok(None);
    };
    let proved = provider.oidc.access_token(given, around.now).await;
    let Some(proved) = looked_at(proved)? else {
        return Ok(Some(None));
    };
    let user = who(around, &proved, provider.link_by).await?;
    let proof = Proof::Token(Scopes::ALL, None);
    Ok(Some(named(user, proof, &around.world).ok().flatten()))
}

/// Whom Cloudflare Access let through.
pub(super) async fn by_cloudflare(
    parts: &Parts,
    access: Option<&CloudflareAccess>,
    around: &Around<'_>,
) -> Result<Vouched, Failure> {
    let assertion = said(&parts.headers, cloudflare::HEADER);
    let (Some(access), Some(assertion)) = (access, assertion) else {
        return Ok(None);
    };
    let visitor = access.edge.verify(assertion, around.now).await;
    let user = match looked_at(visitor)? {
        None => return Ok(Some(None)),
        Some(cloudflare::Visitor::Person(proved)) => who(around, &proved, access.link_by).await?,
        Some(cloudflare::Visitor::Service { name }) => {
            around.world.user_by_identity(access.name, &name)
        }
    };
    Ok(Some(
        named(user, Proof::Proxy, &around.world).ok().flatten(),
    ))
}

/// What was proved, or nothing. Where the proof could not be looked at, that is not a no.
fn looked_at<T>(proved: Result<T, oidc::Fault>) -> Result<Option<T>, Failure> {
    match proved {
        Ok(proved) => Ok(Some(proved)),
        Err(fault @ oidc::Fault::Down { .. }) => {
            Err(Failure::Http(StatusCode::BAD_GATEWAY, fault.to_string()))
        }
        Err(fault @ oidc::Fault::Slow) => Err(Failure::Http(
            StatusCode::GATEWAY_TIMEOUT,
            fault.to_string(),
        )),
        Err(oidc::Fault::Refused { .. } | oidc::Fault::Protocol { .. }) => Ok(None),
    }
}

/// Whether the account was somebody's who is no more, or from whom it was unlinked: nobody comes back by it,
/// and whoever has its address now is not meant.
pub(crate) async fn is_closed(
    store: &Store,
    world: &World,
    (provider, subject): (ConnectorId, &str),
) -> Result<bool, Failure> {
    let was = store.was_identity(provider, subject).await?;
    let is_linked = world.user_by_identity(provider, subject).is_some();
    Ok(was.is_some() && !is_linked)
}

/// Who that is here: by what they are called there, or, where the settings say so, by their verified
/// address, unless the provider knows whoever has it as somebody else.
async fn who<'w>(
    around: &'w Around<'_>,
    proved: &oidc::Proved,
    link_by: LinkBy,
) -> Result<Option<&'w User>, Failure> {
    let (world, account) = (&around.world, (proved.provider, &*proved.subject));
    match Whom::of(world, account, proved.email.as_deref(), link_by) {
        Whom::Linked(user) => Ok(Some(user)),
        // What was said before they were here was said of somebody else who had the address.
        Whom::ByAddress(user) if user.id.made_at() > proved.issued_at => Ok(None),
        Whom::ByAddress(user) => {
            let closed = is_closed(around.store, world, account).await?;
            Ok(Some(user).filter(|_| !closed))
        }
        Whom::NotMeant(_) | Whom::Nobody => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use portcullis_app::{
        identity::LinkIdentity,
        user::{CreateUser, DeleteUser},
    };
    use portcullis_model::{Actor, Email, Login, Name, UserKind};
    use portcullis_testkit::TestApp;

    use super::*;

    #[tokio::test]
    async fn a_closed_account_is_not_whoever_has_its_address_now() {
        let it = TestApp::start().await.unwrap();
        let admin = it.world().user_by_login("ada").unwrap().id;
        let context = || it.app.context(Actor::User(admin));
        let create = |login: &str| CreateUser {
            login: Login::parse(login).unwrap(),
            name: Name::parse(login).unwrap(),
            email: Email::parse("bob@corp.example").ok(),
            kind: UserKind::Person,
            manager: None,
            attributes: [].into(),
        };
        let okta = ConnectorId::parse("okta").unwrap();
        it.app.commit(context(), create("bob"), None).await.unwrap();
        let user = it.world().user_by_login("bob").unwrap().id;
        let link = LinkIdentity {
            user,
            connector: okta,
            external_id: "bob-sub".to_owned(),
        };
        it.app.commit(context(), link, None).await.unwrap();
        let proved = |subject: &str| oidc::Proved {
            provider: okta,
            subject: subject.to_owned(),
            email: Some("bob@corp.example".to_owned()),
            name: None,
            preferred_username: None,
            groups: None,
            sid: None,
            acr: None,
            auth_time: None,
            issued_at: Some(it.app.now()),
        };
        let found = async |subject: &str| {
            let around = Around {
                world: it.world(),
                now: it.app.now(),
                store: it.app.store(),
                public_url: None,
            };
            let user = who(&around, &proved(subject), LinkBy::VerifiedEmail).await;
            user.unwrap().map(|user| user.login.to_string())
        };
        assert_eq!(found("bob-sub").await.as_deref(), Some("bob"));
        // The provider knows bob as somebody else.
        assert_eq!(found("other").await, None);
        it.app
            .commit(context(), DeleteUser { user }, None)
            .await
            .unwrap();
        it.app
            .commit(context(), create("bob2"), None)
            .await
            .unwrap();
        assert_eq!(found("bob-sub").await, None, "closed");
        assert_eq!(found("new-sub").await.as_deref(), Some("bob2"));
        // What was said of somebody before this one was here is not said of them.
        let made = it.world().user_by_login("bob2").unwrap().id.made_at();
        let older = oidc::Proved {
            issued_at: made.map(|at| at.plus_seconds(-1)),
            ..proved("new-sub")
        };
        let around = Around {
            world: it.world(),
            now: it.app.now(),
            store: it.app.store(),
            public_url: None,
        };
        let user = who(&around, &older, LinkBy::VerifiedEmail).await.unwrap();
        assert_eq!(user, None);
    }
}
