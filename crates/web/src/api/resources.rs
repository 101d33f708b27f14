//! Registered resources: what searches look through and decisions may look at.

use portcullis_app::resource::{ForgetResource, RegisterResource};
use portcullis_model::Resource;

use crate::{
    api::{
        Act, Answer, Of, Page, Paging, Read, Write, body, query, row, shown,
        wire::{Attributes, Deleted},
    },
    http::path::Keys,
};

row! {
    /// A registered resource.
    pub(crate) struct ResourceRow<'w> of(resource: &'w Resource) {
        /// Its type in requests.
        #[serde(rename = "type")]
        kind: &'w str = &resource.resource_type,
        /// Its id in that type.
        id: &'w str = &resource.resource_id,
        /// What is known of it; requests cannot override it.
        #[schema(value_type = Object)]
        properties: &'w Attributes = &resource.properties,
    }
}

query! {
    /// Which resources.
    pub(crate) struct Filter {
        /// Those of this type only.
        kind = "type": Option<String>,
    }
}

/// List registered resources
///
/// By type and id.
#[utoipa::path(get, path = "/resources", tag = "resources", params(Filter, Paging), responses((status = 200, body = Page<ResourceRow>)))]
pub(crate) async fn list_resources(read: Read<(Filter, Paging)>) -> Answer {
    let (filter, paging) = &read.query;
    let (world, part) = (&*read.world, paging.part());
    let page = match &filter.kind {
        Some(kind) => {
            let rows = world.resources_of_type(kind, part.after);
            part.take(rows, None, |resource| resource.resource_id.to_string())
        }
        None => {
            let place = |resource: &&Resource| {
                format!("{}\0{}", resource.resource_type, resource.resource_id)
            };
            let passed =
                |row: &&Resource| part.after.is_some_and(|after| place(row).as_str() <= after);
            part.take(world.resources().skip_while(passed), None, place)
        }
    };
    read.answer(&Page::of(page, ResourceRow::of))
}

/// Get a registered resource
#[utoipa::path(get, path = "/resources/{type}/{id}", tag = "resources", responses((status = 200, body = ResourceRow)))]
pub(crate) async fn get_resource(resource: Of<Resource>, read: Read) -> Answer {
    read.answer(&ResourceRow::of(&resource))
}

body! {
    /// What is known of a resource.
    pub(crate) struct ResourceBody {
        /// By name, all of it; requests cannot override it.
        properties: Option<Attributes>,
    }
}

/// Register a resource
///
/// What was known of it is replaced.
#[utoipa::path(put, path = "/resources/{type}/{id}", tag = "resources", request_body = ResourceBody, responses((status = 200, body = ResourceRow)))]
pub(crate) async fn put_resource(keys: Keys, Write { act, body }: Write<ResourceBody>) -> Answer {
    let (kind, id) = (keys.named("type")?, keys.named("id")?);
    let operation = RegisterResource {
        resource_type: kind.to_owned(),
        resource_id: id.to_owned(),
        properties: body.properties.unwrap_or_default(),
    };
    act.run(operation, |done| {
        done.show(done.world.resource_by_key(kind, id))
    })
    .await
}

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

shown!(Resource: resource, |resource, done| ResourceRow::of(resource));
