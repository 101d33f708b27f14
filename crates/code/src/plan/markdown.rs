//! A plan as the comment of a pull request.

use std::fmt::Write as _;

use super::{
    quote::{code, count, number},
    sentence::{end, gain_and_lose, via},
    shape::{Because, Cause, Effect, Plan, Verdict},
};
use crate::{Findings, Severity};

/// What a comment begins with, so that it is found again and edited in place. GitHub does not show it.
pub const MARKER: &str = "<!-- portcullis:plan -->";

/// No comment is longer, in bytes; GitHub takes 65,536 characters.
const LONGEST: usize = 59_000;
/// No table has more rows: they would not fit whatever stands in them.
const MOST_ROWS: usize = 1_500;

/// A part of a comment, and what stands there where it does not fit.
struct Part {
    full: Option<String>,
    short: String,
}

impl Plan {
    /// The comment: what it comes to, the flags, tables, and folded what is from the directory. Where it
    /// would be too long, a part is said more shortly instead.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut parts = vec![self.top(), self.flagged()];
        if !self.is_empty() || !self.base.errors.is_empty() {
            parts.extend(self.permissions());
            parts.extend(self.caused(Cause::Change));
            parts.extend(self.holders());
            parts.extend(self.caused(Cause::Directory));
            parts.extend(self.faults());
        }
        join(&parts)
    }

    fn top(&self) -> Part {
        let mut said = format!("{MARKER}\n### {}\n\n", self.headline());
        let digests = [
            ("base", &self.digests.base),
            ("head", &self.digests.head),
            ("directory", &self.digests.directory),
        ];
        for (name, digest) in digests {
            if let Some(digest) = digest {
                let digest: String = digest.to_string().chars().take(12).collect();
                _ = write!(said, "{name} {} · ", code(&digest));
            }
        }
        _ = writeln!(said, "made {}\n", self.at);
        if self.verdict() == Verdict::Blocked {
            said.push_str("**Blocked**: this must not be applied as it is.\n\n");
        }
        for remark in self.remarks() {
            _ = writeln!(said, "**Note**: {remark}.\n");
        }
        Part {
            short: said.clone(),
            full: Some(said),
        }
    }

    fn flagged(&self) -> Part {
        if self.flags.is_empty() {
            return Part::all(String::new());
        }
        let line = |flag: &super::Flag| {
            let blocks = if flag.blocks { "blocks, " } else { "" };
            format!(
                "- **{blocks}{}**: {}\n",
                flag.code.as_str(),
                flag.sentence()
            )
        };
        let mut short = String::new();
        for code in super::FlagCode::ALL {
            let all = self.flags.iter().filter(|flag| flag.code == code);
            let (n, blocking) = (all.clone().count(), all.filter(|flag| flag.blocks).count());
            if n > 0 {
                let blocks = if blocking > 0 { "blocks, " } else { "" };
                _ = writeln!(
                    short,
                    "- **{blocks}{}**: {}",
                    code.as_str(),
                    count(n, "time", "times")
                );
            }
        }
        _ = writeln!(
            short,
            "\nThe flags do not fit here; `plan.json` has them all.\n"
        );
        let full = lines(self.flags.iter().map(line), self.flags.len());
        Part {
            full: full.map(|lines| format!("{lines}\n")),
            short,
        }
    }

    /// New and removed permissions.
    fn permissions(&self) -> Option<Part> {
        let mut full = String::new();
        let mut short = String::new();
        for (name, keys) in [
            ("New permissions", &self.new_permissions),
            ("Removed permissions", &self.removed_permissions),
        ] {
            if !keys.is_empty() {
                let all: Vec<_> = keys.iter().take(MOST_ROWS).map(|key| code(key)).collect();
                _ = writeln!(full, "{name}: {}\n", all.join(", "));
                _ = writeln!(short, "{name}: {}\n", number(keys.len()));
            }
        }
        let fits = self
            .new_permissions
            .len()
            .max(self.removed_permissions.len())
            <= MOST_ROWS;
        (!full.is_empty()).then_some(Part {
            full: fits.then_some(full),
            short,
        })
    }

    fn effects(&self, cause: Cause) -> impl Iterator<Item = &Effect> {
        self.effects
            .iter()
            .filter(move |effect| effect.cause == cause)
    }

    fn caused(&self, cause: Cause) -> Vec<Part> {
        if self.effects(cause).next().is_none() {
            return Vec::new();
        }
        let (gain, lose) = self.people(cause);
        let (before, after) = match cause {
            Cause::Change => ("#### Caused by this change\n\n".to_owned(), ""),
            Cause::Directory => {
                let said = gain_and_lose(gain, lose);
                let title = format!("From the directory, not from this change: {said}");
                (
                    format!("<details><summary>{title}</summary>\n\n"),
                    "\n</details>\n\n",
                )
            }
        };
        let whole = |table: String| format!("{before}{table}{after}\n");
        let people = self.by_person(cause);
        let short = self
            .by_permission(cause)
            .unwrap_or_else(|| self.by_environment(cause));
        vec![Part {
            full: people.map(&whole),
            short: whole(short),
        }]
    }

    /// A row for each person and permission.
    fn by_person(&self, cause: Cause) -> Option<String> {
        type Row<'r> = (&'r str, &'r str, &'r str, bool, &'r Because);
        let rows = self
            .effects(cause)
            .flat_map(|effect| effect.gaining().chain(effect.losing()));
        let moves = self.effects(cause).flat_map(|effect| &effect.moves);
        if rows.count() + moves.count() > MOST_ROWS {
            return None;
        }
        let mut rows: Vec<Row<'_>> = Vec::new();
        for effect in self.effects(cause) {
            for (list, gains) in [(&effect.gains, true), (&effect.losses, false)] {
                for because in list {
                    let all = because.people.iter();
                    rows.extend(all.map(|person| {
                        (
                            &**person,
                            &*effect.environment,
                            &*effect.permission,
                            gains,
                            because,
                        )
                    }));
                }
            }
        }
        rows.sort_by_key(|row| (row.0, row.1, row.2));
        let mut table = String::new();
        if !rows.is_empty() {
            table.push_str("| person | env | gains | loses | why |\n|---|---|---|---|---|\n");
        }
        for (person, environment, permission, gains, because) in rows {
            let (gained, lost) = match gains {
                true => (code(permission), String::new()),
                false => (String::new(), code(permission)),
            };
            let until = because.until.map(|until| format!(", until {until}"));
            _ = writeln!(
                table,
                "| {} | {} | {gained} | {lost} | via {}{} |",
                code(person),
                code(environment),
                via(&because.via),
                until.unwrap_or_default()
            );
        }
        table.push_str(&self.moved(cause));
        (table.len() < LONGEST).then_some(table)
    }

    fn moved(&self, cause: Cause) -> String {
        let mut table = String::new();
        for effect in self.effects(cause) {
            for it in &effect.moves {
                if table.is_empty() {
                    table.push_str(
                        "\n| person | env | permission | ended | ends |\n|---|---|---|---|---|\n",
                    );
                }
                _ = writeln!(
                    table,
                    "| {} | {} | {} | {} | {} |",
                    code(&it.person),
                    code(&effect.environment),
                    code(&effect.permission),
                    end(it.before),
                    end(it.after)
                );
            }
        }
        table
    }

    /// A row for each permission, where there are too many people.
    fn by_permission(&self, cause: Cause) -> Option<String> {
        if self.effects(cause).count() > MOST_ROWS {
            return None;
        }
        let mut table = String::from(
            "There are too many people to name here; `plan.json` has them all.\n\n| permission | env | gain | lose | other end |\n|---|---|---|---|---|\n",
        );
        for effect in self.effects(cause) {
            _ = writeln!(
                table,
                "| {} | {} | {} | {} | {} |",
                code(&effect.permission),
                code(&effect.environment),
                number(effect.gaining().count()),
                number(effect.losing().count()),
                number(effect.moves.len())
            );
        }
        // Two such parts and the flags have to fit.
        (table.len() < LONGEST / 3).then_some(table)
    }

    /// A line for each environment, where there are too many permissions as well.
    fn by_environment(&self, cause: Cause) -> String {
        let mut counts = std::collections::BTreeMap::<&str, [usize; 4]>::new();
        for effect in self.effects(cause) {
            let [permissions, gains, losses, moves] =
                counts.entry(&effect.environment).or_default();
            *permissions += 1;
            *gains += effect.gaining().count();
            *losses += effect.losing().count();
            *moves += effect.moves.len();
        }
        let mut said = String::from("There is too much to name here; `plan.json` has it all.\n\n");
        for (environment, [permissions, gains, losses, moves]) in counts.iter().take(50) {
            _ = writeln!(
                said,
                "- {}: {}, {}, {}, in {}",
                code(environment),
                count(*gains, "gain", "gains"),
                count(*losses, "loss", "losses"),
                count(*moves, "other end", "other ends"),
                count(*permissions, "permission", "permissions")
            );
        }
        said
    }

    /// How many hold each permission before and after.
    fn holders(&self) -> Option<Part> {
        let n = self.effects(Cause::Change).count();
        if n == 0 {
            return None;
        }
        let title = format!(
            "Holders of {}",
            count(
                n,
                "permission in one environment",
                "permissions by environment"
            )
        );
        let row = |effect: &Effect| {
            let (before, after) = (effect.before, effect.after);
            let sign = if after > before {
                "+"
            } else if after < before {
                "−"
            } else {
                "±"
            };
            format!(
                "| {} | {} | {} | {} | {sign}{} |\n",
                code(&effect.permission),
                code(&effect.environment),
                number(before),
                number(after),
                number(after.abs_diff(before))
            )
        };
        let head = "| permission | env | before | after | delta |\n|---|---|---|---|---|\n";
        let rows = lines(self.effects(Cause::Change).map(row), n);
        Some(Part {
            full: rows.map(|rows| {
                format!("<details><summary>{title}</summary>\n\n{head}{rows}\n</details>\n\n")
            }),
            short: format!("{title}: see `plan.json`.\n\n"),
        })
    }

    /// What is wrong with the base.
    fn faults(&self) -> Option<Part> {
        let n = self.base.errors.len();
        if n == 0 {
            return None;
        }
        let line = |it: &super::BaseError| {
            let (place, message) = (it.place.to_string(), &it.message);
            format!(
                "- {} {} ({})\n",
                code(&place),
                code(message),
                code(&it.code)
            )
        };
        let partial: Vec<_> = self
            .base
            .partial
            .iter()
            .take(MOST_ROWS)
            .map(|key| code(key))
            .collect();
        let title = format!(
            "The base does not validate: {}",
            count(n, "error", "errors")
        );
        let all = lines(
            self.base.errors.iter().map(line),
            n.max(self.base.partial.len()),
        );
        let partial = format!("Not known in full: {}", partial.join(", "));
        Some(Part {
            full: all.map(|all| {
                format!("<details><summary>{title}</summary>\n\n{all}\n{partial}\n\n</details>\n\n")
            }),
            short: format!("{title}.\n\n"),
        })
    }
}

/// The comment where the head does not validate, so that there is no plan.
#[must_use]
pub fn markdown_findings(findings: &Findings) -> String {
    let errors = || {
        findings
            .iter()
            .filter(|found| found.severity == Severity::Error)
    };
    let n = errors().count();
    let said = format!("does not validate: {}", count(n, "error", "errors"));
    let line = |found: &crate::Finding| {
        let hint = match found.hint.as_str() {
            "" => String::new(),
            hint => format!("; {}", code(hint)),
        };
        let (place, message) = (found.place.to_string(), &found.message);
        format!(
            "- {} {}{hint} ({})\n",
            code(&place),
            code(message),
            code(found.code)
        )
    };
    join(&[
        Part::all(format!(
            "{MARKER}\n### Access plan: the repository {said}\n\n**Blocked**: nothing can be planned.\n\n"
        )),
        Part {
            full: lines(errors().map(line), n),
            short: "They do not fit here; `portcullis code validate` tells them all.\n".to_owned(),
        },
    ])
}

impl Part {
    fn all(text: String) -> Self {
        Self {
            short: text.clone(),
            full: Some(text),
        }
    }
}

/// The lines, unless they are too many or too long.
fn lines(all: impl Iterator<Item = String>, count: usize) -> Option<String> {
    if count > MOST_ROWS {
        return None;
    }
    let all: String = all.collect();
    (all.len() < LONGEST).then_some(all)
}

/// As many parts in full as fit, the first ones first.
fn join(parts: &[Part]) -> String {
    let mut left: usize = LONGEST.saturating_sub(parts.iter().map(|part| part.short.len()).sum());
    let mut text = String::new();
    for part in parts {
        match &part.full {
            Some(full) if full.len() <= left + part.short.len() => {
                left = left + part.short.len() - full.len();
                text.push_str(full);
            }
            _ => text.push_str(&part.short),
        }
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}
