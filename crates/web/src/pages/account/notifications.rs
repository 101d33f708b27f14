//! What one wants to be told.

use portcullis_app::user::SetPreferences;
use portcullis_model::{NoticeKind, Preferences};

use crate::pages::prelude::forms::*;

/// The viewer's own choice.
pub(super) struct NotificationsForm(Option<Preferences>);

/// A kind, as a choice says it.
pub(crate) const fn told(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::Asked => "Somebody asks for what you decide about",
        NoticeKind::Decided => "What you asked for was decided",
        NoticeKind::Changed => "Access was given to you, moved or taken away",
        NoticeKind::Ending => "Your access ends in a week, or in a day",
        NoticeKind::Token => {
            "A token of yours, or of a program that reports to you or acts for you, ends in a week, or in a day"
        }
        NoticeKind::Failing => {
            "You are an admin, and something outside does not take what it is told"
        }
    }
}

/// What may ever be told to the viewer.
fn concerning(page: &Page) -> impl Iterator<Item = NoticeKind> + use<> {
    let is_admin = page.is_admin();
    let all = NoticeKind::ALL.into_iter();
    all.filter(move |kind| is_admin || *kind != NoticeKind::Failing)
}

impl Form for NotificationsForm {
    fn find(page: &Page, _: &Values) -> Result<Self, Refusal> {
        allowed(page, Action::SetPreferences, Target::User(page.viewer.id))?;
        let world = &page.viewer.world;
        Ok(Self(world.preferences(page.viewer.id).cloned()))
    }

    fn draw(&self, page: &Page, form: &mut FormPage<'_>) {
        form.title = "Notifications".into();
        form.crumbs = vec![ui::Link::new("Your account", "/account")];
        form.cancel = "/account".into();
        form.lead = "What you are written about, by e-mail or chat, as far as those are set up here. On these pages you see all of it in any case.".into();
        let off = |kind| self.0.as_ref().is_some_and(|it| it.off.contains(&kind));
        let boxes =
            concerning(page).map(|kind| form.check("told", kind.as_str(), told(kind), !off(kind)));
        let boxes = Checks(boxes.collect(), "");
        form.add(boxes, "told", "Write to me when", "");
        form.version(&self.0);
    }

    fn step(&self, input: &mut Input<'_>) -> Option<Step> {
        input.check_stale(&self.0, None);
        let mut off: std::collections::BTreeSet<_> = concerning(input.page).collect();
        for text in input.fields.all("told") {
            match NoticeKind::parse(text) {
                Some(kind) => drop(off.remove(&kind)),
                None => input.errors.add("told", "choose of what is there"),
            }
        }
        let user = input.page.viewer.id;
        let operation = SetPreferences { user, off };
        Some(Step::new(
            operation,
            "Save what you are told",
            "Save",
            "/account",
        ))
    }
}
