//! Fixed lists of codes that the program itself knows, as enums.

/// An enum whose variants stand in packs as fixed texts.
pub(crate) trait Choice: Copy + Sized + 'static {
    /// Every variant with its text.
    const CHOICES: &'static [(&'static str, Self)];
}

/// Declares an enum whose variants have fixed texts, with `ALL`, `code`, `Display`, `FromStr` and serde by that text.
macro_rules! choice {
    (
        $(#[$doc:meta])*
        pub enum $name:ident { $( $(#[$vdoc:meta])* $variant:ident = $text:literal, )+ }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $( $(#[$vdoc])* #[serde(rename = $text)] $variant, )+
        }

        impl $name {
            /// Every variant, in the order of the source.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The text that stands in packs, acts and addresses.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.code())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::pack::UnknownChoice;

            fn from_str(text: &str) -> Result<Self, $crate::pack::UnknownChoice> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err($crate::pack::UnknownChoice { choices: &[$($text),+] }),
                }
            }
        }

        impl $crate::pack::choice::Choice for $name {
            const CHOICES: &'static [(&'static str, Self)] = &[$(($text, Self::$variant)),+];
        }
    };
}

pub(crate) use choice;

/// A text is none of a fixed list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected one of: {}", choices.join(", "))]
pub struct UnknownChoice {
    /// The texts that would have done.
    pub choices: &'static [&'static str],
}
