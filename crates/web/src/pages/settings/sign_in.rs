//! How people sign in here.

use portcullis_model::{Provider, ProviderState};

use super::common::tabs;
use crate::{auth::StepUp, pages::prelude::*};

#[derive(Template)]
#[template(path = "settings/sign_in.html")]
struct SignIn<'p> {
    page: &'p Page,
    /// Title, name and issuer of those of the configuration.
    configured: Vec<(String, String, String)>,
    providers: Vec<Row>,
    /// Other ways, and limits, each with what is set.
    facts: Vec<(&'static str, String)>,
}

/// A provider that was set up here.
struct Row {
    href: String,
    title: String,
    issuer: String,
    state: ui::Chip,
    /// Why it does not count, where it does not.
    hidden: bool,
}

pub(super) async fn show(State(web): State<Web>, page: Page) -> Result<Response, Failure> {
    let all = web.every_provider();
    let configured = all.iter().filter(|it| it.record.is_none());
    let configured = configured.map(|it| {
        let name = it.oidc.name().to_string();
        (
            it.title.clone(),
            name,
            it.oidc.issuer_as_written().to_owned(),
        )
    });
    let configured: Vec<_> = configured.collect();
    let providers = page.viewer.world.providers().map(|it| {
        let hidden = configured
            .iter()
            .any(|(_, name, issuer)| *name == it.name.as_str() || **issuer == *it.issuer);
        let works = hidden || all.iter().any(|made| made.is_of(it));
        Row {
            href: href(it),
            title: it.title.to_string(),
            issuer: it.issuer.to_string(),
            state: match works {
                true => chip(it.state),
                false => ui::Chip::level("its secret is gone: edit it", ui::Level::Bad),
            },
            hidden,
        }
    });
    render(&SignIn {
        page: &page,
        providers: providers.collect(),
        configured,
        facts: facts(&web),
    })
}

/// What else is set.
fn facts(web: &Web) -> Vec<(&'static str, String)> {
    let Some(ways) = web.authenticator().access().ways() else {
        return vec![(
            "This is the demo",
            "nobody signs in: the switcher stands for it".into(),
        )];
    };
    let or_off = |it: Option<String>| it.unwrap_or_else(|| "off".to_owned());
    let StepUp { acts, max_age, .. } = &ways.step_up;
    let acts: Vec<_> = acts.iter().map(|act| act.as_str()).collect();
    let again = (!acts.is_empty())
        .then(|| format!("before {}, after {} minutes", acts.join(", "), max_age / 60));
    let proxy = ways.proxy.as_ref();
    vec![
        (
            "Cloudflare Access",
            or_off(ways.cloudflare.as_ref().map(|_| "on".into())),
        ),
        (
            "A proxy that signs people in",
            or_off(proxy.map(|it| format!("by the header {}", it.header))),
        ),
        (
            "Sessions end",
            format!(
                "after {} hours without a request, and after {} days",
                ways.sessions.idle / 3_600,
                ways.sessions.longest / 86_400
            ),
        ),
        ("Signing in again", or_off(again)),
        ("Tokens of the configuration", ways.tokens.len().to_string()),
    ]
}

/// The page of a provider.
pub(super) fn href(it: &Provider) -> String {
    format!("/settings/sign-in/{}", it.id)
}

pub(super) fn chip(state: ProviderState) -> ui::Chip {
    match state {
        ProviderState::Draft => ui::Chip::level("not tried yet", ui::Level::Warn),
        ProviderState::On => ui::Chip::level("in use", ui::Level::Good),
        ProviderState::Off => ui::Chip::plain("off"),
    }
}
