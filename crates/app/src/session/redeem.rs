//! A link that signs in once is used.

use portcullis_model::{
    ChangeSet, Context, Credential, Digest, OperationName, Purpose, Refusal, RefusalCode, Session,
    World,
};

use super::NewSession;
use crate::Operation;

/// Uses a link up, and signs in whom it is for.
#[derive(Clone, Copy, Debug)]
pub struct RedeemLink {
    /// The link's secret.
    pub link: Digest,
    /// The session.
    pub session: NewSession,
}

impl Operation for RedeemLink {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let link = good(world, context, self.link, &Purpose::Link)?;
        let mut change = ChangeSet::new(OperationName::SessionBegin).with(link.end());
        let how = Session {
            proved_at: context.now,
            provider: None,
            sid: None,
            acr: None,
        };
        self.session
            .begin(world, context, link.user, how, &mut change);
        Ok(change)
    }
}

/// The link of that secret, while it may be used for that.
pub(super) fn good<'w>(
    world: &'w World,
    context: &Context,
    link: Digest,
    purpose: &Purpose,
) -> Result<&'w Credential, Refusal> {
    let link = world.credential_by_digest(link);
    let link = link.filter(|link| link.purpose == *purpose);
    let link = link.filter(|link| link.validity.contains(context.now));
    link.ok_or_else(|| {
        Refusal::rule(
            RefusalCode::LinkUsed,
            "this link has been used, has ended, or a newer one was made",
            "ask for another",
        )
    })
}
