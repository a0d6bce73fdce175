//! Configuration: documents and their drafts, integrations.

mod add_integration;
mod check;
mod draft;
mod integration;
mod publish;

pub use add_integration::NewIntegration;
pub use check::Objection;
pub(crate) use check::forbidding;
pub use draft::{DraftToSave, MAX_DOCUMENT, SavedDraft, Which};
pub use integration::{NewSecret, NewSettings};
pub(crate) use publish::bring;
