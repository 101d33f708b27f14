//! What the checks look at, and what they tell.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::repo;

/// The text files of the repository.
pub(super) struct Tree {
    pub(super) root: PathBuf,
    pub(super) files: Vec<File>,
}

pub(super) struct File {
    /// Relative to the root, with `/`.
    pub(super) path: String,
    pub(super) text: String,
}

impl Tree {
    pub(super) fn read(root: &Path) -> Result<Self> {
        let mut files = Vec::new();
        for path in repo::files(root)? {
            let bytes =
                std::fs::read(root.join(&path)).with_context(|| path.display().to_string())?;
            // What is not text (images, fonts) has nothing these checks look for.
            if let Ok(text) = String::from_utf8(bytes) {
                let path = path.to_string_lossy().replace('\\', "/");
                files.push(File { path, text });
            }
        }
        Ok(Self {
            root: root.to_path_buf(),
            files,
        })
    }

    /// Files whose path ends in `.extension`.
    pub(super) fn with_extension(&self, extension: &str) -> impl Iterator<Item = &File> {
        self.files
            .iter()
            .filter(move |file| file.extension() == Some(extension))
    }
}

impl File {
    pub(super) fn extension(&self) -> Option<&str> {
        Path::new(&self.path).extension()?.to_str()
    }

    pub(super) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// The folder of the crate, `store` for `crates/store/src/lib.rs`.
    pub(super) fn crate_name(&self) -> Option<&str> {
        self.path.strip_prefix("crates/")?.split('/').next()
    }
}

/// What the checks found.
#[derive(Default)]
pub(super) struct Problems {
    pub(super) errors: Vec<String>,
    pub(super) warnings: Vec<String>,
}

impl Problems {
    pub(super) fn error(&mut self, place: impl std::fmt::Display, what: impl std::fmt::Display) {
        self.errors.push(format!("{place}: {what}"));
    }

    pub(super) fn warn(&mut self, place: impl std::fmt::Display, what: impl std::fmt::Display) {
        self.warnings.push(format!("{place}: {what}"));
    }
}
