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

impl Actions {
    /// Adds something to look at, where there is reason to; it never becomes the button.
    pub(crate) fn also_if(
        &mut self,
        offered: bool,
        label: &str,
        href: impl Into<String>,
        icon: &'static str,
    ) {
        if offered {
            self.rest.push(Action {
                label: label.to_owned(),
                href: href.into(),
                icon,
            });
        }
    }

    /// Adds something to do, where the viewer may; the first one added becomes the button.
    pub(crate) fn add_if(
        &mut self,
        offered: bool,
        label: &str,
        href: impl Into<String>,
        icon: &'static str,
    ) {
        self.also_if(offered, label, href, icon);
        if offered && self.first.is_none() {
            self.first = self.rest.pop();
        }
    }

    /// Adds the way to the log of one record, such as `group` and its id.
    pub(crate) fn log(&mut self, kind: &str, id: impl std::fmt::Display) {
        let href = address("/activity", &[("subject", &format!("{kind}:{id}"))]);
        self.also_if(true, "In the log", href, "activity");
    }

    /// Adds the deletion of what stands at `here`, where the viewer may.
    pub(crate) fn delete_if(&mut self, offered: bool, here: &str) {
        self.danger = offered.then(|| Action {
            label: "Delete".into(),
            href: format!("{here}/delete"),
            icon: "x",
        });
    }
}
