//! A list of rules that a group confers, shown and edited: the text, what is wrong with it where it
//! stands, how its cases come out, and what saving it does to whom.

use std::sync::Arc;

use portcullis_app::{
    group::GrantEntitlement,
    rules::{Checked, Written, check},
};
use portcullis_model::{
    Entitlement, Grant, Group, Id, Noun, Refusal, entitlement::Rules, name::Name,
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
    group: ui::Entity,
    members: usize,
    may_edit: bool,
    errors: ui::Errors,
    /// The list that is edited, who conferred it and until when; nothing for a new one.
    there: Option<(&'p Entitlement, String, ui::ExpiryPill)>,
    draft: Draft,
    durations: ui::Durations,
    said: Findings,
    /// Which version of the list this was drawn from.
    seen: String,
    cancel: String,
    action: String,
}

/// What there is to say about the text.
#[derive(Default)]
struct Findings {
    remarks: Vec<Remark>,
    more: usize,
    /// Where nothing is wrong: how much was looked at.
    good: String,
}

/// Something about one place of the text.
#[derive(Default)]
struct Remark {
    /// The line, from 1; 0 if it is not known.
    line: usize,
    column: usize,
    path: String,
    message: String,
    level: &'static str,
    word: &'static str,
}

/// What stands in the form.
#[derive(Default)]
struct Draft {
    name: String,
    priority: String,
    rules: String,
    cases: String,
    reason: String,
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

impl Draft {
    fn new() -> Self {
        Self {
            priority: "0".into(),
            rules: EXAMPLE.into(),
            ..Self::default()
        }
    }

    fn of(list: &Rules) -> Self {
        let cases = Some(&list.cases).filter(|cases| !cases.is_empty());
        Self {
            name: list.name.to_string(),
            priority: list.priority.to_string(),
            rules: pretty(&list.rules.to_json()),
            cases: cases.map_or_else(String::new, |cases| pretty(&cases.clone().into())),
            reason: String::new(),
        }
    }

    fn sent(fields: &Fields) -> Self {
        Self {
            name: fields.get("name").into(),
            priority: fields.get("priority").into(),
            rules: raw(fields, "rules"),
            cases: raw(fields, "cases"),
            reason: fields.get("reason").into(),
        }
    }
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
    let draft = listed.map_or_else(Draft::new, |(_, list)| Draft::of(list));
    let said = said(&look(&web, &page, &draft).await?);
    let (there, values) = (listed.map(|(there, _)| there), Values::asked(&page));
    let errors = ui::Errors::default();
    render(&edit(&page, group, there, draft, &values, errors, said))
}

/// Looks through a draft; proving takes a while, so not on a thread that others wait for.
async fn look(web: &Web, page: &Page, draft: &Draft) -> Result<Checked, Failure> {
    let (rules, cases) = (draft.rules.clone(), draft.cases.clone());
    let look = move |budget: &Budget| check(Written::Text(&rules), Written::Text(&cases), budget);
    web.costly(page.viewer.id, look).await
}

pub(super) async fn save(State(web): State<Web>, sent: Submission) -> Result<Response, Failure> {
    let there = listed(&sent.page)?.map(|(there, _)| there);
    let (page, group) = (&sent.page, sent.page.one::<Group>()?);
    allowed(page, Wish::GrantEntitlement, Target::Group(group))?;
    let mut input = Input::new(&sent);
    let draft = Draft::sent(&sent.fields);
    let checked = look(&web, page, &draft).await?;
    let said = said(&checked);
    let name = {
        let there = there.and_then(|there| Rules::of(&there.grant));
        input.kept("name", there.map(|list| &list.name), Name::parse)
    };
    let priority = draft.priority.parse::<i32>();
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
    let grant = checked.list.zip(name).zip(priority.ok());
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
                cases: checked.cases,
            }),
            until,
            reason,
        };
        let done = convert::group_href(group);
        Step::new(operation, title, "Save the rules", cancel(group, there))
            .always()
            .noting(summary(&said))
            .then(|_| done)
    });
    match attempt(&web, &sent, step, input.errors).await? {
        Ok(done) => Ok(done),
        Err(errors) => {
            let values = Values::sent(&sent);
            again(&edit(page, group, there, draft, &values, errors, said))
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
    draft: Draft,
    values: &Values,
    errors: ui::Errors,
    said: Findings,
) -> EditPage<'p> {
    let (world, now) = (&*page.viewer.world, page.viewer.context.now);
    let mut durations = durations(&Requirements::default(), values, &errors, now);
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
        group: convert::group(group),
        members: world.holder_count(group.id, MembershipKind::Member, now),
        may_edit: page.may(Wish::GrantEntitlement, Target::Group(group)),
        there: there.map(|there| {
            let by = convert::actor(world, there.granted_by);
            (there, by, convert::ends(there.validity.until, now))
        }),
        seen: version(&there),
        cancel: cancel(group, there),
        action: page.with_query(&[]),
        draft,
        durations,
        errors,
        said,
    }
}

fn said(checked: &Checked) -> Findings {
    let bad = |word, path: String, message: &str| Remark {
        path,
        message: message.to_owned(),
        level: "bad",
        word,
        ..Remark::default()
    };
    let unreadable = checked.diagnostics.iter().take(MOST_SAID).map(|it| Remark {
        line: it.position.map_or(0, |at| at.line),
        column: it.position.map_or(0, |at| at.column),
        ..bad("cannot be read", it.path.clone(), &it.message)
    });
    let too_much = checked.too_much.iter();
    let too_much = too_much.map(|message| bad("too much", String::new(), message));
    let rest = checked.not_examined.iter();
    let rest = rest.map(|message| Remark {
        level: "warn",
        ..bad("not examined", String::new(), message)
    });
    let findings = checked.findings.iter().take(MOST_SAID).map(|it| Remark {
        path: it.path.clone(),
        message: format!("{}; {}", it.message, it.suggestion),
        level: match it.severity {
            Severity::Error => "bad",
            Severity::Warning => "warn",
            Severity::Note => "",
        },
        word: it.severity.as_str(),
        ..Remark::default()
    });
    let failed = checked.case_faults.iter().take(MOST_SAID);
    let failed = failed.map(|(case, message)| {
        let path = case.map_or_else(String::new, |case| format!("case {}", case + 1));
        bad("failed", path, message)
    });
    let remarks: Vec<_> = unreadable
        .chain(too_much)
        .chain(rest)
        .chain(failed)
        .chain(findings)
        .collect();
    let found = checked.findings.len() + checked.case_faults.len();
    let all = checked.diagnostics.len() + checked.omitted + found;
    let mut said = Findings {
        more: all.saturating_sub(remarks.len()),
        remarks,
        good: String::new(),
    };
    if let Some(list) = &checked.list {
        let cases = match (checked.cases.len(), checked.untested.len()) {
            (0, _) => "No cases stand beside them.".to_owned(),
            (count, 0) => format!("{}; every rule decides one.", plural(count, "case")),
            (count, idle) => {
                let (cases, rules) = (plural(count, "case"), plural(idle, "rule"));
                format!("{cases}; {rules} decided by none.")
            }
        };
        said.good = format!("{}. {cases}", plural(list.0.len(), "rule"));
    }
    said
}

fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// What the preview repeats of what there is to say.
fn summary(said: &Findings) -> Vec<String> {
    let mut notes = Vec::new();
    for (level, word) in [("bad", "error"), ("warn", "warning")] {
        let found = said.remarks.iter();
        let count = found.filter(|remark| remark.level == level).count();
        if count > 0 {
            let errors = plural(count, word);
            notes.push(format!("Linting has {errors} about these rules."));
        }
    }
    if !said.good.is_empty() {
        notes.push(said.good.clone());
    }
    notes
}
