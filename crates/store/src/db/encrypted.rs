//! What an address says of TLS to PostgreSQL, held to mean what it reads like.
//!
//! The words are those of libpq. Where what speaks TLS here would check less than libpq does, the address
//! is refused rather than believed.

use std::str::FromStr as _;

use sqlx::postgres::{PgConnectOptions, PgSslMode};

use crate::StoreError;

/// Every parameter about TLS that is read.
const KNOWN: [&str; 9] = [
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
];
/// Those of them that name who vouches for a server.
const ROOT: [&str; 3] = ["sslrootcert", "ssl-root-cert", "ssl-ca"];

/// The options of an address; none where it is no address.
pub(super) fn options(url: &str) -> Result<Option<PgConnectOptions>, StoreError> {
    let Ok(options) = PgConnectOptions::from_str(url) else {
        return Ok(None);
    };
    let (_, parameters) = url.split_once('?').unwrap_or_default();
    let keys = || parameters.split('&').filter_map(|it| it.split('=').next());
    if let Some(key) = keys().find(|key| key.starts_with("ssl") && !KNOWN.contains(key)) {
        return Err(StoreError::Unsupported {
            what: format!("the database's address says `{key}`, which nothing is called").into(),
            instead: "write `sslmode`, `sslrootcert`, `sslcert` or `sslkey`",
        });
    }
    let is_full = matches!(options.get_ssl_mode(), PgSslMode::VerifyFull);
    let what = if matches!(options.get_ssl_mode(), PgSslMode::VerifyCa) {
        // Public authorities count beside the given one, and theirs are for everybody to have.
        "`sslmode=verify-ca` takes a certificate for any host"
    } else if !is_full && keys().any(|key| ROOT.contains(&key)) {
        "the certificate of `sslrootcert` is not looked at"
    } else {
        return Ok(Some(options));
    };
    Err(StoreError::Unsupported {
        what: what.into(),
        instead: "write `sslmode=verify-full`",
    })
}
