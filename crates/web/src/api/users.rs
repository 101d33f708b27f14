//! Users: who is known, what they have and through what.

use portcullis_app::{
    Update,
    decide::{Decider, Moment},
    user::{CreateUser, DeleteUser, EditUser},
};
use portcullis_model::{
    MembershipKind, Timestamp, User, UserKind, World,
    name::{self, Email, Login, Name},
    world::{
        Access, Path, PathStep, PermissionAccess, contain,
        query::{Query, UserBy, UserQuery},
    },
};
use portcullis_store::HistoryOf;

use crate::api::{
    Act, Answer, Finds, Key, Of, Page, Paging, Read, Write, body, choice,
    groups::wire::MembershipRow,
    history::HistoryItem,
    list::{FEW, OrderBody, Window, sort},
    query,
    questions::expiring::{EndingRow, Within, ending},
    row, shown,
    wire::{ActorRef, Attributes, Deleted, GroupRef, IdBody, Person, Place, Until},
};

choice! {
    /// What a user is.
    pub(crate) enum UserKindBody for UserKind {
        /// A human being.
        Person = "person",
        /// A program.
        Service = "service",
        /// A program that acts for a person, its sponsor, who is its `manager`: it has at most what they
        /// have, and rules judge it as they judge them.
        Agent = "agent",
    }
}

row! {
    /// A user in a list.
    pub(crate) struct UserRow<'w> of(world: &'w World, user: &'w User) {
        id: IdBody = user.id.into(),
        login: &'w str = &user.login,
        name: &'w str = &user.name,
        email: Option<&'w str> = user.email.as_deref(),
        kind: UserKindBody = user.kind.into(),
        manager: Option<Person<'w>> = user.manager.map(|id| Person::by_id(world, id)),
    }
}

row! {
    /// A user with everything they have and through what.
    pub(crate) struct UserDetail<'w> of(
        decider: &Decider,
        world: &'w World,
        user: &'w User,
        now: Timestamp,
        window: &mut Window,
    ) where {
        let access = world.access_of(user.id, now);
        let permissions = decider.permissions_of(Moment::new(world, now), user);
        let mut direct: Vec<_> = world
            .direct_of_user(user.id)
            .filter(|membership| !membership.validity.until.is_past(now))
            .collect();
        direct.sort_by_key(|membership| (membership.validity.from, membership.id));
    } {
        #[serde(flatten)]
        row: UserRow<'w> = UserRow::of(world, user),
        /// Profile attributes.
        #[schema(value_type = Object)]
        attributes: &'w Attributes = &user.attributes,
        /// Whether they are an admin.
        admin: bool = world.is_admin(user.id, now),
        /// Where they are, directly or through roles, with every way that leads there.
        access: Vec<AccessRow<'w>> =
            window.of(&access, |access| AccessRow::of(world, access)),
        access_count: usize = access.len(),
        /// What they may do, and through which group.
        permissions: Vec<PermissionRow<'w>> =
            window.of(&permissions, |access| PermissionRow::of(world, access)),
        permission_count: usize = permissions.len(),
        /// Their direct memberships and ownerships, also those that have not begun.
        direct: Vec<MembershipRow<'w>> =
            window.of(&direct, |m| MembershipRow::of(world, m)),
        direct_count: usize = direct.len(),
        /// What to send as `after` for what follows in these lists; null at their ends.
        next: Option<String> = window.next(),
    }
}

row! {
    /// A place in a group with the ways that lead there.
    pub(crate) struct AccessRow<'w> of(world: &'w World, access: &Access<'w>) {
        group: GroupRef<'w> = GroupRef::of(world, access.group),
        kind: Place = access.kind.into(),
        until: Until = Until(access.until),
        /// Whether one of the ways is a direct membership or ownership.
        direct: bool = access.paths.iter().any(Path::is_direct),
        /// The ways, shortest first; the first 20.
        paths: Vec<PathRow<'w>> =
            access.paths.iter().take(FEW).map(|path| PathRow::of(world, path)).collect(),
        path_count: usize = access.paths.len(),
    }
}

row! {
    /// One way into a group.
    pub(crate) struct PathRow<'w> of(world: &'w World, path: &Path<'w>) where {
        let steps = path.steps(world).into_iter();
    } {
        /// The earliest end along it.
        until: Until = Until(path.until),
        /// The groups along it, in order.
        steps: Vec<StepRow<'w>> = steps.map(|step| StepRow::of(world, step)).collect(),
        /// Why the first step was granted.
        reason: &'w str = &path.direct.reason,
        granted_by: ActorRef<'w> = ActorRef::of(world, path.direct.granted_by),
    }
}

row! {
    /// One group on a way.
    pub(crate) struct StepRow<'w> of(world: &'w World, step: PathStep<'w>) {
        group: GroupRef<'w> = GroupRef::of(world, step.group),
        kind: Place = step.kind.into(),
        until: Until = Until(step.until),
    }
}

row! {
    /// A permission somebody has through a group.
    pub(crate) struct PermissionRow<'w> of(world: &'w World, access: &PermissionAccess<'w>) {
        permission: &'w str = &access.permission.name,
        /// Where it holds; empty means everywhere.
        environments: Vec<&'w str> = access.permission.environments.iter().map(|e| &**e).collect(),
        /// The group that confers it.
        group: GroupRef<'w> = GroupRef::of(world, access.group),
        until: Until = Until(access.until),
    }
}

shown!(User: user, |user, done| {
    UserDetail::of(done.decider, done.world, user, done.now, &mut Window::at(0))
});

query! {
    /// Which of their groups.
    pub(crate) struct AccessFilter {
        /// Words in the name of the group or of its app.
        q: Option<String>,
        /// Memberships or ownerships only.
        kind: Option<MembershipKind>,
    }
}

/// List what a user has
///
/// Every group they are in, directly or through roles, with the ways that lead there, by name.
#[utoipa::path(get, path = "/users/{user}/access", tag = "users", params(AccessFilter, Paging), responses((status = 200, body = Page<AccessRow>)))]
pub(crate) async fn user_access(user: Of<User>, read: Read<(AccessFilter, Paging)>) -> Answer {
    let (filter, paging) = &read.query;
    let q = filter.q.as_deref().unwrap_or_default();
    let mut all = read.world.access_of(user.id, read.now);
    all.retain(|access| {
        let app = access.group.app().and_then(|app| read.world.app(app));
        let app = app.map_or("", |app| &app.name);
        filter.kind.is_none_or(|kind| access.kind == kind) && contain(&[&access.group.name, app], q)
    });
    let place = |access: &Access<'_>| {
        let name = name::key(&access.group.name);
        format!("{name}\0{}\0{}", access.kind.noun(), access.group.id)
    };
    all.sort_by_cached_key(place);
    let page = paging.part().of(all, place);
    read.answer(&Page::of(page, |access| {
        AccessRow::of(&read.world, &access)
    }))
}

query! {
    /// Which users.
    pub(crate) struct Filter {
        /// Words in the login, name, e-mail address or profile attributes.
        q: Option<String>,
        /// Persons or services only.
        kind: Option<UserKindBody>,
        /// Those who report to this user.
        manager: Option<Key<User>>,
        /// What they are sorted by: `login` if not given. Those who are equal go by login.
        sort: Option<UsersBy>,
        /// Which way; `asc` if not given.
        order: Option<OrderBody>,
    }
}

choice! {
    /// What users are sorted by.
    pub(crate) enum UsersBy into UserBy {
        /// What they sign in as.
        Login = "login",
        /// As people call them.
        Name = "name",
        /// What they do.
        Title = "title",
        /// Whom they report to.
        Manager = "manager",
        /// In how many groups they are.
        Groups = "groups",
    }
}

/// List users
///
/// By login, or as `sort` and `order` say.
#[utoipa::path(get, path = "/users", tag = "users", params(Filter, Paging), responses((status = 200, body = Page<UserRow>)))]
pub(crate) async fn list_users(read: Read<(Filter, Paging)>) -> Answer {
    let (filter, paging) = &read.query;
    let query = UserQuery {
        q: filter.q.as_deref().unwrap_or_default(),
        kind: filter.kind.map(Into::into),
        manager: read.maybe(&filter.manager)?.map(|manager| manager.id),
        sort: sort(filter.sort, filter.order),
    };
    let page = query.page(&read.world, read.now, &paging.part());
    read.answer(&Page::of(page, |user| UserRow::of(&read.world, user)))
}

body! {
    /// A user to make known.
    pub(crate) struct NewUser {
        /// What they sign in as.
        login: Login,
        /// As people call them.
        name: Name,
        /// Where they can be written to.
        email: Option<Email>,
        /// Person (if not given) or service.
        kind: Option<UserKindBody>,
        /// Whom they report to: an id or login.
        manager: Option<Key<User>>,
        /// Profile attributes by name.
        attributes: Option<Attributes>,
    }
}

/// Create a user
#[utoipa::path(post, path = "/users", tag = "users", request_body = NewUser, responses((status = 201, body = UserDetail)))]
pub(crate) async fn create_user(Write { act, body }: Write<NewUser>) -> Answer {
    let operation = CreateUser {
        manager: act.maybe(&body.manager)?.map(|manager| manager.id),
        login: body.login,
        name: body.name,
        email: body.email,
        kind: body.kind.unwrap_or(UserKindBody::Person).into(),
        attributes: body.attributes.unwrap_or_default(),
    };
    act.create::<User>(operation).await
}

/// Get a user
///
/// With what they have, directly and through roles, every way that leads there, and until when.
#[utoipa::path(get, path = "/users/{user}", tag = "users", params(Paging), responses((status = 200, body = UserDetail)))]
pub(crate) async fn get_user(user: Of<User>, read: Read<Paging>) -> Answer {
    read.answer(&UserDetail::of(
        read.web.decider(),
        &read.world,
        &user,
        read.now,
        &mut read.query.window()?,
    ))
}

body! {
    /// What changes; the rest stays.
    pub(crate) struct UserChange {
        /// What they sign in as.
        login: Option<Login>,
        /// As people call them.
        name: Option<Name>,
        /// Where they can be written to; null for nowhere.
        email: Update<Email>,
        /// Whom they report to: an id or login; null for nobody.
        manager: Update<Key<User>>,
        /// Profile attributes, all of them.
        attributes: Option<Attributes>,
    }
}

/// Edit a user
#[utoipa::path(patch, path = "/users/{user}", tag = "users", request_body = UserChange, responses((status = 200, body = UserDetail)))]
pub(crate) async fn edit_user(user: Of<User>, Write { act, body }: Write<UserChange>) -> Answer {
    let operation = EditUser {
        user: user.id,
        login: body.login,
        name: body.name,
        email: body.email,
        manager: body
            .manager
            .try_map(|key| act.one(&key).map(|user| user.id))?,
        attributes: body.attributes,
    };
    act.edit(user.id, operation).await
}

/// Delete a user
///
/// Ends them with every place they have; history keeps them.
#[utoipa::path(delete, path = "/users/{user}", tag = "users", responses((status = 200, body = Deleted)))]
pub(crate) async fn delete_user(user: Of<User>, act: Act) -> Answer {
    let operation = DeleteUser { user: user.id };
    act.delete(user.id, &user.login, operation).await
}

/// A user's history
///
/// Every version of every direct membership and ownership there ever was, newest first.
#[utoipa::path(get, path = "/users/{user}/history", tag = "users", params(Paging), responses((status = 200, body = Page<HistoryItem>)))]
pub(crate) async fn user_history(user: Of<User>, read: Read<Paging>) -> Answer {
    HistoryItem::list(&read, HistoryOf::User(user.id)).await
}

/// What ends soon for a user
///
/// Their direct memberships and ownerships that end by themselves, soonest first.
#[utoipa::path(get, path = "/users/{user}/expiring", tag = "users", params(Within, Paging), responses((status = 200, body = Page<EndingRow>)))]
pub(crate) async fn user_expiring(user: Of<User>, read: Read<(Within, Paging)>) -> Answer {
    let (within, paging) = &read.query;
    let by = within.by(read.now);
    let places = read.world.direct_of_user(user.id);
    let rows = ending(read.now, by, places, std::iter::empty());
    read.answer(&EndingRow::page(&read.world, rows, paging))
}
