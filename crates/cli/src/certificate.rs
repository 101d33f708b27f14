//! The files of the server's certificate: read at the start, and again where they may have changed.

use std::{path::PathBuf, time::Duration};

use anyhow::{Result, anyhow};
use portcullis_web::{Replaced, Tls};
use tokio::sync::watch;

/// How long between two looks at the files.
const PAUSE: Duration = Duration::from_secs(60);

/// Where a certificate and its key are.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

impl Files {
    /// TLS with what is in the files now.
    pub(crate) fn tls(&self) -> Result<Tls> {
        let (certificate, key) = self.read()?;
        Tls::new(&certificate, &key).map_err(|unfit| self.unfit(&unfit))
    }

    /// Lets `tls` show what is in the files, whenever it is another certificate: looks every minute and
    /// when `asked` says so. What cannot be shown is told once, and the one before stays.
    pub(crate) async fn keep(self, tls: Tls, mut asked: watch::Receiver<()>) {
        let mut told = None;
        loop {
            let waited = tokio::time::timeout(PAUSE, asked.changed()).await;
            if matches!(waited, Ok(Err(_))) {
                return;
            }
            match self.replace(&tls) {
                Ok(Replaced::Yes) => tracing::info!("the certificate was replaced"),
                Ok(Replaced::No) => {}
                Err(error) => {
                    let wrong = format!("{error:#}");
                    if told.as_ref() != Some(&wrong) {
                        tracing::error!("{wrong}; the certificate before it stays in use");
                    }
                    told = Some(wrong);
                    continue;
                }
            }
            told = None;
        }
    }

    fn replace(&self, tls: &Tls) -> Result<Replaced> {
        let (certificate, key) = self.read()?;
        let replaced = tls.replace(&certificate, &key);
        replaced.map_err(|unfit| self.unfit(&unfit))
    }

    fn read(&self) -> Result<(Vec<u8>, Vec<u8>)> {
        let read = |path: &PathBuf| {
            std::fs::read(path).map_err(|error| {
                let path = path.display();
                anyhow!("`{path}` cannot be read: {error}; see that it exists and that this user may read it")
            })
        };
        Ok((read(&self.certificate)?, read(&self.key)?))
    }

    fn unfit(&self, unfit: &portcullis_web::Unfit) -> anyhow::Error {
        let (certificate, key) = (self.certificate.display(), self.key.display());
        anyhow!("`{certificate}` and `{key}`: {unfit}")
    }
}
