//! Links that let somebody in once.

use axum::http::request::Parts;
use portcullis_app::{
    secret::Secret,
    token::{IssueLink, LinkTo},
};
use portcullis_model::{Timestamp, User};

use crate::{
    api::{Act, Answer, Of, row, wire::Time},
    auth::base,
    error::Failure,
};

row! {
    /// A link that was just made: this answer alone has it.
    pub(crate) struct LinkRow of(url: String, until: Timestamp) {
        /// What to open.
        url: String = url,
        until: Time = Time(until),
    }
}

/// Make a sign-in link
///
/// Whoever opens it first is signed in as the user, within a quarter of an hour. In person, by admins only.
#[utoipa::path(post, path = "/users/{user}/sign-in-link", tag = "sign-in", responses((status = 201, body = LinkRow)))]
pub(crate) async fn make_link(parts: Parts, user: Of<User>, act: Act) -> Answer {
    make(&parts, &user, act, LinkTo::SignIn).await
}

/// Invite a user
///
/// Whoever opens the link first signs in with an account of their own, which is linked to the user; within a week. In
/// person, by admins only.
#[utoipa::path(post, path = "/users/{user}/invitation", tag = "sign-in", responses((status = 201, body = LinkRow)))]
pub(crate) async fn invite(parts: Parts, user: Of<User>, act: Act) -> Answer {
    make(&parts, &user, act, LinkTo::Bind).await
}

async fn make(parts: &Parts, user: &User, act: Act, to: LinkTo) -> Answer {
    act.in_person()?;
    let secret = Secret::new("");
    let base = address(parts, &act)?;
    let (until, digest) = (
        act.viewer.context.now.plus_seconds(to.seconds()),
        secret.digest(),
    );
    let operation = IssueLink {
        user: user.id,
        to,
        digest,
    };
    let url = format!("{base}{}{}", to.path(), secret.reveal());
    act.make(operation, |done| done.secret(Some(LinkRow::of(url, until))))
        .await
}

/// Where people reach this server, as whoever asks did.
fn address(parts: &Parts, act: &Act) -> Result<String, Failure> {
    let base = base(parts, act.web.public_url());
    base.ok_or_else(|| {
        let why = "links need `https`: set `public_url` to the address people come by";
        Failure::Http(axum::http::StatusCode::BAD_REQUEST, why.into())
    })
}
