//! The one table of routes: what there is, who may reach it, who answers.
//!
//! The router is built from it, the guard enforces its middle column, and docs/reference/access.md is
//! written from it (ground rule G22). Exact paths and form fields: docs/reference/pages.md.

use app::App;
use axum::{
    Router,
    extract::State,
    middleware::from_fn_with_state,
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};
use domain::access::{Permission, Role};
use tower_http::compression::CompressionLayer;

use crate::{
    Access, Options,
    api::{self, organisation},
    guard::{self, Post},
    health, ingest, live, log, page,
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
}

/// One route.
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, its parameters in braces.
    pub path: &'static str,
    /// Who may reach it.
    pub access: Access,
    serve: fn() -> MethodRouter<Web>,
}

macro_rules! routes {
    ($($method:ident $path:literal $access:expr => $handler:path;)*) => {
        &[$(Route {
            method: routes!(@method $method),
            path: $path,
            access: $access,
            serve: || routes!(@verb $method)($handler),
        }),*]
    };
    (@method GET) => { Method::Get };
    (@method POST) => { Method::Post };
    (@verb GET) => { get };
    (@verb POST) => { post };
}

const READ: Access = Access::Page(Permission::Read);
const READ_LOG: Access = Access::Page(Permission::ReadLog);
const DECLARE: Access = Access::Page(Permission::Declare);
const RESPOND: Access = Access::Page(Permission::Respond);
const COMMAND: Access = Access::Page(Permission::Command);
const APPROVE: Access = Access::Confirmed(Permission::Approve);
const EXPORT: Access = Access::Confirmed(Permission::Export);
const ADMINISTER: Access = Access::Page(Permission::Administer);
const PUBLIC: Access = Access::Public;

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
    GET "/log/checkpoint" PUBLIC => log::checkpoint;
    // Whoever is signed in.
    POST "/sign-out" Access::SignedIn => page::access::sign_out;
    GET "/sign-in/again" Access::SignedIn => page::access::again_form;
    POST "/sign-in/again" Access::SignedIn => page::access::again;
    POST "/theme" Access::SignedIn => page::access::theme;
    // Lists.
    GET "/" READ => page::now::show;
    GET "/live" READ => live::follow;
    GET "/search" READ => page::search::find;
    GET "/tasks" READ => page::work::list;
    GET "/tasks.csv" READ => page::work::csv;
    GET "/incidents" READ => page::incidents::list;
    // Alerts.
    GET "/alerts" READ => page::alerts::list;
    GET "/alerts/{id}" READ => page::explain::show;
    POST "/alerts/{id}/acknowledge" RESPOND => page::explain::acknowledge;
    POST "/alerts/{id}/declare" DECLARE => page::declare::from_alert;
    GET "/quarantine" READ => page::quarantine::list;
    GET "/quarantine/{id}" READ => page::quarantine::show;
    GET "/quarantine/{id}/bytes" READ => page::quarantine::bytes;
    // Incidents.
    GET "/declare" DECLARE => page::declare::show;
    POST "/declare" DECLARE => page::declare::declare;
    GET "/incidents/{reference}" READ => incident::show;
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
    // The log.
    GET "/log" READ_LOG => page::log::list;
    GET "/log/entries/{seq}" READ_LOG => page::log::entry;
    GET "/log/entries/{seq}/bytes" READ_LOG => page::log::bytes;
    GET "/log/entries/{seq}/proof" READ_LOG => page::log::proof;
    GET "/log/tile/{*path}" Access::Either(Permission::ReadLog) => log::tile;
    // People and integrations.
    GET "/people" READ => page::people::list;
    POST "/people" ADMINISTER => page::people::add;
    GET "/people/{id}" READ => page::people::show;
    POST "/people/{id}/roles" ADMINISTER => page::people::grant;
    POST "/people/{id}/roles/revoke" ADMINISTER => page::people::revoke;
    POST "/people/{id}/link" ADMINISTER => page::people::link;
    GET "/integrations" READ => page::integrations::list;
    POST "/integrations" ADMINISTER => page::integrations::add;
    // What senders post.
    POST "/in/{source}/{key}" Access::Key => ingest::receive;
    POST "/in/alertmanager-api/{key}/api/v2/alerts" Access::Key => ingest::alerts_by_path;
    POST "/api/v2/alerts" Access::Key => ingest::alerts;
    GET "/api/v2/alerts" Access::Token(Permission::Read) => ingest::list;
    GET "/api/v2/status" PUBLIC => ingest::status;
    // The JSON API.
    GET "/api/v1/incidents" Access::Token(Permission::Read) => api::incidents;
    POST "/api/v1/incidents" Access::Token(Permission::Declare) => api::declare;
    GET "/api/v1/incidents/{reference}" Access::Token(Permission::Read) => api::incident;
    POST "/api/v1/incidents/{reference}/notes" Access::Token(Permission::Respond) => api::note;
    POST "/api/v1/incidents/{reference}/facts" Access::Token(Permission::Respond) => api::fact;
    POST "/api/v1/incidents/{reference}/severity" Access::Token(Permission::Respond)
        => api::severity;
    POST "/api/v1/incidents/{reference}/tasks/{number}" Access::Token(Permission::Respond)
        => api::task;
    POST "/api/v1/incidents/{reference}/tasks/{number}/claim" Access::Token(Permission::Respond)
        => api::claim;
    POST "/api/v1/incidents/{reference}/tasks/{number}/release" Access::Token(Permission::Respond)
        => api::release;
    POST "/api/v1/incidents/{reference}/tasks/{number}/delegate" Access::Token(Permission::Respond)
        => api::delegate;
    GET "/api/v1/tasks" Access::Token(Permission::Read) => api::tasks;
    GET "/api/v1/incidents/{reference}/evidence" Access::Token(Permission::ReadLog)
        => api::evidence;
    GET "/api/v1/alerts" Access::Token(Permission::Read) => api::alerts;
    // The organisation.
    GET "/api/v1/legal-entities" Access::Token(Permission::Read) => organisation::list::<domain::entity::EntityDescribed>;
    POST "/api/v1/legal-entities" Access::Token(Permission::Administer)
        => organisation::add::<domain::entity::EntityDescribed>;
    GET "/api/v1/legal-entities/{part}" Access::Token(Permission::Read)
        => organisation::one::<domain::entity::EntityDescribed>;
    POST "/api/v1/legal-entities/{part}" Access::Token(Permission::Administer)
        => organisation::change::<domain::entity::EntityDescribed>;
    POST "/api/v1/legal-entities/{part}/retire" Access::Token(Permission::Administer)
        => organisation::retire::<domain::entity::EntityDescribed>;
    GET "/api/v1/functions" Access::Token(Permission::Read) => organisation::list::<domain::function::FunctionDescribed>;
    POST "/api/v1/functions" Access::Token(Permission::Administer)
        => organisation::add::<domain::function::FunctionDescribed>;
    GET "/api/v1/functions/{part}" Access::Token(Permission::Read)
        => organisation::one::<domain::function::FunctionDescribed>;
    POST "/api/v1/functions/{part}" Access::Token(Permission::Administer)
        => organisation::change::<domain::function::FunctionDescribed>;
    POST "/api/v1/functions/{part}/retire" Access::Token(Permission::Administer)
        => organisation::retire::<domain::function::FunctionDescribed>;
    GET "/api/v1/teams" Access::Token(Permission::Read) => organisation::list::<domain::team::TeamDescribed>;
    POST "/api/v1/teams" Access::Token(Permission::Administer)
        => organisation::add::<domain::team::TeamDescribed>;
    GET "/api/v1/teams/{part}" Access::Token(Permission::Read)
        => organisation::one::<domain::team::TeamDescribed>;
    POST "/api/v1/teams/{part}" Access::Token(Permission::Administer)
        => organisation::change::<domain::team::TeamDescribed>;
    POST "/api/v1/teams/{part}/retire" Access::Token(Permission::Administer)
        => organisation::retire::<domain::team::TeamDescribed>;
    GET "/api/v1/services" Access::Token(Permission::Read) => organisation::list::<domain::service::ServiceDescribed>;
    POST "/api/v1/services" Access::Token(Permission::Administer)
        => organisation::add::<domain::service::ServiceDescribed>;
    GET "/api/v1/services/{part}" Access::Token(Permission::Read)
        => organisation::one::<domain::service::ServiceDescribed>;
    POST "/api/v1/services/{part}" Access::Token(Permission::Administer)
        => organisation::change::<domain::service::ServiceDescribed>;
    POST "/api/v1/services/{part}/retire" Access::Token(Permission::Administer)
        => organisation::retire::<domain::service::ServiceDescribed>;
    GET "/api/v1/criticality" Access::Token(Permission::Read) => organisation::scale;
    POST "/api/v1/criticality" Access::Token(Permission::Administer) => organisation::set_scale;
    GET "/api/v1/incidents/{reference}/scope/suggested" Access::Token(Permission::Read)
        => organisation::suggested;
    GET "/api/v1/evidence/{seq}" Access::Token(Permission::ReadLog) => log::entry;
    GET "/api/v1/evidence/{seq}/proof" Access::Token(Permission::ReadLog) => log::entry_proof;
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
        let method = if route.method == Method::Get { "GET" } else { "POST" };
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
