//! A plan for a terminal.

use std::fmt::Write as _;

use super::{
    quote::{code, number},
    sentence::{end, gain_and_lose, named, via},
    shape::{Cause, Effect, Plan, Verdict},
};

/// More people to whom the same happens are counted, not named.
const NAMED: usize = 20;

impl Plan {
    /// The plan as lines; what is long is counted.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{}\n", self.headline());
        if self.verdict() == Verdict::Blocked {
            text.push_str("Blocked: this must not be applied as it is.\n");
        }
        for remark in self.remarks() {
            _ = writeln!(text, "{remark}.");
        }
        for error in &self.base.errors {
            let (place, message) = (error.place.to_string(), &error.message);
            _ = writeln!(text, "  {} {}", code(&place), code(message));
        }
        for flag in &self.flags {
            let blocks = if flag.blocks { "blocks, " } else { "" };
            _ = writeln!(text, "{blocks}{}: {}", flag.code.as_str(), flag.sentence());
        }
        for (name, keys) in [
            ("New permissions", &self.new_permissions),
            ("Removed permissions", &self.removed_permissions),
        ] {
            if !keys.is_empty() {
                let keys: Vec<_> = keys.iter().map(|key| code(key)).collect();
                _ = writeln!(text, "{name}: {}", keys.join(", "));
            }
        }
        for cause in [Cause::Change, Cause::Directory] {
            let effects: Vec<_> = self.effects.iter().filter(|it| it.cause == cause).collect();
            if effects.is_empty() {
                continue;
            }
            let (gain, lose) = self.people(cause);
            let title = match cause {
                Cause::Change => "Caused by this change",
                Cause::Directory => "From the directory, not from this change",
            };
            _ = writeln!(text, "\n{title}: {}", gain_and_lose(gain, lose));
            for effect in effects {
                write(effect, &mut text);
            }
        }
        text
    }
}

fn write(effect: &Effect, text: &mut String) {
    let (before, after) = (number(effect.before), number(effect.after));
    let (environment, permission) = (code(&effect.environment), code(&effect.permission));
    _ = writeln!(
        text,
        "  {environment} {permission}: {before} → {after} holders"
    );
    for (sign, list) in [("+", &effect.gains), ("-", &effect.losses)] {
        for because in list {
            let people = named(&because.people, because.people.len(), NAMED);
            let until = because.until.map(|until| format!(", until {until}"));
            let until = until.unwrap_or_default();
            _ = writeln!(text, "    {sign} {people} via {}{until}", via(&because.via));
        }
    }
    for it in &effect.moves {
        let (before, after) = (end(it.before), end(it.after));
        _ = writeln!(text, "    ~ {}: {before} → {after}", code(&it.person));
    }
}
