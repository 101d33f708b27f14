//! List registered resources.

use portcullis_model::FieldError;
use utoipa::openapi::path::{Parameter, ParameterIn};

use super::ResourceRow;
use crate::api::{
    extract::{Answer, Read},
    input::{FromQuery, in_query, parameter},
    list::{Page, Paging},
};

/// Which resources.
#[derive(Debug)]
pub(crate) struct Filter {
    /// Those of this type only.
    kind: Option<String>,
}

// By hand: `type` is no name for a field.
impl FromQuery for Filter {
    fn names() -> Vec<&'static str> {
        vec!["type"]
    }

    fn read(pairs: &[(String, String)], faults: &mut Vec<FieldError>) -> Option<Self> {
        Some(Self {
            kind: parameter(pairs, "type", faults),
        })
    }
}

impl utoipa::IntoParams for Filter {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![in_query::<String>(
            "type",
            "Those of this type only.",
            false,
        )]
    }
}

/// List registered resources
///
/// By type and id.
#[utoipa::path(get, path = "/resources", tag = "resources", params(Filter, Paging), responses((status = 200, body = Page<ResourceRow>)))]
pub(crate) async fn list_resources(read: Read<(Filter, Paging)>) -> Answer {
    let (filter, paging) = &read.query;
    let world = &*read.world;
    let after = paging.place();
    let page = match &filter.kind {
        Some(kind) => paging.take(
            world.resources_of_type(kind, after),
            None,
            |resource| resource.resource_id.to_string(),
            ResourceRow::of,
        ),
        None => {
            let place = |resource: &&portcullis_model::Resource| {
                format!("{}\0{}", resource.resource_type, resource.resource_id)
            };
            let rest = world.resources().skip_while(|resource| {
                after.is_some_and(|after| place(resource).as_str() <= after)
            });
            paging.take(rest, None, place, ResourceRow::of)
        }
    };
    read.answer(&page)
}
