//! Plans as people read them.

use std::sync::Arc;

use base::{Code, Id, id};
use db::Conn;
use domain::{
    document::DocumentKind,
    moving::{CaseHeld, Plan, unknown_plan},
};
use process::Model;
use store::{incident, moving, word};

use crate::{App, Error, turn::Stop};

/// A case of a plan, with what people call it.
#[derive(Debug, Clone)]
pub struct CaseSeen {
    /// `INC-2026-0042`.
    pub reference: Code,
    /// What is broken.
    pub title: String,
    /// The dry run, and what became of it.
    pub held: CaseHeld,
}

/// A plan with everything its page shows.
#[derive(Debug, Clone)]
pub struct PlanSeen {
    /// The plan.
    pub id: Id<id::CaseMove>,
    /// Its state.
    pub plan: Plan,
    /// Why.
    pub reason: String,
    /// What the one who judged it said; may be empty.
    pub judgement: String,
    /// Its cases, the oldest first.
    pub cases: Vec<CaseSeen>,
    /// Both versions, for the names of elements.
    pub models: (Arc<Model>, Arc<Model>),
}

impl App {
    /// A plan.
    ///
    /// # Errors
    /// `MOV-001`.
    pub async fn see_move(&self, id: Id<id::CaseMove>) -> Result<PlanSeen, Error> {
        let app = self.clone();
        self.read(move |conn| see(&app, conn, id).map_err(Error::from)).await
    }

    /// The newest plans of a process, or of all where none is named; at most [`moving::PAGE`].
    ///
    /// # Errors
    /// `DOC-002` for a process that there is not; faults of the store.
    pub async fn list_moves(&self, process: Option<Code>) -> Result<Vec<moving::Listed>, Error> {
        self.read(move |conn| {
            let name = process.as_ref().map_or("", Code::as_str);
            let kind = DocumentKind::Process;
            if process.is_some() && store::document::stream(conn, kind, name)?.is_none() {
                return Err(domain::document::unknown_document().into());
            }
            Ok(moving::newest(conn, name)?)
        })
        .await
    }
}

fn see(app: &App, conn: &mut Conn, id: Id<id::CaseMove>) -> Result<PlanSeen, Stop> {
    let plan = moving::load(conn, id)?.ok_or_else(unknown_plan)?;
    let documents = app.documents();
    let models = (documents.model(conn, plan.from_sha256)?, documents.model(conn, plan.to_sha256)?);
    let mut cases = Vec::with_capacity(plan.cases.len());
    for (case, held) in &plan.cases {
        let Some(state) = incident::load(conn, *case)? else { continue };
        let title = word::text(conn, state.declared, "title")?;
        cases.push(CaseSeen { reference: state.reference, title, held: held.clone() });
    }
    let mut judgement = String::new();
    if let Some((_, seq)) = plan.judged {
        for field in ["comment", "reason"] {
            judgement.push_str(&word::text(conn, seq, field)?);
        }
    }
    let reason = word::text(conn, plan.proposed, "reason")?;
    Ok(PlanSeen { id, reason, judgement, cases, models, plan })
}
