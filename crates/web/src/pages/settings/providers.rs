//! An identity provider: set up, tried, used, turned off, removed.

use axum::{
    extract::FromRequestParts as _,
    http::{StatusCode, request::Parts},
    response::{IntoResponse as _, Redirect},
};
use portcullis_app::{
    provider::{DeleteProvider, SwitchProvider},
    session::Whom,
};
use portcullis_connect::oidc::{self, Fault};
use portcullis_model::{LinkBy, Provider, ProviderState, Unknown};

use super::{
    common::{admins_only, tabs},
    provider_form::{drawn, read},
    sign_in::{chip, href},
};
use crate::{
    auth::{self, base},
    pages::{
        fields::{Submission, errors_of},
        form::again,
        prelude::{forms::*, *},
        sign_in::leave,
    },
};

/// The provider an address names.
fn found(page: &Page) -> Result<&Provider, Refusal> {
    let key = page.param("id");
    let mut all = page.viewer.world.providers();
    let found = all.find(|it| it.id.to_string() == key);
    found.ok_or_else(|| Refusal::not_found(Noun::Provider, key))
}

#[derive(Template)]
#[template(path = "settings/provider.html")]
struct Shown<'p> {
    page: &'p Page,
    it: &'p Provider,
    href: String,
    state: ui::Chip,
    /// What to say there: what it is, and the address.
    addresses: Vec<(&'static str, String)>,
    /// Whether they work on this machine only.
    is_local: bool,
    secret: &'static str,
    /// Why it is not used, if it is not.
    unused: &'static str,
    /// What came of trying it: what went wrong.
    trouble: String,
    tried: Option<Tried>,
}

/// Who signed in when it was tried.
struct Tried {
    subject: String,
    email: String,
    name: String,
    /// Who that would be here.
    here: String,
    /// Whether it becomes the admin's own account when it is used.
    links: bool,
    /// That it was so.
    proof: String,
}

impl<'p> Shown<'p> {
    fn of(web: &Web, page: &'p Page, parts: &Parts, it: &'p Provider) -> Self {
        let base = base(parts, web.public_url()).unwrap_or_else(|| "https://HOST".to_owned());
        let at = |tail: &str| format!("{base}/sign-in/oidc/{}/{tail}", it.name);
        let all = web.every_provider();
        let mut by_file = all.iter().filter(|made| made.record.is_none());
        let configured = by_file.any(|made| {
            made.oidc.name() == it.name || made.oidc.issuer_as_written() == &*it.issuer
        });
        Self {
            page,
            href: href(it),
            state: chip(it.state),
            is_local: web.public_url().is_none(),
            addresses: vec![
                ("Redirect URI", at("callback")),
                ("Back-channel logout URI", at("back-channel")),
                ("Post-logout redirect URI", format!("{base}/sign-in")),
            ],
            secret: match it.secret {
                Some(_) => "set, and shown to nobody",
                None => "none: a public client",
            },
            unused: match all.iter().any(|made| made.is_of(it)) {
                true => "",
                false if configured => {
                    "portcullis.toml has this provider, and what it says wins. Remove it here, or there."
                }
                false => "Its secret is gone: edit it, and type it again.",
            },
            it,
            trouble: String::new(),
            tried: None,
        }
    }
}

pub(super) async fn show(
    State(web): State<Web>,
    parts: Parts,
    page: Page,
) -> Result<Response, Failure> {
    let it = found(&page)?;
    render(&Shown::of(&web, &page, &parts, it))
}

pub(super) async fn new(State(web): State<Web>, page: Page) -> Result<Response, Failure> {
    render(&drawn(
        &web,
        &page,
        None,
        Values::asked(&page),
        ui::Errors::default(),
    ))
}

pub(super) async fn edit(State(web): State<Web>, page: Page) -> Result<Response, Failure> {
    let there = found(&page)?;
    render(&drawn(
        &web,
        &page,
        Some(there),
        Values::asked(&page),
        ui::Errors::default(),
    ))
}

pub(super) async fn save(State(web): State<Web>, sent: Submission) -> Result<Response, Failure> {
    let page = &sent.page;
    page.viewer.in_person()?;
    let there = match page.param("id") {
        "" => None,
        _ => Some(found(page)?),
    };
    let given = sent.fields.get("secret");
    let secret = (!given.is_empty()).then(|| page.viewer.context.id::<Provider>().uuid());
    let mut input = Input::new(&sent);
    input.check_stale(&there, None);
    let save = read(&web, &mut input, there, secret);
    let stops = there.filter(|before| {
        let (issuer, client_id) = (sent.fields.get("issuer"), sent.fields.get("client_id"));
        let same = *before.issuer == *issuer && *before.client_id == *client_id;
        before.state == ProviderState::On && !(same && given.is_empty())
    });
    if let Some(before) = stops.filter(|_| sent.fields.get("sure") != "yes") {
        let wrong = format!(
            "Nobody can sign in by {} from then on until you have tested it again; who is signed in stays so. Save again to go on.",
            before.title
        );
        input.errors.add("", wrong);
    }
    let refused = |mut errors: ui::Errors| {
        if !given.is_empty() {
            errors.add("secret", "type it again: it was not kept");
        }
        let values = Values::sent(&sent).without("secret");
        let mut form = drawn(&web, page, there, values, errors);
        if stops.is_some() {
            form.hidden("sure", "yes");
        }
        again(&form)
    };
    let (Some(save), true) = (save, input.errors.is_empty()) else {
        return refused(input.errors);
    };
    let (store, name) = (web.app().store(), save.name);
    if let Some(id) = secret {
        store.keep_provider_secret(id, given).await?;
    }
    let committed = match web
        .app()
        .commit(page.viewer.context.clone(), save, None)
        .await
    {
        Ok(committed) => committed,
        Err(error) => {
            if let Some(id) = secret {
                store.forget_provider_secret(id).await?;
            }
            return refused(errors_of(error.into())?);
        }
    };
    // The one it was given before is needed no more.
    if let Some(old) = there.and_then(|it| it.secret).filter(|_| secret.is_some()) {
        store.forget_provider_secret(old).await?;
    }
    web.refresh_providers().await?;
    let saved = committed.world.provider(name);
    let to = saved.map_or_else(|| "/settings/sign-in".to_owned(), href);
    Ok(Redirect::to(&to).into_response())
}

/// The provider as it is spoken to.
fn made(web: &Web, it: &Provider) -> Result<auth::Provider, Failure> {
    let all = web.every_provider();
    let made = all.iter().find(|made| made.is_of(it)).cloned();
    made.ok_or_else(|| {
        let why = "portcullis.toml has this provider, or its secret is gone: see the settings";
        Failure::Http(StatusCode::CONFLICT, why.into())
    })
}

pub(super) async fn test(
    State(web): State<Web>,
    mut parts: Parts,
    sent: Submission,
) -> Result<Response, Failure> {
    let page = &sent.page;
    web.refresh_providers().await?;
    let made = made(&web, found(page)?)?;
    // Where it cannot be asked at all, that is said here and not on the way.
    if let Err(fault) = made.oidc.check().await {
        return not_tried(&web, &mut parts, &made, &fault).await;
    }
    leave::test(&web, &parts, &made, page.viewer.id).await
}

/// The page of whoever tries a provider, when they are back.
async fn back(
    web: &Web,
    parts: &mut Parts,
    provider: &auth::Provider,
) -> Result<(Page, Provider), Failure> {
    let page = Page::from_request_parts(parts, web).await?;
    admins_only(&page.viewer.world, &page.viewer)?;
    let found = |it: &&Provider| provider.is_of(it);
    let it = page.viewer.world.providers().find(found).cloned();
    let it = it.ok_or_else(|| Refusal::not_found(Noun::Provider, provider.oidc.name()))?;
    Ok((page, it))
}

/// What the signature on what was tried is for.
const TRIED: &str = "provider tried";

fn signed(it: &Provider, subject: &str, user: Id<User>) -> String {
    let (issuer, client) = (&it.issuer, &it.client_id);
    let secret = it.secret.unwrap_or_default();
    format!("{}\0{issuer}\0{client}\0{secret}\0{subject}\0{user}", it.id)
}

/// Somebody has signed in to try a provider: says who, and changes nothing.
pub(in crate::pages) async fn tried(
    web: &Web,
    parts: &mut Parts,
    provider: &auth::Provider,
    user: Id<User>,
    proved: oidc::Proved,
) -> Result<Response, Failure> {
    let (page, it) = back(web, parts, provider).await?;
    if page.viewer.id != user {
        return Err(Failure::Unauthenticated);
    }
    let world = &page.viewer.world;
    let account = (proved.provider, &*proved.subject);
    let mut known = world.identities_of(user);
    let is_linked = known.any(|identity| identity.connector == it.name);
    let (here, links) = match Whom::of(world, account, proved.email.as_deref(), it.link_by) {
        Whom::Linked(found) => (format!("{}, who is linked to it", found.name), false),
        Whom::ByAddress(found) => (
            format!("{}, matched by e-mail", found.name),
            found.id == user && !is_linked,
        ),
        Whom::NotMeant(_) | Whom::Nobody => ("nobody yet".to_owned(), !is_linked),
    };
    let text = signed(&it, &proved.subject, user);
    let mut shown = Shown::of(web, &page, parts, &it);
    shown.tried = Some(Tried {
        proof: web.authenticator().key().sign(TRIED, &text),
        email: proved
            .email
            .unwrap_or_else(|| "none that is verified".to_owned()),
        name: proved.name.unwrap_or_default(),
        subject: proved.subject,
        here,
        links,
    });
    render(&shown)
}

/// Trying it came to nothing.
pub(in crate::pages) async fn not_tried(
    web: &Web,
    parts: &mut Parts,
    provider: &auth::Provider,
    fault: &Fault,
) -> Result<Response, Failure> {
    let (page, it) = back(web, parts, provider).await?;
    let mut shown = Shown::of(web, &page, parts, &it);
    shown.trouble = ui::plain(&fault.to_string());
    render(&shown)
}

/// People sign in by it from now on; whoever tried it may be linked to the account they tried it with.
pub(super) async fn switch_on(
    State(web): State<Web>,
    sent: Submission,
) -> Result<Response, Failure> {
    let page = &sent.page;
    page.viewer.in_person()?;
    let it = found(page)?;
    let subject = sent.fields.get("subject");
    let text = signed(it, subject, page.viewer.id);
    let key = web.authenticator().key();
    // One that was in use and is as it was needs no new test.
    let was_tried = it.state != ProviderState::Draft;
    if !was_tried && !key.verify(TRIED, &text, sent.fields.get("proof")) {
        let why = "test it first: what was tried is not what is set up now";
        return Err(Failure::Http(StatusCode::CONFLICT, why.into()));
    }
    let links =
        sent.fields.get("link") == "yes" && key.verify(TRIED, &text, sent.fields.get("proof"));
    let switch = SwitchProvider::On {
        tried: it.clone(),
        link: links.then(|| (page.viewer.id, subject.to_owned())),
    };
    let context = page.viewer.context.clone();
    let committed = web.app().commit(context, switch, None).await?;
    web.refresh_providers().await?;
    let to = format!("{}?done={}", href(it), committed.position);
    Ok(Redirect::to(&to).into_response())
}

pub(super) fn switch_off(input: &Input<'_>) -> Result<Step, Failure> {
    let it = found(input.page)?;
    let step = Step::new(
        SwitchProvider::Off(it.id),
        format!("Turn {} off", it.title),
        "Turn off",
        href(it),
    );
    let note = "Nobody signs in by it from then on. Who is signed in stays so.";
    Ok(step.always().noting(vec![note.to_owned()]))
}

pub(super) fn delete(input: &Input<'_>) -> Result<Step, Failure> {
    let it = found(input.page)?;
    let step = Step::new(
        DeleteProvider(it.id),
        format!("Remove {}", it.title),
        "Remove",
        href(it),
    );
    let note = "It is forgotten, with its secret.";
    Ok(step
        .always()
        .noting(vec![note.to_owned()])
        .then(|_| "/settings/sign-in".into()))
}
