//! Enums that have a text form: what is stored, sent and read, and nothing else is one of them.

/// Declares an enum whose variants have a text each; texts behind `was` are read too, for what an
/// earlier version wrote.
#[macro_export]
macro_rules! words {
    ($(#[$meta:meta])* $vis:vis enum $Name:ident {
        $($(#[$doc:meta])* $Variant:ident = $text:literal $(was $old:literal)*,)+
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $Name { $($(#[$doc])* $Variant,)+ }

        impl $Name {
            /// All there are.
            pub const ALL: [Self; [$($text),+].len()] = [$(Self::$Variant),+];

            /// Its text.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$Variant => $text,)+ }
            }

            /// Every text that means it: its own, and those of earlier versions.
            #[must_use]
            pub const fn texts(self) -> &'static [&'static str] {
                match self { $(Self::$Variant => &[$text $(, $old)*],)+ }
            }

            /// The one that `text` means.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text {
                    $($text $(| $old)* => Some(Self::$Variant),)+
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $Name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $Name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $Name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'_, str>::deserialize(deserializer)?;
                Self::parse(&text).ok_or_else(|| {
                    let known: Vec<_> = Self::ALL.iter().map(|word| word.as_str()).collect();
                    serde::de::Error::custom(format!("`{text}` is none of {}", known.join(", ")))
                })
            }
        }
    };
}
