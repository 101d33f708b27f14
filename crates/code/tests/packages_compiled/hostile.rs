//! Keys and descriptions that would like to be more than literals and comments.

use portcullis_code::{
    Place,
    packages::{Key, Keys, Language, collisions},
};
use proptest::strategy::Strategy;

const KEYS: &[&str] = &[
    "query:some-object",
    "ADMIN_OFFBOARDING",
    "\"",
    "'",
    "\\",
    "\\u0041",
    "\\x42",
    "\\N{DIGIT ONE}",
    "`${process.exit(1)}`",
    "*/ throw 1 /*",
    "\"\"\"",
    "'''",
    "{}",
    "{0}",
    "%s",
    "é",
    "日本",
    "😀",
    "self",
    "class",
    "None",
    "a-l-l",
    "type",
    "func",
    "2fa",
    ":",
    "#",
    "//",
    "<!--",
    "</script>",
    "__proto__",
    "constructor",
    "toString",
    "a'b\"c",
    "\\n",
    "\\u{1F600}",
    "$x",
    "\\\\",
    "mro",
    "_",
    "/*",
    "r\"x",
    "turned\u{202e}round",
    "line\u{2028}end",
    "nul\u{0}",
    "tab\there",
    "new\nline",
    "\u{7f}",
    "\u{feff}bom",
];
const TEXTS: &[&str] = &[
    "",
    "Plain",
    "*/ throw 1; /*",
    "*/",
    "**/",
    "*\\/",
    "*\u{200b}/ throw 1",
    "\"\"\"\nraise SystemExit(3)\n\"\"\"",
    "one\nthrow 1;\nraise 1\npanic!()",
    "a\r\nimport \"os\"",
    "\u{2028}throw 1",
    "\u{85}throw 1",
    "\u{b}raise 1",
    "@deprecated not so",
    "{@link x",
    "```\npanic!()\n```",
    "~~~ rust",
    "    panic!()",
    "\u{202e}evil",
    "\\",
    "ends with \\",
    "# -*- coding: ascii -*-",
    "go:embed x",
    "<script>alert(1)</script>",
    "[x](y) [y]",
    "\"; evil(",
    "#[cfg(any())]",
    "+build ignore",
    "Deprecated: no",
    "%s {} {0} ${x}",
    "/// x",
    "/* open",
    "\u{0}nul",
];

pub(crate) fn key(description: &str, deprecated: Option<&str>) -> Key {
    Key {
        place: Place::start(&"config/permissions.yaml".into()),
        description: description.to_owned(),
        deprecated: deprecated.map(str::to_owned),
    }
}

/// Those keys that have a name of their own in every language.
pub(crate) fn keys(all: impl IntoIterator<Item = (String, Key)>) -> Keys {
    let mut keys = Keys::new();
    for (name, key) in all {
        if keys.insert(name.clone(), key).is_none()
            && collisions(&keys, &Language::ALL).has_errors()
        {
            keys.remove(&name);
        }
    }
    keys
}

pub(crate) fn hostile() -> Keys {
    let some = |at: usize| TEXTS[at % TEXTS.len()];
    let all = KEYS.iter().enumerate().map(|(at, name)| {
        let deprecated = (at % 3 != 0).then(|| some(at * 7 + 1));
        ((*name).to_owned(), key(some(at), deprecated))
    });
    let keys = keys(all);
    assert_eq!(keys.len(), KEYS.len(), "none of them is left out");
    keys
}

fn any_text() -> impl Strategy<Value = String> {
    let piece = proptest::prop_oneof![
        proptest::sample::select(KEYS).prop_map(str::to_owned),
        proptest::sample::select(TEXTS).prop_map(str::to_owned),
        proptest::arbitrary::any::<char>().prop_map(String::from),
        "[ -~]{1,5}",
    ];
    proptest::collection::vec(piece, 1..5).prop_map(|pieces| pieces.concat())
}

pub(crate) fn any_keys() -> impl Strategy<Value = Keys> {
    let one = (any_text(), any_text(), proptest::option::of(any_text())).prop_map(
        |(name, description, deprecated)| (name, key(&description, deprecated.as_deref())),
    );
    proptest::collection::vec(one, 0..60).prop_map(keys)
}
