//! The form of an identity provider: drawn, and read.

use std::sync::Arc;

use portcullis_app::provider::SaveProvider;
use portcullis_connect::oidc;
use portcullis_model::{ConnectorId, LinkBy, Provider, Unknown};
use uuid::Uuid;

use super::sign_in::href;
use crate::pages::prelude::{forms::*, *};

pub(super) fn drawn<'p>(
    web: &Web,
    page: &'p Page,
    there: Option<&Provider>,
    values: Values,
    errors: ui::Errors,
) -> FormPage<'p> {
    let mut form = FormPage::new(page, values, errors);
    form.version(&there);
    form.crumbs = vec![ui::Link::new("Sign-in", "/settings/sign-in")];
    form.title = there.map_or_else(
        || "Add an identity provider".into(),
        |it| format!("Edit {}", it.title),
    );
    form.cancel = there.map_or_else(|| "/settings/sign-in".into(), href);
    form.submit = "Save, then test".into();
    form.lead = "Nobody signs in by it before you have tried it.".into();
    form.add(
        Line,
        "title",
        "What people call it",
        there.map_or("", |it| &it.title),
    )
    .required()
    .help("The button says: Continue with …");
    form.add(
        Line,
        "name",
        "Name in addresses",
        there.map_or("", |it| it.name.as_str()),
    )
    .required()
    .help(format!(
        "Up to 22 lower-case letters, digits, dots, hyphens and underscores, such as okta. The redirect URI, for which the provider asks, is {}/sign-in/oidc/NAME/callback.",
        web.public_url().unwrap_or("https://HOST")
    ));
    form.add(Line, "issuer", "Issuer", there.map_or("", |it| &it.issuer))
        .required()
        .help("An https address, to the letter as the provider says it.");
    form.add(
        Line,
        "client_id",
        "Client ID",
        there.map_or("", |it| &it.client_id),
    )
    .required();
    let help = match there.and_then(|it| it.secret) {
        Some(_) => "Leave it empty to keep the one that is there.",
        None => "Leave it empty for a public client.",
    };
    form.add(Secret, "secret", "Client secret", "").help(help);
    let link_by = ui::Choice::all([
        ("subject", "Only who was linked or invited"),
        ("verified_email", "Also match by verified e-mail address"),
    ]);
    let first = there.map_or(LinkBy::Subject, |it| it.link_by);
    form.add(Pills(link_by), "link_by", "First sign-in", first.as_str());
    let unknown = ui::Choice::all([
        ("refuse", "Refuse them"),
        ("create", "Create them, without access"),
    ]);
    let first = there.map_or(Unknown::Refuse, |it| it.unknown);
    form.add(Pills(unknown), "unknown", "Unknown people", first.as_str());
    form
}

/// Reads what was sent; nothing where the errors say what is wrong.
pub(super) fn read(
    web: &Web,
    input: &mut Input<'_>,
    there: Option<&Provider>,
    secret: Option<Uuid>,
) -> Option<SaveProvider> {
    let title = input.parse("title", Name::parse);
    let name = input.parse("name", ConnectorId::parse_source);
    let issuer = input.text("issuer").to_owned();
    let client_id = input.text("client_id").to_owned();
    if client_id.is_empty() {
        input
            .errors
            .add("client_id", "enter the client ID that the provider shows");
    }
    let settings = oidc::Settings {
        name: name.unwrap_or(ConnectorId::EXTERNAL),
        issuer: issuer.clone(),
        client_id: client_id.clone(),
        client_secret: None,
        scopes: Vec::new(),
        audiences: Vec::new(),
        acr_values: Vec::new(),
    };
    if issuer.is_empty() {
        let wanted = "enter the issuer's address, such as https://example.okta.com";
        input.errors.add("issuer", wanted);
    } else if let Err(wrong) = settings.check() {
        input.errors.add("issuer", ui::plain(&wrong));
    }
    // Whom Cloudflare Access knows is kept under that name.
    if name.is_some_and(|name| name.as_str() == "cloudflare") {
        input.errors.add(
            "name",
            "cloudflare is Cloudflare Access; choose another name",
        );
    }
    let all = web.every_provider();
    for it in all.iter().filter(|it| it.record.is_none()) {
        if Some(it.oidc.name()) == name {
            input.errors.add(
                "name",
                "portcullis.toml has a provider of that name; choose another",
            );
        }
        if it.oidc.issuer_as_written() == issuer {
            input
                .errors
                .add("issuer", "portcullis.toml has that provider");
        }
    }
    let link_by = LinkBy::parse(input.text("link_by"));
    let unknown = Unknown::parse(input.text("unknown"));
    if link_by.is_none() || unknown.is_none() {
        input.errors.add("link_by", "choose of what is there");
    }
    Some(SaveProvider {
        provider: there.map(|it| it.id),
        name: name?,
        title: title?,
        issuer: issuer.into(),
        client_id: Arc::from(client_id),
        secret,
        link_by: link_by?,
        unknown: unknown?,
    })
}
