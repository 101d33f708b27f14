//! Whom an outside system vouches for in each request: a provider by an access token, Cloudflare
//! Access by an assertion. Nothing is linked by it: who is not known here is nobody.

use axum::http::request::Parts;
use portcullis_app::session::LinkBy;
use portcullis_connect::{cloudflare, oidc};
use portcullis_model::{ConnectorId, User, World};

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
    let proof = Proof::Token(Scopes::ALL);
    settled(proved, |proved| {
        let user = who(&around.world, &proved, provider.link_by);
        named(user, proof, &around.world).ok().flatten()
    })
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
    settled(visitor, |visitor| {
        let world = &around.world;
        let user = match &visitor {
            cloudflare::Visitor::Person(proved) => who(world, proved, access.link_by),
            cloudflare::Visitor::Service { name } => world.user_by_identity(access.name, name),
        };
        named(user, Proof::Proxy, world).ok().flatten()
    })
}

/// Where the proof could not be looked at, that is not a no.
fn settled<T>(
    proved: Result<T, oidc::Fault>,
    found: impl FnOnce(T) -> Option<Authenticated>,
) -> Result<Vouched, Failure> {
    match proved {
        Ok(proved) => Ok(Some(found(proved))),
        Err(fault @ (oidc::Fault::Down { .. } | oidc::Fault::Slow)) => {
            Err(Failure::Unavailable(fault.to_string()))
        }
        Err(oidc::Fault::Refused { .. } | oidc::Fault::Protocol { .. }) => Ok(Some(None)),
    }
}

/// Who that is here: by what they are called there, or, where the settings say so, by their verified
/// address, unless the provider knows whoever has it as somebody else.
fn who<'w>(world: &'w World, proved: &oidc::Proved, link_by: LinkBy) -> Option<&'w User> {
    let bound = world.user_by_identity(proved.provider, &proved.subject);
    if bound.is_some() || link_by == LinkBy::Subject {
        return bound;
    }
    let user = world.user_by_email(proved.email.as_deref()?)?;
    let is_another = |provider: ConnectorId| {
        let mut identities = world.identities_of(user.id);
        identities.any(|identity| identity.connector == provider)
    };
    (!is_another(proved.provider)).then_some(user)
}
