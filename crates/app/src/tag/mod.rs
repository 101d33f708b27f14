//! Tags and what they demand.

mod create;
mod delete;
mod edit;

pub use create::CreateTag;
pub use delete::DeleteTag;
pub use edit::EditTag;
