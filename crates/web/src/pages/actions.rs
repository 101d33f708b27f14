//! What may be done on a page: one thing first, the rest in a menu, what destroys last.

use super::convert::address;

/// Something to do, as a button or in a menu.
pub(crate) struct Action {
    pub label: String,
    pub href: String,
    pub icon: &'static str,
}

/// What may be done on a page.
#[derive(Default)]
pub(crate) struct Actions {
    pub first: Option<Action>,
    pub rest: Vec<Action>,
    pub danger: Option<Action>,
}

/// Something to do, where it is offered: its label, its address and its icon.
type Offer<'t> = (bool, &'t str, String, &'static str);

impl Actions {
    /// Adds what there is to look at; it never becomes the button.
    pub(crate) fn also<'t>(&mut self, offers: impl IntoIterator<Item = Offer<'t>>) {
        for (offered, label, href, icon) in offers {
            let label = label.to_owned();
            self.rest
                .extend(offered.then_some(Action { label, href, icon }));
        }
    }

    /// Adds what the viewer may do; the first one added becomes the button.
    pub(crate) fn add<'t>(&mut self, offers: impl IntoIterator<Item = Offer<'t>>) {
        for offer in offers {
            let offered = offer.0;
            self.also([offer]);
            if offered && self.first.is_none() {
                self.first = self.rest.pop();
            }
        }
    }

    /// Adds what stands last: the way to the log of a record, such as `group` and its id, and the
    /// deletion of what stands at `here`, where the viewer may.
    pub(crate) fn end(&mut self, kind: &str, id: impl std::fmt::Display, delete: bool, here: &str) {
        let log = address("/activity", &[("subject", &format!("{kind}:{id}"))]);
        self.also([(true, "In the log", log, "activity")]);
        self.danger = delete.then(|| Action {
            label: "Delete".into(),
            href: format!("{here}/delete"),
            icon: "x",
        });
    }
}
