//! Services, legal entities, teams and functions: one list and one page for every kind. What a column,
//! a fact or a field is called stands in the template, by its code.

use askama::Template;

use super::{Choice, Input, Level, Place, Sev, Shell, filters, part::Pager, samples::shell};

/// A text, with its page where it has one.
#[derive(Debug, Clone)]
pub struct Item {
    /// The text.
    pub text: String,
    /// Its page.
    pub href: Option<String>,
}

impl Item {
    /// A text without a page.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), href: None }
    }

    /// A text with its page.
    pub fn link(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self { text: text.into(), href: Some(href.into()) }
    }
}

/// One thing as a row.
#[derive(Debug, Clone)]
pub struct PartRow {
    /// What people call it.
    pub name: String,
    /// Its page.
    pub href: String,
    /// What configuration calls it.
    pub code: String,
    /// Whether it is critical, or the home entity.
    pub first: bool,
    /// Whether it is no longer.
    pub retired: bool,
    /// One cell a column.
    pub cells: Vec<(&'static str, Vec<Item>)>,
}

/// What a field of a form holds.
#[derive(Debug, Clone)]
pub enum PartFieldKind {
    /// A text.
    Text,
    /// One of these, or none.
    One(Vec<Choice>),
    /// Any of these.
    Many(Vec<Choice>),
    /// Yes or no.
    Flag,
}

/// A field of the form that changes a thing.
#[derive(Debug, Clone)]
pub struct PartField {
    /// Its code; posted under it.
    pub key: &'static str,
    /// What it holds.
    pub kind: PartFieldKind,
    /// Whether it may be left empty.
    pub optional: bool,
    /// What it is now, or what was typed.
    pub input: Input,
}

/// The pages `/services`, `/entities`, `/teams`, `/functions`.
#[derive(Debug, Clone, Template)]
#[template(path = "organisation-list.html")]
pub struct PartsPage {
    /// Around it.
    pub shell: Shell,
    /// `services`, `entities`, `teams`, `functions`.
    pub kind: &'static str,
    /// The columns after the name.
    pub columns: &'static [&'static str],
    /// By name; those that are no longer stand last.
    pub rows: Vec<PartRow>,
    /// Where it goes on.
    pub pager: Pager,
    /// Whether the reader may add one.
    pub may: bool,
    /// The form that adds one.
    pub fields: Vec<PartField>,
}

/// A box of the picture.
#[derive(Debug, Clone)]
pub struct GraphBox {
    /// From the left.
    pub x: usize,
    /// From the top.
    pub y: usize,
    /// What stands in it.
    pub text: String,
    /// Whether it is the thing itself.
    pub me: bool,
}

/// A line of the picture, from the right edge of one box to the left edge of another.
#[derive(Debug, Clone)]
pub struct GraphLine {
    /// Where it begins.
    pub from: (usize, usize),
    /// Where it ends.
    pub to: (usize, usize),
}

/// What a service needs, and what needs it, drawn.
#[derive(Debug, Clone)]
pub struct Graph {
    /// How high the picture is.
    pub height: usize,
    /// Its boxes.
    pub boxes: Vec<GraphBox>,
    /// Its lines.
    pub lines: Vec<GraphLine>,
}

/// Something that needs a thing, or that it needs.
#[derive(Debug, Clone)]
pub struct Edge {
    /// The other thing.
    pub item: Item,
    /// How many steps of depending lie between.
    pub steps: u32,
}

/// An incident that names the thing.
#[derive(Debug, Clone)]
pub struct NamedBy {
    /// `INC-2026-0042`.
    pub reference: String,
    /// What is broken.
    pub title: String,
    /// How bad.
    pub sev: Sev,
    /// Whether work goes on.
    pub open: bool,
}

/// The pages `/services/{id}`, `/entities/{id}`, `/teams/{id}`, `/functions/{id}`.
#[derive(Debug, Clone, Template)]
#[template(path = "organisation.html")]
pub struct PartPage {
    /// Around it.
    pub shell: Shell,
    /// `services`, `entities`, `teams`, `functions`.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What configuration calls it.
    pub code: String,
    /// Whether it is no longer.
    pub retired: bool,
    /// What it is.
    pub facts: Vec<(&'static str, Vec<Item>)>,
    /// Drawn, for a service.
    pub graph: Option<Graph>,
    /// What it cannot work without.
    pub needs: Vec<Edge>,
    /// What cannot work without it, by any number of steps.
    pub needed_by: Vec<Edge>,
    /// Where it is used, by code of the kind.
    pub used: Vec<(&'static str, Vec<Item>)>,
    /// Incidents that name it, newest first.
    pub incidents: Vec<NamedBy>,
    /// Whether the reader may change it.
    pub may: bool,
    /// The form that changes it.
    pub fields: Vec<PartField>,
}

impl PartPage {
    /// How many open incidents name it.
    pub fn open(&self) -> usize {
        self.incidents.iter().filter(|incident| incident.open).count()
    }
}

fn field(key: &'static str, kind: PartFieldKind, input: Input) -> PartField {
    PartField { key, kind, optional: key != "name", input }
}

fn fields() -> Vec<PartField> {
    let entities = vec![Choice::new("ent_1", "Nordhaven Bank"), Choice::new("ent_2", "Pay AG")];
    vec![
        field("name", PartFieldKind::Text, Input::of("Instant payments")),
        field("critical", PartFieldKind::Flag, Input::of("1")),
        field("entities", PartFieldKind::Many(entities), Input::of("ent_1")),
        field("team", PartFieldKind::One(vec![Choice::new("tea_1", "Core")]), Input::of("tea_1")),
    ]
}

impl PartsPage {
    /// Whether this is the list of that kind.
    pub fn is(&self, kind: &str) -> bool {
        self.kind == kind
    }

    /// Two services, one switched off.
    pub fn sample() -> Self {
        let row = |name: &str, first, retired| PartRow {
            name: name.to_owned(),
            href: "/services/svc_1".to_owned(),
            code: name.to_lowercase().replace(' ', "-"),
            first,
            retired,
            cells: vec![
                ("team", vec![Item::link("Payments core", "/teams/tea_1")]),
                ("entities", vec![Item::link("Nordhaven Bank", "/entities/ent_1")]),
                ("depends_on", vec![Item::plain("2")]),
            ],
        };
        Self {
            shell: shell(Place::Services, "/services"),
            kind: "services",
            columns: &["team", "entities", "depends_on"],
            rows: vec![row("Instant payments", true, false), row("Old archive", false, true)],
            pager: Pager { shown: 2, total: Some(2), ..Pager::default() },
            may: true,
            fields: fields(),
        }
    }

    /// None yet.
    pub fn sample_empty() -> Self {
        Self { rows: Vec::new(), pager: Pager::default(), ..Self::sample() }
    }
}

impl PartPage {
    /// A service with what it needs and what needs it.
    pub fn sample() -> Self {
        let edge = |name: &str, steps| Edge { item: Item::link(name, "/services/svc_2"), steps };
        let place = |x, y, text: &str, me| GraphBox { x, y, text: text.to_owned(), me };
        Self {
            shell: shell(Place::Services, "/services/svc_1"),
            kind: "services",
            id: "svc_1".to_owned(),
            name: "Core ledger".to_owned(),
            code: "core-ledger".to_owned(),
            retired: false,
            facts: vec![
                ("critical", vec![Item::plain("yes")]),
                ("team", vec![Item::link("Payments core", "/teams/tea_1")]),
                ("entities", vec![Item::link("Nordhaven Bank", "/entities/ent_1")]),
            ],
            graph: Some(Graph {
                height: 88,
                boxes: vec![
                    place(0, 8, "Instant payments", false),
                    place(0, 48, "Card authorisation", false),
                    place(250, 28, "Core ledger", true),
                    place(500, 28, "Storage, site A", false),
                ],
                lines: vec![
                    GraphLine { from: (180, 22), to: (250, 42) },
                    GraphLine { from: (180, 62), to: (250, 42) },
                    GraphLine { from: (430, 42), to: (500, 42) },
                ],
            }),
            needs: vec![edge("Storage, site A", 1)],
            needed_by: vec![edge("Instant payments", 1), edge("Mobile banking", 2)],
            used: vec![("functions", vec![Item::link("Payments, retail", "/functions/fun_1")])],
            incidents: vec![NamedBy {
                reference: "INC-2026-0042".to_owned(),
                title: "Instant payments rejected: core ledger gateway times out".to_owned(),
                sev: Sev::of(Level::S1, true),
                open: true,
            }],
            may: true,
            fields: fields(),
        }
    }

    /// A legal entity without anything about it.
    pub fn sample_entity() -> Self {
        Self {
            shell: shell(Place::Services, "/entities/ent_1"),
            kind: "entities",
            name: "Nordhaven Bank".to_owned(),
            graph: None,
            needs: Vec::new(),
            needed_by: Vec::new(),
            incidents: Vec::new(),
            ..Self::sample()
        }
    }
}
