//! The one table of routes: what there is, who may reach it, who answers.
//!
//! The router is built from it, the guard enforces its middle column, and docs/reference/access.md is
//! written from it (ground rule G22). Exact paths and form fields: docs/reference/pages.md.
//!
//! A row of `/api/v1` goes on with what `/api/openapi.json` and `/api/docs` say of it: a sentence, and
//! the codes it refuses with beside those that all may. Its types are read off its handler:
//!
//! ```text
//! POST "/api/v1/incidents/{reference}/notes" Access::Token(Permission::Respond)
//!     => api::note: "Add a note. Or an action that was taken." ["INC-004"];
//! ```
//!
//! How to write such a handler: docs/reference/api.md, "How to add a route".

use app::App;
use axum::{
    Router,
    extract::State,
    middleware::from_fn_with_state,
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, options, post, put},
};
use domain::{
    access::{Permission, Role},
    entity::EntityDescribed as Entity,
    function::FunctionDescribed as Function,
    service::ServiceDescribed as Service,
    team::TeamDescribed as Team,
};
use tower_http::compression::CompressionLayer;

use crate::{
    Access, Options,
    api::{self, asks, documents, organisation, spec, spec::About},
    guard::{self, Post},
    health, ingest, live, log, metrics, page,
    page::incident,
    state::Web,
    trouble::Trouble,
};

/// The methods of routes; HEAD goes with GET.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Changes nothing (ground rule G1).
    Get,
    /// Changes something, or asks what would change.
    Post,
    /// As `Post`, for senders that can only put.
    Put,
    /// Asks whether it may send.
    Options,
}

impl Method {
    /// Its name in a request.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Options => "OPTIONS",
        }
    }
}

/// One route.
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, its parameters in braces.
    pub path: &'static str,
    /// Who may reach it.
    pub access: Access,
    /// What the description of the API says of it; rows of `/api/v1` have it.
    pub(crate) about: Option<About>,
    serve: fn() -> MethodRouter<Web>,
}

macro_rules! routes {
    ($($method:ident $path:literal $access:expr => $handler:path
        $(: $says:literal [$($code:literal)*])?;)*) => {
        &[$(Route {
            method: routes!(@method $method),
            path: $path,
            access: $access,
            about: routes!(@about $($handler, $says, [$($code)*])?),
            serve: || routes!(@verb $method)($handler),
        }),*]
    };
    (@about) => { None };
    (@about $handler:path, $says:literal, [$($code:literal)*]) => {
        Some(About {
            says: $says,
            codes: &[$($code),*],
            describe: |operation| spec::describe($handler, operation),
        })
    };
    (@method GET) => { Method::Get };
    (@method POST) => { Method::Post };
    (@method PUT) => { Method::Put };
    (@method OPTIONS) => { Method::Options };
    (@verb PUT) => { put };
    (@verb OPTIONS) => { options };
    (@verb GET) => { get };
    (@verb POST) => { post };
}

const READ: Access = Access::Page(Permission::Read);
const READ_LOG: Access = Access::Page(Permission::ReadLog);
const DECLARE: Access = Access::Page(Permission::Declare);
const RESPOND: Access = Access::Page(Permission::Respond);
const COMMAND: Access = Access::Page(Permission::Command);
const APPROVE: Access = Access::Confirmed(Permission::Approve);
const RATIFY: Access = Access::Confirmed(Permission::Ratify);
const EXPORT: Access = Access::Confirmed(Permission::Export);
const PUBLISH: Access = Access::Page(Permission::Publish);
const ADMINISTER: Access = Access::Page(Permission::Administer);
const PUBLIC: Access = Access::Public;
const TOKEN_READ: Access = Access::Token(Permission::Read);
const TOKEN_RESPOND: Access = Access::Token(Permission::Respond);
const TOKEN_DECLARE: Access = Access::Token(Permission::Declare);
const TOKEN_COMMAND: Access = Access::Token(Permission::Command);
const TOKEN_PUBLISH: Access = Access::Token(Permission::Publish);
const TOKEN_ADMINISTER: Access = Access::Token(Permission::Administer);
const TOKEN_LOG: Access = Access::Token(Permission::ReadLog);

/// All routes.
pub static TABLE: &[Route] = routes! {
    // Without signing in.
    GET "/sign-in" PUBLIC => page::access::sign_in_form;
    POST "/sign-in" PUBLIC => page::access::sign_in;
    GET "/set-up/{token}" Access::Link => page::access::set_up_form;
    POST "/set-up/{token}" Access::Link => page::access::set_up;
    GET "/ack/{token}" Access::Link => page::ack::show;
    POST "/ack/{token}" Access::Link => page::ack::answer;
    GET "/codes/{code}" PUBLIC => page::codes::show;
    GET "/docs/codes/{code}" PUBLIC => page::codes::show;
    GET "/assets/{name}" PUBLIC => page::files::asset;
    GET "/healthz" PUBLIC => health::live;
    GET "/readyz" PUBLIC => health::ready;
    GET "/metrics" Access::Token(Permission::Read) => metrics::show;
    GET "/log/checkpoint" PUBLIC => log::checkpoint;
    // Whoever is signed in.
    POST "/sign-out" Access::SignedIn => page::access::sign_out;
    GET "/sign-in/again" Access::SignedIn => page::access::again_form;
    POST "/sign-in/again" Access::SignedIn => page::access::again;
    POST "/theme" Access::SignedIn => page::access::theme;
    GET "/settings" READ => page::settings::show;
    POST "/settings/zone" Access::SignedIn => page::settings::zone;
    POST "/settings/keys" Access::SignedIn => page::settings::keys;
    // Lists.
    GET "/" READ => page::now::show;
    GET "/live" READ => live::follow;
    GET "/search" READ => page::search::find;
    GET "/paging" READ => page::paging::list;
    GET "/paging.csv" READ => page::paging::csv;
    GET "/paging/{id}" READ => page::paging::show;
    GET "/tasks" READ => page::work::list;
    GET "/tasks.csv" READ => page::work::csv;
    GET "/incidents" READ => page::incidents::list;
    GET "/incidents.csv" READ => page::incidents::csv;
    GET "/alerts.csv" READ => page::alerts::csv;
    GET "/people.csv" READ => page::people::csv;
    // Alerts.
    GET "/alerts" READ => page::alerts::list;
    GET "/alerts/{id}" READ => page::explain::show;
    POST "/alerts/{id}/acknowledge" RESPOND => page::explain::acknowledge;
    POST "/alerts/{id}/declare" DECLARE => page::declare::from_alert;
    GET "/quarantine" READ => page::quarantine::list;
    GET "/quarantine/{id}" READ => page::quarantine::show;
    GET "/quarantine/{id}/bytes" READ => page::quarantine::bytes;
    POST "/quarantine/{id}/replay" RESPOND => page::quarantine::replay;
    POST "/quarantine/{id}/dismiss" RESPOND => page::quarantine::dismiss;
    GET "/changes" READ => page::changes::list;
    // Incidents.
    GET "/declare" DECLARE => page::declare::show;
    POST "/declare" DECLARE => page::declare::declare;
    GET "/incidents/{reference}" READ => incident::show;
    GET "/incidents/{reference}/paging" READ => page::paging::ladder;
    GET "/incidents/{reference}/audit" READ => incident::audit;
    POST "/incidents/{reference}/notes" RESPOND => incident::note;
    POST "/incidents/{reference}/facts" RESPOND => incident::fact;
    POST "/incidents/{reference}/scope" RESPOND => incident::scope;
    POST "/incidents/{reference}/awareness" RESPOND => incident::awareness;
    POST "/incidents/{reference}/command/take" RESPOND => incident::take_command;
    POST "/incidents/{reference}/command/offer" RESPOND => incident::offer_command;
    POST "/incidents/{reference}/command/accept" RESPOND => incident::accept_command;
    POST "/incidents/{reference}/roles" COMMAND => incident::role;
    POST "/incidents/{reference}/alerts" RESPOND => incident::attach_alerts;
    POST "/incidents/{reference}/links" COMMAND => incident::link;
    POST "/incidents/{reference}/merge" COMMAND => incident::merge;
    POST "/incidents/{reference}/close" COMMAND => incident::close;
    POST "/incidents/{reference}/reopen" COMMAND => incident::reopen;
    POST "/incidents/{reference}/export" EXPORT => incident::export;
    GET "/incidents/{reference}/severity" RESPOND => page::severity::show;
    POST "/incidents/{reference}/severity" RESPOND => page::severity::decide;
    GET "/incidents/{reference}/severity/steps" RESPOND => page::severity::steps;
    POST "/incidents/{reference}/severity/approve" APPROVE => incident::approve_severity;
    GET "/tasks/{reference}/{task}" READ => page::task::show;
    POST "/tasks/{reference}/{task}" Access::Tasks => page::task::complete;
    POST "/tasks/{reference}/{task}/claim" Access::Tasks => page::task::claim;
    POST "/tasks/{reference}/{task}/release" Access::Tasks => page::task::release;
    POST "/tasks/{reference}/{task}/delegate" Access::Tasks => page::task::delegate;
    POST "/tasks/{reference}/{task}/approve" APPROVE => page::task::approve;
    POST "/tasks/{reference}/{task}/exception" RESPOND => page::task::bypass;
    // Exceptions, measures, actions.
    GET "/exceptions" READ => page::exceptions::list;
    GET "/incidents/{reference}/exceptions/{seq}" READ => page::exceptions::show;
    POST "/incidents/{reference}/exceptions/{seq}" RATIFY => page::exceptions::judge;
    POST "/incidents/{reference}/measures" RESPOND => incident::take_measure;
    POST "/incidents/{reference}/measures/{measure}/extend" RESPOND => incident::extend_measure;
    POST "/incidents/{reference}/measures/{measure}/end" RESPOND => incident::end_measure;
    POST "/incidents/{reference}/actions" RESPOND => incident::action;
    POST "/incidents/{reference}/pages" RESPOND => incident::page_also;
    POST "/incidents/{reference}/start" RESPOND => incident::start;
    // Processes, their versions, and drafts of every kind of document.
    GET "/processes" READ => page::process::list;
    GET "/processes/new" PUBLISH => page::process::start;
    GET "/processes/{document}" READ => page::process::show;
    GET "/processes/{document}/text" READ => page::process::text;
    GET "/processes/{document}/versions" READ => page::process::versions;
    GET "/processes/{document}/insights" READ => page::process::insights;
    GET "/processes/{document}/edit" PUBLISH => page::process::edit;
    GET "/processes/{document}/move" PUBLISH => page::moving::show;
    POST "/processes/{document}/move" PUBLISH => page::moving::act;
    GET "/moves/{id}" READ => page::moving::plan;
    POST "/moves/{id}/approve" APPROVE => page::moving::approve;
    POST "/moves/{id}/reject" APPROVE => page::moving::reject;
    POST "/moves/{id}/withdraw" PUBLISH => page::moving::withdraw;
    GET "/incidents/{reference}/process" READ => page::process::case;
    POST "/incidents/{reference}/process/exception" RESPOND => page::process::pass_held;
    POST "/incidents/{reference}/process/faults/{fault}/retry" RESPOND => page::process::retry_step;
    POST "/incidents/{reference}/process/faults/{fault}/move-on" COMMAND => page::process::move_past;
    POST "/incidents/{reference}/process/activities" RESPOND => page::process::begin_activity;
    POST "/incidents/{reference}/process/activities/finish" RESPOND
        => page::process::finish_activities;
    POST "/incidents/{reference}/process/tell" RESPOND => page::process::tell;
    GET "/documents/{kind}/{document}/{version}/bytes" READ => page::process::bytes;
    POST "/drafts/{kind}" PUBLISH => page::draft::save;
    GET "/drafts/{kind}/{document}/{draft}" READ => page::draft::show;
    GET "/drafts/{kind}/{document}/{draft}/bytes" READ => page::draft::bytes;
    POST "/drafts/{kind}/{document}/{draft}/submit" PUBLISH => page::draft::submit;
    POST "/drafts/{kind}/{document}/{draft}/review" APPROVE => page::draft::review;
    POST "/drafts/{kind}/{document}/{draft}/approve" APPROVE => page::draft::approve;
    POST "/drafts/{kind}/{document}/{draft}/publish" PUBLISH => page::draft::publish;
    POST "/drafts/{kind}/{document}/{draft}/withdraw" PUBLISH => page::draft::withdraw;
    // The log.
    GET "/log" READ_LOG => page::log::list;
    GET "/log/entries/{seq}" READ_LOG => page::log::entry;
    GET "/log/entries/{seq}/bytes" READ_LOG => page::log::bytes;
    GET "/log/entries/{seq}/proof" READ_LOG => page::log::proof;
    GET "/log/tile/{*path}" Access::Either(Permission::ReadLog) => log::tile;
    // Services, functions, legal entities, teams.
    GET "/services" READ => page::organisation::list::<Service>;
    GET "/services.csv" READ => page::organisation::csv::<Service>;
    POST "/services" ADMINISTER => page::organisation::add::<Service>;
    GET "/services/{id}" READ => page::organisation::show::<Service>;
    POST "/services/{id}" ADMINISTER => page::organisation::change::<Service>;
    POST "/services/{id}/retire" ADMINISTER => page::organisation::retire::<Service>;
    GET "/functions" READ => page::organisation::list::<Function>;
    GET "/functions.csv" READ => page::organisation::csv::<Function>;
    POST "/functions" ADMINISTER => page::organisation::add::<Function>;
    GET "/functions/{id}" READ => page::organisation::show::<Function>;
    POST "/functions/{id}" ADMINISTER => page::organisation::change::<Function>;
    POST "/functions/{id}/retire" ADMINISTER => page::organisation::retire::<Function>;
    GET "/entities" READ => page::organisation::list::<Entity>;
    GET "/entities.csv" READ => page::organisation::csv::<Entity>;
    POST "/entities" ADMINISTER => page::organisation::add::<Entity>;
    GET "/entities/{id}" READ => page::organisation::show::<Entity>;
    POST "/entities/{id}" ADMINISTER => page::organisation::change::<Entity>;
    POST "/entities/{id}/retire" ADMINISTER => page::organisation::retire::<Entity>;
    GET "/teams" READ => page::organisation::list::<Team>;
    GET "/teams.csv" READ => page::organisation::csv::<Team>;
    POST "/teams" ADMINISTER => page::organisation::add::<Team>;
    GET "/teams/{id}" READ => page::organisation::show::<Team>;
    POST "/teams/{id}" ADMINISTER => page::organisation::change::<Team>;
    POST "/teams/{id}/retire" ADMINISTER => page::organisation::retire::<Team>;
    // Changes of configuration.
    GET "/configuration" READ => page::configuration::list;
    POST "/configuration/{id}/approve" APPROVE => page::configuration::approve;
    POST "/configuration/{id}/reject" APPROVE
        => page::configuration::reject;
    // People and integrations.
    GET "/people" READ => page::people::list;
    POST "/people" ADMINISTER => page::people::add;
    GET "/people/{id}" READ => page::people::show;
    POST "/people/{id}/roles" ADMINISTER => page::people::grant;
    POST "/people/{id}/roles/revoke" ADMINISTER => page::people::revoke;
    POST "/people/{id}/link" ADMINISTER => page::people::link;
    GET "/integrations" READ => page::integrations::list;
    POST "/integrations" ADMINISTER => page::integrations::add;
    GET "/integrations/{id}" READ => page::integration::show;
    POST "/integrations/{id}/settings" ADMINISTER => page::integration::configure;
    POST "/integrations/{id}/try" ADMINISTER => page::integration::try_out;
    POST "/integrations/{id}/test" ADMINISTER => page::integration::test;
    POST "/integrations/{id}/key" ADMINISTER => page::integration::renew_key;
    GET "/webhooks" ADMINISTER => page::webhooks::list;
    POST "/webhooks" ADMINISTER => page::webhooks::add;
    GET "/webhooks/{id}" ADMINISTER => page::webhooks::show;
    POST "/webhooks/{id}/pause" ADMINISTER => page::webhooks::pause;
    POST "/webhooks/{id}/resume" ADMINISTER => page::webhooks::resume;
    POST "/webhooks/{id}/renew" ADMINISTER => page::webhooks::renew;
    POST "/webhooks/{id}/remove" ADMINISTER => page::webhooks::remove;
    POST "/webhooks/{id}/test" ADMINISTER => page::webhooks::test;
    // Decision tables.
    GET "/tables" READ => page::tables::list;
    GET "/tables/{name}" READ => page::tables::show;
    GET "/tables/{name}/file" READ => page::tables::file;
    GET "/tables/{name}/edit" Access::Page(Permission::Publish) => page::tables::begin;
    POST "/tables/{name}/edit" Access::Page(Permission::Publish) => page::tables::change;
    GET "/tables/{name}/modeler" Access::Page(Permission::Publish) => page::tables::open;
    POST "/tables/{name}/modeler" Access::Page(Permission::Publish) => page::tables::model;
    POST "/tables/{name}/drafts/{draft}/submit" Access::Page(Permission::Publish) => page::tables::submit;
    POST "/tables/{name}/drafts/{draft}/review" Access::SignedIn => page::tables::review;
    POST "/tables/{name}/drafts/{draft}/approve" APPROVE => page::tables::approve;
    POST "/tables/{name}/drafts/{draft}/publish" Access::Page(Permission::Publish) => page::tables::publish;
    POST "/tables/{name}/drafts/{draft}/withdraw" Access::Page(Permission::Publish) => page::tables::withdraw;
    // What senders post.
    POST "/in/{source}/{key}" Access::Key => ingest::receive;
    PUT "/in/{source}/{key}" Access::Key => ingest::receive;
    GET "/in/{source}/{key}" Access::Key => ingest::receive_by_get;
    OPTIONS "/in/{source}/{key}" Access::Key => ingest::handshake;
    POST "/v2/enqueue" Access::Key => ingest::enqueue;
    POST "/v2/change/enqueue" Access::Key => ingest::enqueue;
    POST "/v2/alerts" Access::Key => ingest::opsgenie_create;
    POST "/v2/alerts/{identifier}/{verb}" Access::Key => ingest::opsgenie_act;
    POST "/in/alertmanager-api/{key}/api/v2/alerts" Access::Key => ingest::alerts_by_path;
    POST "/api/v2/alerts" Access::Key => ingest::alerts;
    GET "/api/v2/alerts" Access::Token(Permission::Read) => ingest::list;
    GET "/api/v2/status" PUBLIC => ingest::status;
    // The JSON API, described.
    GET "/api/openapi.json" PUBLIC => api::openapi;
    GET "/api/docs" PUBLIC => api::docs;
    GET "/api/v1/incidents" TOKEN_READ => api::incidents: "List incidents." [];
    POST "/api/v1/incidents" TOKEN_DECLARE
        => api::declare: "Declare an incident of the home entity."
            ["ENT-001" "ENT-002" "INC-003" "INC-013"];
    GET "/api/v1/incidents/{reference}" TOKEN_READ
        => api::incident: "Read an incident. State, facts, open tasks, clocks, evidence by phase."
            ["INC-004"];
    POST "/api/v1/incidents/{reference}/notes" TOKEN_RESPOND
        => api::note: "Add a note, or an action that was taken."
            ["INC-002" "INC-004" "INC-007" "INC-013"];
    POST "/api/v1/incidents/{reference}/facts" TOKEN_RESPOND
        => api::fact: "Record a fact." ["INC-002" "INC-004" "INC-012" "INC-013"];
    POST "/api/v1/incidents/{reference}/scope" TOKEN_RESPOND
        => api::act::scope: "Decide what is affected." ["ENT-002" "INC-002" "INC-004" "INC-007"];
    POST "/api/v1/incidents/{reference}/awareness" TOKEN_RESPOND
        => api::act::awareness: "Decide since when the legal entity knows."
            ["INC-002" "INC-004" "INC-007" "INC-009"];
    POST "/api/v1/incidents/{reference}/command/take" TOKEN_RESPOND
        => api::act::take_command: "Take command. A reason is wanted where somebody has it."
            ["INC-001" "INC-002" "INC-004" "INC-007" "INC-011"];
    POST "/api/v1/incidents/{reference}/command/offer" TOKEN_RESPOND
        => api::act::offer_command: "Offer command to somebody."
            ["INC-001" "INC-002" "INC-004" "INC-011" "PER-012"];
    POST "/api/v1/incidents/{reference}/command/accept" TOKEN_RESPOND
        => api::act::accept_command: "Accept command that was offered."
            ["INC-001" "INC-002" "INC-004" "INC-010" "INC-011"];
    POST "/api/v1/incidents/{reference}/roles" TOKEN_COMMAND
        => api::act::role: "Give somebody a role in the incident."
            ["INC-001" "INC-002" "INC-004" "PER-012" "PER-013"];
    POST "/api/v1/incidents/{reference}/alerts" TOKEN_RESPOND
        => api::act::attach: "Attach a group of alerts." ["INC-001" "INC-002" "INC-004"];
    POST "/api/v1/incidents/{reference}/links" TOKEN_COMMAND
        => api::act::link: "Link two incidents." ["INC-004" "INC-008"];
    POST "/api/v1/incidents/{reference}/merge" TOKEN_COMMAND
        => api::act::merge: "Merge the incident into another. No regulatory clock moves later."
            ["INC-001" "INC-002" "INC-004" "INC-007" "INC-008"];
    POST "/api/v1/incidents/{reference}/close" TOKEN_COMMAND
        => api::act::close: "Close the incident. Open tasks and measures hold it open."
            ["INC-001" "INC-002" "INC-004" "INC-006" "INC-007"];
    POST "/api/v1/incidents/{reference}/reopen" TOKEN_COMMAND
        => api::act::reopen: "Go on with a closed incident."
            ["INC-002" "INC-004" "INC-005" "INC-007"];
    POST "/api/v1/incidents/{reference}/export" Access::Token(Permission::Export)
        => api::files::export: "Take the evidence pack of an incident. Taking it is an entry."
            ["INC-004"];
    GET "/api/v1/incidents/{reference}/notifications" TOKEN_READ
        => api::notifications: "List who was told of an incident, and what became of it." ["INC-004"];
    POST "/api/v1/incidents/{reference}/severity" TOKEN_RESPOND
        => api::severity: "Decide severity by the newest table. Raising is effective at once; lowering \
            waits for a second person, who approves it on the page: a token never approves (PER-011)."
            ["DOC-002" "INC-001" "INC-002" "INC-004" "INC-007" "TRI-003"];
    POST "/api/v1/incidents/{reference}/tasks/{number}" TOKEN_RESPOND
        => api::task: "Complete a task. One that wants approvals is completed on its page: a token \
            never approves (PER-011)."
            ["INC-001" "INC-002" "INC-004" "PER-011" "PRC-001" "PRC-003" "PRC-004" "PRO-005" "PRO-006"
             "PRO-007"];
    POST "/api/v1/incidents/{reference}/tasks/{number}/exception" TOKEN_RESPOND
        => api::bypass: "Pass a task by exception. Somebody else must ratify it, on a page."
            ["INC-001" "INC-002" "INC-004" "PRC-002" "PRO-005" "PRO-009" "PRO-015" "PRO-016"];
    POST "/api/v1/incidents/{reference}/tasks/{number}/claim" TOKEN_RESPOND
        => api::claim: "Take a task on." ["INC-001" "INC-002" "INC-004" "PRC-003" "PRO-005" "TSK-001" "TSK-002" "TSK-003" "TSK-004"];
    POST "/api/v1/incidents/{reference}/tasks/{number}/release" TOKEN_RESPOND
        => api::release: "Give a task back." ["INC-001" "INC-002" "INC-004" "PRC-003" "PRO-005" "TSK-001" "TSK-002" "TSK-003" "TSK-004"];
    POST "/api/v1/incidents/{reference}/tasks/{number}/delegate" TOKEN_RESPOND
        => api::delegate: "Delegate a task for a time."
            ["INC-001" "INC-002" "INC-004" "INC-007" "PER-012" "PRC-003" "PRO-005" "TSK-001" "TSK-002"
             "TSK-003" "TSK-004"];
    GET "/api/v1/pages" TOKEN_LOG
        => api::pages: "List pages to people, newest first." [];
    POST "/api/v1/incidents/{reference}/measures" TOKEN_RESPOND
        => api::take_measure: "Take a temporary measure, with an owner and an end."
            ["INC-001" "INC-002" "INC-004" "INC-007" "INC-016" "PER-012"];
    POST "/api/v1/incidents/{reference}/measures/{measure}/extend" TOKEN_RESPOND
        => api::extend_measure: "Let a temporary measure stand longer."
            ["INC-002" "INC-004" "INC-007" "INC-015" "INC-016"];
    POST "/api/v1/incidents/{reference}/measures/{measure}/end" TOKEN_RESPOND
        => api::end_measure: "End a temporary measure. That it stays is for those in command."
            ["INC-002" "INC-004" "INC-007" "INC-015"];
    POST "/api/v1/incidents/{reference}/actions" TOKEN_RESPOND
        => api::tell_action: "Record an action that was taken, with its result."
            ["INC-002" "INC-004" "INC-007" "INC-013"];
    POST "/api/v1/incidents/{reference}/pages" TOKEN_RESPOND
        => api::page_also: "Page one more person, or everybody with a role, until somebody answers."
            ["INC-002" "INC-004" "INC-017" "PER-014"];
    POST "/api/v1/incidents/{reference}/messages" TOKEN_RESPOND
        => api::message: "Give the process of an incident a message."
            ["INC-001" "INC-002" "INC-004" "PRO-002" "PRO-009" "PRO-018" "PRO-019"];
    GET "/api/v1/exceptions" TOKEN_READ
        => api::exceptions: "List the register of exceptions, newest first. Judging one is for a \
            person in a fresh session: a token never ratifies." [];
    GET "/api/v1/tasks" TOKEN_READ
        => api::tasks: "List what waits, soonest due first." [];
    GET "/api/v1/incidents/{reference}/evidence" TOKEN_LOG
        => api::evidence: "List the entries of an incident, newest first." ["INC-004"];
    GET "/api/v1/incidents/{reference}/process" TOKEN_READ
        => documents::case: "Read where an incident stands in its process, by which version, and what it \
            asks of people beside its tasks."
        ["DOC-002" "INC-004"];
    POST "/api/v1/incidents/{reference}/process/exception" TOKEN_RESPOND
        => asks::pass_held: "Pass a step that is held for its evidence. Somebody else must ratify it, on a \
            page."
            ["INC-001" "INC-002" "INC-004" "PRC-002" "PRO-002" "PRO-009" "PRO-015" "PRO-016"];
    POST "/api/v1/incidents/{reference}/process/faults/{fault}/retry" TOKEN_RESPOND
        => asks::retry_step: "Let a stuck step be tried again, with variables set first."
            ["INC-001" "INC-002" "INC-004" "PRO-002" "PRO-009" "PRO-013"];
    POST "/api/v1/incidents/{reference}/process/faults/{fault}/move-on" TOKEN_COMMAND
        => asks::move_past: "Move a case past a stuck step, with a reason."
            ["INC-001" "INC-002" "INC-004" "INC-007" "PRO-002" "PRO-013" "PRO-014"];
    POST "/api/v1/incidents/{reference}/process/activities" TOKEN_RESPOND
        => asks::begin_activity: "Begin an activity of an ad-hoc sub-process."
            ["INC-001" "INC-002" "INC-004" "PRO-002" "PRO-020"];
    POST "/api/v1/incidents/{reference}/process/activities/finish" TOKEN_RESPOND
        => asks::finish_activities: "Say that an ad-hoc sub-process is done."
            ["INC-001" "INC-002" "INC-004" "PRO-002" "PRO-015" "PRO-021"];
    POST "/api/v1/incidents/{reference}/signals" TOKEN_RESPOND
        => asks::signal: "Give the process of an incident a signal."
            ["INC-001" "INC-002" "INC-004" "PRO-002" "PRO-009" "PRO-018"];
    POST "/api/v1/signals" TOKEN_RESPOND
        => asks::broadcast: "Give a signal to every open incident that waits for it." ["PRO-009"];
    GET "/api/v1/documents/{kind}" TOKEN_READ
        => documents::documents: "List documents of a kind." ["DOC-002"];
    GET "/api/v1/documents/{kind}/{document}" TOKEN_READ
        => documents::document: "Read a document. Its versions and its drafts." ["DOC-002"];
    GET "/api/v1/documents/{kind}/{document}/versions/{version}" TOKEN_READ
        => documents::version: "Read the bytes of a published version." ["DOC-002"];
    POST "/api/v1/documents/{kind}/{document}/drafts" TOKEN_PUBLISH
        => documents::save_draft: "Save a draft. New, or again with its number; people review and \
                                   approve it on its page."
        ["DOC-002" "DOC-003" "DOC-005" "DOC-009" "DOC-011" "DOC-012" "DOC-014"];
    GET "/api/v1/documents/{kind}/{document}/drafts/{draft}" TOKEN_READ
        => documents::draft: "Read a draft. With what the checks say and what it changes."
        ["DOC-002" "DOC-003"];
    GET "/api/v1/documents/{kind}/{document}/drafts/{draft}/bytes" TOKEN_READ
        => documents::draft_bytes: "Read the bytes of a draft." ["DOC-002" "DOC-003"];
    POST "/api/v1/documents/{kind}/{document}/drafts/{draft}/submit" TOKEN_PUBLISH
        => documents::submit_draft: "Submit a draft for review."
        ["DOC-002" "DOC-003" "DOC-004" "DOC-005" "DOC-007" "DOC-010"];
    POST "/api/v1/documents/{kind}/{document}/drafts/{draft}/publish" TOKEN_PUBLISH
        => documents::publish_draft: "Publish an approved draft."
        ["DOC-002" "DOC-003" "DOC-005" "DOC-007"];
    POST "/api/v1/documents/{kind}/{document}/drafts/{draft}/withdraw" TOKEN_PUBLISH
        => documents::withdraw_draft: "Withdraw a draft." ["DOC-002" "DOC-003" "DOC-009"];
    GET "/api/v1/processes/{document}/insights" TOKEN_READ
        => documents::insights: "Tell how the newest cases of a process went." ["DOC-002"];
    GET "/api/v1/processes/{document}/moves" TOKEN_READ
        => api::moves::of_process: "List plans to move cases of a process, newest first." ["DOC-002"];
    POST "/api/v1/processes/{document}/moves" TOKEN_PUBLISH
        => api::moves::propose: "Propose to move running cases to another version. A second person \
            approves it on its page: a token never approves."
        ["DOC-002" "INC-004" "MOV-002" "MOV-003" "MOV-004" "MOV-005" "MOV-008" "MOV-009"];
    POST "/api/v1/processes/{document}/moves/preview" TOKEN_READ
        => api::moves::preview: "Ask what moving running cases would do. Nothing is recorded."
        ["DOC-002" "INC-004" "MOV-002" "MOV-004" "MOV-008" "MOV-009"];
    GET "/api/v1/moves/{id}" TOKEN_READ
        => api::moves::one: "Read a plan to move cases, with what became of each." ["MOV-001"];
    POST "/api/v1/moves/{id}/withdraw" TOKEN_PUBLISH
        => api::moves::withdraw: "Withdraw a plan that nobody has approved yet."
        ["MOV-001" "MOV-005" "MOV-007"];
    // Decision tables.
    GET "/api/v1/tables" TOKEN_READ => api::tables: "List decision tables, by name." [];
    GET "/api/v1/tables/{name}" TOKEN_READ
        => api::table: "Read a decision table, with what the checks say and its test cases."
            ["DOC-002" "DOC-003"];
    POST "/api/v1/tables/{name}/decide" TOKEN_READ
        => api::decide_table: "Ask a decision table. Nothing is recorded." ["DOC-001" "DOC-002" "DOC-003"];
    // The organisation.
    GET "/api/v1/legal-entities" TOKEN_READ
        => organisation::list::<Entity>: "List legal entities, those that still are first." [];
    POST "/api/v1/legal-entities" TOKEN_ADMINISTER
        => organisation::add::<Entity>: "Add a legal entity, or bring a retired one of the same code back."
            ["DOC-002" "ENT-001" "ENT-002" "ENT-003" "ENT-004" "ENT-006" "ENT-007"
             "ENT-009" "ENT-010" "ENT-011" "ENT-012" "ENT-013" "ENT-014" "PER-012"];
    GET "/api/v1/legal-entities/{part}" TOKEN_READ
        => organisation::one::<Entity>: "Read a legal entity." ["ENT-001"];
    POST "/api/v1/legal-entities/{part}" TOKEN_ADMINISTER
        => organisation::change::<Entity>: "Say what a legal entity is from here on: the whole of it."
            ["DOC-002" "ENT-001" "ENT-002" "ENT-003" "ENT-004" "ENT-006" "ENT-007"
             "ENT-009" "ENT-010" "ENT-011" "ENT-012" "ENT-013" "ENT-014" "PER-012"];
    POST "/api/v1/legal-entities/{part}/retire" TOKEN_ADMINISTER
        => organisation::retire::<Entity>: "Retire a legal entity that nothing else needs."
            ["DOC-002" "ENT-001" "ENT-002" "ENT-003" "ENT-004" "ENT-006" "ENT-007"
             "ENT-009" "ENT-010" "ENT-011" "ENT-012" "ENT-013" "ENT-014" "PER-012"];
    GET "/api/v1/functions" TOKEN_READ
        => organisation::list::<Function>: "List business functions, those that still are first." [];
    POST "/api/v1/functions" TOKEN_ADMINISTER
        => organisation::add::<Function>: "Add a business function, or bring a retired one of the same code back."
            ["DOC-002" "ENT-001" "ENT-002" "ENT-003" "ENT-004" "ENT-006" "ENT-007"
             "ENT-009" "ENT-010" "ENT-011" "ENT-012" "ENT-013" "ENT-014" "PER-012"];
    GET "/api/v1/functions/{part}" TOKEN_READ
        => organisation::one::<Function>: "Read a business function." ["ENT-014"];
    POST "/api/v1/functions/{part}" TOKEN_ADMINISTER
        => organisation::change::<Function>: "Say what a business function is from here on: the whole of it."
            ["DOC-002" "ENT-001" "ENT-002" "ENT-003" "ENT-004" "ENT-006" "ENT-007"
             "ENT-009" "ENT-010" "ENT-011" "ENT-012" "ENT-013" "ENT-014" "PER-012"];
    POST "/api/v1/functions/{part}/retire" TOKEN_ADMINISTER
        => organisation::retire::<Function>: "Retire a business function that nothing else needs."
            ["DOC-002" "ENT-001" "ENT-002" "ENT-003" "ENT-004" "ENT-006" "ENT-007"
             "ENT-009" "ENT-010" "ENT-011" "ENT-012" "ENT-013" "ENT-014" "PER-012"];
    GET "/api/v1/teams" TOKEN_READ
        => organisation::list::<Team>: "List teams, those that still are first." [];
    POST "/api/v1/teams" TOKEN_ADMINISTER
        => organisation::add::<Team>: "Add a team, or bring a retired one of the same code back."
            ["DOC-002" "ENT-001" "ENT-002" "ENT-003" "ENT-004" "ENT-006" "ENT-007"
             "ENT-009" "ENT-010" "ENT-011" "ENT-012" "ENT-013" "ENT-014" "PER-012"];
    GET "/api/v1/teams/{part}" TOKEN_READ
        => organisation::one::<Team>: "Read a team." ["ENT-013"];
    POST "/api/v1/teams/{part}" TOKEN_ADMINISTER
        => organisation::change::<Team>: "Say what a team is from here on: the whole of it."
            ["DOC-002" "ENT-001" "ENT-002" "ENT-003" "ENT-004" "ENT-006" "ENT-007"
             "ENT-009" "ENT-010" "ENT-011" "ENT-012" "ENT-013" "ENT-014" "PER-012"];
    POST "/api/v1/teams/{part}/retire" TOKEN_ADMINISTER
        => organisation::retire::<Team>: "Retire a team that nothing else needs."
            ["DOC-002" "ENT-001" "ENT-002" "ENT-003" "ENT-004" "ENT-006" "ENT-007"
             "ENT-009" "ENT-010" "ENT-011" "ENT-012" "ENT-013" "ENT-014" "PER-012"];
    GET "/api/v1/services" TOKEN_READ
        => organisation::list::<Service>: "List services, those that still are first." [];
    POST "/api/v1/services" TOKEN_ADMINISTER
        => organisation::add::<Service>: "Add a service, or bring a retired one of the same code back."
            ["DOC-002" "ENT-001" "ENT-002" "ENT-003" "ENT-004" "ENT-006" "ENT-007"
             "ENT-009" "ENT-010" "ENT-011" "ENT-012" "ENT-013" "ENT-014" "PER-012"];
    GET "/api/v1/services/{part}" TOKEN_READ
        => organisation::one::<Service>: "Read a service." ["ENT-002"];
    POST "/api/v1/services/{part}" TOKEN_ADMINISTER
        => organisation::change::<Service>: "Say what a service is from here on: the whole of it."
            ["DOC-002" "ENT-001" "ENT-002" "ENT-003" "ENT-004" "ENT-006" "ENT-007"
             "ENT-009" "ENT-010" "ENT-011" "ENT-012" "ENT-013" "ENT-014" "PER-012"];
    POST "/api/v1/services/{part}/retire" TOKEN_ADMINISTER
        => organisation::retire::<Service>: "Retire a service that nothing else needs."
            ["DOC-002" "ENT-001" "ENT-002" "ENT-003" "ENT-004" "ENT-006" "ENT-007"
             "ENT-009" "ENT-010" "ENT-011" "ENT-012" "ENT-013" "ENT-014" "PER-012"];
    GET "/api/v1/configuration" TOKEN_READ
        => api::configuration::list: "List sets of changes of configuration, those that wait first." [];
    GET "/api/v1/configuration/{id}" TOKEN_READ
        => api::configuration::one: "Read a set of changes." ["CFG-005"];
    POST "/api/v1/configuration/{id}/reject" TOKEN_ADMINISTER
        => api::configuration::reject: "Give proposed changes up. A token never approves them: a person does, \
            on the page." ["CFG-005" "CFG-006" "CFG-009"];
    GET "/api/v1/criticality" TOKEN_READ
        => organisation::scale: "Read the scale of criticality, the highest level first." [];
    POST "/api/v1/criticality" TOKEN_ADMINISTER
        => organisation::set_scale: "Set the scale of criticality: all of its levels."
            ["ENT-003" "ENT-004" "ENT-006" "ENT-007" "ENT-009" "ENT-011"];
    GET "/api/v1/incidents/{reference}/scope/suggested" TOKEN_READ
        => organisation::suggested: "Read what an incident may reach by the service graph. Decides \
            nothing." ["INC-004"];
    GET "/api/v1/severity" TOKEN_READ
        => api::questions: "Read the questions that decide severity." ["DOC-002"];
    GET "/api/v1/alerts" TOKEN_READ => api::alerts::alerts: "List alerts, newest first." [];
    GET "/api/v1/alerts/{id}" TOKEN_READ
        => api::alerts::alert: "Explain an alert. What it says, where it went, who was told." [];
    POST "/api/v1/alerts/{id}/acknowledge" TOKEN_RESPOND
        => api::alerts::acknowledge: "Acknowledge an alert. It answers the ladders of its group."
            ["ESC-001"];
    POST "/api/v1/alerts/{id}/declare" TOKEN_DECLARE
        => api::declare_from: "Declare an incident from an alert. The alert's group belongs to it."
            ["ENT-001" "ENT-002" "INC-003" "INC-013"];
    GET "/api/v1/quarantine/{id}/bytes" TOKEN_READ
        => api::files::arrived: "Read an input that was not understood, byte for byte." [];
    GET "/api/v1/people" TOKEN_READ => api::people::people: "List people." [];
    POST "/api/v1/people" TOKEN_ADMINISTER
        => api::people::add: "Add a person. The one-time link is made on their page: whoever holds it \
            could approve, and a token never does."
            ["PER-001" "PER-006" "PER-007" "PER-013" "PER-015"];
    GET "/api/v1/people/{id}" TOKEN_READ => api::people::one: "Read a person." ["PER-012"];
    POST "/api/v1/people/{id}/roles" TOKEN_ADMINISTER
        => api::people::grant: "Grant a role for all legal entities." ["PER-012" "PER-013" "PER-015"];
    POST "/api/v1/people/{id}/roles/revoke" TOKEN_ADMINISTER
        => api::people::revoke: "Take a role away." ["PER-012" "PER-013"];
    POST "/api/v1/people/{id}/tokens/revoke" TOKEN_ADMINISTER
        => api::people::revoke_tokens: "Take every token of a person or service away. Streams that \
            one opened end within seconds." ["PER-012"];
    GET "/api/v1/webhooks" TOKEN_ADMINISTER => api::webhooks::webhooks: "List webhooks." [];
    POST "/api/v1/webhooks" TOKEN_ADMINISTER
        => api::webhooks::add: "Add a webhook. Its secret is answered once; the first thing it is told \
            is that it was added." ["HOK-002" "HOK-003" "HOK-005" "HOK-006"];
    GET "/api/v1/webhooks/{id}" TOKEN_ADMINISTER
        => api::webhooks::one: "Read a webhook." ["HOK-001"];
    POST "/api/v1/webhooks/{id}/pause" TOKEN_ADMINISTER
        => api::webhooks::pause: "Tell a webhook nothing for a while." ["HOK-001" "HOK-004"];
    POST "/api/v1/webhooks/{id}/resume" TOKEN_ADMINISTER
        => api::webhooks::resume: "Tell a webhook again, from where it stopped." ["HOK-001" "HOK-004"];
    POST "/api/v1/webhooks/{id}/renew" TOKEN_ADMINISTER
        => api::webhooks::renew: "Give a webhook a new secret. It is answered once; the old one signs \
            nothing any more." ["HOK-001" "HOK-004"];
    POST "/api/v1/webhooks/{id}/remove" TOKEN_ADMINISTER
        => api::webhooks::remove: "Tell a webhook nothing any more." ["HOK-001" "HOK-004"];
    POST "/api/v1/webhooks/{id}/test" TOKEN_ADMINISTER
        => api::webhooks::test: "Send a webhook a signed test, now and once." ["HOK-001"];
    GET "/api/v1/webhooks/{id}/deliveries" TOKEN_ADMINISTER
        => api::webhooks::deliveries: "List the newest attempts to tell a webhook, newest first."
            ["HOK-001"];
    GET "/api/v1/search" TOKEN_READ => api::search: "Look for incidents, people and entries." [];
    GET "/api/v1/evidence" TOKEN_LOG
        => api::entries: "List the entries of the log, newest first." ["INC-004"];
    GET "/api/v1/evidence/{seq}" TOKEN_LOG => api::entry: "Read an entry, byte for byte." [];
    GET "/api/v1/evidence/{seq}/proof" TOKEN_LOG
        => api::proof: "Prove that an entry is in the log. 404 until a checkpoint covers it." [];
    GET "/api/v1/events" TOKEN_LOG
        => api::events: "Follow the log as server-sent events. It resumes after `Last-Event-ID`." [];
    // Doors in: what there is, what it is told, what was not understood.
    GET "/api/v1/sources" TOKEN_READ => api::sources: "List the sources that can be read." [];
    GET "/api/v1/integrations" TOKEN_READ => api::integrations: "List the integrations." [];
    POST "/api/v1/integrations" TOKEN_ADMINISTER
        => api::add_integration: "Add an integration. Its key is told once."
            ["DOC-002" "ENT-001" "ITG-002" "ITG-004"];
    GET "/api/v1/integrations/{id}" TOKEN_READ
        => api::integration: "Read an integration." ["ITG-005"];
    POST "/api/v1/integrations/{id}/settings" TOKEN_ADMINISTER
        => api::configure_integration: "Tell an integration how to read what comes."
            ["ITG-002" "ITG-005" "ITG-006" "ITG-007" "ITG-008"];
    POST "/api/v1/integrations/{id}/try" TOKEN_ADMINISTER
        => api::try_integration: "Tell what a message would become. Nothing is recorded."
            ["ITG-005" "ITG-006"];
    POST "/api/v1/integrations/{id}/test" TOKEN_ADMINISTER
        => api::test_integration: "Send the source's sample the whole way. As an exercise that is over \
            within the same commit: nobody is woken." ["ITG-002" "ITG-005"];
    POST "/api/v1/integrations/{id}/key" TOKEN_ADMINISTER
        => api::renew_integration_key: "Replace the key. The old one opens nothing any more."
            ["ITG-005"];
    GET "/api/v1/quarantine" TOKEN_READ
        => api::quarantine: "List input that was not understood, newest first." [];
    POST "/api/v1/quarantine/{id}/replay" TOKEN_RESPOND
        => api::replay_input: "Read input again. It goes the whole way and may page people."
            ["ING-016" "ING-017" "ING-019" "ING-020" "ITG-002"];
    POST "/api/v1/quarantine/{id}/dismiss" TOKEN_RESPOND
        => api::dismiss_input: "Put input away, with a reason." ["ING-016" "ING-017" "ING-018"];
    GET "/api/v1/changes" TOKEN_READ
        => api::changes: "List what senders say that they changed, newest first." [];
};

/// The router of this node's web side.
pub fn router(app: App, options: Options) -> Router {
    let web = Web::new(app, options);
    let guarded = |access, served: MethodRouter<Web>| {
        served.layer(from_fn_with_state(Post { web: web.clone(), access }, guard::watch))
    };
    let mut router = Router::new();
    for route in TABLE {
        router = router.route(route.path, guarded(route.access, (route.serve)()));
    }
    router
        .fallback_service(
            guarded(Access::Public, get(nothing).post(nothing)).with_state(web.clone()),
        )
        .method_not_allowed_fallback(other_method)
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(web.clone(), guard::called))
        .layer(from_fn_with_state(web.clone(), guard::secured))
        .with_state(web)
}

/// There is nothing at this address.
async fn nothing() -> Trouble {
    Trouble::not_found()
}

async fn other_method(State(_): State<Web>) -> Response {
    Trouble::wrong_method().into_response()
}

/// The table of access as docs/reference/access.md holds it: a row a route, a column a role.
pub fn access_table() -> String {
    let mut text = String::from(
        "# Who may reach what\n\n\
         Written from the table of routes (`crates/web/src/routes.rs`) and the table of permissions \
         (`crates/domain/src/access.rs`); a test compares it and tries every cell. ● may, · may not. \
         What exactly somebody may touch there is decided by the use case: for which legal entity, \
         in which state, after which approval.\n\n",
    );
    let heads: Vec<String> = Role::ALL.iter().map(|role| role.name().to_owned()).collect();
    text.push_str(&format!("| route | wants | stranger | {} |\n", heads.join(" | ")));
    text.push_str(&format!("| --- | --- |{}\n", " :-: |".repeat(heads.len() + 1)));
    for route in TABLE {
        let method = route.method.name();
        let mut row = format!("| `{method} {}` | {} |", route.path, route.access.name());
        let everybody = std::iter::once(None).chain(Role::ALL.iter().copied().map(Some));
        for role in everybody {
            row.push_str(if route.access.lets(role) { " ● |" } else { " · |" });
        }
        text.push_str(&row);
        text.push('\n');
    }
    text
}
