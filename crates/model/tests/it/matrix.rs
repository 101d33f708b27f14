//! The permission matrix, row by row, through the guard.

use std::sync::Arc;

use portcullis_model::{
    Action, ChangeSet, ConnectorId, Credential, Description, Digest, Edit, Group, GroupKind,
    Identity, LinkBy, MembershipKind, NoticeKind, Preferences, Provider, ProviderState, Purpose,
    Relation, Request, Resource, Scope, State, Target, Unknown, may, record::AppPart,
};

use crate::company::Company;
use crate::records::{NEVER, app, app_group, code, days, group, id, name, one, tag, user};

/// The columns of the table, each with somebody who stands so and in no other way.
const COLUMNS: [(&str, &str); 6] = [
    ("anyone", "any"),
    ("member", "mia"),
    ("group owner", "gus"),
    ("role owner", "rosa"),
    ("app owner", "abe"),
    ("admin", "root"),
];
const USERS: &str = "App-Pay-Users";

fn company() -> Company {
    let company = Company::new()
        .users([
            "any", "mia", "gus", "rosa", "abe", "asker", "leaver", "idle", "new.hire",
        ])
        .tag("Worn", Default::default())
        .tag("Loose", Default::default())
        .app("Pay", "abe")
        .app("Bank", "abe")
        .app("Spare", "abe")
        .app_tagged("Pay", "Worn")
        .app_group("Pay", "Users")
        .app_group("Pay", "Extra")
        .tagged(USERS, "Worn")
        .group("Commons")
        .owner("gus", USERS)
        .owner("gus", "App-Pay-Extra")
        .member("mia", USERS)
        .member("leaver", USERS)
        .role("Role-Ops")
        .role("Role-Dev")
        .owner("rosa", "Role-Ops")
        .owner("rosa", "Role-Dev")
        .attached("Role-Ops", USERS, MembershipKind::Member)
        .asked("asker", USERS, MembershipKind::Member, days(5));
    let token = Credential::issue(
        &company.as_system(),
        id("user new.hire"),
        Digest([1; 32]),
        token(),
        days(1),
    );
    let company = company.has(Edit::create(token));
    COLUMNS.iter().fold(company, |company, (_, who)| {
        company.asked(who, "Commons", MembershipKind::Owner, NEVER)
    })
}

fn edit_group(company: &Company, called: &str, edit: impl FnOnce(&mut Group)) -> ChangeSet {
    let before = company.the_group(called);
    let mut after = before.clone();
    edit(&mut after);
    one(Edit::update(before, after))
}

fn told(text: &str) -> Description {
    Description::parse(text).unwrap()
}

fn token() -> Purpose {
    Purpose::Token {
        name: name("laptop"),
        scopes: [Scope::Read].into(),
    }
}

/// A credential of somebody who has no other standing, made by `who`.
fn credential(c: &Company, who: &str, purpose: Purpose) -> Credential {
    let context = c.as_user(who);
    let of = id("user new.hire");
    Credential {
        id: id("credential new"),
        ..Credential::issue(&context, of, Digest([2; 32]), purpose, days(1))
    }
}

/// One row: the columns that may, and the change that needs the action and no other.
///
/// The match has no wildcard: a new action does not compile without its row.
#[expect(clippy::too_many_lines, reason = "it is a table")]
fn row(c: &Company, action: Action, who: &str) -> (&'static str, ChangeSet) {
    const ADMIN: &str = "admin";
    const OF_APP: &str = "app owner, admin";
    const OF_GROUP: &str = "group owner, app owner, admin";
    const EVERYBODY: &str = "anyone, member, group owner, role owner, app owner, admin";
    match action {
        Action::LinkIdentity => {
            let system = c.as_system();
            let link = Identity::link(
                &system,
                id("user any"),
                ConnectorId::EMAIL,
                "any@example.com",
            );
            (ADMIN, one(link.unwrap()))
        }
        Action::MakeToken => (ADMIN, one(Edit::create(credential(c, who, token())))),
        Action::MakeLink => (ADMIN, one(Edit::create(credential(c, who, Purpose::Link)))),
        Action::EndCredential => (ADMIN, one(c.the_credential().end())),
        Action::ManageSettings => {
            let okta = Provider {
                id: id("provider okta"),
                name: ConnectorId::parse("okta").unwrap(),
                title: name("Okta"),
                issuer: "https://example.okta.com".into(),
                client_id: "portcullis".into(),
                secret: None,
                link_by: LinkBy::Subject,
                unknown: Unknown::Refuse,
                state: ProviderState::Draft,
            };
            (ADMIN, one(Edit::create(okta)))
        }
        Action::SetPreferences => {
            let nothing = Preferences::of(id("user any"), [NoticeKind::Asked].into());
            ("anyone", one(Edit::create(nothing)))
        }
        Action::CreateUser => (ADMIN, one(Edit::create(user("newcomer")))),
        Action::EditUser => {
            let before = user("any");
            let mut after = before.clone();
            after.name = name("Another Name");
            (ADMIN, one(Edit::update(before, after)))
        }
        Action::DeleteUser => (ADMIN, one(Edit::end(user("idle")))),
        Action::CreateTag => (ADMIN, one(Edit::create(tag("New", Default::default())))),
        Action::EditTag => {
            let before = tag("Loose", Default::default());
            let mut after = before.clone();
            after.enabled = false;
            (ADMIN, one(Edit::update(before, after)))
        }
        Action::DeleteTag => (ADMIN, one(Edit::end(tag("Loose", Default::default())))),
        Action::CreateApp => {
            let owners = app_group("New", "App-New-Owners", AppPart::Owners);
            (
                ADMIN,
                one(Edit::create(app("New"))).with(Edit::create(owners)),
            )
        }
        Action::EditApp | Action::TagApp | Action::UntagApp => {
            let before = c.the_app("Pay");
            let mut after = before.clone();
            let who = match action {
                Action::EditApp => {
                    after.description = told("where wages are paid");
                    OF_APP
                }
                Action::TagApp => {
                    after.tags.push(id("tag Loose"));
                    OF_APP
                }
                _ => {
                    after.tags.clear();
                    ADMIN
                }
            };
            (who, one(Edit::update(before, after)))
        }
        Action::DeleteApp => {
            let change = one(Edit::end(c.the_fact(
                "abe",
                "App-Spare-Owners",
                MembershipKind::Owner,
            )))
            .with(Edit::end(c.the_group("App-Spare-Owners")))
            .with(Edit::end(c.the_app("Spare")));
            (OF_APP, change)
        }
        Action::CreateGroup => (ADMIN, one(Edit::create(group("Team", GroupKind::Group)))),
        Action::CreateAppGroup => {
            let new = app_group("Pay", "App-Pay-New", AppPart::Access);
            (OF_APP, one(Edit::create(new)))
        }
        Action::EditGroup => (
            OF_GROUP,
            edit_group(c, USERS, |group| group.description = told("who is paid")),
        ),
        Action::TagGroup => (
            OF_GROUP,
            edit_group(c, USERS, |group| group.tags.push(id("tag Loose"))),
        ),
        // The app does not wear Loose, so that taking it off the group takes it off for good.
        Action::UntagGroup => (ADMIN, {
            let before = c.the_group("App-Bank-Owners");
            let mut worn = before.clone();
            worn.tags.push(id("tag Loose"));
            one(Edit::update(before.clone(), worn.clone())).with(Edit::update(worn, before))
        }),
        Action::ChangeGroupKind => (
            ADMIN,
            edit_group(c, "App-Pay-Extra", |group| {
                group.kind = GroupKind::Group;
                group.name = name("Extra");
                group.tags.push(id("tag Worn"));
            }),
        ),
        Action::MoveAppGroup => {
            let change = edit_group(c, USERS, |group| {
                group.kind = app_group("Bank", "-", AppPart::Access).kind;
                group.name = name("App-Bank-Users");
            });
            (OF_APP, change)
        }
        Action::DeleteGroup => {
            let change = one(Edit::end(c.the_fact(
                "gus",
                "App-Pay-Extra",
                MembershipKind::Owner,
            )))
            .with(Edit::end(c.the_group("App-Pay-Extra")));
            (OF_GROUP, change)
        }
        Action::AddPeople => {
            let fact = c.membership("new.hire", USERS, MembershipKind::Member, NEVER);
            (OF_GROUP, one(Edit::create(fact)))
        }
        Action::RemovePeople => (
            OF_GROUP,
            one(Edit::end(c.the_fact(
                "leaver",
                USERS,
                MembershipKind::Member,
            ))),
        ),
        Action::AttachRole => {
            let fact = c.inclusion("Role-Dev", USERS, MembershipKind::Member, NEVER);
            (OF_GROUP, one(Edit::create(fact)))
        }
        Action::DetachRole => {
            let change = one(Edit::end(c.the_inclusion("Role-Ops", USERS)));
            ("group owner, role owner, app owner, admin", change)
        }
        Action::GrantEntitlement => (
            ADMIN,
            one(Edit::create(c.entitlement(USERS, "wages:read", NEVER))),
        ),
        Action::CreateRequest => {
            let request = c.request(who, "Commons", MembershipKind::Member, NEVER);
            (EVERYBODY, one(Edit::create(request)))
        }
        Action::ApproveRequest => (OF_GROUP, c.approval(who, "asker", days(5))),
        Action::RejectRequest => (OF_GROUP, c.rejection(who, "asker")),
        Action::WithdrawRequest => {
            let before = c.the_request(who);
            let after = Request {
                state: State::Withdrawn {
                    resolution: c.resolution(who),
                },
                ..before.clone()
            };
            (EVERYBODY, one(Edit::update(before, after)))
        }
        Action::RegisterResource => {
            let resource = Resource {
                id: id("resource"),
                source: None,
                resource_type: Arc::from("document"),
                resource_id: Arc::from("1"),
                properties: [].into(),
            };
            (ADMIN, one(Edit::create(resource)))
        }
    }
}

#[test]
fn everybody_may_what_the_matrix_says_and_nothing_else() {
    let company = company();
    let mut wrong = Vec::new();
    for action in Action::ALL {
        for (column, login) in COLUMNS {
            let (who, change) = row(&company, action, login);
            let wanted = if who.split(", ").any(|who| who == column) {
                "ok"
            } else {
                "not_allowed"
            };
            let got = company.tries(login, change);
            if got != wanted {
                wrong.push(format!("{action:?} by {column}: {got}, not {wanted}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_system_needs_no_right() {
    let company = company();
    for action in Action::ALL {
        assert!(
            may(
                &company.world,
                &company.as_system(),
                action,
                Target::Nothing
            )
            .is_ok()
        );
    }
}

#[test]
fn who_is_not_known_may_nothing() {
    let company = company();
    for action in Action::ALL {
        let stranger = company.as_user("stranger");
        let target = Target::User(id("user stranger"));
        assert_eq!(
            code(&may(&company.world, &stranger, action, target)),
            "not_allowed"
        );
    }
}

#[test]
fn a_refusal_names_who_could_do_it() {
    let company = company();
    let group = company.the_group(USERS);
    let target = Target::Group(&group);
    let refusal = may(
        &company.world,
        &company.as_user("any"),
        Action::TagGroup,
        target,
    );
    insta::assert_snapshot!(
        refusal.unwrap_err(),
        @"you may not add tags to this group; ask an admin or an owner of the app or an owner of the group"
    );
}

#[test]
fn one_may_leave_but_not_remove_others() {
    let company = company();
    let own = Edit::end(company.the_fact("mia", USERS, MembershipKind::Member));
    assert_eq!(company.tries("mia", own), "ok");
    let other = Edit::end(company.the_fact("leaver", USERS, MembershipKind::Member));
    assert_eq!(company.tries("mia", other), "not_allowed");
}

#[test]
fn nobody_asks_or_withdraws_for_somebody_else() {
    let company = company();
    let asked = company.request("any", "Commons", MembershipKind::Member, NEVER);
    assert_eq!(company.tries("root", Edit::create(asked)), "not_allowed");
    let before = company.the_request("any");
    let after = Request {
        state: State::Withdrawn {
            resolution: company.resolution("root"),
        },
        ..before.clone()
    };
    assert_eq!(
        company.tries("root", Edit::update(before, after)),
        "not_allowed"
    );
}

#[test]
fn a_requester_may_not_reject_or_approve_their_own_request() {
    let company = company();
    assert_eq!(
        company.tries("asker", company.rejection("asker", "asker")),
        "not_allowed"
    );
    assert_eq!(
        company.tries("asker", company.approval("asker", "asker", days(5))),
        "not_allowed"
    );
    // Nor does standing help.
    let company = company.owner("asker", USERS);
    assert_eq!(
        company.tries("asker", company.approval("asker", "asker", days(5))),
        "not_allowed"
    );
    let company =
        Company::new()
            .group("Commons")
            .asked("root", "Commons", MembershipKind::Member, days(5));
    assert_eq!(
        company.tries("root", company.approval("root", "root", days(5))),
        "not_allowed"
    );
}

#[test]
fn those_the_settings_name_may_create_apps_and_delete_managed_app_groups() {
    let mut company = company();
    company.policy.app_creators = vec![id("user any")];
    company.policy.app_group_deleters = vec![id("user mia")];
    let create = |c: &Company| row(c, Action::CreateApp, "any").1;
    assert_eq!(company.tries("any", create(&company)), "ok");
    assert_eq!(company.tries("mia", create(&company)), "not_allowed");
    let mut company = company.app_group("Pay", "Bare");
    let delete = |c: &Company, called: &str| one(Edit::end(c.the_group(called)));
    assert_eq!(company.tries("mia", delete(&company, "App-Pay-Bare")), "ok");
    assert_eq!(
        company.tries("any", delete(&company, "App-Pay-Bare")),
        "not_allowed"
    );
    company = company.group("Plain");
    assert_eq!(
        company.tries("mia", delete(&company, "Plain")),
        "not_allowed"
    );
    assert_eq!(
        Action::DeleteGroup.allowed_to().last(),
        Some(&Relation::Listed)
    );
}

#[test]
fn a_move_needs_the_group_and_the_app_it_goes_to() {
    let company = company()
        .users(["tia", "both"])
        .app("Till", "tia")
        .owner("both", USERS)
        .owner("both", "App-Till-Owners");
    let change = edit_group(&company, USERS, |group| {
        group.kind = app_group("Till", "-", AppPart::Access).kind;
        group.name = name("App-Till-Users");
    });
    for (who, wanted) in [
        ("tia", "not_allowed"),
        ("gus", "not_allowed"),
        ("abe", "not_allowed"),
        ("both", "ok"),
    ] {
        assert_eq!(company.tries(who, change.clone()), wanted, "{who}");
    }
}

#[test]
fn ownership_through_a_role_counts_and_members_of_an_owners_group_own_nothing() {
    let company = company()
        .users(["deputy", "bystander"])
        .member("deputy", "Role-Dev")
        .attached("Role-Dev", USERS, MembershipKind::Owner)
        .member("bystander", "App-Pay-Owners");
    let add = one(Edit::create(company.membership(
        "new.hire",
        USERS,
        MembershipKind::Member,
        NEVER,
    )));
    assert_eq!(company.tries("deputy", add.clone()), "ok");
    assert_eq!(company.tries("bystander", add), "not_allowed");
}
