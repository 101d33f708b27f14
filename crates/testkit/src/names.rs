//! What may be called how beside what: one table, written by hand, for every way in.

/// Something that has a name.
#[derive(Clone, Copy, Debug)]
pub enum Called {
    /// A user of that login, with that address if there is one.
    User(&'static str, &'static str),
    /// A group.
    Group(&'static str),
    /// A permission.
    Permission(&'static str),
}

use Called::{Group, Permission, User};

/// What is there, what is to be, and the code of the refusal; `ok` for none, and `same` for a name
/// that is one with what is there: taken for what is new, and found by what is imported.
pub type Case = (Called, Called, &'static str);

/// All that must hold on every way in. `invalid` is of a form nothing new has.
pub const CASES: &[Case] = &[
    // Logins and addresses are one namespace, both ways round; one's own address is one's own.
    (
        User("boss", "boss@corp.example"),
        User("boss@corp.example", ""),
        "name_taken",
    ),
    (
        User("boss", "boss@corp.example"),
        User("BOSS@Corp.Example", ""),
        "name_taken",
    ),
    (
        User("kim@corp.example", ""),
        User("lee", "kim@corp.example"),
        "name_taken",
    ),
    (
        User("kim@corp.example", ""),
        User("lee", "KIM@corp.example"),
        "name_taken",
    ),
    (
        User("kim", ""),
        User("ann@corp.example", "ann@corp.example"),
        "ok",
    ),
    (
        User("kim", "kim@corp.example"),
        User("lee", "lee@corp.example"),
        "ok",
    ),
    // Ids.
    (
        User("kim", ""),
        User("0190163d-8694-739b-aea5-966c26f8ad91", ""),
        "invalid",
    ),
    (
        User("kim", ""),
        User("0190163D8694739BAEA5966C26F8AD91", ""),
        "invalid",
    ),
    (
        Group("Team"),
        Group("0190163d-8694-739b-aea5-966c26f8ad91"),
        "invalid",
    ),
    (
        Group("Team"),
        Group("urn:uuid:0190163d-8694-739b-aea5-966c26f8ad91"),
        "invalid",
    ),
    (
        Permission("read"),
        Permission("0190163d-8694-739b-aea5-966c26f8ad91"),
        "invalid",
    ),
    // One normal form.
    (User("zo\u{eb}", ""), User("zoe\u{308}", ""), "same"),
    (User("zoe\u{308}", ""), User("Zo\u{cb}", ""), "same"),
    (Group("\u{c9}quipe"), Group("E\u{301}quipe"), "same"),
    (User("zoe", ""), User("zo\u{eb}", ""), "ok"),
    // Look-alikes of another script or form, both ways round; one script's own are told apart.
    (User("ana", ""), User("\u{430}na", ""), "looks_alike"),
    (User("\u{430}na", ""), User("ana", ""), "looks_alike"),
    (
        User("ana", "boss@corp.example"),
        User("b\u{43e}ss@corp.example", ""),
        "looks_alike",
    ),
    (Group("Wages"), Group("W\u{430}ges"), "looks_alike"),
    (Group("W\u{430}ges"), Group("Wages"), "looks_alike"),
    (Group("Bob"), Group("\u{392}ob"), "looks_alike"),
    (Group("Pay roll"), Group("Pay\u{a0}roll"), "looks_alike"),
    (
        Permission("pay:read"),
        Permission("p\u{430}y:read"),
        "looks_alike",
    ),
    (
        Permission("p\u{430}y:read"),
        Permission("pay:read"),
        "looks_alike",
    ),
    // Of one script, of none, in another case, with more spaces.
    (Group("git"), Group("\u{261}it"), "looks_alike"),
    (Group("\u{261}it"), Group("git"), "looks_alike"),
    (User("git", ""), User("\u{261}it", ""), "looks_alike"),
    (
        Permission("repo:write"),
        Permission("repo\u{2236}write"),
        "looks_alike",
    ),
    (Group("read-only"), Group("read\u{2010}only"), "looks_alike"),
    (Group("Pay roll"), Group("Pay  roll"), "looks_alike"),
    (Group("Pay  roll"), Group("Pay roll"), "looks_alike"),
    (Group("Stra\u{df}e"), Group("STRASSE"), "looks_alike"),
    (Group("\u{e9}t\u{e9} 1"), Group("\u{e9}t\u{e9} I"), "ok"),
    (Group("team1"), Group("teaml"), "ok"),
    (Group("\u{434}\u{43e}\u{43c}"), Group("dom"), "ok"),
    // What cannot be seen.
    (Group("Team"), Group("Team\u{fe0f}"), "invalid"),
    (Group("Team"), Group("Te\u{fe00}am"), "invalid"),
    (Group("Team"), Group("Te\u{200b}am"), "invalid"),
    (Group("Team"), Group("Te\u{1d173}am"), "invalid"),
    (Group("Team"), Group("Te\u{e000}am"), "invalid"),
    (User("ana", ""), User("a\u{fff9}na", ""), "invalid"),
    (User("ana", ""), User("a\u{2066}na", ""), "invalid"),
    (User("ana", ""), User("a\u{378}na", ""), "invalid"),
    (Permission("read"), Permission("re\u{fe0f}ad"), "invalid"),
    // Forms.
    (User("ana", ""), User(".", ""), "invalid"),
    (User("ana", ""), User("..", ""), "invalid"),
    (User("ana", ""), User("system:time", ""), "invalid"),
    (User("ana", ""), User("\u{ff41}n\u{e9}", ""), "invalid"),
    (User("ana", ""), User("ben", "a@b..c"), "invalid"),
    (Group("Team"), Group(".."), "invalid"),
];

/// What is answered where something new is made.
#[must_use]
pub fn when_made(expected: &'static str) -> &'static str {
    if expected == "same" {
        "name_taken"
    } else {
        expected
    }
}

/// What is answered where a file is brought in.
#[must_use]
pub fn when_imported(expected: &'static str) -> &'static str {
    if expected == "same" { "ok" } else { expected }
}
