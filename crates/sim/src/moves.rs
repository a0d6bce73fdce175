//! Cases that move to another version of their process: published, proposed and approved by people.

use app::moving::Wanted;
use base::{Code, Id, id};
use domain::{document::DocumentKind, moving::Plan};

use crate::{World, bank};

/// The process that incidents run.
const PROCESS: Code = Code::fixed("major-incident");

impl World {
    /// Publishes a version of the process that incidents run.
    pub fn publish_process(&mut self, text: String) {
        self.note_step("another version of the process is published");
        let people = self.people.clone();
        let published = self.run(|app| async move {
            let which = (DocumentKind::Process, PROCESS);
            bank::publish(&app, &people, which, text.into_bytes()).await
        });
        self.must("publishing", published);
    }

    /// The lead proposes to move every open case from one version to another.
    pub fn propose_move(
        &mut self,
        (from, to): (i64, i64),
        mapping: &[(&'static str, &'static str)],
    ) -> Id<id::CaseMove> {
        self.note_step(format!("cases are to move from version {from} to {to}"));
        let lead = self.person("lead").caller(self.now());
        let mapping = mapping.iter().map(|(old, new)| (Code::fixed(old), Code::fixed(new)));
        let wanted = Wanted { process: PROCESS, from, to, mapping: mapping.collect(), cases: None };
        let reason = "The step is done in another way.".to_owned();
        let proposed = self.run(|app| async move { app.propose_move(&lead, wanted, reason).await });
        self.must("proposing a move", proposed).id
    }

    /// The board approves it.
    pub fn approve_move(&mut self, plan: Id<id::CaseMove>) {
        let board = self.person("board").caller(self.now());
        let approved =
            self.run(|app| async move { app.approve_move(&board, plan, String::new()).await });
        self.must("approving a move", approved);
    }

    /// A plan as it stands.
    pub fn plan(&self, plan: Id<id::CaseMove>) -> Plan {
        let seen = self.run(|app| async move { app.see_move(plan).await });
        self.must("reading a plan", seen).plan
    }
}
