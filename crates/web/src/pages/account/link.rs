//! Who somebody is at identity providers: linked by themselves, by an admin, or by an invitation.

use axum::{extract::Path, http::request::Parts};
use portcullis_app::{
    identity::{LinkIdentity, UnlinkIdentity},
    secret::Secret,
    token::{IssueLink, LinkTo},
};
use portcullis_connect::oidc::Ask;
use portcullis_model::{ConnectorId, Identity};

use super::whose::{address, user_of, whose};
use crate::pages::{
    fields::Submission,
    prelude::{forms::*, *},
    sign_in::leave,
};

/// Whoever is signed in goes to a provider, to sign in by it from then on. They sign in there anew, so
/// that nobody's account is linked that happens to be open in this browser.
pub(super) async fn begin(
    State(web): State<Web>,
    Path(name): Path<String>,
    parts: Parts,
    sent: Submission,
) -> Result<Response, Failure> {
    let ask = Ask {
        anew: true,
        ..Ask::default()
    };
    leave::bind(&web, &parts, &name, sent.page.viewer.id, &ask).await
}

/// An account of somebody, said by an admin.
pub(super) struct IdentityForm(User);

impl Form for IdentityForm {
    fn find(page: &Page, values: &Values) -> Result<Self, Refusal> {
        allowed(page, Action::LinkIdentity, Target::Nothing)?;
        page.viewer.in_person()?;
        let key = values.last("user");
        let user = match key.is_empty() {
            true => whose(page)?,
            false => page
                .viewer
                .world
                .named_user(key)
                .ok_or_else(|| Refusal::not_found(Noun::User, key))?,
        };
        Ok(Self(user.clone()))
    }

    fn draw(&self, page: &Page, form: &mut FormPage<'_>) {
        let back = address(page, self.0.id);
        form.title = format!("Link an account to {}", self.0.name);
        form.crumbs = vec![ui::Link::new(format!("Sign-in of {}", self.0.name), &*back)];
        form.cancel = back;
        form.lead = "Whoever signs in with that account is this person here.".into();
        form.submit = "Link".into();
        form.add(Hidden, "user", "", self.0.login.as_str());
        form.add(Line, "provider", "Identity provider", "")
            .required()
            .help("Its name here, as in the address of its sign-in page.");
        form.add(Line, "subject", "Account", "").required().help(
            "What the provider calls them (the claim sub), to the letter; no e-mail address.",
        );
    }

    fn step(&self, input: &mut Input<'_>) -> Option<Step> {
        let connector = input.parse("provider", ConnectorId::parse);
        let subject = input.text("subject").to_owned();
        if subject.is_empty() {
            input.errors.add(
                "subject",
                "enter the account ID that the provider shows for them",
            );
        }
        if let Some(connector) = connector
            && let Some(other) = input.world().user_by_identity(connector, &subject)
        {
            let wrong = format!("that account is linked to {} already", other.name);
            input.errors.add("subject", wrong);
        }
        let link = LinkIdentity {
            user: self.0.id,
            connector: connector?,
            external_id: subject,
        };
        let back = address(input.page, self.0.id);
        Some(Step::new(
            link,
            format!("Link an account to {}", self.0.name),
            "Link",
            back,
        ))
    }
}

pub(super) fn unlink(input: &Input<'_>) -> Result<Step, Failure> {
    let key = input.page.param("id");
    let id: Option<Id<Identity>> = key.parse().ok();
    let identity = id.and_then(|id| input.world().identity(id));
    let identity = identity.ok_or_else(|| Refusal::not_found(Noun::Identity, key))?;
    let back = address(input.page, identity.user);
    let title = format!(
        "Unlink the account {} at {}",
        identity.external_id, identity.connector
    );
    let step = Step::new(UnlinkIdentity(identity.id), title, "Unlink", back.clone());
    let note = "Who is signed in by it is signed out, and it lets nobody in from then on.";
    Ok(step
        .always()
        .noting(vec![note.to_owned()])
        .then(move |_| back))
}

#[derive(Template)]
#[template(path = "account/invitation.html")]
struct Invited<'p> {
    page: &'p Page,
    name: String,
    url: String,
    ends: ui::When,
    back: String,
}

/// Makes an invitation, and shows it once.
pub(super) async fn invite(
    State(web): State<Web>,
    parts: Parts,
    sent: Submission,
) -> Result<Response, Failure> {
    let page = &sent.page;
    page.viewer.in_person()?;
    let user = user_of(page, &sent.fields)?;
    let name = page.viewer.world.require_user(user)?.name.to_string();
    let (secret, to) = (Secret::new(""), LinkTo::Bind);
    let issue = IssueLink {
        user,
        to,
        digest: secret.digest(),
    };
    let base = leave::address(&parts, &web)?;
    web.app()
        .commit(page.viewer.context.clone(), issue, None)
        .await?;
    render(&Invited {
        page,
        name,
        url: format!("{base}{}{}", to.path(), secret.reveal()),
        ends: page.when(&page.viewer.context.now.plus_seconds(to.seconds())),
        back: address(page, user),
    })
}
