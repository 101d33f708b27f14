//! The keys of a provider, and which of them a token is verified with.

use std::collections::BTreeSet;

use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse},
};
use serde::Deserialize;

use super::{fault::Fault, token::Token};

/// The keys of a provider that a signature can be verified with.
pub(crate) struct KeySet(Vec<Key>);

struct Key {
    kid: Option<String>,
    /// What it says that it is for; for all that its type can, where it says nothing.
    algorithm: Option<Algorithm>,
    kind: Kind,
    key: DecodingKey,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Rsa,
    P256,
    P384,
    Ed25519,
}

/// What came of looking at a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Holds,
    Broken,
    /// No key is the one. There may be newer keys.
    NoKey,
}

/// The document. Keys that cannot be read are for others.
#[derive(Deserialize)]
pub(crate) struct Document {
    keys: Vec<serde_json::Value>,
}

impl KeySet {
    /// The keys of a document that are of use here.
    pub(crate) fn of(document: Document) -> Self {
        let read = |key| Key::of(&serde_json::from_value(key).ok()?);
        Self(document.keys.into_iter().filter_map(read).collect())
    }

    /// What the keys can verify, in words.
    pub(crate) fn describe(&self) -> Result<String, Fault> {
        if self.0.is_empty() {
            return Err(Fault::down("it has no key that signs tokens"));
        }
        let kinds: BTreeSet<_> = self.0.iter().map(|key| format!("{:?}", key.kind)).collect();
        let kinds: Vec<_> = kinds.into_iter().collect();
        Ok(format!("{} ({})", self.0.len(), kinds.join(", ")))
    }

    /// Looks at the signature of a token.
    pub(super) fn verify(&self, token: &Token<'_>) -> Verdict {
        let mut fitting = self.0.iter().filter(|key| key.fits(token));
        let (Some(key), None) = (fitting.next(), fitting.next()) else {
            return Verdict::NoKey;
        };
        let (signature, signed) = (token.signature, token.signed.as_bytes());
        let verified = jsonwebtoken::crypto::verify(signature, signed, &key.key, token.algorithm);
        match (verified, &token.kid) {
            (Ok(true), _) => Verdict::Holds,
            // Keys without names may have been replaced without a sign.
            (_, None) => Verdict::NoKey,
            _ => Verdict::Broken,
        }
    }
}

impl Key {
    fn of(jwk: &Jwk) -> Option<Self> {
        let common = &jwk.common;
        let may_verify = common
            .key_operations
            .as_ref()
            .is_none_or(|may| may.contains(&KeyOperations::Verify));
        let signs = matches!(common.public_key_use, None | Some(PublicKeyUse::Signature));
        let kind = Kind::of(&jwk.algorithm)?;
        let algorithm = match common.key_algorithm {
            Some(said) => Some(kind.algorithm(said)?),
            None => None,
        };
        (signs && may_verify).then_some(Self {
            kid: common.key_id.clone(),
            algorithm,
            kind,
            key: DecodingKey::from_jwk(jwk).ok()?,
        })
    }

    fn fits(&self, token: &Token<'_>) -> bool {
        let named = token.kid.is_none() || self.kid == token.kid;
        let meant = self.algorithm.is_none_or(|meant| meant == token.algorithm);
        named && meant && self.kind.can(token.algorithm)
    }
}

impl Kind {
    fn of(parameters: &AlgorithmParameters) -> Option<Self> {
        match parameters {
            AlgorithmParameters::RSA(_) => Some(Self::Rsa),
            AlgorithmParameters::EllipticCurve(key) => match key.curve {
                EllipticCurve::P256 => Some(Self::P256),
                EllipticCurve::P384 => Some(Self::P384),
                _ => None,
            },
            AlgorithmParameters::OctetKeyPair(key) => {
                (key.curve == EllipticCurve::Ed25519).then_some(Self::Ed25519)
            }
            _ => None,
        }
    }

    fn can(self, algorithm: Algorithm) -> bool {
        use Algorithm::{ES256, ES384, EdDSA, PS256, PS384, PS512, RS256, RS384, RS512};
        match self {
            Self::Rsa => matches!(algorithm, RS256 | RS384 | RS512 | PS256 | PS384 | PS512),
            Self::P256 => algorithm == ES256,
            Self::P384 => algorithm == ES384,
            Self::Ed25519 => algorithm == EdDSA,
        }
    }

    /// What a key of this kind says that it is for, where it can be.
    fn algorithm(self, said: KeyAlgorithm) -> Option<Algorithm> {
        let algorithm = Algorithm::try_from(said).ok()?;
        self.can(algorithm).then_some(algorithm)
    }
}
