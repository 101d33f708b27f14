//! What packages and what is in them are called.

/// Names that whoever publishes chooses. They are checked once, and stand in files as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    array: String,
    union: String,
    guard: String,
    npm: String,
    python: String,
    rust: String,
    go: String,
}

/// Which name cannot be one, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` cannot be {what}; {hint}")]
pub struct NamesError {
    name: String,
    what: &'static str,
    hint: &'static str,
}

/// What JavaScript and TypeScript keep for themselves, and what the files use.
const SCRIPT: &str = "arguments await break case catch class const continue debugger default delete do else \
enum eval export exports extends false finally for function if implements import in instanceof interface known \
let module new null Object package private protected public require return Set static super switch this throw \
true try typeof undefined value var void while with yield";
/// What a type cannot be called in some language.
const TYPES: &str = "All False Never None Object Self Set StrEnum True";
const PYTHON: &str = "and as assert async await break class continue def del elif else except finally for from \
global if import in is lambda nonlocal not or pass raise return try while with yield";
const RUST: &str = "abstract alloc as async await become box break const continue core crate do dyn else enum \
extern false final fn for gen if impl in let loop macro match mod move mut override priv proc_macro pub ref \
return self static std struct super test trait true try type typeof unsafe unsized use virtual where while yield";
const GO: &str = "break case chan const continue default defer else fallthrough for func go goto if import \
interface internal main map package range return select struct switch type vendor var";

impl Default for Names {
    /// The three names of SEEK's package.
    fn default() -> Self {
        Self {
            array: "BACK_OFFICE_PERMISSIONS".to_owned(),
            union: "BackOfficePermission".to_owned(),
            guard: "isBackOfficePermission".to_owned(),
            npm: "backoffice-permissions".to_owned(),
            python: "backoffice-permissions".to_owned(),
            rust: "backoffice-permissions".to_owned(),
            go: "example.com/backoffice-permissions".to_owned(),
        }
    }
}

impl Names {
    /// The names in npm's package: of the array, of the type, which is the type in every language, and of the
    /// guard.
    ///
    /// # Errors
    /// [`NamesError`] where one cannot be a name or two are the same.
    pub fn with_constants(self, array: &str, union: &str, guard: &str) -> Result<Self, NamesError> {
        for name in [array, guard] {
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let is = starts(name, |c| c.is_ascii_alphabetic()) && name.chars().all(plain);
            ok(
                is && !among(SCRIPT, name),
                name,
                "a name in JavaScript",
                "use A-Z, a-z, 0-9 and `_`, and no word that JavaScript uses",
            )?;
        }
        let is = starts(union, |c| c.is_ascii_uppercase())
            && union.chars().all(|c| c.is_ascii_alphanumeric())
            && union.chars().any(|c| c.is_ascii_lowercase());
        ok(
            is && !among(TYPES, union),
            union,
            "the name of a type",
            "use A-Z, a-z and 0-9 as in `BackOfficePermission`, and no word that a language uses",
        )?;
        let differ = array != guard && array != union && guard != union;
        ok(differ, array, "the name of two things", "give each its own")?;
        Ok(Self {
            array: array.to_owned(),
            union: union.to_owned(),
            guard: guard.to_owned(),
            ..self
        })
    }

    /// The package for npm, such as `@seek/backoffice-permissions`.
    ///
    /// # Errors
    /// [`NamesError`]
    pub fn with_npm(self, name: &str) -> Result<Self, NamesError> {
        let part = |part: &str| {
            let plain =
                |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-._~".contains(c);
            starts(part, |c| c.is_ascii_lowercase() || c.is_ascii_digit())
                && part.chars().all(plain)
        };
        let is = match name.strip_prefix('@') {
            Some(scoped) => scoped
                .split_once('/')
                .is_some_and(|(a, b)| part(a) && part(b)),
            None => part(name),
        };
        ok(
            is && name.len() <= 214,
            name,
            "a package for npm",
            "use a-z, 0-9, `-`, `.`, `_` and `~`, with `@scope/` before it or without",
        )?;
        Ok(Self {
            npm: name.to_owned(),
            ..self
        })
    }

    /// The distribution for Python; its module has `_` for `-` and `.`.
    ///
    /// # Errors
    /// [`NamesError`]
    pub fn with_python(self, name: &str) -> Result<Self, NamesError> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-._".contains(c);
        let is = starts(name, |c| c.is_ascii_lowercase())
            && name.chars().all(plain)
            && name.ends_with(|c: char| c.is_ascii_alphanumeric());
        ok(
            is && name.len() <= 100 && !among(PYTHON, name),
            name,
            "a package for Python",
            "use a-z, 0-9, `-`, `.` and `_`",
        )?;
        Ok(Self {
            python: name.to_owned(),
            ..self
        })
    }

    /// The crate for Rust.
    ///
    /// # Errors
    /// [`NamesError`]
    pub fn with_rust(self, name: &str) -> Result<Self, NamesError> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
        let is = starts(name, |c| c.is_ascii_lowercase()) && name.chars().all(plain);
        ok(
            is && name.len() <= 64 && !among(RUST, name),
            name,
            "a crate",
            "use a-z, 0-9, `-` and `_`",
        )?;
        Ok(Self {
            rust: name.to_owned(),
            ..self
        })
    }

    /// The module for Go without a version, such as `github.com/seek/backoffice-permissions`. Its package is
    /// called as the last part, with its letters and digits only.
    ///
    /// # Errors
    /// [`NamesError`]
    pub fn with_go(self, path: &str) -> Result<Self, NamesError> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
        let part = |part: &str| {
            let edge = |c: char| c.is_ascii_alphanumeric();
            part.starts_with(edge) && part.ends_with(edge) && part.chars().all(plain)
        };
        let package = go_package(path);
        let last = path.rsplit('/').next().unwrap_or_default();
        let is_version = last
            .strip_prefix('v')
            .is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()));
        let is = path.contains('/')
            && path.split('/').all(part)
            && starts(&package, |c| c.is_ascii_lowercase())
            && !is_version
            && !among(GO, &package);
        ok(
            is && path.len() <= 200,
            path,
            "a module for Go",
            "write it as `github.com/org/name`, without a version",
        )?;
        Ok(Self {
            go: path.to_owned(),
            ..self
        })
    }

    pub(super) fn array(&self) -> &str {
        &self.array
    }

    pub(super) fn union(&self) -> &str {
        &self.union
    }

    pub(super) fn guard(&self) -> &str {
        &self.guard
    }

    pub(super) fn npm(&self) -> &str {
        &self.npm
    }

    pub(super) fn python(&self) -> &str {
        &self.python
    }

    pub(super) fn python_module(&self) -> String {
        self.python.replace(['-', '.'], "_")
    }

    pub(super) fn rust(&self) -> &str {
        &self.rust
    }

    pub(super) fn go(&self) -> &str {
        &self.go
    }

    pub(super) fn go_package(&self) -> String {
        go_package(&self.go)
    }
}

fn go_package(path: &str) -> String {
    let last = path.rsplit('/').next().unwrap_or_default();
    let kept = last.chars().filter(char::is_ascii_alphanumeric);
    kept.map(|c| c.to_ascii_lowercase()).collect()
}

fn starts(name: &str, is: fn(char) -> bool) -> bool {
    name.starts_with(is)
}

fn among(words: &str, name: &str) -> bool {
    words.split_whitespace().any(|word| word == name)
}

fn ok(is: bool, name: &str, what: &'static str, hint: &'static str) -> Result<(), NamesError> {
    let wrong = || NamesError {
        name: name.to_owned(),
        what,
        hint,
    };
    is.then_some(()).ok_or_else(wrong)
}
