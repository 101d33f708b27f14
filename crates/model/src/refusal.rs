//! Why something was not done. Transport-free: only `web` knows status codes.

use crate::{Action, MembershipKind, Timestamp, words};

words! {
    /// Which policy or change stands against something, stable for programs.
    pub enum RefusalCode {
        /// The same was asked for and still waits.
        AlreadyAsked = "already_asked",
        /// The group confers something of that name.
        AlreadyConferred = "already_conferred",
        /// The user has that already.
        AlreadyInGroup = "already_in_group",
        /// The role is in the group already.
        AlreadyIncluded = "already_included",
        /// Somebody has decided the request.
        AlreadyResolved = "already_resolved",
        /// The user has an account there already.
        AlreadyLinked = "already_linked",
        /// An app group would keep the name of the app as it was.
        AppGroupName = "app_group_name",
        /// An approval names no fact it granted.
        ApprovalWithoutGrant = "approval_without_grant",
        /// The app is Portcullis itself.
        BuiltInApp = "built_in_app",
        /// What would be undone has been changed since.
        CannotUndo = "cannot_undo",
        /// Somebody changed it meanwhile.
        ChangedMeanwhile = "changed_meanwhile",
        /// Two groups would contain each other.
        Cycle = "cycle",
        /// A connector would touch what is not its own.
        ForeignFact = "foreign_fact",
        /// Something still hangs on it.
        InUse = "in_use",
        /// A source names it, and people do not.
        KeptBySource = "kept_by_source",
        /// Nobody would administer Portcullis.
        LastAdmin = "last_admin",
        /// An agent would have more than whom it acts for.
        BeyondSponsor = "beyond_sponsor",
        /// An app would have no owners group.
        LastOwnersGroup = "last_owners_group",
        /// A link signs in once.
        LinkUsed = "link_used",
        /// Nobody has tried whether it works.
        NotTried = "not_tried",
        /// The name would pass for another.
        LooksAlike = "looks_alike",
        /// The name is taken.
        NameTaken = "name_taken",
        /// Only a role is let into groups by people.
        NotARole = "not_a_role",
        /// The provider knows somebody, and nobody here is them.
        NotLinked = "not_linked",
        /// They are in the group through another.
        NotDirect = "not_direct",
        /// There is nothing left to undo.
        NothingToUndo = "nothing_to_undo",
        /// A session begins in one way.
        OnlyBySigningIn = "only_by_signing_in",
        /// Whoever signs in was sent to another provider than is there now.
        ProviderChanged = "provider_changed",
        /// An owners group is named after its app.
        OwnersGroupName = "owners_group_name",
        /// A tag asks for a reason.
        ReasonRequired = "reason_required",
        /// A request would wait for nothing.
        RequestWaits = "request_waits",
        /// Nothing leads into a role.
        RoleAsTarget = "role_as_target",
        /// The role is in groups.
        RoleInUse = "role_in_use",
        /// The app has an owners group.
        SecondOwnersGroup = "second_owners_group",
        /// The session or token by which it was asked has ended.
        SignedOut = "signed_out",
        /// A tag stops people adding themselves.
        SelfAdd = "self_add",
        /// A tag limits how long.
        TimeLimit = "time_limit",
        /// A source would end too much of what it holds.
        TooManyRemovals = "too_many_removals",
        /// The user has as many tokens as one may have.
        TooManyTokens = "too_many_tokens",
        /// Another system is the authority over the group.
        UnmanagedGroup = "unmanaged_group",
    }
}

words! {
    /// What something is called in a sentence that says there is none.
    pub enum Noun {
        /// An app.
        App = "app",
        /// An entitlement.
        Entitlement = "entitlement",
        /// A session, a token or a link that signs in.
        Credential = "session or token",
        /// A group.
        Group = "group",
        /// An account elsewhere.
        Identity = "linked account",
        /// An inclusion.
        Inclusion = "inclusion",
        /// A log entry.
        LogEntry = "log entry",
        /// A membership.
        Membership = "membership",
        /// An ownership.
        Ownership = "ownership",
        /// A person.
        Person = "person",
        /// An identity provider.
        Provider = "identity provider",
        /// A request.
        Request = "request",
        /// A resource.
        Resource = "resource",
        /// A role.
        Role = "role",
        /// A list of rules.
        RuleList = "list of rules",
        /// A tag.
        Tag = "tag",
        /// An user.
        User = "user",
    }
}

impl From<MembershipKind> for Noun {
    fn from(kind: MembershipKind) -> Self {
        match kind {
            MembershipKind::Member => Self::Membership,
            MembershipKind::Owner => Self::Ownership,
        }
    }
}

/// One thing wrong with what was sent, told where it was found.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FieldError {
    /// The field, as a JSON pointer or a form field's name; empty for the whole.
    pub field: String,
    /// What is wrong and what to do, in a sentence.
    pub message: String,
}

impl FieldError {
    /// A fault in `field`.
    #[must_use]
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            message: cut(message.into()),
        }
    }
}

/// Why a change or a question was refused. Each variant exists because a caller acts on it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// What was named does not exist, or the actor may not know of it.
    #[error("there is no {what} `{key}`; look it up in the list of {}", plural(*what))]
    NotFound {
        /// `group`, `user`, …
        what: Noun,
        /// As it was given.
        key: String,
    },
    /// The actor lacks the standing the action needs.
    #[error("{sentence}; {next}")]
    NotAllowed {
        /// What was tried.
        action: Action,
        /// What is missing.
        sentence: String,
        /// Who could do it instead.
        next: String,
    },
    /// What was sent cannot be understood or breaks a rule of form; all faults at once.
    #[error("{}", sentences(.0))]
    Invalid(Vec<FieldError>),
    /// A rule of the house stands against it (a tag, a name taken, the last admin, a cycle …).
    #[error("{sentence}; {next}")]
    Rule {
        /// Which.
        code: RefusalCode,
        /// The rule, in a sentence.
        sentence: String,
        /// What to do instead.
        next: String,
    },
    /// The world moved: what the change was based on is no longer so.
    #[error("{sentence}; {next}")]
    Conflict {
        /// What has changed.
        code: RefusalCode,
        /// What is different now.
        sentence: String,
        /// What to do instead.
        next: String,
    },
}

/// Several of a noun.
fn plural(noun: Noun) -> String {
    let one = noun.to_string();
    match one.strip_suffix('y') {
        _ if noun == Noun::Person => "people".to_owned(),
        Some(stem) => format!("{stem}ies"),
        None => format!("{one}s"),
    }
}

impl Refusal {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "not_found",
            Self::NotAllowed { .. } => "not_allowed",
            Self::Invalid(_) => "invalid",
            Self::Rule { code, .. } | Self::Conflict { code, .. } => code.as_str(),
        }
    }

    /// One fault in one field.
    #[must_use]
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(field, message)])
    }

    /// A rule of the house.
    #[must_use]
    pub fn rule(code: RefusalCode, sentence: impl Into<String>, next: impl Into<String>) -> Self {
        Self::Rule {
            code,
            sentence: sentence.into(),
            next: next.into(),
        }
    }

    /// The world moved.
    #[must_use]
    pub fn conflict(
        code: RefusalCode,
        sentence: impl Into<String>,
        next: impl Into<String>,
    ) -> Self {
        Self::Conflict {
            code,
            sentence: sentence.into(),
            next: next.into(),
        }
    }

    /// Nothing by that name.
    #[must_use]
    pub fn not_found(what: Noun, key: impl std::fmt::Display) -> Self {
        Self::NotFound {
            what,
            key: cut(key.to_string()),
        }
    }

    /// An end that has already passed.
    #[must_use]
    pub fn past_end(kind: MembershipKind, end: Timestamp) -> Self {
        Self::invalid(
            "until",
            format!(
                "the {} would end at {end}, which has passed; choose a future time",
                kind.noun()
            ),
        )
    }
}

/// So many faults are told in a sentence; more are counted.
const MOST_TOLD: usize = 20;
/// What was sent is told back up to so many letters.
const MOST_LETTERS: usize = 1_000;

/// The beginning of what may be very long.
fn cut(text: String) -> String {
    match text.char_indices().nth(MOST_LETTERS) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

fn sentences(faults: &[FieldError]) -> String {
    let mut all: Vec<_> = faults
        .iter()
        .take(MOST_TOLD)
        .map(|fault| {
            if fault.field.is_empty() {
                fault.message.clone()
            } else {
                format!("{}: {}", fault.field, fault.message)
            }
        })
        .collect();
    if let Some(more @ 1..) = faults.len().checked_sub(MOST_TOLD) {
        all.push(format!("and {more} more"));
    }
    all.join("; ")
}
