//! What may stand in a leaf of the log. A plain string may not, and does not compile.
//!
//! A leaf is pseudonymous and can never be changed, so it holds only ids, enums, numbers, instants and
//! our own codes. Everything a person or a sender wrote goes into the store of words and enters the
//! leaf as a salted commitment (architecture, section 2).

use std::collections::BTreeMap;

use crate::{Code, Digest, Duration, Id, Kind, Timestamp};

/// Types whose values may stand in a leaf.
///
/// Implemented for ids, instants, durations, digests, codes, integers, booleans, and for options, lists
/// and maps by code of those. Enums and structs of such fields join through [`crate::leaf!`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` may not stand in a leaf of the log",
    note = "words of people and senders belong in `Draft::words`; our own codes are `base::Code`"
)]
pub trait LeafSafe {}

impl<K: Kind> LeafSafe for Id<K> {}
impl LeafSafe for Timestamp {}
impl LeafSafe for Duration {}
impl LeafSafe for Digest {}
impl LeafSafe for Code {}
impl LeafSafe for bool {}
impl LeafSafe for u8 {}
impl LeafSafe for u16 {}
impl LeafSafe for u32 {}
impl LeafSafe for i64 {}
impl<T: LeafSafe> LeafSafe for Option<T> {}
impl<T: LeafSafe> LeafSafe for Vec<T> {}
impl<T: LeafSafe> LeafSafe for BTreeMap<Code, T> {}

/// Declares structs and enums that may stand in a leaf: derives the usual traits and proves at compile
/// time that each field is [`LeafSafe`].
///
/// Enums without fields are written in snake case; structs as objects. The caller's crate needs `serde`.
#[macro_export]
macro_rules! leaf {
    () => {};
    (
        $(#[$meta:meta])*
        pub struct $name:ident { $($(#[$fmeta:meta])* pub $field:ident : $ty:ty),* $(,)? }
        $($rest:tt)*
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        pub struct $name { $($(#[$fmeta])* pub $field: $ty),* }
        impl $crate::LeafSafe for $name {}
        const _: () = { const fn safe<T: $crate::LeafSafe>() {} $(safe::<$ty>();)* };
        $crate::leaf! { $($rest)* }
    };
    (
        $(#[$meta:meta])*
        pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident),* $(,)? }
        $($rest:tt)*
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
                 serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vmeta])* $variant),* }
        impl $crate::LeafSafe for $name {}
        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
        }
        $crate::leaf! { $($rest)* }
    };
}
