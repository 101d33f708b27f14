//! `portcullis backup`: a whole copy while the program runs.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use serde::Serialize;

use crate::{
    config::{Config, Where},
    failure::Outcome,
    log::start_log,
    open::{self, Missing},
    output::{self, Format},
};

/// Write a whole copy of a SQLite database, also while the program is running
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis backup portcullis-$(date +%F).sqlite
  portcullis backup copy.sqlite --data /var/lib/portcullis.sqlite && portcullis audit verify --data copy.sqlite")]
pub(super) struct Backup {
    /// The copy; it must not exist yet
    file: PathBuf,
    #[command(flatten)]
    place: Where,
}

#[derive(Serialize)]
struct Done {
    file: String,
    bytes: u64,
}

impl Backup {
    pub(super) async fn run(self, format: Format) -> Result<Outcome> {
        let config = Config::load(&self.place, None)?;
        start_log(&config);
        let store = open::store(&config.database.place().value, Missing::Refuse).await?;
        let working = output::spinner("copying");
        store.backup(&self.file).await?;
        working.finish_and_clear();
        let bytes = std::fs::metadata(&self.file).map_or(0, |about| about.len());
        let done = Done {
            file: self.file.display().to_string(),
            bytes,
        };
        output::result(format, &done, |done| {
            format!("wrote `{}`, {} bytes", done.file, done.bytes)
        })?;
        Ok(Outcome::Done)
    }
}
