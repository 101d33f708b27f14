//! Make a link that signs somebody in once.

use portcullis_model::{
    Change, ChangeSet, Context, Credential, Digest, Edit, Expiry, Id, OperationName, Purpose,
    Refusal, User, World,
};

use crate::Operation;

/// For so long a link may be used.
pub const LINK_SECONDS: i64 = 900;

/// Makes a link; one that was made for the same user before ends.
#[derive(Clone, Copy, Debug)]
pub struct IssueLink {
    /// Whom it signs in.
    pub user: Id<User>,
    /// What is kept of it.
    pub digest: Digest,
}

impl Operation for IssueLink {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let user = world.require_user(self.user)?;
        let mut change = ChangeSet::new(OperationName::LinkIssue);
        let others = world.credentials_of(user.id);
        let others = others.filter(|other| other.purpose == Purpose::Link);
        change
            .changes
            .extend(others.map(|other| Change::from(other.end())));
        let until = Expiry::at(context.now.plus_seconds(LINK_SECONDS));
        let link = Credential::issue(context, user.id, self.digest, Purpose::Link, until);
        change.push(Edit::create(link));
        Ok(change)
    }
}
