//! `[tls]`: the certificate that the server shows.

use std::path::PathBuf;

use super::section::section;
use crate::certificate::Files;

section! {
    /// The certificate that the server shows.
    TlsSettings, prefix "tls." {
        /// the server's certificate and those above it, in PEM: [with it](../how-to/deploy.md#tls) the server speaks TLS only
        certificate: Option<PathBuf> => "none: plain HTTP";
        /// its private key, in PEM
        key: Option<PathBuf> => "needed with `tls.certificate`";
    }
}

impl TlsSettings {
    /// The files, if the server speaks TLS.
    pub(crate) fn files(&self) -> Option<Files> {
        Some(Files {
            certificate: self.certificate.value.clone()?,
            key: self.key.value.clone()?,
        })
    }

    /// The scheme that is served.
    pub(crate) const fn scheme(&self) -> &'static str {
        match self.certificate.value {
            Some(_) => "https",
            None => "http",
        }
    }

    /// What does not go together.
    pub(super) fn faults(&self) -> Vec<String> {
        let alone = match (&self.certificate, &self.key) {
            (said, unsaid) if said.value.is_some() && unsaid.value.is_none() => {
                Some((&said.source, "tls.certificate", "tls.key"))
            }
            (unsaid, said) if said.value.is_some() && unsaid.value.is_none() => {
                Some((&said.source, "tls.key", "tls.certificate"))
            }
            _ => None,
        };
        let told = alone.map(|(source, said, unsaid)| {
            format!("{source}: `{said}` is set and `{unsaid}` is not; set both, or neither")
        });
        told.into_iter().collect()
    }
}
