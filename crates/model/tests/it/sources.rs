//! What a source makes is its own, and nothing else is: held by the guard, whoever plans the change.

use portcullis_model::{
    Actor, Change, ChangeSet, ConnectorId, Constraints, Description, Edit, Expiry, GroupKind,
    Membership, MembershipKind, OperationName, Sourced, SystemActor, User,
    record::{AppPart, Authority},
};

use crate::company::Company;
use crate::records::{
    NEVER, app, app_group, days, group, limit_of_days, name, one, reason, tag, user,
};
use crate::rules::{by, edited};

const MEMBER: MembershipKind = MembershipKind::Member;

fn up(n: u8) -> ConnectorId {
    ConnectorId::parse(&format!("up{n}")).unwrap()
}

/// `core`, `ana` and the app `Site` with `App-Site-Owners` are up1's, `plain` and `ben` people's;
/// olga owns both groups.
fn two_sources() -> Company {
    let ana = User {
        source: Some(up(1)),
        ..user("ana")
    };
    let c = Company::new()
        .has(Edit::create(ana))
        .users(["ben", "olga"])
        .group("core")
        .group("plain")
        .app("Site", "olga")
        .kept_by(up(1), &["core", "App-Site-Owners"])
        .owner("olga", "core")
        .owner("olga", "plain");
    let site = c.the_app("Site");
    c.has(Edit::update(site.clone(), site.kept_by(Some(up(1)))))
}

#[test]
fn what_each_source_keeps_is_counted_as_it_comes_and_goes() {
    let kept = |c: &Company| -> Vec<(ConnectorId, [u32; 3])> {
        let all = c.world.sources();
        all.map(|(source, kept)| (source, [kept.users, kept.groups, kept.apps]))
            .collect()
    };
    assert_eq!(kept(&Company::new().users(["ana"]).group("g")), []);
    let c = two_sources();
    assert_eq!(kept(&c), [(up(1), [1, 2, 1])]);
    // Another source takes over, and what is only renamed is counted once.
    let ana = c.world.find_user("ana").unwrap().clone();
    let c = c.has(edited(&ana, |u| u.name = name("Ana Two")));
    assert_eq!(kept(&c), [(up(1), [1, 2, 1])]);
    let c = c.kept_by(up(2), &["core"]);
    assert_eq!(kept(&c), [(up(1), [1, 1, 1]), (up(2), [0, 1, 0])]);
    let plain = c.the_group("core");
    let c = c.has(Edit::update(plain.clone(), plain.kept_by(None)));
    assert_eq!(kept(&c), [(up(1), [1, 1, 1])]);
    let ana = c.world.find_user("ana").unwrap().clone();
    let c = c.has(Edit::end(ana));
    assert_eq!(kept(&c), [(up(1), [0, 1, 1])]);
}

#[test]
fn a_source_changes_and_fills_only_what_it_keeps() {
    let c = two_sources();
    let into = |login: &str, group: &str| -> Change {
        Edit::create(c.membership(login, group, MEMBER, NEVER)).into()
    };
    let attach = |child: &str, target: &str| -> Change {
        Edit::create(c.inclusion(child, target, MEMBER, NEVER)).into()
    };
    let confers =
        |group: &str| -> Change { Edit::create(c.entitlement(group, "a:b", NEVER)).into() };
    let described = |called: &str| -> Change {
        let text = Description::parse("mine").unwrap();
        edited(&c.the_group(called), |g| g.description = text).into()
    };
    let [ana, ben] = ["ana", "ben"].map(|login| c.world.find_user(login).unwrap().clone());
    let renamed = |of: &User| -> Change { edited(of, |u| u.name = name("X")).into() };
    let ours = |source| -> Change {
        let made = group("new", GroupKind::Group).kept_by(source);
        Edit::create(made).into()
    };
    let site = c.the_app("Site");
    let table: Vec<(&str, Change, [&str; 2])> = vec![
        (
            "fill its group with its person",
            into("ana", "core"),
            ["ok", "foreign_fact"],
        ),
        (
            "name somebody else's person",
            into("ben", "core"),
            ["ok", "foreign_fact"],
        ),
        (
            "fill a group of people",
            into("ana", "plain"),
            ["foreign_fact"; 2],
        ),
        (
            "let a foreign group in",
            attach("plain", "core"),
            ["foreign_fact"; 2],
        ),
        (
            "let its group into another",
            attach("core", "plain"),
            ["foreign_fact"; 2],
        ),
        (
            "confer by a group that a source keeps",
            confers("core"),
            ["ok", "ok"],
        ),
        (
            "confer by a group of people",
            confers("plain"),
            ["foreign_fact"; 2],
        ),
        (
            "describe its group",
            described("core"),
            ["ok", "foreign_fact"],
        ),
        (
            "describe a group of people",
            described("plain"),
            ["foreign_fact"; 2],
        ),
        ("rename its person", renamed(&ana), ["ok", "foreign_fact"]),
        ("rename somebody", renamed(&ben), ["foreign_fact"; 2]),
        (
            "end somebody",
            Edit::end(ben.clone()).into(),
            ["foreign_fact"; 2],
        ),
        (
            "end its person",
            Edit::end(ana.clone()).into(),
            ["ok", "foreign_fact"],
        ),
        ("make its own", ours(Some(up(1))), ["ok", "foreign_fact"]),
        ("make what nobody keeps", ours(None), ["foreign_fact"; 2]),
        (
            "take over a group",
            edited(&c.the_group("plain"), |g| g.source = Some(up(1))).into(),
            ["foreign_fact"; 2],
        ),
        (
            "give away its group",
            edited(&c.the_group("core"), |g| g.source = None).into(),
            ["foreign_fact"; 2],
        ),
        (
            "become the authority, which tags do not bind",
            edited(&c.the_group("core"), |g| {
                g.authority = Authority::External(up(1));
            })
            .into(),
            ["foreign_fact"; 2],
        ),
        (
            "make a tag",
            Edit::create(tag("T", Constraints::default())).into(),
            ["foreign_fact"; 2],
        ),
        (
            "ask for a place in its group",
            Edit::create(c.request("ana", "core", MEMBER, NEVER)).into(),
            ["foreign_fact"; 2],
        ),
        (
            "describe its app",
            edited(&site, |a| {
                a.description = Description::parse("mine").unwrap();
            })
            .into(),
            ["ok", "foreign_fact"],
        ),
    ];
    for (what, change, expected) in table {
        let told = [1, 2].map(|n| by(&c, Actor::Connector(up(n)), one(change.clone())));
        assert_eq!(told, expected, "{what}");
    }
    // Nor does a new group of its own get into an app of another.
    let extra = app_group("Site", "App-Site-Extra", AppPart::Access);
    let told = [1, 2].map(|n| {
        let extra = extra.clone().kept_by(Some(up(n)));
        by(&c, Actor::Connector(up(n)), one(Edit::create(extra)))
    });
    assert_eq!(told, ["ok", "foreign_fact"]);
    let own_app = one(Edit::create(app("New").kept_by(Some(up(2))))).with(Edit::create(
        app_group("New", "App-New-Owners", AppPart::Owners).kept_by(Some(up(2))),
    ));
    assert_eq!(by(&c, Actor::Connector(up(2)), own_app), "ok");
}

#[test]
fn only_an_admin_or_the_operator_gives_a_source_what_others_made() {
    let c = two_sources();
    let given = || one(edited(&c.the_group("plain"), |g| g.source = Some(up(1))));
    assert_eq!(c.tries("olga", given()), "not_allowed");
    assert_eq!(c.tries("root", given()), "ok");
    assert_eq!(by(&c, Actor::System(SystemActor::Operator), given()), "ok");
    let app = || one(edited(&c.the_app("Site"), |a| a.source = None));
    assert_eq!(c.tries("olga", app()), "kept_by_source");
    assert_eq!(c.tries("root", app()), "ok");
}

#[test]
fn nobody_names_their_group_what_a_source_will_bring() {
    let c = two_sources();
    let renamed = |called: &str| {
        one(edited(&c.the_group(called), |g| {
            g.name = name("record-editors");
        }))
    };
    // Not kept by the source, it is a fault at the next import.
    assert_eq!(c.tries("olga", renamed("plain")), "ok");
    // Kept by the source, its members would have what the source says of that one.
    assert_eq!(c.tries("olga", renamed("core")), "kept_by_source");
    assert_eq!(c.tries("root", renamed("core")), "ok");
    let described = edited(&c.the_group("core"), |g| {
        g.description = Description::parse("ours").unwrap();
    });
    assert_eq!(c.tries("olga", one(described)), "ok");
}

#[test]
fn undoing_a_deletion_gives_back_to_the_source_what_it_kept() {
    let c = two_sources();
    let deleted = ChangeSet::new(OperationName::GroupDelete)
        .with(Edit::end(c.the_fact("olga", "core", MembershipKind::Owner)))
        .with(Edit::end(c.the_group("core")));
    let gone = c.does("olga", deleted.clone());
    let undone = deleted.inverse(gone.world.position());
    // Without an entry to undo, nobody but an admin makes what a source keeps.
    let extra = |source| app_group("Site", "App-Site-Extra", AppPart::Access).kept_by(source);
    assert_eq!(c.tries("olga", Edit::create(extra(None))), "ok");
    let made = Edit::create(extra(Some(up(1))));
    assert_eq!(c.tries("olga", made), "kept_by_source");
    let back = gone.does("root", undone);
    assert_eq!(back.the_group("core").source, Some(up(1)));
}

#[test]
fn tags_hold_for_a_source_where_portcullis_is_the_authority() {
    let limit = Constraints {
        member_time_limit: limit_of_days(7),
        ..Constraints::default()
    };
    let why = Constraints {
        require_member_reason: true,
        ..Constraints::default()
    };
    let c = two_sources()
        .group("Mirror")
        .tag("T", limit)
        .tag("W", why)
        .tagged("core", "T")
        .tagged("core", "W")
        .tagged("Mirror", "T");
    let mirror = c.the_group("Mirror");
    let mut kept_outside = mirror.clone();
    kept_outside.authority = Authority::External(up(1));
    let c = c.has(Edit::update(mirror, kept_outside));
    let add = |group: &str, until: Expiry, why: &str| {
        let fact = Membership {
            reason: reason(why),
            ..c.membership("ana", group, MEMBER, until)
        };
        by(&c, Actor::Connector(up(1)), one(Edit::create(fact)))
    };
    assert_eq!(add("core", NEVER, "file"), "time_limit");
    assert_eq!(add("core", days(7), ""), "reason_required");
    assert_eq!(add("core", days(7), "file"), "ok");
    assert_eq!(add("Mirror", NEVER, ""), "ok");
}

#[test]
fn no_source_is_called_like_a_part_of_portcullis() {
    let parts = SystemActor::ALL.map(SystemActor::as_str);
    let own = [
        ConnectorId::IMPORT,
        ConnectorId::POLICY,
        ConnectorId::EMAIL,
        ConnectorId::EXTERNAL,
    ];
    let words = ["portcullis", "anonymous", "system", "user"];
    let own = own.iter().map(ConnectorId::as_str);
    for word in parts.into_iter().chain(words).chain(own) {
        assert!(ConnectorId::parse_source(word).is_err(), "{word}");
        // What is on record reads as before.
        assert!(ConnectorId::parse(word).is_ok(), "{word}");
    }
    for word in ["hr", "import-2", "times"] {
        assert!(ConnectorId::parse_source(word).is_ok(), "{word}");
    }
}
