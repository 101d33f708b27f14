//! Ask for access.

use portcullis_app::request::CreateRequest;
use portcullis_model::{Expiry, Group, MembershipKind, Request, Wants, name::Reason};

use super::wire::RequestRow;
use crate::api::{Answer, Finds, Key, Write, body};

body! {
    /// What you ask for, for yourself.
    pub(crate) struct NewRequest {
        /// Which group: its id or name.
        group: Key<Group>,
        /// As what; `member` if not given.
        kind: Option<MembershipKind>,
        /// Until when; null or left out for no end.
        until: Option<Expiry>,
        /// Why; whoever decides reads it.
        reason: Option<Reason>,
    }
}

/// Ask for access
///
/// An earlier request of yours for the same is taken back.
#[utoipa::path(post, path = "/requests", tag = "requests", request_body = NewRequest, responses((status = 201, body = RequestRow)))]
pub(crate) async fn create_request(Write { act, body }: Write<NewRequest>) -> Answer {
    let operation = CreateRequest {
        wants: Wants::Membership {
            group: act.one(&body.group)?.id,
            kind: body.kind.unwrap_or(MembershipKind::Member),
        },
        until: body.until.unwrap_or(Expiry::NEVER),
        reason: body.reason.unwrap_or_default(),
    };
    act.create::<Request>(operation).await
}
