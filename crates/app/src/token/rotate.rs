//! Replace a token by another, and let both hold for a while.

use portcullis_model::{
    ChangeSet, Context, Credential, Digest, Edit, Expiry, Id, Noun, OperationName, Purpose,
    Refusal, Timestamp, Validity, World,
};

use super::{ends, room_for};
use crate::Operation;

/// For so long the old one holds beside the new one, unless said otherwise.
pub const OVERLAP_SECONDS: i64 = 86_400;

/// When one ends that holds as long as `old` was made for, from `now` on.
#[must_use]
pub fn as_long_again(old: &Credential, now: Timestamp) -> Expiry {
    let Validity { from, until } = old.validity;
    until.instant().map_or(Expiry::NEVER, |end| {
        Expiry::at(now.plus_seconds((end.micros() - from.micros()) / 1_000_000))
    })
}

/// Makes a token like another, which ends soon after.
#[derive(Clone, Copy, Debug)]
pub struct RotateToken {
    /// The old one.
    pub token: Id<Credential>,
    /// What is kept of the new one.
    pub digest: Digest,
    /// When the new one ends.
    pub until: Expiry,
    /// For how many seconds the old one goes on.
    pub overlap: i64,
}

impl Operation for RotateToken {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let old = world.credential(self.token);
        let old = old.filter(|old| old.validity.contains(context.now));
        let old = old.ok_or_else(|| Refusal::not_found(Noun::Credential, self.token))?;
        let Purpose::Token { name, .. } = &old.purpose else {
            return Err(Refusal::not_found(Noun::Credential, self.token));
        };
        // One that is being replaced is replaced once.
        let user = world.require_user(old.user)?;
        room_for(world, context, user, name, Some(old.id))?;
        let until = ends(context, self.until)?;
        let ends_by = match self.overlap {
            ..=0 => old.end(),
            overlap => old.end_by(context.now.plus_seconds(overlap)),
        };
        let new = Credential::issue(context, old.user, self.digest, old.purpose.clone(), until);
        Ok(ChangeSet::new(OperationName::TokenRotate)
            .with(ends_by)
            .with(Edit::create(new)))
    }
}
