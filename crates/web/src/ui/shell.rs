//! What `_shell.html` needs to draw the frame around a page.

use jiff::Timestamp;

/// The frame around every page: what `shell` answers of the `page` in a page's struct.
#[derive(Default)]
pub(crate) struct Shell {
    pub(crate) viewer: Viewer,
    /// The rail, in order; only what the viewer can use.
    pub(crate) nav: Vec<NavItem>,
    /// The token every form carries in its field `csrf`.
    pub(crate) csrf: String,
    /// Who the viewer can turn into; empty outside a demo.
    pub(crate) personas: Vec<Persona>,
    pub(crate) notice: Option<Notice>,
    /// What an admin should look at, whatever the page.
    pub(crate) alarm: Option<String>,
    /// The theme in force from the cookie `theme`: `light`, `dark`, or empty to follow the system.
    pub(crate) theme: &'static str,
    pub(crate) path: String,
    pub(crate) query: String,
    /// When the page was drawn, so that the script's clock agrees with the server's.
    pub(crate) now: Timestamp,
    /// The position of the log the page was drawn from, if it was drawn from any.
    pub(crate) log_position: Option<u64>,
    /// The time the page shows, where that is not now.
    pub(crate) past: Past,
}

impl Shell {
    /// A frame for `viewer` with everything else empty.
    pub(crate) fn new(viewer: Viewer, csrf: impl Into<String>, now: Timestamp) -> Self {
        Self {
            viewer,
            csrf: csrf.into(),
            path: "/".to_owned(),
            now,
            ..Self::default()
        }
    }

    /// The places a phone shows in its bottom bar, and those it keeps behind "More".
    pub(crate) fn places(&self) -> (&[NavItem], &[NavItem]) {
        self.nav.split_at(self.nav.len().min(4))
    }
}

/// A frame around what is nobody's page.
pub(crate) struct Bare(pub(crate) Shell);

impl Bare {
    pub(crate) fn shell(&self) -> &Shell {
        &self.0
    }
}

/// Who is looking at a page.
#[derive(Default)]
pub(crate) struct Viewer {
    pub(crate) name: String,
    pub(crate) login: String,
    pub(crate) href: String,
    pub(crate) is_admin: bool,
    /// Whether there is a session that may be ended.
    pub(crate) signed_in: bool,
}

/// One place in the rail.
pub(crate) struct NavItem {
    pub(crate) label: &'static str,
    pub(crate) href: &'static str,
    /// The icon's id in `icons.svg`.
    pub(crate) icon: &'static str,
    pub(crate) current: bool,
    /// How much waits there for the viewer.
    pub(crate) badge: Option<usize>,
}

impl NavItem {
    /// A place, current when `path` is in it.
    pub(crate) fn new(
        label: &'static str,
        href: &'static str,
        icon: &'static str,
        path: &str,
    ) -> Self {
        let place = path.split('?').next().unwrap_or_default();
        let inside = place.strip_prefix(href);
        let inside = inside.is_some_and(|rest| href != "/" && rest.starts_with('/'));
        Self {
            label,
            href,
            icon,
            current: place == href || inside,
            badge: None,
        }
    }
}

/// Somebody the viewer of a demo can turn into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Persona {
    pub(crate) name: String,
    /// The persona's login, sent as `login`.
    pub(crate) login: String,
    /// What the persona is good for, such as `owns payroll`.
    pub(crate) note: String,
    pub(crate) current: bool,
}

/// The time that a page shows, as it says so; all of it is empty for now.
#[derive(Default)]
pub(crate) struct Past {
    pub(crate) title: String,
    pub(crate) text: &'static str,
    /// Where the page shows the present.
    pub(crate) back: String,
}

/// The outcome of what the viewer just did, shown once at the top of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) title: String,
    /// What the button posts to that takes it back.
    pub(crate) undo: Option<String>,
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::{
        super::{
            Chip, Choice, Durations, Map,
            map::{Layer, Node, Weight},
        },
        *,
    };

    #[test]
    fn a_place_is_current_for_the_pages_inside_it_only() {
        let current = |href, path| NavItem::new("x", href, "x", path).current;
        assert!(current("/", "/"));
        assert!(!current("/", "/groups"));
        assert!(current("/groups", "/groups?q=a"));
        assert!(current("/groups", "/groups/payroll"));
        assert!(!current("/groups", "/groups-old"));
    }

    /// A page as small as pages get: a bare frame, owned and borrowed text side by side.
    #[derive(Template)]
    #[template(
        source = r#"{% extends "_shell.html" %}{% import "_macros.html" as ui %}{% import "_forms.html" as form %}{% block main_class %}wide{% endblock %}{% block title %}{{ name }}{% endblock %}{% block content %}{{ ui::person_heading(name, login, chips) }}{{ ui::avatar(name, login) }}{{ form::input("name", "Name", value = name, error = wrong) }}{{ form::select("app", "App", choices, chosen = login) }}{{ form::pills("as", "As", choices, chosen = "ana") }}{{ form::durations(durations) }}{{ ui::map(map) }}{{ ui::empty(name, text = wrong) }}{% endblock %}"#,
        ext = "html"
    )]
    struct Small<'a> {
        page: Bare,
        name: String,
        login: &'a str,
        wrong: String,
        chips: &'a [Chip],
        choices: Vec<Choice>,
        durations: &'a Durations,
        map: Map,
    }

    #[test]
    fn blocks_take_owned_and_borrowed_values_and_escape_them() {
        let now = "2026-03-13T10:00:00Z".parse().expect("a timestamp");
        let shell = Shell::new(
            Viewer {
                name: "Ana <Lima>".to_owned(),
                ..Viewer::default()
            },
            "t\"k",
            now,
        );
        let nodes = (0..61).map(|n| Node {
            layer: Layer::Group,
            label: n.to_string(),
            detail: String::new(),
            href: String::new(),
            weight: Weight::Plain,
        });
        let html = Small {
            page: Bare(shell),
            name: "<script>alert(1)</script>".to_owned(),
            login: "ana",
            wrong: "\"><img src=x>".to_owned(),
            chips: &[],
            choices: vec![Choice::new("ana", "Ana"), Choice::new("jo", "Jo")],
            durations: &Durations {
                choices: vec![Choice::new("P5D", "5 days")],
                chosen: "custom".to_owned(),
                ..Durations::default()
            },
            map: Map {
                title: String::new(),
                nodes: nodes.collect(),
                edges: vec![],
            },
        }
        .render()
        .expect("a page");
        assert_eq!(html.matches("<script").count(), 1, "the shell's own");
        assert!(!html.contains("<img") && !html.contains("<Lima>"));
        assert!(html.contains("Too much for a map") && html.contains("class=\"wide\""));
        assert!(html.contains("<option value=\"ana\" selected>"), "{html}");
        assert!(!html.contains("/auth/demo") && !html.contains("Sign out"));
    }
}
