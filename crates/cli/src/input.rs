//! Files named on the command line, read strictly: no key twice, no number rounded away, nothing that
//! two readers could take differently. What is wrong is told with the file, its line and its column.

mod yaml;

use std::{fmt::Display, path::Path};

use anyhow::{Result, anyhow};
use portcullis_rules::strict;
use serde::de::DeserializeOwned;

pub(crate) use yaml::yaml;

/// A file's bytes.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| {
        anyhow!(
            "`{}` cannot be read: {error}; see that it exists",
            path.display()
        )
    })
}

/// A JSON file as a `T`.
pub(crate) fn json<T: DeserializeOwned>(path: &Path) -> Result<T> {
    strict::from_slice(&read(path)?).map_err(|wrong| at(path, wrong))
}

/// Whether a file is YAML, by its name.
pub(crate) fn is_yaml(path: &Path) -> bool {
    path.extension()
        .is_some_and(|end| end == "yaml" || end == "yml")
}

fn at(path: &Path, wrong: impl Display) -> anyhow::Error {
    anyhow!("{}:{wrong}", path.display())
}
