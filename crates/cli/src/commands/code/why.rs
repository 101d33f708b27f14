//! `portcullis code why`

use std::fmt::Write as _;

use anyhow::Result;
use clap::Args;
use portcullis_code::{Path, Reason, Step, StepKind, Why as Answer};

use super::source::Source;
use crate::{
    failure::Outcome,
    output::{self, Format},
};

/// Say by which lines somebody holds a permission in an environment, or why not
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis code why ana@example.com query:some-object --env prod --directory directory.json
  portcullis code why ana query:some-object ../access --env dev --directory directory.json --json

EXIT CODES:
  0  they hold it
  1  something in the repository is wrong, or there is no such permission or login
  2  the command line is wrong, or there is no such environment
  3  they do not hold it")]
pub(super) struct Why {
    /// The e-mail address of somebody, or their login in the directory
    #[arg(value_name = "PERSON")]
    person: String,
    /// The key of the permission
    #[arg(value_name = "PERMISSION")]
    permission: String,
    #[command(flatten)]
    source: Source,
    /// The environment, such as prod
    #[arg(long, value_name = "NAME")]
    env: String,
}

impl Why {
    pub(super) fn run(self, format: Format) -> Result<Outcome> {
        let loaded = self.source.load()?;
        loaded.environments(Some(&self.env))?;
        let access = loaded.access()?;
        let answer = loaded.repository.why(
            &access,
            loaded.directory(),
            &self.person,
            &self.permission,
            &self.env,
        )?;
        output::result(format, &answer, text)?;
        Ok(Outcome::of(answer.holds))
    }
}

fn text(answer: &Answer) -> String {
    let Answer {
        person,
        permission,
        environment,
        until,
        ..
    } = answer;
    let verb = if answer.holds {
        "holds"
    } else {
        "does not hold"
    };
    let mut text = format!("{person} {verb} {permission} in {environment}");
    if let Some(until) = until {
        _ = write!(text, " until {until}");
    }
    text.push('\n');
    for path in &answer.paths {
        way(&mut text, path);
    }
    if answer.more {
        text.push_str("  and by other ways\n");
    }
    for reason in &answer.reasons {
        because(&mut text, reason);
    }
    text
}

fn way(text: &mut String, path: &Path) {
    text.push_str("  by ");
    let steps: Vec<_> = path.steps.iter().map(step).collect();
    text.push_str(&steps.join("\n     -> "));
    if let Some(until) = path.until {
        _ = write!(text, "\n     until {until}");
    }
    text.push('\n');
}

fn step(step: &Step) -> String {
    let kind = match step.kind {
        StepKind::Written => "",
        StepKind::ImpliedBy => "implied by ",
        StepKind::Folder => "below it ",
        StepKind::ChildTeam => "its team ",
        StepKind::Directory => "in the directory ",
    };
    let mut text = format!("{kind}{}", step.name);
    if !step.only.is_empty() {
        _ = write!(text, ", only in {}", step.only.join(", "));
    }
    let places: Vec<_> = step.places.iter().map(ToString::to_string).collect();
    if !places.is_empty() {
        _ = write!(text, " ({})", places.join(", "));
    }
    text
}

fn because(text: &mut String, reason: &Reason) {
    let list = |steps: &[Step]| steps.iter().map(step).collect::<Vec<_>>().join(" -> ");
    let line = match reason {
        Reason::Except { group, steps } => {
            format!("{group} takes them out: {}", list(steps))
        }
        Reason::Ended { at, path } => format!("it ended {at}: {}", list(&path.steps)),
        Reason::Elsewhere { environments } => format!("only in {}", environments.join(", ")),
        Reason::LeftOut { login } => {
            format!("the directory has them as {login}, but their address does not count")
        }
        Reason::UnknownPerson => "neither a file nor the directory has them".to_owned(),
        Reason::NotGranted { grantees } if grantees.is_empty() => {
            "it is granted to nobody there".to_owned()
        }
        Reason::NotGranted { grantees } => {
            let names: Vec<_> = grantees.iter().map(step).collect();
            format!("it is granted to {} only", names.join("; "))
        }
    };
    _ = writeln!(text, "  {line}");
}
