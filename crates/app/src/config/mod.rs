//! Configuration: documents and integrations.

mod add_integration;
mod publish;

pub use add_integration::NewIntegration;
