//! What senders post: authenticated by an integration's key, answered after the commit.
//!
//! | address | key | answer |
//! | --- | --- | --- |
//! | `POST /in/{source}/{key}` | in the path | 202 with receipts |
//! | `POST /in/alertmanager-api/{key}/api/v2/alerts` | in the path | as Alertmanager: 200, empty |
//! | `POST /api/v2/alerts` | bearer token, or the password of basic auth | as Alertmanager |
//! | `POST /v2/enqueue`, `/v2/change/enqueue` | `routing_key` in the body | as PagerDuty: 202 |
//! | `POST /v2/alerts`, `/v2/alerts/{identifier}/{verb}` | `GenieKey` | as Opsgenie: 202 |
//!
//! A request that cannot be read is answered with its reason and the id under which it is kept.

mod alertmanager;
mod doors;
mod opsgenie;
mod pagerduty;
mod receive;

pub(crate) use alertmanager::{alerts, alerts_by_path, list, status};
pub(crate) use doors::Doors;
pub(crate) use opsgenie::{act as opsgenie_act, create as opsgenie_create};
pub(crate) use pagerduty::enqueue;
pub(crate) use receive::{handshake, receive, receive_by_get};
