//! Forget a registered resource.

use portcullis_app::resource::ForgetResource;
use portcullis_model::Resource;

use crate::api::{Act, Answer, Of, wire::Deleted};

/// Forget a resource
///
/// Searches find it no more, and decisions know nothing of it but what requests say.
#[utoipa::path(delete, path = "/resources/{type}/{id}", tag = "resources", responses((status = 200, body = Deleted)))]
pub(crate) async fn delete_resource(resource: Of<Resource>, act: Act) -> Answer {
    let operation = ForgetResource {
        resource: resource.id,
    };
    act.delete(resource.id, &resource.resource_id, operation)
        .await
}
