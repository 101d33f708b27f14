//! What `_shell.html` needs to draw the frame around a page.

use jiff::Timestamp;

use super::parts::Level;

/// The frame around every page; a page's struct holds one in a field called `shell`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shell {
    /// Who is looking.
    pub viewer: Viewer,
    /// The rail, in order; only what the viewer can use.
    pub nav: Vec<NavItem>,
    /// The token every form carries in its field `csrf`.
    pub csrf: String,
    /// Who the viewer can turn into; empty outside a demo.
    pub personas: Vec<Persona>,
    /// The outcome of what the viewer just did.
    pub notice: Option<Notice>,
    /// The theme in force from the cookie `theme`: `light`, `dark`, or empty to follow the system.
    pub theme: &'static str,
    /// The page's own path and query, to come back to.
    pub path: String,
    /// What the search field holds.
    pub query: String,
    /// Where the sign-out form posts to; empty when there is nothing to sign out of.
    pub sign_out: String,
    /// When the page was drawn, so that the script's clock agrees with the server's.
    pub now: Timestamp,
    /// The position of the log the page was drawn from.
    pub log_position: u64,
    /// The stylesheet's address.
    pub css: String,
    /// The script's address.
    pub js: String,
}

impl Shell {
    /// A frame for `viewer` with everything else empty and the assets' addresses set.
    pub fn new(viewer: Viewer, csrf: impl Into<String>, now: Timestamp) -> Self {
        Self {
            viewer,
            nav: Vec::new(),
            csrf: csrf.into(),
            personas: Vec::new(),
            notice: None,
            theme: "",
            path: "/".to_owned(),
            query: String::new(),
            sign_out: String::new(),
            now,
            log_position: 0,
            css: super::assets::url("app.css"),
            js: super::assets::url("app.js"),
        }
    }

    /// The places a phone shows in its bottom bar.
    pub fn nav_first(&self) -> &[NavItem] {
        &self.nav[..self.nav.len().min(4)]
    }

    /// The places a phone keeps behind "More".
    pub fn nav_rest(&self) -> &[NavItem] {
        &self.nav[self.nav.len().min(4)..]
    }

    /// Whether the current place is behind "More".
    pub fn current_in_rest(&self) -> bool {
        self.nav_rest().iter().any(|item| item.current)
    }
}

/// Who is looking at a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// The viewer's name.
    pub name: String,
    /// The viewer's login.
    pub login: String,
    /// Two letters for the avatar.
    pub initials: String,
    /// Where the viewer's own page is.
    pub href: String,
    /// Whether the viewer administers Portcullis.
    pub is_admin: bool,
}

impl Viewer {
    /// A viewer whose initials come from the name.
    pub fn new(
        name: impl Into<String>,
        login: impl Into<String>,
        href: impl Into<String>,
        is_admin: bool,
    ) -> Self {
        let name = name.into();
        Self {
            initials: super::parts::initials(&name),
            name,
            login: login.into(),
            href: href.into(),
            is_admin,
        }
    }
}

/// One place in the rail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NavItem {
    /// What it says.
    pub label: &'static str,
    /// Where it goes.
    pub href: &'static str,
    /// The icon's id in `icons.svg`.
    pub icon: &'static str,
    /// Whether the page shown is in this place.
    pub current: bool,
    /// How much waits there for the viewer.
    pub badge: Option<u32>,
}

impl NavItem {
    /// A place, current when `path` is in it.
    pub fn new(label: &'static str, href: &'static str, icon: &'static str, path: &str) -> Self {
        let place = path.split('?').next().unwrap_or_default();
        let current = place == href
            || (href != "/"
                && place
                    .strip_prefix(href)
                    .is_some_and(|rest| rest.starts_with('/')));
        Self {
            label,
            href,
            icon,
            current,
            badge: None,
        }
    }

    /// The same place with a count of what waits; nothing waiting shows no badge.
    #[must_use]
    pub fn waiting(mut self, count: u32) -> Self {
        self.badge = (count > 0).then_some(count);
        self
    }
}

/// Somebody the viewer of a demo can turn into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Persona {
    /// The persona's name.
    pub name: String,
    /// The persona's login, sent as `login`.
    pub login: String,
    /// What the persona is good for, such as `owns payroll`.
    pub note: String,
    /// Whether the viewer is this persona now.
    pub current: bool,
}

/// The outcome of what the viewer just did, shown once at the top of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// How it went.
    pub level: Level,
    /// What happened, in a few words.
    pub title: String,
    /// The rest of it; may be empty.
    pub text: String,
    /// How to take it back.
    pub undo: Option<Undo>,
}

/// A button that takes something back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undo {
    /// The button's text.
    pub label: String,
    /// Where its form posts to.
    pub action: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_current_for_the_pages_inside_it_only() {
        let current = |href, path| NavItem::new("x", href, "x", path).current;
        assert!(current("/", "/"));
        assert!(!current("/", "/groups"));
        assert!(current("/groups", "/groups?q=a"));
        assert!(current("/groups", "/groups/payroll"));
        assert!(!current("/groups", "/groups-old"));
    }
}
