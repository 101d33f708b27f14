//! End a token, a link or a session at once.

use portcullis_model::{ChangeSet, Context, Credential, Id, Noun, OperationName, Refusal, World};

use crate::Operation;

/// Ends what proves who somebody is.
#[derive(Clone, Copy, Debug)]
pub struct RevokeCredential(pub Id<Credential>);

impl Operation for RevokeCredential {
    fn plan(&self, world: &World, _: &Context) -> Result<ChangeSet, Refusal> {
        let found = world.credential(self.0);
        let found = found.ok_or_else(|| Refusal::not_found(Noun::Credential, self.0))?;
        let operation = match found.session() {
            Some(_) => OperationName::SessionEnd,
            None => OperationName::TokenRevoke,
        };
        Ok(ChangeSet::new(operation).with(found.end()))
    }
}
