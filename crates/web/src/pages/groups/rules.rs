//! A list of rules that a group confers, shown and edited: the text, what is wrong with it where it
//! stands, how its cases come out, and what saving it does to whom.

use std::sync::Arc;

use portcullis_app::{
    group::GrantEntitlement,
    rules::{Checked, Written, check},
};
use portcullis_model::{
    Entitlement, Grant, Group, Id, Noun, Refusal, entitlement::Rules, name::Name, portal::Lengths,
};
use portcullis_rules::{Budget, analysis::lint::Severity};

use super::{form::crumbs, rules_text::pretty};
use crate::pages::{
    fields::{Fields, Submission, version},
    flow::Step,
    form::{Values, again, allowed, attempt},
    form_page::durations,
    input::Input,
    prelude::*,
    requirements::Requirements,
};

/// More of what is wrong than this is counted.
const MOST_SAID: usize = 50;

#[derive(Template)]
#[template(path = "groups/rules.html")]
struct EditPage<'p> {
    page: &'p Page,
    title: String,
    crumbs: Vec<ui::Link>,
    group: &'p Group,
    may_edit: bool,
    errors: ui::Errors,
    /// The list that is edited, who conferred it and until when; nothing for a new one.
    there: Option<(&'p Entitlement, String, ui::ExpiryPill)>,
    /// What stands in the form.
    draft: Fields,
    durations: ui::Durations,
    /// What there is to say about the text.
    said: Checked,
    /// Which version of the list this was drawn from.
    seen: String,
    cancel: String,
}

const EXAMPLE: &str = r#"[
  {
    "access": "allow",
    "where": {
      "rsrc_type": "document",
      "action": ["read", "list"],
      "rsrc_match": [["@team", "=", "@subject.team"]]
    }
  }
]"#;

/// What stands in the form at first.
fn draft(list: Option<&Rules>) -> Fields {
    let text = |list: &Rules| pretty(&list.rules.to_json());
    let cases = list.map(|list| &list.cases);
    let cases = cases.filter(|cases| !cases.is_empty()).cloned();
    let first = [
        (
            "name",
            list.map_or_else(String::new, |list| list.name.to_string()),
        ),
        ("priority", list.map_or(0, |list| list.priority).to_string()),
        ("rules", list.map_or_else(|| EXAMPLE.into(), text)),
        (
            "cases",
            cases.map_or_else(String::new, |cases| pretty(&cases.into())),
        ),
    ];
    Fields(first.map(|(name, value)| (name.to_owned(), value)).into())
}

/// A field as it was sent: lines must keep their numbers.
fn raw(fields: &Fields, name: &str) -> String {
    let found = fields.0.iter().find(|(key, _)| key == name);
    found.map_or_else(String::new, |(_, text)| text.replace("\r\n", "\n"))
}

/// The list that the address names; nothing for a new one.
fn listed(page: &Page) -> Result<Option<(&Entitlement, &Rules)>, Refusal> {
    let (group, id) = (page.one::<Group>()?, page.param("entitlement"));
    if id.is_empty() {
        allowed(page, Wish::GrantEntitlement, Target::Group(group))?;
        return Ok(None);
    }
    let found = id
        .parse::<Id<Entitlement>>()
        .ok()
        .and_then(|id| page.viewer.world.entitlement(id))
        .filter(|entitlement| entitlement.group == group.id);
    let found = found.and_then(|entitlement| Some((entitlement, Rules::of(&entitlement.grant)?)));
    let missing = || Refusal::not_found(Noun::RuleList, id);
    found.map(Some).ok_or_else(missing)
}

pub(super) async fn show(State(web): State<Web>, page: Page) -> Result<Response, Failure> {
    let (listed, group) = (listed(&page)?, page.one::<Group>()?);
    let draft = draft(listed.map(|(_, list)| list));
    let said = look(&web, &page, &draft).await?;
    let (there, values) = (listed.map(|(there, _)| there), Values::asked(&page));
    let errors = ui::Errors::default();
    render(&edit(&page, group, there, draft, &values, errors, said))
}

/// Looks through a draft; proving takes a while, so not on a thread that others wait for.
async fn look(web: &Web, page: &Page, draft: &Fields) -> Result<Checked, Failure> {
    let (rules, cases) = (raw(draft, "rules"), raw(draft, "cases"));
    let look = move |budget: &Budget| check(Written::Text(&rules), Written::Text(&cases), budget);
    web.costly(page.viewer.id, look).await
}

pub(super) async fn save(State(web): State<Web>, sent: Submission) -> Result<Response, Failure> {
    let there = listed(&sent.page)?.map(|(there, _)| there);
    let (page, group) = (&sent.page, sent.page.one::<Group>()?);
    allowed(page, Wish::GrantEntitlement, Target::Group(group))?;
    let mut input = Input::new(&sent);
    let checked = look(&web, page, &sent.fields).await?;
    let name = {
        let there = there.and_then(|there| Rules::of(&there.grant));
        input.kept("name", there.map(|list| &list.name), Name::parse)
    };
    let priority = input.text("priority").parse::<i32>();
    if priority.is_err() {
        let wrong = "the priority is a whole number; lists of higher priority are asked first";
        input.errors.add("priority", wrong);
    }
    let (until, reason) = (input.ends("until"), input.reason());
    for (field, wrong) in wrong(&checked) {
        input.errors.add(field, wrong);
    }
    let by = there.map(|there| convert::actor(&page.viewer.world, there.granted_by));
    input.check_stale(&there, by);
    let taken = name.as_ref().is_some_and(|name| {
        let mut others = page
            .viewer
            .world
            .entitlements_of(group.id)
            .filter(|other| there.is_none_or(|there| there.id != other.id))
            .filter_map(|other| Rules::of(&other.grant));
        others.any(|list| list.name.key() == name.key())
    });
    if taken {
        let wrong =
            "the group has a list of this name already; edit that one, or choose another name";
        input.errors.add("name", wrong);
    }
    let grant = checked.list.clone().zip(name).zip(priority.ok());
    let operation = grant.zip(until).zip(reason);
    let step = operation.map(|((((rules, name), priority), until), reason)| {
        let title = match there.map(|there| there.grant.label()) {
            Some(was) if *was != *name => format!("Save {was} on {} as {name}", group.name),
            _ => format!("Save {name} on {}", group.name),
        };
        let operation = GrantEntitlement {
            group: group.id,
            replaces: there.map(|there| there.id),
            grant: Grant::Rules(Rules {
                name,
                priority,
                rules: Arc::new(rules),
                cases: checked.cases.clone(),
            }),
            until,
            reason,
        };
        let done = convert::group_href(group);
        Step::new(operation, title, "Save the rules", cancel(group, there))
            .always()
            .noting(summary(&checked))
            .then(|_| done)
    });
    match attempt(&web, &sent, step, input.errors).await? {
        Ok(done) => Ok(done),
        Err(errors) => {
            let (values, draft) = (Values::sent(&sent), sent.fields.clone());
            again(&edit(page, group, there, draft, &values, errors, checked))
        }
    }
}

/// What keeps a list from being saved, by field.
fn wrong(checked: &Checked) -> Vec<(&'static str, String)> {
    let mut all = Vec::new();
    let count = checked.diagnostics.len() + checked.omitted;
    if count > 0 {
        let places = match count {
            1 => String::new(),
            many => format!(" in {many} places"),
        };
        let wrong = format!("the rules cannot be read{places}; see beside them");
        all.push(("rules", wrong));
    }
    let too_much = checked.too_much.iter();
    all.extend(too_much.map(|wrong| ("rules", wrong.clone())));
    if let Some((_, first)) = checked.case_faults.first() {
        let more = checked.case_faults.len() - 1;
        let more = if more == 0 {
            String::new()
        } else {
            format!(", and {more} more")
        };
        all.push(("cases", format!("{first}{more}")));
    }
    all
}

/// Where the form leads back to: the list that is there, or the group of a new one.
fn cancel(group: &Group, there: Option<&Entitlement>) -> String {
    there.map_or_else(|| convert::group_href(group), convert::entitlement_href)
}

fn edit<'p>(
    page: &'p Page,
    group: &'p Group,
    there: Option<&'p Entitlement>,
    draft: Fields,
    values: &Values,
    errors: ui::Errors,
    said: Checked,
) -> EditPage<'p> {
    let (world, now) = (&*page.viewer.world, page.viewer.context.now);
    // What is conferred holds without an end as a rule, whatever is offered to people.
    let lengths = Lengths {
        any_day: true,
        no_end: true,
        ..page.viewer.context.policy.lengths.clone()
    };
    let mut durations = durations(&lengths, &Requirements::default(), values, &errors, now);
    if values.text("until", "").is_empty() {
        durations.chosen = "never".into();
        let until = there.and_then(|there| there.validity.until.instant());
        if let Some(at) = until.filter(|at| *at > now) {
            durations.chosen = "custom".into();
            durations.date = at.to_jiff().strftime("%Y-%m-%d").to_string().parse().ok();
        }
    }
    let mut crumbs = crumbs(group);
    crumbs.push(ui::Link::new("Rules", "/rules"));
    EditPage {
        page,
        title: match there {
            Some(there) => there.grant.label().to_owned(),
            None => format!("Rules of {}", group.name),
        },
        crumbs,
        group,
        may_edit: page.may(Wish::GrantEntitlement, Target::Group(group)),
        there: there.map(|there| {
            let by = convert::actor(world, there.granted_by);
            (there, by, convert::ends(there.validity.until, now))
        }),
        seen: version(&there),
        cancel: cancel(group, there),
        draft,
        durations,
        errors,
        said,
    }
}

/// How many of what is wrong are left out.
fn left_out(checked: &Checked) -> usize {
    let lists = [
        checked.diagnostics.len(),
        checked.case_faults.len(),
        checked.findings.len(),
    ];
    let left = lists.map(|count| count.saturating_sub(MOST_SAID));
    checked.omitted + left.iter().sum::<usize>()
}

/// Where it can be read: how much was looked at.
fn good(checked: &Checked) -> Option<String> {
    let list = checked.list.as_ref()?;
    let cases = match (checked.cases.len(), checked.untested.len()) {
        (0, _) => "No cases stand beside them.".to_owned(),
        (count, 0) => format!("{}; every rule decides one.", plural(count, "case")),
        (count, idle) => {
            let (cases, rules) = (plural(count, "case"), plural(idle, "rule"));
            format!("{cases}; {rules} decided by none.")
        }
    };
    Some(format!("{}. {cases}", plural(list.0.len(), "rule")))
}

fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// What the preview repeats of what there is to say.
fn summary(checked: &Checked) -> Vec<String> {
    let count = |severity| {
        let found = checked.findings.iter();
        found.filter(|finding| finding.severity == severity).count()
    };
    let unexamined = usize::from(checked.not_examined.is_some());
    let counts = [
        (count(Severity::Error), "error"),
        (count(Severity::Warning) + unexamined, "warning"),
    ];
    let told = counts.into_iter().filter(|(count, _)| *count > 0);
    let mut notes: Vec<_> = told
        .map(|(count, word)| format!("Linting has {} about these rules.", plural(count, word)))
        .collect();
    notes.extend(good(checked));
    notes
}
