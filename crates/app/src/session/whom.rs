//! Who somebody is here whom an identity provider has proved, for every way in: pages, tokens and
//! proxies ask the same.

pub use portcullis_model::LinkBy;
use portcullis_model::{ConnectorId, User, World};

/// Who that is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Whom<'w> {
    /// Whoever is linked to the account.
    Linked(&'w User),
    /// Whoever has its verified address, which counts here, and is not linked.
    ByAddress(&'w User),
    /// Somebody has its address, and is not meant; why not.
    NotMeant(&'static str),
    /// Nobody here has the account or its address.
    Nobody,
}

impl<'w> Whom<'w> {
    /// Who is meant by the account `subject` of `provider`, which has verified `email`.
    #[must_use]
    pub fn of(
        world: &'w World,
        (provider, subject): (ConnectorId, &str),
        email: Option<&str>,
        link_by: LinkBy,
    ) -> Self {
        if let Some(user) = world.user_by_identity(provider, subject) {
            return Self::Linked(user);
        }
        let Some(user) = email.and_then(|email| world.user_by_email(email)) else {
            return Self::Nobody;
        };
        // Whom the provider knows as somebody else is not this one, whatever the address.
        let mut bound = world.identities_of(user.id);
        match link_by {
            LinkBy::Subject => {
                Self::NotMeant("that address is of somebody who is not linked to the provider")
            }
            LinkBy::VerifiedEmail if bound.any(|identity| identity.connector == provider) => {
                Self::NotMeant(
                    "that address belongs to somebody who is linked to another account there",
                )
            }
            LinkBy::VerifiedEmail => Self::ByAddress(user),
        }
    }
}
