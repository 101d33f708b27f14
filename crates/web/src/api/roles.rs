//! Roles as team leads need them: made from a person, cloned, merged, split, attached to groups.

use portcullis_app::{
    group::{AttachRole, DetachRole},
    role::{CloneRole, MergeRoles, People, RoleFromPerson, SplitRole},
};
use portcullis_model::{
    Expiry, Group, MembershipKind, Tag, Timestamp, User, World,
    name::{Description, Name, Reason},
    world::query::{GroupQuery, Query},
};

use crate::api::{
    Answer, Finds, Key, Of, Page, Paging, Read, Role, Write, body, choice,
    groups::{
        GroupsBy,
        wire::{GroupDetail, GroupRow, InclusionRow, inclusions},
    },
    list::{OrderBody, Window, sort},
    query, row,
    wire::Rows,
};

query! {
    /// Which roles.
    pub(crate) struct Filter {
        /// Words in the name, the description or the names of what it confers.
        q: Option<String>,
        /// Roles with this tag: its id or name.
        tag: Option<Key<Tag>>,
        /// Roles this user owns: an id, a login or `@me`.
        owner: Option<Key<User>>,
        /// What they are sorted by: `name` if not given. Those that are equal go by name.
        sort: Option<GroupsBy>,
        /// Which way; `asc` if not given.
        order: Option<OrderBody>,
    }
}

/// List roles
///
/// The groups of kind `role`, by name or as `sort` and `order` say.
#[utoipa::path(get, path = "/roles", tag = "roles", params(Filter, Paging), responses((status = 200, body = Page<GroupRow>)))]
pub(crate) async fn list_roles(read: Read<(Filter, Paging)>) -> Answer {
    let (filter, paging) = &read.query;
    let query = GroupQuery {
        q: filter.q.as_deref().unwrap_or_default(),
        role: Some(true),
        tag: read.maybe(&filter.tag)?.map(|tag| tag.id),
        owner: read.maybe(&filter.owner)?.map(|owner| owner.id),
        sort: sort(filter.sort, filter.order),
        ..GroupQuery::default()
    };
    let page = query.page(&read.world, read.now, &paging.part());
    read.answer(&Page::of(page, |group| GroupRow::of(&read.world, group)))
}

row! {
    /// A role with where it leads.
    pub(crate) struct RoleDetail<'w> of(
        world: &'w World,
        role: &'w Group,
        now: Timestamp,
        window: &mut Window,
    ) where {
        let groups = InclusionRow::lasting(world, now, world.targets_of(role.id), |i| i.target);
    } {
        /// The groups its members get into.
        groups: Vec<InclusionRow<'w>> = window.of(&groups, |i| InclusionRow::of(world, i)),
        group_count: usize = groups.len(),
        #[serde(flatten)]
        group: GroupDetail<'w> = GroupDetail::of(world, role, now, window),
    }
}

/// Get a role
///
/// The group, and the groups its members get into.
#[utoipa::path(get, path = "/roles/{role}", tag = "roles", params(Paging), responses((status = 200, body = RoleDetail)))]
pub(crate) async fn get_role(role: Of<Role>, read: Read<Paging>) -> Answer {
    let window = &mut read.query.window()?;
    read.answer(&RoleDetail::of(&read.world, &role, read.now, window))
}

body! {
    /// Whose access becomes a role.
    pub(crate) struct FromPerson {
        /// Whose: an id or login.
        user: Key<User>,
        /// The role's name.
        name: Name,
        /// What it is for.
        description: Option<Description>,
        /// Which of the person's groups; all managed groups that are no roles, if not given.
        groups: Option<Vec<Key<Group>>>,
        /// Why.
        reason: Option<Reason>,
    }
}

/// Create a role from a person
///
/// A role that leads into the groups the person is in, with the person in it.
#[utoipa::path(post, path = "/roles/from-person", tag = "roles", request_body = FromPerson, responses((status = 201, body = GroupDetail)))]
pub(crate) async fn role_from_person(Write { act, body }: Write<FromPerson>) -> Answer {
    let operation = RoleFromPerson {
        user: act.one(&body.user)?.id,
        name: body.name,
        description: body.description.unwrap_or_default(),
        groups: act.maybe_ids(&body.groups)?,
        reason: body.reason.unwrap_or_default(),
    };
    act.create::<Group>(operation).await
}

choice! {
    /// Who is in the copy.
    pub(crate) enum Who {
        /// Nobody.
        Nobody = "nobody",
        /// The same people, with the same end dates.
        Same = "same",
    }
}

body! {
    /// The copy.
    pub(crate) struct Copy {
        /// Its name.
        name: Name,
        /// What it is for; as the pattern says, if not given.
        description: Option<Description>,
        /// Who is in it: `nobody` (if not given) or the `same` people.
        people: Option<Who>,
        /// Why.
        reason: Option<Reason>,
    }
}

/// Clone a role
///
/// A role that leads where this one leads.
#[utoipa::path(post, path = "/roles/{role}/clone", tag = "roles", request_body = Copy, responses((status = 201, body = GroupDetail)))]
pub(crate) async fn clone_role(role: Of<Role>, Write { act, body }: Write<Copy>) -> Answer {
    let operation = CloneRole {
        role: role.id,
        name: body.name,
        description: body.description,
        people: match body.people {
            Some(Who::Same) => People::Same,
            Some(Who::Nobody) | None => People::Nobody,
        },
        reason: body.reason.unwrap_or_default(),
    };
    act.create::<Group>(operation).await
}

body! {
    /// What is merged into this role.
    pub(crate) struct Merge {
        /// The role that goes: its id or name.
        from: Key<Role>,
        /// Why.
        reason: Option<Reason>,
    }
}

/// Merge a role into this one
///
/// Its people and groups come over, the later ends stay, and it is deleted.
#[utoipa::path(post, path = "/roles/{role}/merge", tag = "roles", request_body = Merge, responses((status = 200, body = GroupDetail)))]
pub(crate) async fn merge_roles(role: Of<Role>, Write { act, body }: Write<Merge>) -> Answer {
    let operation = MergeRoles {
        into: role.id,
        from: act.one(&body.from)?.id,
        reason: body.reason.unwrap_or_default(),
    };
    act.edit(role.id, operation).await
}

body! {
    /// What becomes of its own.
    pub(crate) struct Split {
        /// The new role's name.
        name: Name,
        /// What it is for.
        description: Option<Description>,
        /// Which groups move to it: ids or names.
        groups: Vec<Key<Group>>,
        /// Why.
        reason: Option<Reason>,
    }
}

/// Split a role
///
/// Some of its groups move to a new role with the same people: nobody gains or loses anything.
#[utoipa::path(post, path = "/roles/{role}/split", tag = "roles", request_body = Split, responses((status = 201, body = GroupDetail)))]
pub(crate) async fn split_role(role: Of<Role>, Write { act, body }: Write<Split>) -> Answer {
    let operation = SplitRole {
        role: role.id,
        name: body.name,
        description: body.description.unwrap_or_default(),
        groups: act.ids(&body.groups)?,
        reason: body.reason.unwrap_or_default(),
    };
    act.create::<Group>(operation).await
}

body! {
    /// Where the role's members get into.
    pub(crate) struct Attachments {
        /// Which groups: ids or names.
        groups: Vec<Key<Group>>,
        /// As what; `member` if not given.
        kind: Option<MembershipKind>,
        /// Until when; null or left out for no end. Tags may bring it nearer.
        until: Option<Expiry>,
        /// Why.
        reason: Option<Reason>,
    }
}

/// Attach a role to groups, or move the end
#[utoipa::path(post, path = "/roles/{role}/groups", tag = "roles", request_body = Attachments, responses((status = 200, body = Rows<InclusionRow>)))]
pub(crate) async fn attach_to_groups(
    role: Of<Role>,
    Write { act, body }: Write<Attachments>,
) -> Answer {
    let operation = AttachRole {
        role: role.id,
        groups: act.ids(&body.groups)?,
        kind: body.kind.unwrap_or(MembershipKind::Member),
        until: body.until.unwrap_or(Expiry::NEVER),
        reason: body.reason.unwrap_or_default(),
    };
    act.run(operation, inclusions).await
}

body! {
    /// Where the role's members are to be no more.
    pub(crate) struct Detachments {
        /// Which groups: ids or names.
        groups: Vec<Key<Group>>,
        /// As what they are in it; `member` if not given.
        kind: Option<MembershipKind>,
    }
}

/// Detach a role from groups
#[utoipa::path(delete, path = "/roles/{role}/groups", tag = "roles", request_body = Detachments, responses((status = 200, body = Rows<InclusionRow>)))]
pub(crate) async fn detach_from_groups(
    role: Of<Role>,
    Write { act, body }: Write<Detachments>,
) -> Answer {
    let operation = DetachRole {
        role: role.id,
        groups: act.ids(&body.groups)?,
        kind: body.kind.unwrap_or(MembershipKind::Member),
    };
    act.run(operation, inclusions).await
}
