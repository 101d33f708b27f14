//! `portcullis code codeowners`

use std::{fs, path::PathBuf};

use anyhow::{Result, anyhow};
use clap::Args;
use portcullis_code::with_codeowners;
use serde_json::json;

use super::{report, source::Source};
use crate::{
    failure::Outcome,
    output::{self, Format},
};

/// Make the lines of CODEOWNERS, of the owners of permissions and the protected paths
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis code codeowners .
  portcullis code codeowners . --write
  portcullis code codeowners . --check

The file is the first there is of .github/CODEOWNERS, CODEOWNERS and docs/CODEOWNERS, as GitHub
looks for it. Lines in it that are not made here stay as they are.

EXIT CODES:
  0  done, or the file says the same
  1  something in the repository is wrong
  2  the command line is wrong
  3  the file says something else (--check)")]
pub(super) struct Codeowners {
    #[command(flatten)]
    source: Source,
    /// Say whether the file in the repository says the same
    #[arg(long)]
    check: bool,
    /// Write the lines into the file in the repository
    #[arg(long, conflicts_with = "check")]
    write: bool,
}

impl Codeowners {
    pub(super) fn run(self, format: Format) -> Result<Outcome> {
        let loaded = self.source.load()?;
        let mut findings = loaded.validate();
        let (lines, odd) = loaded.codeowners();
        findings.extend(odd);
        eprint!("{}", report::lines(&findings));
        report::refuse(&findings)?;
        if !self.check && !self.write {
            output::result(format, &json!({ "lines": lines }), |_| lines.clone())?;
            return Ok(Outcome::Done);
        }
        let path = self.file();
        let is = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(anyhow!("`{}` cannot be read: {error}", path.display())),
        };
        let wanted = with_codeowners(&is, &lines);
        let same = is == wanted;
        let file = path.display().to_string();
        if self.write && !same {
            let unwritten = |error| anyhow!("`{file}` cannot be written: {error}; see its rights");
            path.parent()
                .map_or(Ok(()), fs::create_dir_all)
                .map_err(unwritten)?;
            fs::write(&path, wanted).map_err(unwritten)?;
        }
        output::result(format, &json!({ "file": file, "same": same }), |_| {
            match (same, self.write) {
                (true, _) => format!("{file} says the same"),
                (false, true) => format!("{file} is written"),
                (false, false) => format!("{file} says something else; write it with --write"),
            }
        })?;
        Ok(Outcome::of(same || self.write))
    }

    /// Where GitHub looks for it; there is none yet, so where it is usual.
    fn file(&self) -> PathBuf {
        let places = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];
        let mut places = places.iter().map(|name| self.source.dir().join(name));
        let usual = self.source.dir().join(".github/CODEOWNERS");
        places.find(|path| path.exists()).unwrap_or(usual)
    }
}
