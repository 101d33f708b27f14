//! Everyone who has access to an app, through which of its groups and until when.

use std::collections::BTreeMap;

use portcullis_model::{App, Expiry, Group, User};

use crate::pages::{
    grants::{SOON_DAYS, ends_within, is_meant},
    prelude::*,
};

/// More groups of an app than this are not looked through.
pub(super) const MOST_LOOKED_AT: usize = 2_000;
/// Groups shown of one person; more are counted.
const MOST_GROUPS: usize = 6;

/// Somebody with access.
pub(super) struct Row<'p> {
    pub user: &'p User,
    /// The groups of the app they are in, each with when it ends.
    pub groups: Few<(&'p Group, Expiry)>,
}

/// Somebody, and the groups they are in, each with when it ends.
type Has<'w> = (&'w User, Vec<(&'w Group, Expiry)>);

/// The members of an app's groups, by login.
pub(super) fn list<'p>(page: &'p Page, app: &App) -> List<'p, Row<'p>> {
    let (world, now) = (page.world(), page.now());
    let (query, group, ends) = (page.query("q"), page.query("group"), page.query("ends"));
    let mut groups: Vec<_> = world.app_groups(app.id).take(MOST_LOOKED_AT).collect();
    groups.sort_by(|a, b| a.name.cmp(&b.name));
    let only = world
        .find_group(&group)
        .filter(|it| it.app() == Some(app.id));
    let mut people: BTreeMap<&str, Has<'_>> = BTreeMap::new();
    for group in groups
        .iter()
        .filter(|it| only.is_none_or(|only| only.id == it.id))
    {
        for holder in world.holders(group.id, MembershipKind::Member, now) {
            let ends = match ends.as_str() {
                "week" => ends_within(holder.until, now, SOON_DAYS),
                "some" => holder.until != Expiry::NEVER,
                "never" => holder.until == Expiry::NEVER,
                _ => true,
            };
            if ends && (query.is_empty() || is_meant(holder.user, &query)) {
                let row = people.entry(holder.user.login.as_str());
                let (_, has) = row.or_insert((holder.user, Vec::new()));
                has.push((*group, holder.until));
            }
        }
    }
    let sort = Sort::of(page, "login");
    let mut found: Vec<_> = people.into_values().collect();
    if sort.down {
        found.reverse();
    }
    let mut list = List::new(page, convert::app_href(app), sort, found, |(user, has)| {
        let groups = Few::of(MOST_GROUPS, has, |one| one);
        Some(Row { user, groups })
    });
    list.keep("show", "people");
    list.searched("Name");
    let choices = groups.iter().take(MOST_GROUPS * 10);
    let choices = choices.map(|it| ui::Choice::new(it.id.to_string(), it.name.as_str()));
    let mut all = vec![ui::Choice::new("", "Any group")];
    all.extend(choices);
    list.narrowed("Group", "group", only.map_or("", |it| it.name.as_str()));
    list.pick(
        "group",
        "Group",
        all,
        only.map_or_else(String::new, |it| it.id.to_string()),
    );
    list.by_end();
    list
}
