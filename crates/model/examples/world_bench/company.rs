//! The company that is measured: the same in every run.

use portcullis_model::{
    Actor, App, Change, Description, Edit, Entitlement, Expiry, Grant, Group, GroupKind, Id,
    Inclusion, Membership, MembershipKind, Name, Permission, Reason, SystemActor, Tag, Timestamp,
    User, UserKind, Validity,
    name::{Email, Login, PermissionName},
    record::{AppOrigin, AppPart, Authority},
};
use uuid::Uuid;

pub(crate) const USERS: u64 = 50_000;
pub(crate) const GROUPS: u64 = 20_000;
pub(crate) const ROLES: u64 = 1_000;
pub(crate) const TARGETS: u64 = 20;
/// Everybody is in group 5000; role 0 has 5,000 members.
pub(crate) const EVERYBODY: u64 = 5_000;
pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

pub(crate) fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

pub(crate) fn id<T>(space: u64, n: u64) -> Id<T> {
    let half = mix(n.wrapping_mul(2).wrapping_add(space << 40));
    Id::new(Uuid::from_u64_pair(half, mix(half)))
}

pub(crate) fn user_id(n: u64) -> Id<User> {
    id(1, n)
}
pub(crate) fn group_id(n: u64) -> Id<Group> {
    id(2, n)
}

pub(crate) fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

pub(crate) fn user(n: u64) -> User {
    const FIRST: [&str; 8] = [
        "Ada", "Ben", "Chidi", "Dana", "Elif", "Farid", "Grace", "Hana",
    ];
    let first = FIRST[(n % 8) as usize];
    User {
        id: user_id(n),
        source: None,
        login: Login::parse(&format!("{first}.{n}")).expect("a login"),
        name: name(&format!("{first} Number{n}")),
        email: Some(Email::parse(&format!("{first}.{n}@example.com")).expect("an address")),
        kind: UserKind::Person,
        manager: None,
        attributes: [(
            "Department".to_owned(),
            serde_json::json!(format!("D{}", n % 40)),
        )]
        .into(),
    }
}

pub(crate) fn group(n: u64) -> Group {
    let role = n < ROLES;
    Group {
        id: group_id(n),
        source: None,
        name: name(&if role {
            format!("Role-Job-{n}")
        } else {
            format!("Team-{n}")
        }),
        description: Description::parse(&format!("What number {n} is for, in a few words"))
            .expect("a description"),
        kind: if role {
            GroupKind::Role
        } else {
            GroupKind::Group
        },
        authority: Authority::Portcullis,
        tags: if n.is_multiple_of(10) {
            vec![id(7, 1)]
        } else {
            Vec::new()
        },
    }
}

/// How many members group `n` has; a million in all.
pub(crate) fn size(n: u64) -> u64 {
    match n {
        EVERYBODY => USERS,
        0 => 5_000,
        1..50 => 500,
        50..ROLES => 50,
        _ if n.is_multiple_of(100) => 1_000,
        _ => 37,
    }
}

pub(crate) fn until(n: u64) -> Expiry {
    match n % 4 {
        0 => Expiry::at(NOW.plus_seconds(60 + (mix(n) % 31_000_000) as i64)),
        _ => Expiry::NEVER,
    }
}

pub(crate) fn validity(n: u64) -> Validity {
    Validity::new(NOW.plus_days(-30), until(n))
}

pub(crate) fn membership(group: u64, place: u64) -> Membership {
    let n = group * 100_000 + place;
    // The stride has no factor in common with 50,000: nobody is named twice.
    let who = (mix(group) + place * (mix(group + 7) % 1_000 * 10 + 3)) % USERS;
    Membership {
        id: id(3, n),
        user: user_id(who),
        group: group_id(group),
        kind: if place == 0 && group != EVERYBODY {
            MembershipKind::Owner
        } else {
            MembershipKind::Member
        },
        validity: validity(n),
        reason: Reason::parse(if n.is_multiple_of(3) {
            "asked for by the team"
        } else {
            ""
        })
        .expect("a reason"),
        granted_by: Actor::User(user_id(n % USERS)),
        request: None,
    }
}

pub(crate) fn inclusions_of(role: u64) -> impl Iterator<Item = Inclusion> {
    (0..TARGETS).map(move |i| Inclusion {
        id: id(4, role * TARGETS + i),
        child: group_id(role),
        target: group_id(ROLES + (role * 19 + i * 941) % (GROUPS - ROLES)),
        kind: if i == 19 {
            MembershipKind::Owner
        } else {
            MembershipKind::Member
        },
        validity: validity(role * TARGETS + i),
        reason: Reason::default(),
        granted_by: Actor::System(SystemActor::Demo),
    })
}

pub(crate) fn entitlement(group: u64, permission: &str) -> Entitlement {
    Entitlement {
        id: id(5, group * 2 + u64::from(permission == "vpn:use")),
        group: group_id(group),
        grant: Grant::Permission(Permission {
            name: PermissionName::parse(permission).expect("a permission"),
            environments: Default::default(),
        }),
        validity: Validity::new(NOW.plus_days(-30), Expiry::NEVER),
        reason: Reason::default(),
        granted_by: Actor::System(SystemActor::Demo),
    }
}

pub(crate) fn records() -> impl Iterator<Item = Change> {
    let create = |n| Edit::create(user(n)).into();
    let users = (0..USERS).map(create);
    let app = App {
        id: id(6, 1),
        source: None,
        name: name("Portcullis"),
        description: Description::default(),
        tags: Vec::new(),
        origin: AppOrigin::BuiltIn,
    };
    let owners = Group {
        id: id(6, 2),
        source: None,
        name: name("App-Portcullis-Owners"),
        description: Description::default(),
        kind: GroupKind::App {
            app: app.id,
            part: AppPart::Owners,
        },
        authority: Authority::Portcullis,
        tags: Vec::new(),
    };
    let admin = Membership {
        id: id(6, 3),
        user: user_id(1),
        group: owners.id,
        kind: MembershipKind::Member,
        validity: Validity::new(NOW, Expiry::NEVER),
        reason: Reason::default(),
        granted_by: Actor::System(SystemActor::Operator),
        request: None,
    };
    let tag = |n| Tag {
        id: id(7, n),
        name: name(&format!("Tag {n}")),
        description: Description::default(),
        enabled: true,
        constraints: Default::default(),
    };
    users
        .chain([Edit::create(app).into()])
        .chain((1..=2).map(move |n| Edit::create(tag(n)).into()))
        .chain([Edit::create(owners).into()])
        .chain((0..GROUPS).map(|n| Edit::create(group(n)).into()))
        .chain(
            (0..ROLES)
                .flat_map(inclusions_of)
                .map(|i| Edit::create(i).into()),
        )
        .chain([Edit::create(admin).into()])
        .chain(
            (0..GROUPS).flat_map(|g| {
                (0..size(g)).map(move |place| Edit::create(membership(g, place)).into())
            }),
        )
        .chain((0..GROUPS).flat_map(|g| {
            let own = entitlement(g, &format!("thing:{}:use", g % 8_000));
            let vpn = (g.is_multiple_of(40)).then(|| entitlement(g, "vpn:use"));
            [Some(own), vpn]
                .into_iter()
                .flatten()
                .map(|e| Edit::create(e).into())
        }))
}
