//! What a section is: its settings, each said once, with its name, type, default and what it is for.

use super::value::{Source, Written};

/// A setting as it is listed.
pub(crate) struct Row {
    /// Its name in a file.
    pub(crate) key: &'static str,
    /// Its value as it may be shown, or what holds where there is none.
    pub(crate) value: String,
    pub(crate) source: Source,
    /// What it is for. Only the documentation says so.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "held to the documentation by a test")
    )]
    pub(crate) about: &'static str,
    /// Whether `value` is no value but words for the absence of one.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "held to the documentation by a test")
    )]
    pub(crate) in_words: bool,
}

/// The settings of one section.
pub(super) trait Section {
    /// Every setting as it is.
    fn rows(&self) -> Vec<Row>;

    /// Overlays the setting called `key`, if it is here, with what is written.
    fn overlay(&mut self, key: &str, written: &Written<'_>) -> Option<Result<(), String>>;
}

/// Makes a section: `name: Type = default;`, or with `=> "words"` for what holds without a value.
/// The comment on a setting is its line in the documentation. `prefix` stands before the names.
macro_rules! section {
    (@default) => { Default::default() };
    (@default $default:expr) => { $default };
    (@words) => { None };
    (@words $words:literal) => { Some($words) };
    (
        $(#[$meta:meta])*
        $section:ident, prefix $prefix:literal {
            $($(#[doc = $about:literal])+ $name:ident: $type:ty $(= $default:expr)? $(=> $words:literal)?;)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        pub(crate) struct $section {
            $($(#[doc = $about])+ pub(crate) $name: $crate::config::value::Sourced<$type>,)+
        }

        impl Default for $section {
            fn default() -> Self {
                use $crate::config::{section::section, value::Sourced};
                Self { $($name: Sourced::default_of(section!(@default $($default)?)),)+ }
            }
        }

        impl $crate::config::section::Section for $section {
            fn rows(&self) -> Vec<$crate::config::section::Row> {
                use $crate::config::{section::{Row, section}, value::{Source, Value as _}};
                vec![$({
                    let words: Option<&str> = section!(@words $($words)?);
                    let words = words.filter(|_| self.$name.source == Source::Default);
                    Row {
                        key: concat!($prefix, stringify!($name)),
                        value: words.map_or_else(|| self.$name.value.shown(), str::to_owned),
                        source: self.$name.source.clone(),
                        about: concat!($($about),+).trim_ascii(),
                        in_words: words.is_some(),
                    }
                }),+]
            }

            fn overlay(
                &mut self,
                key: &str,
                written: &$crate::config::value::Written<'_>,
            ) -> Option<Result<(), String>> {
                $(if key == concat!($prefix, stringify!($name)) {
                    return Some(self.$name.overlay(key, written));
                })+
                None
            }
        }
    };
}
pub(super) use section;
