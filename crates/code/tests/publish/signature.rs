//! Signatures: made and checked with keys that the crate never sees, by another language, too.

use std::process::Command;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use portcullis_code::publish::{Signer, Verifier};

use super::*;

struct Key(&'static str, Ed25519KeyPair);

fn key(id: &'static str, seed: u8) -> Key {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]);
    Key(id, pair.unwrap())
}

impl Signer for Key {
    fn key_id(&self) -> &str {
        self.0
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], String> {
        let signature = self.1.sign(message);
        signature
            .as_ref()
            .try_into()
            .map_err(|_| "its length".to_owned())
    }
}

impl Verifier for Key {
    fn verify(&self, key_id: &str, message: &[u8], signature: &[u8; 64]) -> bool {
        let public = UnparsedPublicKey::new(&ED25519, self.1.public_key().as_ref());
        key_id == self.0 && public.verify(message, signature).is_ok()
    }
}

fn written(
    key: Option<&Key>,
    old: Option<&Manifest>,
    minute: u32,
) -> Result<Vec<Write>, PublishError> {
    let publisher = Publisher {
        signer: key.map(|key| key as &dyn Signer),
        renew_every: None,
    };
    publisher.what_to_write(old, &publication(SMALL, minute))
}

#[test]
fn a_signature_holds_for_what_was_signed_and_for_the_key_that_did() {
    let (one, other) = (key("one", 1), key("one", 2));
    let writes = written(Some(&one), None, 0).unwrap();
    let bytes = &writes.last().unwrap().bytes;
    let read = |bytes: &[u8], key: &Key| Manifest::read(bytes, "prod", Trust::Signed(key));
    assert!(read(bytes, &one).is_ok());
    let refused = Err(ManifestError::Signature("one".to_owned()));
    assert_eq!(read(bytes, &other), refused);
    let text = String::from_utf8(bytes.clone()).unwrap();
    for (was, is) in [
        ("\"sequence\":1", "\"sequence\":9"),
        ("\"people\":2", "\"people\":1"),
        (
            "\"stale\":null",
            "\"stale\":{\"reason\":\"old\",\"since\":\"2026-11-28T09:00:00Z\"}",
        ),
    ] {
        let forged = text.replace(was, is);
        assert_ne!(forged, text);
        assert_eq!(read(forged.as_bytes(), &one), refused, "{is}");
    }
    let unsigned = written(None, None, 0).unwrap();
    let unsigned = &unsigned.last().unwrap().bytes;
    assert_eq!(read(unsigned, &one), Err(ManifestError::NotSigned));
}

#[test]
fn a_signed_manifest_is_replaced_by_signed_ones_only() {
    let (one, two) = (key("one", 1), key("two", 2));
    let old = manifest(&written(Some(&one), None, 0).unwrap());
    assert_eq!(written(Some(&one), Some(&old), 1), Ok(Vec::new()));
    assert_eq!(
        written(None, Some(&old), 1),
        Err(PublishError::NoKey("one".to_owned()))
    );
    let stale = publisher().mark_stale(&old, Trouble::Empty, at(1), None);
    assert_eq!(stale, Err(PublishError::NoKey("one".to_owned())));
    let turned = written(Some(&two), Some(&old), 1).unwrap();
    assert_eq!(
        paths(&turned),
        ["v1/prod/manifest.json"],
        "another key is a change"
    );
    assert!(Manifest::read(&turned[0].bytes, "prod", Trust::Signed(&two)).is_ok());
}

const IN_NODE: &str = r#"
const { createPublicKey, verify } = require("node:crypto");
const [key, text] = process.argv.slice(-2);
const { signature, ...signed } = JSON.parse(text);
const spki = Buffer.from("302a300506032b6570032100" + key, "hex");
const holds = verify(null, Buffer.from(JSON.stringify(signed)),
  createPublicKey({ key: spki, format: "der", type: "spki" }), Buffer.from(signature.value, "hex"));
console.log(signature.algorithm, holds);
"#;

/// What the reference says of readers in other languages.
#[test]
fn another_language_checks_the_same_signature() {
    if !Command::new("node")
        .arg("--version")
        .output()
        .is_ok_and(|out| out.status.success())
    {
        eprintln!(
            "SKIPPED: `node --version` does not run here: no other language checks the signature"
        );
        return;
    }
    let one = key("one", 1);
    let writes = written(Some(&one), None, 0).unwrap();
    let text = String::from_utf8(writes.last().unwrap().bytes.clone()).unwrap();
    let public: String = one
        .1
        .public_key()
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let out = Command::new("node")
        .args(["-e", IN_NODE, "--", &public, &text])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&out.stdout).into_owned();
    assert_eq!(
        told,
        "ed25519 true\n",
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
}
