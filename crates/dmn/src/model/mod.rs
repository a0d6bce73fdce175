//! Decision models: decisions that need each other, tables traced by our layer, everything else by
//! dsntk.

mod calls;
mod engine;
mod evaluate;
mod fence;
mod read;

use std::{collections::BTreeSet, sync::Arc};

use base::{Code, Digest};
use process::{Finding, finding::MAX_FINDINGS, xml::Positions};
use roxmltree::Node;

pub use evaluate::{Answer, Traced};

use crate::{cases::Case, table::Table, types::Types, xml::id_of};
use dsntk_feel::FeelType;

/// The most decisions of a model.
pub const MAX_DECISIONS: usize = 2_000;
/// How many decisions may stand behind each other.
pub const MAX_CHAIN: usize = 64;
/// How many evaluations one decision may need, counting each way to each decision behind it.
pub const MAX_PATHS: u64 = 4_096;
/// How many calls of named functions one evaluation may make.
pub const MAX_CALLS: u64 = 100_000;

/// A decision model that may run: one DMN 1.3 to 1.5 file.
pub struct Model {
    /// The model's name; may be empty.
    pub name: String,
    /// The decisions, in the order of the file.
    pub decisions: Vec<Decision>,
    /// SHA-256 of the bytes it was read from.
    pub sha256: Digest,
    /// Test cases stored in the file.
    pub cases: Vec<Case>,
    /// The names of its decision services, which dsntk evaluates.
    pub(crate) services: BTreeSet<String>,
    /// The decision that nobody else needs: what a process asks.
    main: usize,
    /// dsntk's evaluator; absent where every decision is a table over inputs only.
    engine: Option<engine::Engine>,
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Model").field("name", &self.name).field("sha256", &self.sha256).finish()
    }
}

/// One decision.
#[derive(Debug)]
pub struct Decision {
    /// Its id.
    pub id: Code,
    /// Its name; may be empty.
    pub name: String,
    /// Its table, where its logic is one.
    pub table: Option<Arc<Table>>,
    /// The decisions it needs, by their place.
    pub requires: Vec<usize>,
    /// The inputs it needs itself.
    pub inputs: Vec<Needed>,
    pub(crate) variable: String,
    pub(crate) kind: FeelType,
    /// Whether its table needs neither other decisions nor functions.
    pub(crate) direct: bool,
}

/// An input of a decision.
#[derive(Debug, Clone)]
pub struct Needed {
    /// Its name.
    pub name: String,
    pub(crate) kind: FeelType,
}

impl Model {
    /// Reads a model.
    ///
    /// # Errors
    /// All findings: limits, what could reach the host or never end, other languages, imports, mistakes.
    pub fn parse(xml: &str) -> Result<Self, Vec<Finding>> {
        read::read(xml)
    }

    /// The decision that nobody else needs.
    pub fn main(&self) -> &Decision {
        &self.decisions[self.main]
    }

    /// The main decision's table, where its logic is one.
    pub fn table(&self) -> Option<&Arc<Table>> {
        self.main().table.as_ref()
    }

    /// Every table, with gaps and overlaps checked.
    pub fn check(&self) -> Vec<Finding> {
        let tables = self.decisions.iter().filter_map(|decision| decision.table.as_ref());
        tables.flat_map(|table| table.check()).take(MAX_FINDINGS).collect()
    }

    /// Constant answers of the main table that no entry of the log may hold.
    pub(crate) fn not_recordable(&self) -> Vec<Finding> {
        let rules = self.table().into_iter().flat_map(|table| &table.rules);
        let wrong = rules.filter(|rule| rule.says_unrecordable());
        let message = "an answer is no code, whole number or flag, so no incident could record it";
        wrong
            .map(|rule| Finding::new("not-recordable", rule.id.as_str(), rule.position, message))
            .collect()
    }

    /// The names of all inputs that the main decision and those behind it read.
    pub fn inputs(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for at in self.behind(self.main) {
            for needed in &self.decisions[at].inputs {
                if !names.contains(&needed.name) {
                    names.push(needed.name.clone());
                }
            }
        }
        names
    }

    /// A decision and all it needs, those it needs first.
    pub(crate) fn behind(&self, at: usize) -> Vec<usize> {
        fn walk(decisions: &[Decision], at: usize, order: &mut Vec<usize>) {
            if order.contains(&at) {
                return;
            }
            decisions[at].requires.iter().for_each(|next| walk(decisions, *next, order));
            order.push(at);
        }
        let mut order = Vec::new();
        walk(&self.decisions, at, &mut order);
        order
    }
}

/// Collects findings while a file is read.
pub(crate) struct Reader<'a> {
    pub(crate) positions: &'a Positions,
    pub(crate) findings: Vec<Finding>,
    pub(crate) types: Types,
}

impl Reader<'_> {
    /// A finding about a node.
    pub(crate) fn find(
        &mut self,
        rule: &'static str,
        node: Node<'_, '_>,
        message: impl Into<String>,
    ) {
        if self.findings.len() < MAX_FINDINGS {
            let at = self.positions.at(node);
            self.findings.push(Finding::new(rule, id_of(node), at, message));
        }
    }
}
