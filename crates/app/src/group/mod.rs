//! Groups, and who is in them.

mod add_people;
mod attach_role;
mod create;
mod delete;
mod detach_role;
mod edit;
mod grant_entitlement;
mod remove_people;
mod settle;

pub use add_people::AddPeople;
pub use attach_role::AttachRole;
pub use create::CreateGroup;
pub use delete::DeleteGroup;
pub use detach_role::DetachRole;
pub use edit::EditGroup;
pub use grant_entitlement::{GrantEntitlement, RevokeEntitlement};
pub use remove_people::RemovePeople;
pub use settle::{Held, SettleMany, Settlement};
