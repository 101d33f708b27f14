//! `portcullis expire`: what has ended by time is recorded on somebody's word.

use anyhow::{Result, anyhow};
use clap::Args;
use portcullis_app::tasks::{ExpireFacts, lapsed_count};
use portcullis_model::{Actor, SystemActor, Timestamp, context::AtOnce};
use serde::Serialize;

use crate::{
    config::{Config, Where},
    failure::Outcome,
    open::{self, Missing},
    output::{self, Format},
    tell,
};

/// Record what has ended by now, where the server waits for somebody's word
///
/// A server records each end as it comes. It stops where the clock contradicts the log or the time that
/// has passed, and where more ends at once than `limits.ended_at_once`: what ends so ends for good. See
/// that the clock is right, and say how many.
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis expire
  portcullis expire --allow-removals 1200
  portcullis expire --json")]
pub(super) struct Expire {
    /// Let so many grants end; without it, none do where the server would wait for a word
    #[arg(long, value_name = "N")]
    allow_removals: Option<usize>,
    #[command(flatten)]
    place: Where,
}

#[derive(Serialize)]
struct Done {
    now: Timestamp,
    ended: usize,
    /// Until it is done again: one entry of the log holds so many only.
    left: usize,
}

impl Expire {
    pub(super) async fn run(self, format: Format) -> Result<Outcome> {
        let mut config = Config::load(&self.place, None)?;
        // Whoever says a number has looked at the clock.
        if self.allow_removals.is_some() {
            config.limits.believe_the_clock();
        }
        let (app, operator) = open::for_operator(&config, Missing::Refuse).await?;
        let mut context = operator.acting_as(Actor::System(SystemActor::Time));
        let due = lapsed_count(&app.world(), context.now);
        if let Some(allowed) = self.allow_removals {
            let mut policy = (*context.policy).clone();
            policy.ended_at_once = AtOnce::Most(allowed);
            context.policy = policy.into();
        } else if let Some(jump) = app.time().jump.filter(|jump| jump.is_ahead()) {
            return Err(anyhow!(
                "{jump}: `portcullis expire --allow-removals {due}`"
            ));
        }
        let now = context.now;
        if app.world().lapsed(now) {
            app.commit(context, ExpireFacts, None).await?;
        }
        let left = lapsed_count(&app.world(), now);
        let done = Done {
            now,
            ended: due.saturating_sub(left),
            left,
        };
        output::result(format, &done, |done| {
            let ended = output::count(done.ended, "grant that has", "grants that have");
            let mut text = format!("recorded {ended} ended by {}", tell::time(done.now));
            if done.left > 0 {
                text.push_str(&format!("; {} are left: do it again", done.left));
            }
            text
        })?;
        Ok(Outcome::Done)
    }
}
