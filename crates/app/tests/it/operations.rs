//! One test per operation: what it promises, read as a rule. Here are those of groups, people, apps, tags
//! and resources, and what all of them need.

mod again;
mod requests;
mod roles;

use std::collections::BTreeSet;

use portcullis_app::{
    Operation, Update,
    app::{CreateApp, DeleteApp, EditApp},
    group::{
        AddPeople, CreateGroup, DeleteGroup, EditGroup, GrantEntitlement, RemovePeople,
        RevokeEntitlement,
    },
    request::CreateRequest,
    resource::{ForgetResource, RegisterResource},
    tag::{CreateTag, DeleteTag, EditTag},
    user::{CreateUser, DeleteUser, EditUser, InitAdmin},
};
use portcullis_model::{
    Actor, Constraints, Expiry, GroupKind, MembershipKind, Refusal, SystemActor, UserKind, Wants,
    World,
};
use serde_json::json;

use crate::town::{NEVER, NOW, Town, days, parse, permission};

/// Everything everybody can do: each place in each group that is no role, each permission.
fn access(world: &World) -> BTreeSet<(String, String, Expiry)> {
    let mut all = BTreeSet::new();
    for user in world.users() {
        for (group, kind, until) in world.groups_of(user.id, NOW) {
            if !group.is_role() {
                let what = format!("{kind} of {}", group.name);
                all.insert((user.login.to_string(), what, until));
            }
        }
        for held in world.permissions_of(user.id, NOW) {
            let what = held.permission.name.to_string();
            all.insert((user.login.to_string(), what, held.until));
        }
    }
    all
}

/// The town, and what everybody can do in it unless a test changes it.
fn town() -> Town {
    Town::new()
        .users(&["ana", "ben", "eve", "jim"])
        .groups(&["Wiki", "Payroll"])
        .roles(&["Role-A", "Role-B"])
        .leads("Role-A", "Wiki", days(30))
        .leads("Role-A", "Payroll", NEVER)
        .leads("Role-B", "Wiki", NEVER)
        .confers("Wiki", permission("wiki:edit", &[]))
        .placed("ana", "Role-A", MembershipKind::Member, days(20))
        .member("ben", "Role-B")
        .member("eve", "Wiki")
        .placed("eve", "Payroll", MembershipKind::Member, days(5))
}

fn reason() -> portcullis_model::Reason {
    parse!(Reason, "because")
}

#[track_caller]
fn nobody_notices(town: &mut Town, operation: &impl Operation) {
    let before = access(&town.world);
    town.does("root", operation);
    assert_eq!(access(&town.world), before);
}

fn code(result: Result<portcullis_model::ChangeSet, Refusal>) -> &'static str {
    result.err().map_or("ok", |refusal| refusal.code())
}

// Groups and people.

#[test]
fn adding_somebody_again_moves_their_end_either_way() {
    let mut town = town();
    for until in [days(50), days(2), NEVER] {
        let add = AddPeople {
            group: town.gid("Wiki"),
            kind: MembershipKind::Member,
            users: vec![town.uid("eve"), town.uid("eve")],
            until,
            reason: reason(),
        };
        let change = town.does("root", &add);
        assert_eq!(change.changes.len(), 1, "each person once");
        assert_eq!(town.until("eve", "Wiki"), Some(until));
    }
}

#[test]
fn nobody_is_removed_from_where_a_role_puts_them() {
    let mut town = town();
    let remove = |town: &Town, login: &str| RemovePeople {
        group: town.gid("Wiki"),
        kind: MembershipKind::Member,
        users: vec![town.uid(login)],
    };
    let (eve, ana) = (remove(&town, "eve"), remove(&town, "ana"));
    town.does("root", &eve);
    assert_eq!(town.until("eve", "Wiki"), None);
    assert_eq!(code(town.tries("root", &ana)), "not_direct");
    let role = RemovePeople {
        group: town.gid("Role-B"),
        ..remove(&town, "ben")
    };
    assert_eq!(code(town.tries("ana", &role)), "not_allowed");
}

#[test]
fn a_group_that_goes_takes_with_it_what_hangs_on_it() {
    let mut town = town();
    let ask = CreateRequest {
        wants: Wants::Membership {
            group: town.gid("Wiki"),
            kind: MembershipKind::Owner,
        },
        until: NEVER,
        reason: reason(),
    };
    town.does("eve", &ask);
    let delete = DeleteGroup {
        group: town.gid("Wiki"),
    };
    town.does("root", &delete);
    assert!(town.world.find_group("Wiki").is_none());
    assert!(town.request_of("eve").is_none());
    assert_eq!(town.world.permissions_of(town.uid("ana"), NOW).len(), 0);
    assert_eq!(town.world.targets_of(town.gid("Role-A")).count(), 1);
}

#[test]
fn a_group_that_becomes_a_role_keeps_its_people_as_its_own() {
    let mut town = town();
    let edit = EditGroup {
        group: Some(town.gid("Wiki")),
        kind: Some(GroupKind::Role),
        name: Some(parse!(Name, "Role-Wiki")),
        ..EditGroup::default()
    };
    town.does("root", &edit);
    assert_eq!(town.world.children_of(town.gid("Role-Wiki")).count(), 0);
    assert_eq!(town.until("ana", "Role-Wiki"), Some(days(20)));
    assert_eq!(town.until("ben", "Role-Wiki"), Some(NEVER));
}

#[test]
fn a_group_begins_with_its_owners() {
    let mut town = town();
    let create = CreateGroup {
        kind: GroupKind::Group,
        name: parse!(Name, "Mail"),
        description: Default::default(),
        tags: Vec::new(),
        owners: vec![town.uid("eve")],
    };
    town.does("root", &create);
    let mail = town.gid("Mail");
    assert!(town.world.owns_group(town.uid("eve"), mail, NOW));
    assert_eq!(code(town.tries("root", &create)), "name_taken");
}

#[test]
fn what_is_conferred_again_is_replaced_and_what_is_withheld_is_gone() {
    let mut town = town();
    let confer = |town: &Town, until| GrantEntitlement {
        group: town.gid("Wiki"),
        replaces: None,
        grant: permission("WIKI:edit", &["staging"]),
        until,
        reason: reason(),
    };
    let operation = confer(&town, days(9));
    town.does("root", &operation);
    let all: Vec<_> = town
        .world
        .entitlements_of(town.gid("Wiki"))
        .cloned()
        .collect();
    assert_eq!(all.len(), 1, "names are compared without regard to case");
    assert_eq!(all[0].validity.until, days(9));
    let withhold = RevokeEntitlement {
        entitlement: all[0].id,
    };
    town.does("root", &withhold);
    assert!(town.world.who_can("wiki:edit", None, NOW).is_empty());
}

// Users.

#[test]
fn a_user_is_known_edited_and_gone_with_everything() {
    let mut town = town();
    let create = CreateUser {
        login: parse!(Login, "kim"),
        name: parse!(Name, "Kim"),
        email: None,
        kind: UserKind::Person,
        manager: Some(town.uid("ana")),
        attributes: [].into(),
    };
    town.does("root", &create);
    let edit = EditUser {
        user: town.uid("kim"),
        login: None,
        name: Some(parse!(Name, "Kim Ito")),
        email: Update::Keep,
        manager: Update::Keep,
        attributes: Some([("team".to_owned(), json!("red"))].into()),
    };
    town.does("root", &edit);
    assert!(
        town.does("root", &edit).is_empty(),
        "the same again is nothing"
    );
    let email = EditUser {
        email: Update::Set(parse!(Email, "kim@example.com")),
        ..edit.clone()
    };
    town.does("root", &email);
    let cleared = EditUser {
        email: Update::Clear,
        ..edit.clone()
    };
    town.does("root", &cleared);
    let kim = town.world.find_user("kim").unwrap();
    assert_eq!((&kim.email, kim.manager), (&None, Some(town.uid("ana"))));
    let oneself = EditUser {
        manager: Update::Set(town.uid("kim")),
        ..edit.clone()
    };
    assert_eq!(code(town.tries("root", &oneself)), "invalid");
    let delete = DeleteUser {
        user: town.uid("ana"),
    };
    town.does("root", &delete);
    assert_eq!(town.world.find_user("kim").unwrap().manager, None);
    assert!(town.world.find_user("ana").is_none());
    assert_eq!(
        town.world
            .holder_count(town.gid("Role-A"), MembershipKind::Member, NOW),
        0
    );
}

#[test]
fn making_the_first_admin_twice_is_making_them_once() {
    let mut town = Town::new();
    let init = InitAdmin {
        email: parse!(Email, "root@example.com"),
        login: None,
        name: None,
    };
    let operator = Actor::System(SystemActor::Operator);
    assert!(town.as_actor(operator, &init).unwrap().is_empty());
}

// Apps and tags.

#[test]
fn an_app_that_is_renamed_renames_its_groups() {
    let mut town = town().app("Mail", &["Read"]);
    let edit = EditApp {
        app: town.world.find_app("Mail").unwrap().id,
        name: Some(parse!(Name, "Post")),
        description: None,
        tags: None,
    };
    nobody_notices_but_names(&mut town, &edit);
    let names: BTreeSet<_> = town.world.groups().map(|g| g.name.to_string()).collect();
    assert!(
        names.contains("App-Post-Read") && names.contains("App-Post-Owners"),
        "{names:?}"
    );
    assert!(!names.iter().any(|name| name.contains("Mail")), "{names:?}");
}

fn nobody_notices_but_names(town: &mut Town, operation: &impl Operation) {
    let count = |town: &Town| access(&town.world).len();
    let before = count(town);
    town.does("root", operation);
    assert_eq!(count(town), before);
}

#[test]
fn an_app_begins_with_whoever_makes_it_and_goes_with_its_groups() {
    let mut town = town().app("Mail", &["Read"]);
    let app = town.world.find_app("Mail").unwrap().id;
    assert!(town.world.owns_app(town.uid("root"), app, NOW));
    let again = CreateApp {
        name: parse!(Name, "Mail"),
        description: Default::default(),
        owners: Vec::new(),
        tags: Vec::new(),
        groups: Vec::new(),
        origin: Default::default(),
    };
    assert_eq!(code(town.tries("root", &again)), "name_taken");
    town.does("root", &DeleteApp { app });
    assert!(town.world.find_group("App-Mail-Read").is_none());
}

fn month() -> Constraints {
    Constraints {
        member_time_limit: (30 * 86_400).try_into().ok(),
        ..Constraints::default()
    }
}

#[test]
fn a_tag_that_is_tightened_cuts_what_lasts_too_long_and_extends_nothing() {
    let mut town = town();
    let create = CreateTag {
        name: parse!(Name, "short"),
        description: Default::default(),
        enabled: true,
        constraints: month(),
    };
    town.does("root", &create);
    let tag = town.world.find_tag("short").unwrap().id;
    let put = EditGroup {
        group: Some(town.gid("Wiki")),
        tags: Some(vec![tag]),
        ..EditGroup::default()
    };
    town.does("root", &put);
    assert_eq!(
        town.until("eve", "Wiki"),
        Some(days(30)),
        "no end becomes the limit"
    );
    assert_eq!(
        town.until("ana", "Wiki"),
        Some(days(20)),
        "what ends sooner stays"
    );
    assert_eq!(town.until("ben", "Wiki"), Some(days(30)), "so do roles");
    let edit = |limit: i64| EditTag {
        tag,
        name: None,
        description: None,
        enabled: None,
        constraints: Some(Constraints {
            member_time_limit: (limit * 86_400).try_into().ok(),
            ..Constraints::default()
        }),
    };
    town.does("root", &edit(10));
    assert_eq!(town.until("eve", "Wiki"), Some(days(10)));
    town.does("root", &edit(90));
    assert_eq!(
        town.until("eve", "Wiki"),
        Some(days(10)),
        "a looser tag gives nothing back"
    );
    town.does("root", &DeleteTag { tag });
    assert!(town.world.group(town.gid("Wiki")).unwrap().tags.is_empty());
    assert_eq!(town.until("eve", "Wiki"), Some(days(10)));
}

// Resources.

#[test]
fn a_resource_is_registered_replaced_and_forgotten() {
    let mut town = town();
    let register = |status: &str| RegisterResource {
        resource_type: "doc".into(),
        resource_id: "1".into(),
        properties: [("status".to_owned(), json!(status))].into(),
    };
    town.does("root", &register("draft"));
    assert!(town.does("root", &register("draft")).is_empty());
    town.does("root", &register("active"));
    let there: Vec<_> = town
        .world
        .resources()
        .map(|r| r.properties["status"].clone())
        .collect();
    assert_eq!(there, [json!("active")]);
    assert_eq!(code(town.tries("ana", &register("draft"))), "not_allowed");
    let forget = ForgetResource {
        resource: town.world.resources().next().unwrap().id,
    };
    town.does("root", &forget);
    assert_eq!(town.world.resources().count(), 0);
}
