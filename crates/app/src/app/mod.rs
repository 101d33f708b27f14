//! Apps.

mod create;
mod delete;
mod edit;

pub use create::CreateApp;
pub use delete::DeleteApp;
pub use edit::EditApp;
