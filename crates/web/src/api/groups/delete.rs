//! Delete a group.

use portcullis_app::group::DeleteGroup;
use portcullis_model::Group;

use crate::api::{Act, Answer, Of, wire::Deleted};

/// Delete a group
///
/// With everything that hangs on it: who is in it, what it leads into, what it confers. Preview it
/// first.
#[utoipa::path(delete, path = "/groups/{group}", tag = "groups", responses((status = 200, body = Deleted)))]
pub(crate) async fn delete_group(group: Of<Group>, act: Act) -> Answer {
    let operation = DeleteGroup { group: group.id };
    act.delete(group.id, &group.name, operation).await
}
