//! Documents that leave the house: evidence packs.
//!
//! Decides how content becomes files: names, order, compression, the bytes. What goes into a document
//! is gathered elsewhere (`app`); whether a pack holds is for `evidence` to say.

pub mod pack;
