//! Make a link that lets somebody in once.

use portcullis_model::{
    Change, ChangeSet, Context, Credential, Digest, Edit, Expiry, Id, OperationName, Purpose,
    Refusal, User, World,
};

use crate::Operation;

/// For so long a link may be used that signs in.
const LINK_SECONDS: i64 = 900;
/// For so long somebody may take up an invitation.
const INVITATION_SECONDS: i64 = 7 * 86_400;

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkTo {
    /// Whoever opens it is signed in.
    SignIn,
    /// Whoever opens it says with which account they sign in from then on.
    Bind,
}

/// Makes a link; one that was made for the same before ends.
#[derive(Clone, Copy, Debug)]
pub struct IssueLink {
    /// Whom it is for.
    pub user: Id<User>,
    /// What for.
    pub to: LinkTo,
    /// What is kept of it.
    pub digest: Digest,
}

impl LinkTo {
    const fn purpose(self) -> Purpose {
        match self {
            Self::SignIn => Purpose::Link,
            Self::Bind => Purpose::Invitation,
        }
    }

    /// For so many seconds it may be used.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        match self {
            Self::SignIn => LINK_SECONDS,
            Self::Bind => INVITATION_SECONDS,
        }
    }

    /// Where on a server it leads.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::SignIn => "/sign-in/link/",
            Self::Bind => "/sign-in/invitation/",
        }
    }
}

impl Operation for IssueLink {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let user = world.require_user(self.user)?;
        let purpose = self.to.purpose();
        let mut change = ChangeSet::new(OperationName::LinkIssue);
        let others = world.credentials_of(user.id);
        let others = others.filter(|other| other.purpose == purpose);
        change
            .changes
            .extend(others.map(|other| Change::from(other.end())));
        let until = Expiry::at(context.now.plus_seconds(self.to.seconds()));
        let link = Credential::issue(context, user.id, self.digest, purpose, until);
        change.push(Edit::create(link));
        Ok(change)
    }
}
