//! Browsers' sessions: begun by signing in, ended by whoever may.

mod begin;
mod end;
mod groups;
mod redeem;
mod whom;

use portcullis_model::{
    Change, ChangeSet, Context, Credential, Digest, Edit, Expiry, Id, Purpose, Session, Timestamp,
    User, World,
};

pub use self::{
    begin::{BeginSession, Entry, Proved, Unknown},
    end::{EndSessions, Which},
    groups::{MOST_GROUPS, SetGroups, counts, groups_source},
    redeem::RedeemLink,
    whom::{LinkBy, Whom},
};

/// How many sessions somebody has at once; the oldest ends where there would be more.
const MOST: usize = 50;

/// A session that is to begin.
#[derive(Clone, Copy, Debug)]
pub struct NewSession {
    /// What is kept of the cookie's secret.
    pub digest: Digest,
    /// When it ends at the latest.
    pub until: Timestamp,
    /// The session that the browser had; it ends.
    pub instead_of: Option<Id<Credential>>,
}

impl NewSession {
    /// Begins it for `user`.
    fn begin(
        &self,
        world: &World,
        context: &Context,
        user: Id<User>,
        how: Session,
        change: &mut ChangeSet,
    ) {
        let many = (world.sessions_of(user).count() + 1).saturating_sub(MOST);
        let before = self.instead_of.and_then(|id| world.credential(id));
        let before = before.filter(|c| c.session().is_some());
        let ended = world.sessions_of(user).take(many).chain(before);
        let mut ended: Vec<_> = ended.collect();
        ended.dedup_by_key(|c| c.id);
        change
            .changes
            .extend(ended.into_iter().map(|c| Change::from(c.end())));
        let (purpose, until) = (Purpose::Session(how), Expiry::at(self.until));
        let session = Credential::issue(context, user, self.digest, purpose, until);
        change.push(Edit::create(session));
    }
}
