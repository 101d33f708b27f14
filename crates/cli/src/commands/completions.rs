//! `portcullis completions`: what a shell needs to complete our commands.

use anyhow::Result;
use clap::{Args, Command};
use clap_complete::{Shell, generate};

use crate::{
    failure::Outcome,
    output::{self, Format},
};

/// Print what a shell needs to complete commands and options
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis completions bash > ~/.local/share/bash-completion/completions/portcullis
  portcullis completions fish > ~/.config/fish/completions/portcullis.fish")]
pub(super) struct Completions {
    /// Which shell
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self, mut of: Command, format: Format) -> Result<Outcome> {
        let mut script = Vec::new();
        generate(self.shell, &mut of, "portcullis", &mut script);
        let script = String::from_utf8_lossy(&script).into_owned();
        output::result(format, &script, Clone::clone)?;
        Ok(Outcome::Done)
    }
}
