//! TLS: the certificate that is shown, and what takes its place while the program runs.

use std::{
    io,
    sync::{Arc, PoisonError, RwLock},
};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        Error, ServerConfig,
        crypto::aws_lc_rs::default_provider,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
        server::{ClientHello, ResolvesServerCert},
        sign::CertifiedKey,
    },
    server::TlsStream,
};

/// TLS as the program speaks it. Cheap to clone; all clones show the same certificate.
#[derive(Clone)]
pub struct Tls {
    acceptor: TlsAcceptor,
    shown: Arc<Shown>,
}

/// The certificate that whoever connects is shown.
#[derive(Debug)]
struct Shown(RwLock<Arc<CertifiedKey>>);

/// Whether a certificate is another than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replaced {
    /// It is.
    Yes,
    /// It is the same.
    No,
}

/// Why a certificate cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    /// There is none in the text.
    #[error("there is no certificate in it; give the whole chain in PEM, the server's own first")]
    NoCertificate,
    /// There is no private key in the text.
    #[error("there is no private key in PEM beside it")]
    NoKey,
    /// The two are not of one pair, or of a kind that is not known.
    #[error("certificate and key do not fit: {0}")]
    Pair(#[source] Error),
}

impl Tls {
    /// TLS 1.2 and 1.3 with this chain of certificates and its key, both in PEM.
    ///
    /// # Errors
    /// [`Unfit`]
    pub fn new(certificate: &[u8], key: &[u8]) -> Result<Self, Unfit> {
        let shown = Arc::new(Shown(RwLock::new(Arc::new(pair(certificate, key)?))));
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(Unfit::Pair)?
            .with_no_client_auth();
        let mut config = config.with_cert_resolver(Arc::clone(&shown) as _);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            shown,
        })
    }

    /// Shows another certificate from now on. What does not fit leaves the one before in its place.
    ///
    /// # Errors
    /// [`Unfit`]
    pub fn replace(&self, certificate: &[u8], key: &[u8]) -> Result<Replaced, Unfit> {
        let new = pair(certificate, key)?;
        let mut shown = self.shown.0.write().unwrap_or_else(PoisonError::into_inner);
        if shown.cert == new.cert {
            return Ok(Replaced::No);
        }
        *shown = Arc::new(new);
        Ok(Replaced::Yes)
    }

    /// Speaks TLS over `stream`.
    pub(super) async fn accept<S>(&self, stream: S) -> io::Result<TlsStream<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        self.acceptor.accept(stream).await
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let shown = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(&shown))
    }
}

fn pair(certificate: &[u8], key: &[u8]) -> Result<CertifiedKey, Unfit> {
    let chain = CertificateDer::pem_slice_iter(certificate).collect::<Result<Vec<_>, _>>();
    let chain = chain.map_err(|_| Unfit::NoCertificate)?;
    if chain.is_empty() {
        return Err(Unfit::NoCertificate);
    }
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| Unfit::NoKey)?;
    CertifiedKey::from_der(chain, key, &default_provider()).map_err(Unfit::Pair)
}

#[cfg(test)]
mod tests {
    use portcullis_testkit::{Authority, Certificate};

    use super::*;

    fn made() -> Certificate {
        Authority::new().unwrap().issue(&["localhost"]).unwrap()
    }

    #[test]
    fn what_does_not_fit_is_told_and_leaves_the_one_before() {
        let (one, other) = (made(), made());
        let (certificate, key) = (one.certificate.as_bytes(), one.key.as_bytes());
        let tls = Tls::new(certificate, key).unwrap();
        let before = tls.shown.0.read().unwrap().cert.clone();
        for (certificate, key, told) in [
            (certificate, other.key.as_bytes(), "do not fit"),
            (b"", key, "no certificate"),
            (key, key, "no certificate"),
            (certificate, b"", "no private key"),
            (certificate, certificate, "no private key"),
        ] {
            let unfit = tls.replace(certificate, key).unwrap_err().to_string();
            assert!(unfit.contains(told), "{unfit}");
            assert_eq!(tls.shown.0.read().unwrap().cert, before);
        }
        assert_eq!(tls.replace(certificate, key).unwrap(), Replaced::No);
        let replaced = tls.replace(other.certificate.as_bytes(), other.key.as_bytes());
        assert_eq!(replaced.unwrap(), Replaced::Yes);
        assert_ne!(tls.shown.0.read().unwrap().cert, before);
    }
}
