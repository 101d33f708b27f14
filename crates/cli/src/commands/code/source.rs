//! What is read: the files of a repository, and the directory that they are looked up in.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Result, anyhow};
use clap::Args;
use portcullis_code::{Access, Directory, Findings, Repository};
use portcullis_model::{Digest, Timestamp};

use super::{
    files::{digest, files, sha256},
    report,
};
use crate::{
    failure::{BadUsage, or_meant},
    open, tell,
};

/// Where everything stands.
#[derive(Args, Debug)]
pub(super) struct Source {
    /// The top of the repository
    #[arg(value_name = "DIR", default_value = ".")]
    dir: PathBuf,
    /// Organisations, teams and their members, in JSON
    #[arg(long, value_name = "FILE")]
    directory: Option<PathBuf>,
    /// As of this time, such as 2026-03-01 or 2026-03-01T09:00:00Z [default: now]
    #[arg(long, value_name = "TIME", value_parser = tell::parse_time)]
    now: Option<Timestamp>,
}

/// What was read of it.
pub(super) struct Loaded {
    pub(super) repository: Repository,
    digest: Option<Digest>,
    /// None where there is none, or it cannot be used.
    directory: Option<Directory>,
    directory_digest: Option<Digest>,
    /// What is wrong or odd about the directory.
    found: Findings,
    now: Timestamp,
}

impl Source {
    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(super) fn load(&self) -> Result<Loaded> {
        let files = files(&self.dir)?;
        let digest = digest(&files);
        let mut found = Findings::default();
        let file = self.directory.as_deref();
        let read = file.and_then(|file| read_directory(file, &mut found));
        let (directory, directory_digest) = read.unzip();
        // Of a directory that is wrong, nothing can be said to be missing.
        let directory = directory.flatten().filter(|_| !found.has_errors());
        Ok(Loaded {
            repository: Repository::read(files),
            digest,
            directory,
            directory_digest,
            found,
            now: self.now.unwrap_or_else(open::now),
        })
    }
}

impl Loaded {
    pub(super) fn directory(&self) -> Option<&Directory> {
        self.directory.as_ref()
    }

    /// What is wrong or odd about the directory.
    pub(super) const fn found(&self) -> &Findings {
        &self.found
    }

    pub(super) const fn now(&self) -> Timestamp {
        self.now
    }

    /// Of the files that mean something.
    pub(super) const fn digest(&self) -> Option<Digest> {
        self.digest
    }

    /// Of the directory's file; none without one.
    pub(super) const fn directory_digest(&self) -> Option<Digest> {
        self.directory_digest
    }

    /// All that is wrong or odd.
    pub(super) fn validate(&self) -> Findings {
        let mut all = self.found.clone();
        all.extend(self.repository.validate(self.directory.as_ref(), self.now));
        all
    }

    /// The lines for CODEOWNERS, and what is odd about the owners.
    pub(super) fn codeowners(&self) -> (String, Findings) {
        self.repository.codeowners(self.directory.as_ref())
    }

    /// What the repository says; findings go to stderr, and errors among them end the command.
    pub(super) fn access(&self) -> Result<Access> {
        let mut all = self.found.clone();
        let access = if self.found.has_errors() {
            Err(self.repository.validate(None, self.now))
        } else {
            self.repository.access(self.directory.as_ref(), self.now)
        };
        let access = match access {
            Ok((access, found)) => {
                all.extend(found);
                Some(access)
            }
            Err(found) => {
                all.extend(found);
                None
            }
        };
        eprint!("{}", report::lines(&all));
        report::refuse(&all)?;
        access.ok_or_else(|| anyhow!("it cannot be resolved; correct what is named above"))
    }

    /// The environments that are asked for: one that there must be, or all. Where the file that names
    /// them cannot be read, what is asked for is taken as it is; that the file is wrong is told later.
    pub(super) fn environments(&self, asked: Option<&str>) -> Result<Vec<String>> {
        let known = self.repository.environments();
        match (asked, known) {
            (Some(name), Some(known)) if !known.contains(&name) => {
                let names = format!("there are {}", known.join(", "));
                let meant = or_meant(name, known, "name one of them");
                let message = format!("there is no environment `{name}`{meant} ({names})");
                Err(BadUsage(message).into())
            }
            (Some(name), _) => Ok(vec![name.to_owned()]),
            (None, known) => {
                let known = known.into_iter().flatten();
                Ok(known.map(str::to_owned).collect())
            }
        }
    }
}

/// A key of a permission that there must be.
pub(super) fn permission(access: &Access, key: &str) -> Result<()> {
    if access.has_permission(key) {
        return Ok(());
    }
    let meant = or_meant(key, access.permissions(), "see config/permissions.yaml");
    Err(anyhow!("there is no permission `{key}`{meant}"))
}

/// The directory of an earlier time, which must be right: what cannot be read would seem to have moved.
pub(super) fn directory_of_before(file: &Path) -> Result<Directory> {
    let mut found = Findings::default();
    let read = read_directory(file, &mut found);
    eprint!("{}", report::lines(&found));
    report::refuse(&found)?;
    let read = read.and_then(|(directory, _)| directory);
    read.ok_or_else(|| anyhow!("`{}` cannot be used", file.display()))
}

/// A file of a directory with its digest; none where there is no reading it.
fn read_directory(file: &Path, found: &mut Findings) -> Option<(Option<Directory>, Digest)> {
    let name = file.display().to_string();
    match fs::read(file) {
        Ok(bytes) => Some((Directory::read(&name, &bytes, found), sha256([&*bytes]))),
        Err(error) => {
            found.unread(&name, &error.to_string());
            None
        }
    }
}
