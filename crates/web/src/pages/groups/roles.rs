//! Roles let into groups and taken out again, from either side.

use portcullis_app::group::{AttachRole, DetachRole};
use portcullis_model::World;

use crate::pages::{constraints::length, pick::Kind, prelude::forms::*};

pub(super) struct Attach {
    group: Group,
    kind: MembershipKind,
}

impl Form for Attach {
    fn find(page: &Page, values: &Values) -> Result<Self, Refusal> {
        let (group, kind) = (page.one::<Group>()?.clone(), values.kind());
        allowed(page, Action::AttachRole, Target::Group(&group))?;
        Ok(Self { group, kind })
    }

    fn draw(&self, page: &Page, form: &mut FormPage<'_>) {
        let (world, group, kind) = (&*page.viewer.world, &self.group, self.kind);
        form.title = format!("Add a role to {}", group.name);
        form.lead = format!("Everyone in the role becomes {kind} of this group, now and later.");
        form.of_group(group);
        let here = format!("{}/roles/attach?kind=", form.cancel);
        form.kind_tabs(&here, ["As members", "As owners"], kind);
        let requirements = Requirements::of_inclusion(world, group, kind);
        form.one(Kind::Role, "role", "Role", None)
            .required()
            .help("A part of its name is enough. If it is already attached, its end date changes.");
        form.until(&requirements, None);
        form.reason(&requirements, "");
        form.submit = "Attach the role".into();
    }

    fn step(&self, input: &mut Input<'_>) -> Option<Step> {
        let group = &self.group;
        let role = input.one(Kind::Role, "role");
        let named = role.and_then(|role| input.world().group(role));
        let named = named.map_or("a role", |role| role.name.as_str());
        let title = format!("Add {named} to {}", group.name);
        attaching(input, role?, vec![group.id], title, group)
    }
}

/// A role attached to groups, asked for at the page of `here`.
fn attaching(
    input: &mut Input<'_>,
    role: Id<Group>,
    groups: Vec<Id<Group>>,
    title: String,
    here: &Group,
) -> Option<Step> {
    let (until, reason) = (input.ends("until"), input.reason());
    let operation = AttachRole {
        role,
        groups,
        kind: input.kind(),
        until: until?,
        reason: reason?,
    };
    let step = Step::new(operation, title, "Attach", convert::group_href(here));
    Some(step.when_rules_change())
}

/// Takes a role out of a group, or out of several: fields `role`, `group` (several; the one in the
/// address where none is named), `kind`.
pub(super) fn detach(input: &Input<'_>) -> Result<Step, Failure> {
    let here = input.page.one::<Group>()?;
    let named = |key: &str, noun| {
        let group = input.world().find_group(key);
        group.ok_or_else(|| Refusal::not_found(noun, key))
    };
    let role = match input.text("role") {
        "" => here,
        key => named(key, Noun::Role)?,
    };
    let groups = input.fields.all("group");
    let mut groups = groups
        .map(|key| named(key, Noun::Group))
        .collect::<Result<Vec<_>, _>>()?;
    if groups.is_empty() {
        groups.push(here);
    }
    let from = match &groups[..] {
        [one] => one.name.to_string(),
        all => format!("{} groups", all.len()),
    };
    let operation = DetachRole {
        role: role.id,
        groups: groups.iter().map(|group| group.id).collect(),
        kind: input.kind(),
    };
    let title = format!("Take {} out of {from}", role.name);
    Ok(Step::new(operation, title, "Detach", convert::group_href(here)).always())
}

/// The same from the role's side: into several groups at once.
pub(in crate::pages) struct AttachTo(Group);

impl Form for AttachTo {
    fn find(page: &Page, _: &Values) -> Result<Self, Refusal> {
        let role = page.one::<Role>()?;
        if offered(page, role).0.is_empty() {
            allowed(page, Action::AttachRole, Target::Nothing)?;
        }
        Ok(Self(role.clone()))
    }

    fn draw(&self, page: &Page, form: &mut FormPage<'_>) {
        let (world, role) = (&*page.viewer.world, &self.0);
        let kind = form.values.kind();
        form.title = format!("Add {} to groups", role.name);
        form.lead = "Everyone in the role gets into these groups, now and later.".into();
        form.of_group(role);
        let (groups, left) = offered(page, role);
        let boxes = groups.into_iter().map(|group| {
            form.check("groups", group.id.to_string(), &*group.name, false)
                .help(limit_note(world, group, kind))
        });
        let none = "There is no group you can add this role to.";
        let boxes = Checks(boxes.collect(), none);
        form.add(boxes, "groups", "Groups", "").help(match left {
            0 => "The groups you can add roles to.".into(),
            left => format!("{left} more are not listed; name them below."),
        });
        form.add(Lines, MORE_GROUPS.0, MORE_GROUPS.1, "")
            .help("By name, one per line or separated by commas.");
        let kinds = ui::Choice::all([("member", "Members"), ("owner", "Owners")]);
        form.add(Pills(kinds), "kind", "As", "member");
        // Each group's own limit cuts its own end; none is common to all.
        let requirements = Requirements::default();
        form.until(&requirements, None);
        let help = "Required where a tag on one of the groups asks for it.";
        form.reason(&requirements, help);
        let already = world
            .targets_of(role.id)
            .filter_map(|inclusion| world.group(inclusion.target))
            .map(convert::group);
        form.aside("Already included", already.take(MOST_BOXES).collect(), "");
        form.submit = "Attach".into();
    }

    fn step(&self, input: &mut Input<'_>) -> Option<Step> {
        let role = &self.0;
        let groups = input.ticked_groups();
        let count = groups.len();
        let plural = if count == 1 { "" } else { "s" };
        let title = format!("Add {} to {count} group{plural}", role.name);
        attaching(input, role.id, groups, title, role)
    }
}

fn limit_note(world: &World, group: &Group, kind: MembershipKind) -> String {
    let requirements = Requirements::of_inclusion(world, group, kind);
    let mut notes = Vec::new();
    if let Some((seconds, tag)) = requirements.limit {
        let most = length(seconds);
        notes.push(format!("at most {most} ({})", tag.name));
    }
    if let Some((_, tag)) = requirements.reason {
        notes.push(format!("needs a reason ({})", tag.name));
    }
    notes.join(", ")
}

/// Groups the viewer may lead the role into and does not yet, the first of them, and how many more.
fn offered<'p>(page: &'p Page, role: &Group) -> (Vec<&'p Group>, usize) {
    let world = &page.viewer.world;
    let mut all: Vec<_> = world
        .groups()
        .filter(|group| !group.is_role() && group.is_managed())
        .filter(|group| {
            world
                .inclusion_of(role.id, group.id, MembershipKind::Member)
                .is_none()
        })
        .filter(|group| {
            let target = Target::Inclusion {
                child: role.id,
                target: group,
            };
            allowed(page, Action::AttachRole, target).is_ok()
        })
        .collect();
    let left = all.len().saturating_sub(MOST_BOXES);
    all.truncate(MOST_BOXES);
    (all, left)
}
