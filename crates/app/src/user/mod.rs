//! Users. Later they mostly come from a directory; the operations are the same.

mod create;
mod delete;
mod edit;
mod init;
mod preferences;

pub use create::CreateUser;
pub use delete::DeleteUser;
pub use edit::EditUser;
pub use init::InitAdmin;
pub use preferences::SetPreferences;
