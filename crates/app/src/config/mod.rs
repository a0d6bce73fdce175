//! Configuration: documents, integrations, legal entities, services.

mod add_integration;
mod organisation;
mod publish;

pub use add_integration::NewIntegration;
