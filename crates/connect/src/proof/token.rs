//! A token as it came: three parts, of which the first says how it is signed. Nothing of it is true yet.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::Algorithm;
use portcullis_model::Timestamp;
use serde::Deserialize;

use super::{
    claims::{Claims, Expected},
    fault::Fault,
};

/// The longest token that is looked at, in bytes.
const LONGEST: usize = 128 << 10;

/// A token that nobody has verified.
pub(crate) struct Token<'a> {
    pub(super) algorithm: Algorithm,
    pub(super) kid: Option<String>,
    typ: Option<String>,
    pub(super) claims: Claims,
    /// What is signed: the first two parts with the dot.
    pub(super) signed: &'a str,
    pub(super) signature: &'a str,
}

/// Whoever has the token is who it says.
impl fmt::Debug for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a token signed by {:?}", self.algorithm)
    }
}

/// A token that says what it must, and that nobody has verified.
pub(crate) struct Checked<'a>(pub(super) Token<'a>);

/// Of the header what counts. Addresses and keys in it (`jku`, `x5u`, `jwk`, `x5c`) do not.
#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<serde_json::Value>,
}

impl<'a> Token<'a> {
    /// Takes a token apart.
    pub(crate) fn parse(text: &'a str) -> Result<Self, Fault> {
        if text.len() > LONGEST {
            return Err(Fault::protocol("the token is too long"));
        }
        let malformed = || Fault::protocol("this is no signed token");
        let (signed, signature) = text.rsplit_once('.').ok_or_else(malformed)?;
        let (header, payload) = signed.split_once('.').ok_or_else(malformed)?;
        let header: Header = json(header).ok_or_else(malformed)?;
        // What must be understood is not.
        if header.crit.is_some() {
            return Err(Fault::protocol("the token asks for what is not supported"));
        }
        Ok(Self {
            algorithm: algorithm(&header.alg)?,
            kid: header.kid,
            typ: header.typ,
            claims: json(payload).ok_or_else(malformed)?,
            signed,
            signature,
        })
    }

    /// Checks all that needs no key. That comes first: no stranger's token makes a provider be asked for newer keys.
    pub(crate) fn check(
        self,
        expected: &Expected<'_>,
        now: Timestamp,
    ) -> Result<Checked<'a>, Fault> {
        self.claims.check(self.typ.as_deref(), expected, now)?;
        Ok(Checked(self))
    }

    /// Who it says has issued it.
    pub(crate) fn issuer(&self) -> &str {
        &self.claims.iss
    }
}

fn json<T: for<'de> Deserialize<'de>>(part: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

/// Signatures by a key that only the provider has; never one that can be made with what everybody knows.
fn algorithm(name: &str) -> Result<Algorithm, Fault> {
    Ok(match name {
        "RS256" => Algorithm::RS256,
        "RS384" => Algorithm::RS384,
        "RS512" => Algorithm::RS512,
        "PS256" => Algorithm::PS256,
        "PS384" => Algorithm::PS384,
        "PS512" => Algorithm::PS512,
        "ES256" => Algorithm::ES256,
        "ES384" => Algorithm::ES384,
        "EdDSA" => Algorithm::EdDSA,
        _ => {
            return Err(Fault::protocol(
                "the token is not signed in a way that is accepted",
            ));
        }
    })
}
