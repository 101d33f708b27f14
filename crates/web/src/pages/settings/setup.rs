//! From nothing to a company that signs in: what is to do, in order, and what is done.

use portcullis_model::ProviderState;

use super::sign_in::href;
use crate::pages::prelude::*;

#[derive(Template)]
#[template(path = "settings/setup.html")]
struct Setup<'p> {
    page: &'p Page,
    steps: Vec<Step>,
    done: usize,
}

/// One thing to do.
struct Step {
    title: &'static str,
    text: &'static str,
    done: bool,
    /// Ways to do it; the first is the usual one.
    ways: Vec<ui::Link>,
    /// A command that does it.
    command: &'static str,
}

/// What is done of it.
fn done(web: &Web, page: &Page) -> [bool; 3] {
    let world = &page.viewer.world;
    let people = world.user_count() > 1;
    // One comes with the program.
    [!web.providers().is_empty(), people, world.app_count() > 1]
}

/// Whether something is left to do for whoever looks.
pub(in crate::pages) fn is_left(web: &Web, page: &Page) -> bool {
    page.is_admin()
        && web.authenticator().access().ways().is_some()
        && done(web, page).contains(&false)
}

pub(super) async fn show(State(web): State<Web>, page: Page) -> Result<Response, Failure> {
    let [provider, people, app] = done(&web, &page);
    let mut drafts = page.viewer.world.providers();
    let draft = drafts.find(|it| it.state == ProviderState::Draft);
    let draft = draft.map(|it| {
        let label = format!("Continue with {}: not tried yet", it.title);
        ui::Link::new(label, href(it))
    });
    let link = |label: &str, href: &str| ui::Link::new(label, href);
    let steps = vec![
        Step {
            title: "How people sign in",
            text: "Connect the identity provider your company has: paste its issuer, client ID and secret, try it, then use it.",
            done: provider,
            ways: draft
                .into_iter()
                .chain([
                    link("Add an identity provider", "/settings/sign-in/new"),
                    link("What to do at the provider", "/docs/how-to/sign-in.md"),
                ])
                .collect(),
            command: "",
        },
        Step {
            title: "Where people come from",
            text: "Let the provider make them known as they sign in, read them from a file, add them one by one, or invite them.",
            done: people,
            ways: vec![
                link("Add a person", "/people/new"),
                link("Create at first sign-in", "/settings/sign-in"),
                link("From a file", "/docs/reference/sources.md"),
            ],
            command: "portcullis import org people.json",
        },
        Step {
            title: "The first app",
            text: "An app has owners, who decide, and groups, which people ask to be in.",
            done: app,
            ways: vec![link("Create an app", "/apps/new")],
            command: "",
        },
    ];
    render(&Setup {
        page: &page,
        done: steps.iter().filter(|step| step.done).count(),
        steps,
    })
}
