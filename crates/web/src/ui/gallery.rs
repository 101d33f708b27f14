//! Every building block on one page, with sample data, to look at and to test against.

use askama::Template;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::forms::{Choice, Durations, Errors, Hidden};
use super::map::{Edge, Layer, Map, Node, Weight};
use super::parts::{
    Chip, Column, Diff, DiffLine, DiffSubject, Entity, Filter, Kind, Level, Link, Pages, PathStep,
    Preview, Sign, Tab,
};
use super::rules::{AffectedUsers, DecisionChange, RulesDiff};
use super::shell::{NavItem, Notice, Persona, Shell, Undo, Viewer};
use super::time::{ExpiryPill, When};
use super::timeline::{Bar, BarKind, Row, Timeline};

#[derive(Template)]
#[template(path = "_gallery.html")]
struct Gallery {
    shell: Shell,
    crumbs: Vec<Link>,
    chips: Vec<Chip>,
    chips_all: Vec<Chip>,
    tabs: Vec<Tab>,
    filters: Vec<Filter>,
    columns: Vec<Column>,
    members: Vec<Member>,
    pages: Pages,
    first_page: Pages,
    preview: Preview,
    removal: Preview,
    errors: Errors,
    as_choices: Vec<Choice>,
    end_choices: Vec<Choice>,
    durations: Durations,
    durations_end: ExpiryPill,
    owner: Entity,
    app: Entity,
    path: Vec<PathStep>,
    map: Map,
    refusal: Map,
    timeline: Timeline,
    code: &'static str,
    icons: &'static [&'static str],
    names: &'static [&'static str],
}

struct Member {
    who: Entity,
    login: &'static str,
    through: Option<Entity>,
    ends: ExpiryPill,
    since: When,
}

/// The gallery page as seen at `now` in `theme` (`light`, `dark` or empty).
pub fn render(now: Timestamp, theme: &'static str) -> Result<String, askama::Error> {
    Gallery {
        shell: shell(now, theme),
        crumbs: vec![Link::new("Apps", "/apps"), Link::new("Payroll", "/apps/payroll")],
        chips: vec![Chip::kind(Kind::Group), Chip::managed()],
        chips_all: vec![
            Chip::kind(Kind::Role),
            Chip::managed(),
            Chip::unmanaged(),
            Chip::plain("finance"),
            Chip::level("approved", Level::Good),
            Chip::level("waiting", Level::Warn),
            Chip::level("rejected", Level::Bad),
            Chip::level("you", Level::Info),
        ],
        tabs: vec![
            Tab::new("Members", "/gallery", "/gallery").counting(128),
            Tab::new("Owners", "/gallery/owners", "/gallery").counting(2),
            Tab::new("Confers", "/gallery/confers", "/gallery"),
            Tab::new("Requests", "/gallery/requests", "/gallery").counting(1),
            Tab::new("History", "/gallery/history", "/gallery"),
            Tab::new("Settings", "/gallery/settings", "/gallery"),
        ],
        filters: vec![Filter {
            name: "ends".to_owned(),
            value: "this week".to_owned(),
            remove: "/gallery".to_owned(),
        }],
        columns: vec![Column::sortable("Person", "name", "name", "/gallery?sort=")],
        members: members(now),
        pages: Pages { page: 1, per_page: 50, total: 128, base: "/gallery?page=".to_owned() },
        first_page: Pages { page: 1, per_page: 50, total: 0, base: String::new() },
        preview: preview(now),
        removal: removal(),
        errors: errors(),
        as_choices: vec![Choice::new("member", "Member"), Choice::new("owner", "Owner")],
        end_choices: vec![Choice::new("any", "Any end"), Choice::new("week", "This week")],
        durations: durations(),
        durations_end: ExpiryPill::new(None, now),
        owner: person("Jo Berg", "jo").with_detail("payroll lead"),
        app: Entity::new(Kind::App, "Payroll", "/apps/payroll"),
        path: path(now),
        map: map(),
        refusal: refusal(),
        timeline: timeline(now),
        code: "permit read on payroll.salaries\n  when subject.department == \"finance\"\n   and context.network in trusted_networks",
        icons: &[
            "home", "inbox", "person", "group", "role", "app", "tag", "rule", "activity",
            "compare", "search", "key", "clock", "check", "x", "plus", "link", "menu", "sun",
            "moon", "external", "info", "alert", "chevron", "copy", "undo", "gate",
        ],
        names: &["Ana Lima", "Jo Berg", "Sam Okoro", "Mei Lin", "Ravi Rao", "Eva Novak", "Li Wu"],
    }
    .render()
}

fn person(name: &str, login: &str) -> Entity {
    Entity::new(Kind::Person, name, format!("/people/{login}"))
}

fn after(now: Timestamp, hours: i64) -> Timestamp {
    now.checked_add(SignedDuration::from_hours(hours))
        .unwrap_or(now)
}

fn shell(now: Timestamp, theme: &'static str) -> Shell {
    let viewer = Viewer::new("Ana Lima", "ana", "/people/ana", true);
    let nav = |label, href, icon| NavItem::new(label, href, icon, "/groups/payroll-read");
    let persona = |name: &str, login: &str, note: &str| Persona {
        name: name.to_owned(),
        login: login.to_owned(),
        note: note.to_owned(),
        current: login == "ana",
    };
    Shell {
        nav: vec![
            nav("Home", "/", "home"),
            nav("Requests", "/requests", "inbox").waiting(3),
            nav("People", "/people", "person"),
            nav("Groups", "/groups", "group"),
            nav("Roles", "/roles", "role"),
            nav("Apps", "/apps", "app"),
            nav("Rules", "/rules", "rule"),
            nav("Tags", "/tags", "tag"),
            nav("Activity", "/activity", "activity"),
            nav("Compare", "/compare", "compare"),
        ],
        personas: vec![
            persona("Ana Lima", "ana", "administers everything"),
            persona("Jo Berg", "jo", "owns payroll"),
            persona("Sam Okoro", "sam", "joined yesterday"),
        ],
        notice: Some(Notice {
            level: Level::Good,
            title: "Sam Okoro is a member.".to_owned(),
            text: "Okta was told; it answers within a minute.".to_owned(),
            undo: Some(Undo {
                label: "Undo".to_owned(),
                action: "/activity/4812/undo".to_owned(),
            }),
        }),
        theme,
        path: "/gallery".to_owned(),
        sign_out: "/auth/sign-out".to_owned(),
        log_position: 4812,
        ..Shell::new(viewer, "token", now)
    }
}

fn members(now: Timestamp) -> Vec<Member> {
    let analyst = || {
        Some(Entity::new(
            Kind::Role,
            "Data Analyst",
            "/roles/data-analyst",
        ))
    };
    let table = [
        ("Ana Lima", "ana", "finance", None, None, -9_000),
        (
            "Jo Berg",
            "jo",
            "payroll lead",
            None,
            Some(24 * 90),
            -24 * 300,
        ),
        (
            "Sam Okoro",
            "sam",
            "joined yesterday",
            analyst(),
            Some(24 * 3),
            -26,
        ),
        ("Mei Lin", "mei", "", analyst(), Some(5), -24 * 40),
        (
            "Maximiliana Featherstonehaugh-Cholmondeley",
            "max",
            "contractor, finance platform",
            analyst(),
            Some(-48),
            -24 * 20,
        ),
    ];
    table
        .into_iter()
        .map(|(name, login, detail, through, until, since)| Member {
            who: person(name, login).with_detail(detail),
            login,
            through,
            ends: ExpiryPill::new(until.map(|hours| after(now, hours)), now),
            since: When::new(after(now, since), now),
        })
        .collect()
}

fn line(sign: Sign, kind: Kind, what: &str, note: &str) -> DiffLine {
    DiffLine {
        sign,
        what: Entity::new(kind, what, format!("/groups/{what}")),
        note: note.to_owned(),
        ends: None,
    }
}

fn preview(now: Timestamp) -> Preview {
    let through = "through role Data Analyst";
    let gains = (0..9)
        .map(|n| DiffSubject {
            who: person(&format!("Person {n}"), &format!("p{n}")),
            lines: vec![
                line(Sign::Gains, Kind::Group, "payroll-read", through),
                line(
                    Sign::Gains,
                    Kind::Entitlement,
                    "read payroll.salaries",
                    through,
                ),
            ],
        })
        .chain([DiffSubject {
            who: person("Zoe Zhang", "zoe"),
            lines: vec![line(Sign::Gains, Kind::Group, "payroll-read", through)],
        }]);
    let first = DiffSubject {
        who: person("Sam Okoro", "sam"),
        lines: vec![
            DiffLine {
                ends: Some(ExpiryPill::new(Some(after(now, 24 * 5)), now)),
                ..line(Sign::Gains, Kind::Group, "payroll-read", through)
            },
            line(
                Sign::Changes,
                Kind::Group,
                "ledger-read",
                "ends with the role from now on",
            ),
            line(
                Sign::Loses,
                Kind::Group,
                "ledger-write",
                "replaced by the role",
            ),
        ],
    };
    Preview {
        title: "Add role Data Analyst to payroll-read for 30 days".to_owned(),
        diff: Diff {
            subjects: std::iter::once(first).chain(gains).collect(),
            omitted: 4,
        },
        rules: Some(RulesDiff {
            people: 11,
            shifts: vec![AffectedUsers {
                people: 11,
                names: vec![person("Sam Okoro", "sam")],
                names_more: 10,
                lines: vec![DecisionChange {
                    sign: Sign::Gains,
                    action: "read".to_owned(),
                    kind: "payslip".to_owned(),
                    conditions: vec!["region = @subject.region".to_owned()],
                    of_people: vec![],
                    for_whom: "seen for 9 of them with what is known of them".to_owned(),
                }],
                lines_more: 0,
                exhaustive: true,
            }],
            not_compared: 0,
        }),
        notes: vec!["3 rules. 2 cases; every rule decides one.".to_owned()],
        warnings: vec![
            "The tag payroll shortens this to 30 days.".to_owned(),
            "Two of them already have access directly, without an end.".to_owned(),
        ],
        action: "/gallery".to_owned(),
        hidden: vec![Hidden::new("role", "data-analyst")],
        confirm: "Add the role".to_owned(),
        cancel: "/gallery".to_owned(),
        level: Level::Info,
    }
}

fn removal() -> Preview {
    Preview {
        title: "Remove Mei Lin from payroll-read now".to_owned(),
        diff: Diff::new(vec![DiffSubject {
            who: person("Mei Lin", "mei"),
            lines: vec![line(Sign::Loses, Kind::Group, "payroll-read", "")],
        }]),
        rules: None,
        warnings: vec![],
        notes: vec![],
        action: "/gallery".to_owned(),
        hidden: vec![],
        confirm: "Remove Mei Lin".to_owned(),
        cancel: "/gallery".to_owned(),
        level: Level::Bad,
    }
}

fn errors() -> Errors {
    let mut errors = Errors::default();
    errors.add(
        "reason",
        "payroll-read needs a reason; say what you need it for",
    );
    errors
}

fn durations() -> Durations {
    let choices = [
        ("PT12H", "12 hours"),
        ("P5D", "5 days"),
        ("P2W", "2 weeks"),
        ("P30D", "30 days"),
    ];
    let choices = choices
        .map(|(value, label)| Choice::new(value, label))
        .to_vec();
    Durations::new("duration", choices, "custom").at_most(
        Date::constant(2026, 4, 12),
        "the tag payroll allows 30 days",
    )
}

fn path(now: Timestamp) -> Vec<PathStep> {
    vec![
        PathStep::new(person("Ana Lima", "ana")),
        PathStep::new(Entity::new(
            Kind::Role,
            "Data Analyst",
            "/roles/data-analyst",
        )),
        PathStep::new(Entity::new(
            Kind::Group,
            "payroll-read",
            "/groups/payroll-read",
        ))
        .until(Some(after(now, 24 * 5)), now),
        PathStep::new(Entity::new(
            Kind::Entitlement,
            "read payroll.salaries",
            "/rules/salaries",
        )),
    ]
}

fn node(layer: Layer, label: &str, detail: &str, weight: Weight) -> Node {
    Node {
        layer,
        label: label.to_owned(),
        detail: detail.to_owned(),
        href: format!("/{label}"),
        weight,
    }
}

fn map() -> Map {
    use Layer::{Entitlement, Group, Person, Role};
    use Weight::{Deciding, Plain};
    let edge = |from, to, weight| Edge {
        from,
        to,
        note: "until 18 Mar 2026".to_owned(),
        weight,
    };
    Map {
        title: "How Ana Lima may read payroll.salaries".to_owned(),
        nodes: vec![
            node(Person, "Ana Lima", "finance", Deciding),
            node(Role, "Data Analyst", "no end", Deciding),
            node(Role, "On-call", "ends in 2 days", Plain),
            node(Group, "payroll-read", "app Payroll", Deciding),
            node(Group, "ledger-read", "app Ledger", Plain),
            node(Group, "incident-response", "", Plain),
            node(
                Group,
                "everyone-at-the-company-berlin",
                "directory rule",
                Plain,
            ),
            node(
                Entitlement,
                "read payroll.salaries",
                "12 of 14 columns",
                Deciding,
            ),
            node(Entitlement, "read ledger.*", "", Plain),
            node(Entitlement, "page the on-call", "", Plain),
        ],
        edges: vec![
            edge(0, 1, Deciding),
            edge(0, 2, Plain),
            edge(0, 6, Plain),
            edge(0, 4, Plain),
            edge(1, 3, Deciding),
            edge(1, 4, Plain),
            edge(2, 5, Plain),
            edge(3, 7, Deciding),
            edge(4, 8, Plain),
            edge(5, 9, Plain),
            edge(5, 8, Plain),
        ],
    }
}

fn refusal() -> Map {
    use Layer::{Entitlement, Group, Person};
    use Weight::{Missing, Plain};
    let edge = |from, to, weight| Edge {
        from,
        to,
        note: String::new(),
        weight,
    };
    Map {
        title: "Why Sam Okoro may not read payroll.salaries".to_owned(),
        nodes: vec![
            node(Person, "Sam Okoro", "", Plain),
            node(Group, "payroll-read", "ask Jo Berg", Missing),
            node(Entitlement, "read payroll.salaries", "", Plain),
        ],
        edges: vec![edge(0, 1, Missing), edge(1, 2, Plain)],
    }
}

fn timeline(now: Timestamp) -> Timeline {
    let bar = |kind, from: i64, until: Option<i64>| Bar {
        kind,
        from: after(now, from * 24),
        until: until.map(|days| after(now, days * 24)),
        note: "granted by Jo Berg".to_owned(),
    };
    let row = |label: &str, bars| Row {
        label: label.to_owned(),
        href: format!("/groups/{label}"),
        bars,
    };
    use BarKind::{Member, Owner, Through};
    let rows = vec![
        row(
            "payroll-read",
            vec![bar(Through, -320, Some(-200)), bar(Member, -150, Some(5))],
        ),
        row("ledger-read", vec![bar(Member, -280, None)]),
        row("payroll-admins", vec![bar(Owner, -90, Some(60))]),
        row(
            "incident-response-berlin-and-lisbon",
            vec![bar(Member, -40, Some(-33))],
        ),
        row("summer-audit", vec![bar(Member, 20, Some(80))]),
    ];
    Timeline::fitting(
        "history",
        "Ana Lima's memberships over the last year",
        rows,
        now,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_block_renders_without_inline_styles_or_scripts() {
        let now = "2026-03-13T10:00:00Z".parse().expect("a timestamp");
        let folder = std::env::current_exe().expect("a path");
        let folder = folder
            .parent()
            .and_then(|deps| deps.parent())
            .expect("a target folder");
        let folder = folder.join("gallery");
        std::fs::create_dir_all(&folder).expect("a folder");
        for theme in ["", "light", "dark"] {
            let html = render(now, theme).expect("a page");
            assert!(!html.contains(" style="), "inline styles are forbidden");
            assert!(
                !html.contains("<style") && !html.contains("onclick"),
                "inline code"
            );
            assert_eq!(html.matches("<script").count(), 1);
            assert!(html.len() < 100_000, "{} bytes", html.len());
            let name = if theme.is_empty() { "index" } else { theme };
            std::fs::write(folder.join(format!("{name}.html")), html).expect("written");
        }
    }

    /// A page as small as pages get: a borrowed shell, owned and borrowed text side by side.
    #[derive(Template)]
    #[template(
        source = r#"{% extends "_shell.html" %}{% import "_macros.html" as ui %}{% import "_forms.html" as form %}{% block main_class %}wide{% endblock %}{% block title %}{{ name }}{% endblock %}{% block content %}{{ ui::person_heading(name, login, chips) }}{{ ui::avatar(name, login) }}{{ form::input("name", "Name", value = name, error = wrong) }}{{ form::select("app", "App", choices, chosen = login) }}{{ form::pills("as", "As", choices, chosen = "ana") }}{{ form::durations(durations) }}{{ ui::map(map) }}{{ ui::empty(name, text = wrong) }}{% endblock %}"#,
        ext = "html"
    )]
    struct Small<'a> {
        shell: &'a Shell,
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
            Viewer::new("Ana <Lima>", "ana", "/people/ana", false),
            "t\"k",
            now,
        );
        let nodes = (0..61).map(|n| node(Layer::Group, &n.to_string(), "", Weight::Plain));
        let html = Small {
            shell: &shell,
            name: "<script>alert(1)</script>".to_owned(),
            login: "ana",
            wrong: "\"><img src=x>".to_owned(),
            chips: &[],
            choices: vec![Choice::new("ana", "Ana"), Choice::new("jo", "Jo")],
            durations: &durations(),
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
