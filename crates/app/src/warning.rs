//! What is allowed and should be thought of first.

use serde::Serialize;

/// Something allowed that should be thought of before confirming.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// What kind of warning it is.
    pub code: WarningCode,
    /// The sentence to show.
    pub message: String,
}

portcullis_model::words! {
    /// The kinds of warning, stable for programs.
    pub enum WarningCode {
        /// A group would have no owner.
        NoOwnerLeft = "no_owner_left",
        /// A group would have no members.
        NoMemberLeft = "no_member_left",
        /// For some people it was not looked at how rules change what permissions they may use.
        PermissionsNotCompared = "permissions_not_compared",
        /// Something that an undo would bring back stays away, because what it was about is gone.
        NotRestored = "not_restored",
        /// People would delete themselves.
        Yourself = "yourself",
        /// The last admin's access would get an end.
        AdminsEnd = "admins_end",
        /// Sessions or tokens would end with what is done.
        SignedOut = "signed_out",
        /// An agent would act for nobody.
        NoSponsorLeft = "no_sponsor_left",
        /// Nobody, or no admin, could sign in by an identity provider that is set up here.
        LockedOut = "locked_out",
    }
}
