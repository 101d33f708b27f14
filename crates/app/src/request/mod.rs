//! Requests: somebody asks, somebody decides.

mod approve;
mod create;
mod decide_many;
mod reject;

pub use approve::Approve;
pub use create::CreateRequest;
pub use decide_many::{DecideMany, Decision};
pub use reject::{Reject, Withdraw};

use portcullis_model::{Id, Refusal, Request, World};

/// The pending request, or why there is none to decide.
fn pending(world: &World, id: Id<Request>) -> Result<&Request, Refusal> {
    world.request(id).ok_or_else(|| {
        Refusal::conflict(
            "already_resolved",
            "this request does not wait any more: somebody has decided it, or it was withdrawn",
            "load it again to see what became of it",
        )
    })
}
