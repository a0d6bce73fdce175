//! Webhooks out: endpoints that are told of entries of the log, signed, each in the log's order.
//!
//! The log is the queue: nothing is written for an entry on its way in, and an endpoint's cursor says
//! how far it was told. A claim is committed before anything is sent and keeps the endpoint with this
//! node while it is busy, so that an entry goes out right after its commit.

mod deliver;
mod manage;

pub use deliver::Scanned;
pub use manage::{Made, NewWebhook, Tested, entry_types};

use base::{Id, id};
use connect::outbound::{Secret, webhook::SigningKey};

use crate::App;

impl App {
    /// The secret that signs for an endpoint.
    fn webhook_secret(&self, id: Id<id::Endpoint>, generation: i64) -> Secret {
        SigningKey::secret_of(&self.keeper().links().endpoint_secret(id, generation))
    }
}
