//! How published files are called, so that every disk and every store can hold them, and how they are written.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use sha2::Digest as _;

/// The version of everything in this module that readers see.
pub const VERSION: u32 = 1;
/// The file that holds all permissions, as `resolve --json` answers them.
pub const ALL: &str = "all.json";

/// The characters that RFC 3986 calls unreserved stay what they are.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
/// Bytes that a file's name may have on the disks there are.
const LONGEST: usize = 255;
/// What Windows takes for a device, whatever follows after a dot.
const DEVICES: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8",
    "com9", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// A SHA-256 digest: 64 hexadecimal digits in lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Digest(String);

impl Digest {
    /// That of some bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(format!("{:x}", sha2::Sha256::digest(bytes)))
    }

    fn is(text: &str) -> bool {
        text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || D::Error::custom("expected 64 hexadecimal digits in lower case");
        Self::is(&text).then_some(Self(text)).ok_or_else(wrong)
    }
}

/// The file of one person. The address is compared without case, and its digest tells no name in a listing.
#[must_use]
pub fn by_email(email: &str) -> String {
    let digest = Digest::of(email.to_lowercase().as_bytes());
    format!("by-email/{digest}.json")
}

/// The file of one permission: its key, percent-encoded, or its digest where that is too long for a disk.
#[must_use]
pub fn by_permission(key: &str) -> String {
    let name = format!("{}.json", encoded(key));
    if name.len() <= LONGEST {
        format!("by-permission/{name}")
    } else {
        // A folder of its own: no encoded key can be called as one of its files.
        format!("by-permission/long/{}.json", Digest::of(key.as_bytes()))
    }
}

/// Whether a file of a manifest can be called so; a path that leads elsewhere cannot.
pub(super) fn is_file(name: &str) -> bool {
    let is_digest = |file: &str| file.strip_suffix(".json").is_some_and(Digest::is);
    if let Some(file) = name.strip_prefix("by-email/") {
        return is_digest(file);
    }
    if let Some(file) = name.strip_prefix("by-permission/long/") {
        return is_digest(file);
    }
    let Some(file) = name.strip_prefix("by-permission/") else {
        return name == ALL;
    };
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~%".contains(&b);
    file.len() <= LONGEST
        && !file.starts_with('.')
        && file.ends_with(".json")
        && file.bytes().all(plain)
}

/// The key in unreserved characters, from which percent-decoding gives it back. What a disk takes for
/// something else at the beginning of a name is encoded, too: a dot hides a file, `con` is a device.
pub(super) fn encoded(key: &str) -> String {
    let encoded = utf8_percent_encode(key, ENCODED).to_string();
    let stem = encoded.split('.').next().unwrap_or_default();
    let is_device = DEVICES.iter().any(|name| name.eq_ignore_ascii_case(stem));
    match encoded.as_bytes() {
        [first, rest @ ..] if is_device || *first == b'.' => {
            format!("%{first:02X}{}", String::from_utf8_lossy(rest))
        }
        _ => encoded,
    }
}

/// Where the files of an environment stand, with a slash at the end.
pub(super) fn folder(environment: &str) -> String {
    format!("v{VERSION}/{environment}/")
}

/// Canonical JSON of maps with texts as keys, lists, texts and whole numbers, which cannot fail.
pub(super) fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}
