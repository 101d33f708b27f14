//! What holds for every route, written into the OpenAPI document in one place: keys in paths, the
//! parameters of all reads and of all writes, the problems an answer may be.

use utoipa::{
    IntoParams as _,
    openapi::{
        ComponentsBuilder, Content, InfoBuilder, LicenseBuilder, OneOfBuilder, OpenApi, Ref, RefOr,
        Response, ResponseBuilder,
        header::Header,
        path::{Operation, Parameter, ParameterIn},
        schema::Type,
        security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
        server::Server,
        tag::TagBuilder,
    },
};

use super::{extract::Previewing, preview::PreviewBody};
use crate::{
    error::{Problem, ProblemField},
    http::{
        query::parameter_of as parameter,
        text::{date_time, of_type, text},
    },
};

/// The parts of the API, in reading order.
const TAGS: &[(&str, &str)] = &[
    ("users", "Who is known, what they have and through what."),
    (
        "groups",
        "Groups, roles and app groups: who is in them and what they confer.",
    ),
    (
        "roles",
        "Job functions: made from a person, cloned, merged, split, attached.",
    ),
    ("apps", "The systems people need access to."),
    ("tags", "Labels that carry constraints."),
    ("requests", "Somebody asks, somebody decides."),
    (
        "sign-in",
        "How users prove who they are, and what ends that.",
    ),
    (
        "rules",
        "Which rules people are judged by, and findings about a list.",
    ),
    (
        "resources",
        "What searches look through and decisions may look at.",
    ),
    ("log", "Everything that was ever done, and undoing it."),
    ("questions", "Who can, why, what differs, what ends soon."),
    ("about", "This program."),
];

/// The document with what holds for every route.
pub(super) fn complete(mut document: OpenApi) -> OpenApi {
    document.info = InfoBuilder::new()
        .title("Portcullis")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Who has access to what, why, until when.\n\n\
             Every read takes `at` for the past and the header `Portcullis-Position` for \"no older than\". \
             Every write takes `preview=true`, which answers who would gain and lose what and changes nothing, \
             and the header `Idempotency-Key`, under which it is done once. \
             What goes wrong is an RFC 9457 problem that lists every fault.",
        ))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()))
        .build();
    document.servers = Some(vec![Server::new("/")]);
    let tags = TAGS.iter().map(|(name, about)| {
        TagBuilder::new()
            .name(*name)
            .description(Some(*about))
            .build()
    });
    document.tags = Some(tags.collect());
    document.security = Some(vec![SecurityRequirement::new(
        "bearer",
        std::iter::empty::<String>(),
    )]);
    let components = document.components.take().unwrap_or_default();
    let mut components: ComponentsBuilder = components.into();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    components = components
        .schema_from::<Problem>()
        .schema_from::<ProblemField>()
        .schema_from::<PreviewBody<'_>>()
        .security_scheme("bearer", SecurityScheme::Http(bearer));
    let mut parts = Vec::new();
    <PreviewBody<'_> as utoipa::ToSchema>::schemas(&mut parts);
    document.components = Some(components.schemas_from_iter(parts).build());
    for (path, item) in &mut document.paths.paths {
        let keys = keys(path);
        if let Some(operation) = &mut item.get {
            read(operation, &keys);
        }
        let writes = [
            &mut item.post,
            &mut item.put,
            &mut item.patch,
            &mut item.delete,
        ];
        for operation in writes.into_iter().flatten() {
            write(operation, &keys);
        }
    }
    document
}

fn keys(path: &str) -> Vec<Parameter> {
    let keys = path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    keys.map(|name| parameter(name, ParameterIn::Path, about(name), text()))
        .collect()
}

/// What a key in a path may be.
fn about(key: &str) -> &'static str {
    match key {
        "user" => "An id or a login; `@me` is you.",
        "group" | "app" | "tag" => "An id or name.",
        "role" => "The id or name of a role.",
        "request" | "token" | "session" | "identity" => "An id.",
        "entitlement" => "An id, or what is conferred, such as the permission's name.",
        "position" => "A place in the log.",
        "type" => "The type of a resource, as in requests.",
        "id" => "The id of a resource in its type.",
        _ => "",
    }
}

fn read(operation: &mut Operation, keys: &[Parameter]) {
    let at = "As of this time; now if not given.";
    let no_older = "No older than this position, as a write answered it.";
    let number = of_type(Type::Integer);
    let at = parameter("at", ParameterIn::Query, at, date_time());
    let no_older = parameter("Portcullis-Position", ParameterIn::Header, no_older, number);
    or_table(operation);
    add(operation, keys, vec![at, no_older], "400 401 403 404 503");
}

/// A list is also answered as a table.
fn or_table(operation: &mut Operation) {
    let parameters = operation.parameters.iter().flatten();
    let is_list = parameters
        .filter_map(|parameter| match parameter {
            RefOr::T(parameter) => Some(parameter),
            RefOr::Ref(_) => None,
        })
        .any(|parameter| parameter.name == "format");
    if let Some(RefOr::T(response)) = operation.responses.responses.get_mut("200")
        && is_list
    {
        let table = RefOr::T(Content::new(Some(text())));
        response.content.insert("text/csv".into(), table);
    }
}

fn write(operation: &mut Operation, keys: &[Parameter]) {
    let once = "The same key with the same request does it once and answers the same.";
    let key = text().max_length(Some(255));
    let once = parameter("Idempotency-Key", ParameterIn::Header, once, key);
    or_preview(operation);
    let statuses = "400 401 403 404 409 413 415 422 503";
    let mut common = Previewing::into_params(|| None);
    common.push(once);
    add(operation, keys, common, statuses);
}

/// An answer with a body of one kind and shape.
fn answer(about: &str, kind: &str, shape: &str) -> RefOr<Response> {
    let content = Content::new(Some(Ref::from_schema_name(shape)));
    let response = ResponseBuilder::new()
        .description(about)
        .content(kind, content);
    response.build().into()
}

/// A preview answers 200 with a body of its own, and every write tells its position.
fn or_preview(operation: &mut Operation) {
    let responses = &mut operation.responses.responses;
    for response in responses.values_mut() {
        if let RefOr::T(response) = response {
            let mut header = Header::new(of_type(Type::Integer));
            header.description = Some("The place in the log of what was done.".into());
            response
                .headers
                .insert("Portcullis-Position".into(), header.into());
        }
    }
    let Some(RefOr::T(done)) = responses.get_mut("200") else {
        let about = "What would happen, with `preview=true`.";
        let preview = answer(about, "application/json", "PreviewBody");
        responses.insert("200".into(), preview);
        return;
    };
    let content = done.content.get_mut("application/json");
    if let Some(RefOr::T(content)) = content
        && let Some(body) = content.schema.take()
    {
        let preview = Ref::from_schema_name("PreviewBody");
        let either = OneOfBuilder::new().item(body).item(preview);
        content.schema = Some(either.into());
    }
}

/// What is beside the route's own: the keys in its path, common parameters, and problems.
fn add(operation: &mut Operation, keys: &[Parameter], common: Vec<Parameter>, statuses: &str) {
    let parameters = keys.iter().cloned().chain(common).map(RefOr::T);
    let all = operation.parameters.get_or_insert_default();
    all.extend(parameters);
    for status in statuses.split(' ') {
        let about = match status {
            "400" => "Something in the request is wrong, or against a rule; every fault is listed.",
            "401" => "Who asks is not known.",
            "403" => "You may not do this; the problem says who may.",
            "404" => "Something named does not exist.",
            "409" => "The world has moved: what this was based on is no longer so.",
            "413" => "The body is too long.",
            "415" => "The body is not JSON.",
            "422" => "The idempotency key was used for another request.",
            _ => "The store does not answer, or the position has not been reached; try again.",
        };
        let problem = answer(about, "application/problem+json", "Problem");
        let answers = &mut operation.responses.responses;
        answers.entry(status.into()).or_insert(problem);
    }
}
