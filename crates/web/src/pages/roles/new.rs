//! A role made from what somebody has, or as another is.

use portcullis_app::role::{CloneRole, People, RoleFromPerson};
use portcullis_model::{GroupKind, name::Reason};

use crate::pages::{groups::named, prelude::forms::*};

/// What every role made from something is given.
pub(super) struct Described {
    pub name: Name,
    pub description: Description,
    pub reason: Reason,
}

impl Described {
    pub(super) fn draw(page: &Page, form: &mut FormPage<'_>, description: &str) {
        let prefix = &page.viewer.context.policy.role_prefix;
        let name = form.add(Line, "name", "Name of the new role", &**prefix);
        name.required();
        if !prefix.is_empty() {
            name.help(format!(
                "Role names start with “{prefix}”; we add it if you leave it out."
            ));
        }
        form.description(description);
    }

    pub(super) fn read(input: &mut Input<'_>) -> Option<Self> {
        let name = named(input, GroupKind::Role);
        let description = input.parse("description", Description::parse);
        let reason = input.reason();
        Some(Self {
            name: name?,
            description: description?,
            reason: reason?,
        })
    }
}

/// The end of a form whose outcome is always shown first.
pub(super) fn end(form: &mut FormPage<'_>) {
    let help = "Required where a tag on one of the groups asks for it.";
    form.reason(&Requirements::default(), help);
    form.submit = "Show what changes".into();
}

/// Whether the viewer may make a role.
pub(super) fn may_create(page: &Page) -> Result<(), Refusal> {
    allowed(page, Action::CreateGroup, Target::Nothing)
}

pub(super) struct FromPerson(User);

impl Form for FromPerson {
    fn find(page: &Page, _: &Values) -> Result<Self, Refusal> {
        let key = page.query("from");
        let found = page.viewer.world.find_user(&key).cloned();
        let found = found.ok_or_else(|| Refusal::not_found(Noun::Person, key))?;
        may_create(page)?;
        Ok(Self(found))
    }

    fn draw(&self, page: &Page, form: &mut FormPage<'_>) {
        let (world, user) = (&page.viewer.world, &self.0);
        form.about(("People", "/people"), Some(convert::user(user)), "");
        form.title = format!("Make a role from what {} has", user.name);
        form.lead = format!(
            "The role includes the groups you select, and {} is its first member. Their own memberships stay.",
            user.name
        );
        Described::draw(page, form, "");
        // The address names groups, separated by commas; boxes come back one by one.
        let asked = page.query("groups");
        let asked: Vec<_> = asked.split(',').filter(|id| !id.is_empty()).collect();
        let chosen = form.values.fields().has("name");
        let access = world.access_of(user.id, page.viewer.context.now);
        let could = access.iter().filter(|a| {
            a.kind == MembershipKind::Member && a.group.is_managed() && !a.group.is_role()
        });
        let boxes = could.map(|access| {
            let value = access.group.id.to_string();
            let through = access.paths.first().filter(|path| !path.is_direct());
            let through = through.and_then(|path| world.group(path.direct.group));
            let first = asked.is_empty() || asked.contains(&value.as_str());
            let mut check = form.check("groups", value, &*access.group.name, first);
            if !chosen {
                check.checked = first;
            }
            check.help(through.map_or_else(String::new, |role| format!("through {}", role.name)))
        });
        let none = "They are in no group that a role can include.";
        let boxes = boxes.collect();
        form.boxes(("groups", "Groups"), boxes, MOST_BOXES, none, MORE_GROUPS);
        end(form);
        form.action = page.with_query(&[("from", &user.id.to_string())]);
    }

    fn step(&self, input: &mut Input<'_>) -> Option<Step> {
        let (user, text) = (&self.0, Described::read(input)?);
        let operation = RoleFromPerson {
            user: user.id,
            name: text.name,
            description: text.description,
            groups: Some(input.ticked_groups()),
            reason: text.reason,
        };
        let title = format!(
            "Make the role {} from what {} has",
            input.text("name"),
            user.name
        );
        let cancel = convert::user_href(user);
        Some(Step::new(operation, title, "Make the role", cancel).always())
    }
}

pub(super) struct Clone(Group);

impl Form for Clone {
    fn find(page: &Page, _: &Values) -> Result<Self, Refusal> {
        let group = page.one::<Role>()?;
        may_create(page)?;
        Ok(Self(group.clone()))
    }

    fn draw(&self, page: &Page, form: &mut FormPage<'_>) {
        let role = &self.0;
        form.title = format!("Clone {}", role.name);
        form.lead =
            "The clone starts with the same groups; after that, each changes on its own.".into();
        form.of_group(role);
        Described::draw(page, form, &role.description);
        let same = ("same", "The same people, with the same end dates");
        form.tick("people", "Who is in it", same, false);
        end(form);
    }

    fn step(&self, input: &mut Input<'_>) -> Option<Step> {
        let (role, text) = (&self.0, Described::read(input)?);
        let operation = CloneRole {
            role: role.id,
            name: text.name,
            description: Some(text.description),
            people: if input.fields.has("people") {
                People::Same
            } else {
                People::Nobody
            },
            reason: text.reason,
        };
        let title = format!("Clone {} as {}", role.name, input.text("name"));
        let cancel = convert::group_href(role);
        Some(Step::new(operation, title, "Clone", cancel).always())
    }
}
