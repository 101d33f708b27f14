//! Agents: at most what their sponsor has, and no longer.

use portcullis_model::{
    Action, ChangeSet, Credential, Digest, Edit, Expiry, MembershipKind, OperationName, Purpose,
    Scope, Target, User, UserKind, World, guard, may,
    world::query::{Query as _, UserQuery},
};
use proptest::prelude::*;

use crate::company::Company;
use crate::records::{NEVER, NOW, code, days, id, name, one, user};
use crate::worlds::{wishes, world};

fn agent(login: &str, sponsor: &str) -> User {
    User {
        kind: UserKind::Agent,
        manager: Some(id(&format!("user {sponsor}"))),
        ..user(login)
    }
}

/// `bot` acts for `ana`, who is in `Team` for ten days and by `Role-Ops` in `Tools`, and owns `Lab`.
fn company() -> Company {
    let company = Company::new()
        .users(["ana", "ben"])
        .group("Team")
        .group("Tools")
        .group("Lab")
        .role("Role-Ops")
        .member_between("ana", "Team", -1, days(10))
        .member("ana", "Role-Ops")
        .owner("ana", "Lab")
        .attached("Role-Ops", "Tools", MembershipKind::Member);
    company.has(Edit::create(agent("bot", "ana")))
}

fn joins(company: &Company, group: &str, kind: MembershipKind, until: Expiry) -> ChangeSet {
    one(Edit::create(company.membership("bot", group, kind, until)))
}

fn until(world: &World, login: &str, group: &str, kind: MembershipKind) -> Option<Expiry> {
    let user = world.find_user(login)?.id;
    world.holds(user, world.find_group(group)?.id, kind, NOW)
}

/// The world after the operator's change.
fn after(company: &Company, change: ChangeSet) -> World {
    let allowed = guard(&company.world, change, &company.as_system());
    allowed.expect("it may be done").into_parts().1
}

#[test]
fn an_agent_is_given_what_its_sponsor_has_and_nothing_else() {
    const MEMBER: MembershipKind = MembershipKind::Member;
    let company = company();
    let tries = |group, kind, until| {
        let change = joins(&company, group, kind, until);
        code(&guard(&company.world, change, &company.as_system()))
    };
    assert_eq!(tries("Team", MEMBER, days(10)), "ok");
    assert_eq!(tries("Team", MEMBER, days(11)), "beyond_sponsor");
    assert_eq!(tries("Team", MEMBER, NEVER), "beyond_sponsor");
    assert_eq!(
        tries("Team", MembershipKind::Owner, days(1)),
        "beyond_sponsor"
    );
    // Through a role counts as well, and so does the role itself.
    assert_eq!(tries("Tools", MEMBER, NEVER), "ok");
    assert_eq!(tries("Role-Ops", MEMBER, NEVER), "ok");
    // It owns nothing, whatever its sponsor owns.
    assert_eq!(tries("Lab", MembershipKind::Owner, NEVER), "beyond_sponsor");
    assert_eq!(tries("Lab", MEMBER, NEVER), "beyond_sponsor");
    assert_eq!(
        tries("App-Portcullis-Owners", MEMBER, NEVER),
        "beyond_sponsor"
    );
}

#[test]
fn a_refusal_says_for_whom_it_acts_and_what_to_do() {
    let company = company();
    let say = |group, until| {
        let change = joins(&company, group, MembershipKind::Member, until);
        let refused = guard(&company.world, change, &company.as_system());
        refused.expect_err("it is too much").to_string()
    };
    insta::assert_snapshot!(say("Lab", NEVER), @"`bot` acts for ana, who is not a member of `Lab`; make ana a member first");
    insta::assert_snapshot!(say("Team", NEVER), @"`bot` acts for ana, who is a member of `Team` until 2026-03-12T09:00:00Z only; choose an end that is no later");
}

#[test]
fn what_its_sponsor_loses_it_loses_in_the_same_change() {
    const MEMBER: MembershipKind = MembershipKind::Member;
    let company = company()
        .member_between("bot", "Team", -1, days(10))
        .member("bot", "Tools");
    let of_ana = |group, kind| company.the_fact("ana", group, kind);
    // Ended.
    let world = after(&company, one(Edit::end(of_ana("Team", MEMBER))));
    assert_eq!(until(&world, "bot", "Team", MEMBER), None);
    assert_eq!(until(&world, "bot", "Tools", MEMBER), Some(NEVER));
    // Cut short.
    let fact = of_ana("Team", MEMBER);
    let shorter = fact.ending(days(3));
    let world = after(&company, one(Edit::update(fact, shorter)));
    assert_eq!(until(&world, "bot", "Team", MEMBER), Some(days(3)));
    // By way of a role they are taken out of, or one that does not lead there any more.
    let world = after(&company, one(Edit::end(of_ana("Role-Ops", MEMBER))));
    assert_eq!(until(&world, "bot", "Tools", MEMBER), None);
    let way = company.the_inclusion("Role-Ops", "Tools");
    let world = after(&company, one(Edit::end(way)));
    assert_eq!(until(&world, "bot", "Tools", MEMBER), None);
    // Who may take ana out needs no right over the agent's own place.
    let company = company.owner("ben", "Role-Ops");
    let change = one(Edit::end(company.the_fact("ana", "Role-Ops", MEMBER)));
    assert_eq!(company.tries("ben", change), "ok");
}

#[test]
fn with_another_sponsor_it_keeps_what_both_have_and_with_none_nothing() {
    const MEMBER: MembershipKind = MembershipKind::Member;
    let company = company()
        .member_between("bot", "Team", -1, days(10))
        .member("bot", "Tools")
        .member_between("ben", "Team", -1, days(4));
    let token = Credential::issue(
        &company.as_system(),
        id("user bot"),
        Digest([1; 32]),
        Purpose::Token {
            name: name("nightly"),
            scopes: [Scope::Read].into(),
        },
        days(1),
    );
    let company = company.has(Edit::create(token));
    let bot = || company.world.find_user("bot").unwrap().clone();
    let with = |manager: Option<&str>| User {
        manager: manager.map(|login| id(&format!("user {login}"))),
        ..bot()
    };
    let world = after(&company, one(Edit::update(bot(), with(Some("ben")))));
    assert_eq!(until(&world, "bot", "Team", MEMBER), Some(days(4)));
    assert_eq!(until(&world, "bot", "Tools", MEMBER), None);
    // Who made its tokens before has them no longer.
    assert_eq!(world.credentials_of(id("user bot")).count(), 0);
    let renamed = User {
        name: name("Robot"),
        ..bot()
    };
    let world = after(&company, one(Edit::update(bot(), renamed)));
    assert_eq!(world.credentials_of(id("user bot")).count(), 1);
    // An agent is left alone only by a sponsor who is gone; a service or itself is no sponsor.
    let alone = guard(
        &company.world,
        one(Edit::update(bot(), with(None))),
        &company.as_system(),
    );
    assert_eq!(code(&alone), "invalid");
    let itself = guard(
        &company.world,
        one(Edit::update(bot(), with(Some("bot")))),
        &company.as_system(),
    );
    assert_eq!(code(&itself), "invalid");
    let mut gone = ChangeSet::new(OperationName::UserDelete);
    gone.push(Edit::end(company.the_fact("ana", "Team", MEMBER)));
    gone.push(Edit::end(company.the_fact("ana", "Role-Ops", MEMBER)));
    gone.push(Edit::end(company.the_fact(
        "ana",
        "Lab",
        MembershipKind::Owner,
    )));
    gone.push(Edit::update(bot(), with(None)));
    gone.push(Edit::end(user("ana")));
    let world = after(&company, gone);
    assert_eq!(until(&world, "bot", "Team", MEMBER), None);
    assert_eq!(until(&world, "bot", "Tools", MEMBER), None);
    assert_eq!(
        world.credentials_of(id("user bot")).count(),
        0,
        "its token ends"
    );
}

#[test]
fn it_is_made_for_a_person_and_known_by_tokens_which_they_may_make() {
    let company = company();
    let made = |user: User| {
        let change = one(Edit::create(user));
        code(&guard(&company.world, change, &company.as_system()))
    };
    assert_eq!(made(agent("two", "ana")), "ok");
    assert_eq!(made(agent("two", "bot")), "invalid");
    assert_eq!(made(agent("two", "nobody")), "invalid");
    assert_eq!(
        made(User {
            manager: None,
            ..agent("two", "ana")
        }),
        "invalid"
    );
    let issued = |who: &str, purpose: Purpose| {
        let context = if who == "system" {
            company.as_system()
        } else {
            company.as_user(who)
        };
        let made = Credential::issue(&context, id("user bot"), Digest([3; 32]), purpose, days(1));
        code(&guard(&company.world, one(Edit::create(made)), &context))
    };
    let token = || Purpose::Token {
        name: name("laptop"),
        scopes: [Scope::Read].into(),
    };
    assert_eq!(issued("ana", token()), "ok");
    assert_eq!(issued("ben", token()), "not_allowed");
    assert_eq!(issued("root", token()), "ok");
    assert_eq!(issued("root", Purpose::Link), "invalid");
    assert_eq!(issued("system", Purpose::Invitation), "invalid");
}

#[test]
fn it_decides_nothing_whatever_it_is_in() {
    // By a role it is an owner and an admin, as far as facts go.
    let company = company()
        .role("Role-Leads")
        .attached("Role-Leads", "Lab", MembershipKind::Owner)
        .attached(
            "Role-Leads",
            "App-Portcullis-Owners",
            MembershipKind::Member,
        )
        .member("ana", "Role-Leads")
        .member("bot", "Role-Leads")
        .asked("ben", "Lab", MembershipKind::Member, days(5))
        .asked("ana", "Tools", MembershipKind::Owner, days(5));
    let request = company.the_request("ben");
    let lab = company.the_group("Lab");
    let may = |who: &str, action, target| {
        code(&may(&company.world, &company.as_user(who), action, target))
    };
    for (action, target) in [
        (Action::ApproveRequest, Target::Request(&request)),
        (Action::AddPeople, Target::Group(&lab)),
        (Action::CreateUser, Target::Nothing),
        (Action::ManageSettings, Target::Nothing),
    ] {
        assert_eq!(
            (may("ana", action, target), may("bot", action, target)),
            ("ok", "not_allowed"),
            "{action:?}"
        );
    }
    // Nobody is told to ask it either.
    let asked = company.world.deciders(&lab, Some(id("user ben")), NOW);
    let asked: Vec<_> = asked.iter().map(|user| user.login.as_str()).collect();
    assert_eq!(asked, ["ana"]);
    let tools = company.the_group("Tools");
    let asked = company.world.deciders(&tools, Some(id("user ana")), NOW);
    let asked: Vec<_> = asked.iter().map(|user| user.login.as_str()).collect();
    assert_eq!(asked, ["root"]);
    // It may leave, and ask for itself what its sponsor has.
    let own = Edit::end(company.the_fact("bot", "Role-Leads", MembershipKind::Member));
    assert_eq!(company.tries("bot", own), "ok");
    let asks = |group, kind| {
        let request = company.request("bot", group, kind, days(3));
        company.tries("bot", Edit::create(request))
    };
    assert_eq!(asks("Team", MembershipKind::Member), "ok");
    assert_eq!(asks("Lab", MembershipKind::Member), "beyond_sponsor");
    assert_eq!(asks("Team", MembershipKind::Owner), "beyond_sponsor");
}

#[test]
fn cutting_its_own_place_short_keeps_nothing_that_its_sponsor_lost() {
    const MEMBER: MembershipKind = MembershipKind::Member;
    let company = company().member_between("bot", "Team", -1, days(10));
    let bots = company.the_fact("bot", "Team", MEMBER);
    let mut change = one(Edit::update(bots.clone(), bots.ending(days(8))));
    change.push(Edit::end(company.the_fact("ana", "Team", MEMBER)));
    let world = after(&company, change);
    assert_eq!(until(&world, "bot", "Team", MEMBER), None);
    let anas = company.the_fact("ana", "Team", MEMBER);
    let mut change = one(Edit::update(bots.clone(), bots.ending(days(8))));
    change.push(Edit::update(anas.clone(), anas.ending(days(2))));
    let world = after(&company, change);
    assert_eq!(until(&world, "bot", "Team", MEMBER), Some(days(2)));
}

/// Every fact of an agent that is not over is covered by its sponsor's; who reports to whom, and who is an
/// agent, is found as looking at everybody finds it.
fn covered(world: &World) -> Result<(), TestCaseError> {
    let ids = |users: Vec<&User>| users.into_iter().map(|user| user.id).collect::<Vec<_>>();
    for manager in world.users() {
        let all = world
            .users()
            .filter(|user| user.manager == Some(manager.id));
        let found = world.reports_of(manager.id).collect();
        prop_assert_eq!(
            ids(found),
            ids(all.collect()),
            "who reports to {}",
            manager.login
        );
    }
    for kind in UserKind::ALL {
        let all = ids(world.users().filter(|user| user.kind == kind).collect());
        let query = UserQuery {
            kind: Some(kind),
            ..UserQuery::default()
        };
        prop_assert_eq!(ids(query.all(world, NOW)), all.clone());
        prop_assert_eq!(query.part(world, NOW, 0..1).1, all.len());
        if kind == UserKind::Agent {
            prop_assert_eq!(ids(world.agents().collect()), all);
        }
    }
    for agent in world.users().filter(|user| user.kind == UserKind::Agent) {
        for fact in world.direct_of_user(agent.id) {
            if fact.validity.until.is_past(NOW) {
                continue;
            }
            let sponsor = agent.manager.and_then(|id| world.user(id));
            let cover = sponsor.and_then(|it| world.holds(it.id, fact.group, fact.kind, NOW));
            prop_assert!(
                cover.is_some_and(|until| until >= fact.validity.until),
                "{fact:?} is covered by {cover:?}"
            );
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    /// Whatever is done afterwards, to whomever, by whatever way.
    #[test]
    fn no_change_leaves_an_agent_with_more_than_its_sponsor(world in world(), wishes in wishes(24)) {
        let company = Company::new();
        let context = company.as_system();
        let sponsors: Vec<User> = world.users().filter(|user| user.login.starts_with('u')).cloned().collect();
        let mut latest = world;
        for (n, sponsor) in (0u32..).zip(&sponsors) {
            let bot = User { manager: Some(sponsor.id), kind: UserKind::Agent, ..user(&format!("bot{n}")) };
            latest = guard(&latest, one(Edit::create(bot.clone())), &context).unwrap().into_parts().1;
            let groups: Vec<_> = latest.groups_of(sponsor.id, NOW).map(|(group, kind, until)| (group.id, kind, until)).collect();
            for (group, kind, until) in groups.into_iter().filter(|(_, kind, _)| *kind == MembershipKind::Member) {
                let mut fact = company.membership("x", "x", kind, until);
                fact.id = id(&format!("bot {n} {group} {kind:?}"));
                (fact.user, fact.group) = (bot.id, group);
                if let Ok(allowed) = guard(&latest, one(Edit::create(fact)), &context) {
                    latest = allowed.into_parts().1;
                }
            }
        }
        covered(&latest)?;
        // Some alone, some two at once, and some undone.
        for (salt, pair) in (100..).step_by(2).zip(wishes.chunks(2)) {
            let mut change = pair[0].on(&latest, salt);
            if let (Some(second), Ok(between)) = (pair.get(1).filter(|_| salt % 4 == 0), latest.after(&change)) {
                change.changes.extend(second.on(&between, salt + 1).changes);
            }
            let Ok(allowed) = guard(&latest, change, &context) else {
                continue;
            };
            let (change, after) = allowed.into_parts();
            covered(&after)?;
            let position = after.position();
            if salt % 6 == 0 && let Ok(undone) = guard(&after, change.inverse(position), &context) {
                latest = undone.into_parts().1;
                covered(&latest)?;
            } else {
                latest = after;
            }
        }
    }
}
