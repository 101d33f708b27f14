//! People put into a group, taken out of it, and the ends of those who are in it.

use portcullis_app::group::{AddPeople, RemovePeople};
use portcullis_model::Membership;

use crate::pages::{pick::Offer, prelude::forms::*};

pub(super) struct Add {
    group: Group,
    kind: MembershipKind,
}

impl Form for Add {
    fn find(page: &Page, values: &Values) -> Result<Self, Refusal> {
        let (group, kind) = (page.one::<Group>()?.clone(), values.kind());
        allowed(page, Action::AddPeople, Target::Group(&group))?;
        Ok(Self { group, kind })
    }

    fn draw(&self, page: &Page, form: &mut FormPage<'_>) {
        let (group, kind) = (&self.group, self.kind);
        let (world, now) = (&*page.viewer.world, page.viewer.context.now);
        form.title = format!("Add {kind}s to {}", group.name);
        form.of_group(group);
        let here = format!("{}/people/add?kind=", form.cancel);
        form.kind_tabs(&here, ["Members", "Owners"], kind);
        let requirements = Requirements::of_place(world, group, kind, now);
        form.no_self_add(&requirements, group, kind);
        let asked = world.find_user(&page.query("user"));
        form.people("users", "People", asked.map(Offer::user).into_iter().collect())
            .required()
            .help("Names, logins or e-mail addresses; a pasted list is taken whole. Existing members get the new end date.");
        form.until(&requirements, None);
        form.reason(&requirements, "Shown next to the member.");
        let text = match kind {
            MembershipKind::Member => "",
            MembershipKind::Owner => {
                "Owners decide who is in the group. Ownership does not make them members."
            }
        };
        form.aside("What they get", leads_to(page, group, kind), text);
        form.submit = format!("Add {kind}s");
    }

    fn step(&self, input: &mut Input<'_>) -> Option<Step> {
        let users = input.people("users");
        if users.is_empty() {
            input.errors.add("users", "enter at least one person");
        }
        let title = format!("Add {} to {}", many(input.page, &users), self.group.name);
        let operation = placing(input, &self.group, users, self.kind)?;
        let step = Step::new(operation, title, "Add", convert::group_href(&self.group));
        Some(step.when_rules_change())
    }
}

fn placing(
    input: &mut Input<'_>,
    group: &Group,
    users: Vec<Id<User>>,
    kind: MembershipKind,
) -> Option<AddPeople> {
    let (until, reason) = (input.ends("until"), input.reason());
    Some(AddPeople {
        group: group.id,
        kind,
        users,
        until: until?,
        reason: reason?,
    })
}

/// What a place in `group` leads to: the first of the groups and permissions.
fn leads_to(page: &Page, group: &Group, kind: MembershipKind) -> Vec<ui::Entity> {
    const MOST: usize = 12;
    if kind == MembershipKind::Owner {
        return Vec::new();
    }
    let (world, now) = (&*page.viewer.world, page.viewer.context.now);
    let groups = world.reach(group.id, now).into_iter().map(|(group, kind)| {
        let entity = convert::group(group);
        if kind == MembershipKind::Owner {
            entity.with_detail("as owner")
        } else {
            entity
        }
    });
    let confers = world.entitlements_of(group.id).map(convert::entitlement);
    groups.chain(confers).take(MOST).collect()
}

/// Until when somebody is in a group.
pub(super) struct Extend {
    group: Group,
    user: User,
    place: Membership,
}

impl Form for Extend {
    fn find(page: &Page, values: &Values) -> Result<Self, Refusal> {
        let (group, user) = (page.one::<Group>()?.clone(), page.one::<User>()?.clone());
        let (kind, id) = (values.kind(), user.id);
        let place = page.viewer.world.direct(id, group.id, kind);
        let none = || Refusal::not_found(kind.into(), format!("{} in {}", user.login, group.name));
        let place = place.ok_or_else(none)?.clone();
        let target = Target::Place {
            user: id,
            group: &group,
        };
        allowed(page, Action::AddPeople, target)?;
        Ok(Self { group, user, place })
    }

    fn draw(&self, page: &Page, form: &mut FormPage<'_>) {
        let (group, user, kind) = (&self.group, &self.user, self.place.kind);
        let (world, now, me) = (&*page.viewer.world, page.viewer.context.now, page.viewer.id);
        form.title = format!("End date of {} in {}", user.name, group.name);
        form.of_group(group);
        let requirements = Requirements::of_place(world, group, kind, now);
        if me == user.id {
            form.no_self_add(&requirements, group, kind);
        }
        let until = self.place.validity.until.instant();
        let ends = until.map_or("has no end".into(), |at| {
            format!("ends {}", convert::when(at, now).absolute())
        });
        form.hidden("kind", kind);
        let who = convert::user(user).with_detail(format!("{}, {ends}", kind.noun()));
        form.add(Known(who), "", "Now", "");
        form.until_instead(&requirements, self.place.validity.until);
        form.reason(&requirements, "Why you change the end date.");
        form.version(&Some(&self.place));
        form.submit = "Change end date".into();
    }

    fn step(&self, input: &mut Input<'_>) -> Option<Step> {
        let (group, user) = (&self.group, &self.user);
        // An end that somebody else changed meanwhile is not put back unseen.
        let by = convert::actor(input.world(), self.place.granted_by);
        input.check_stale(&self.place, Some(by));
        let title = format!("Change the end date of {} in {}", user.name, group.name);
        let operation = placing(input, group, vec![user.id], self.place.kind)?;
        Some(Step::new(
            operation,
            title,
            "Change",
            convert::group_href(group),
        ))
    }
}

/// Takes people out: field `user` several times, by id, and `kind`.
pub(super) fn remove(input: &Input<'_>) -> Result<Step, Failure> {
    let (group, kind) = (input.page.one::<Group>()?, input.kind());
    let users = input.fields.all("user");
    let users = users
        .map(|key| {
            let user = input.world().named_user(key);
            user.map(|user| user.id)
                .ok_or_else(|| Refusal::not_found(Noun::Person, key))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let who = many(input.page, &users);
    let title = match kind {
        MembershipKind::Member => format!("Remove {who} from {}", group.name),
        MembershipKind::Owner => format!("Remove {} from {who}", ownership_of(group)),
    };
    Ok(removing(group, kind, users, title, "Remove"))
}

pub(super) fn leave(input: &Input<'_>) -> Result<Step, Failure> {
    let (group, kind) = (input.page.one::<Group>()?, input.kind());
    let title = match kind {
        MembershipKind::Member => format!("Leave {}", group.name),
        MembershipKind::Owner => format!("Give up {}", ownership_of(group)),
    };
    let me = vec![input.page.viewer.id];
    Ok(removing(group, kind, me, title, "Leave"))
}

fn removing(
    group: &Group,
    kind: MembershipKind,
    users: Vec<Id<User>>,
    title: String,
    confirm: &'static str,
) -> Step {
    let operation = RemovePeople {
        group: group.id,
        kind,
        users,
    };
    Step::new(operation, title, confirm, convert::group_href(group)).always()
}

fn ownership_of(group: &Group) -> String {
    format!("ownership of {}", group.name)
}

/// One person by name, several by number.
fn many(page: &Page, users: &[Id<User>]) -> String {
    match users {
        [one] => page
            .viewer
            .world
            .user(*one)
            .map_or_else(String::new, |user| user.name.to_string()),
        all => format!("{} people", all.len()),
    }
}
