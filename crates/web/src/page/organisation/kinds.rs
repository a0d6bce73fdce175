//! What differs between the kinds of the organisation: columns, facts, forms.

use app::organisation::Named;
use base::{Code, Id, Kind};
use domain::{
    entity::{EntityDescribed, KINDS_OF_ENTITY},
    function::FunctionDescribed,
    organisation::Details,
    service::ServiceDescribed,
    team::TeamDescribed,
};

use super::known::Known;
use crate::{
    form::Form,
    page::parts::label,
    trouble::Trouble,
    view::{
        Choice, Input, Place,
        organisation::{Item, PartField, PartFieldKind},
    },
};

/// A kind with pages of its own.
pub(crate) trait Kinded: Details + Sync {
    /// The first part of its paths, without slashes.
    const PATH: &'static str;
    /// Where it stands in the rail.
    const PLACE: Place;
    /// The columns of its list.
    const COLUMNS: &'static [&'static str];
    /// What its page says of it.
    const FACTS: &'static [&'static str];
    /// Where it may be used.
    const USED: &'static [&'static str];
    /// Whether things of this kind depend on each other.
    const IS_GRAPH: bool = false;

    /// Whether it is marked: critical, or the home entity.
    fn is_first(&self) -> bool;
    /// What stands under a column or a fact.
    fn cell(named: &Named<Self>, column: &str, known: &Known) -> Vec<Item>;
    /// The fields of its form, empty.
    fn fields(known: &Known) -> Vec<PartField>;
    /// What a field holds; several ids or codes are separated by spaces.
    fn value(&self, key: &str) -> String;
    /// Reads the form; what it does not ask stays as it was.
    ///
    /// # Errors
    /// An id or a code that is none.
    fn read(form: &Form, code: Code, before: Option<&Self>) -> Result<Self, Trouble>;
}

fn field(key: &'static str, kind: PartFieldKind) -> PartField {
    PartField { key, kind, optional: key != "name", input: Input::default() }
}

fn yes_no(is: bool) -> Vec<Item> {
    vec![Item::plain(if is { "yes" } else { "no" })]
}

fn coded(codes: &[Code]) -> Vec<Item> {
    codes.iter().map(|code| Item::plain(label(code.as_str()))).collect()
}

fn joined(ids: &[impl ToString]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn wrong() -> Trouble {
    Trouble::unreadable("Choose from the list; one of the choices is not there any more.")
}

fn ids<K: Kind>(form: &Form, key: &str) -> Result<Vec<Id<K>>, Trouble> {
    form.all(key).map(|text| text.parse().map_err(|_| wrong())).collect()
}

fn one_id<K: Kind>(form: &Form, key: &str) -> Result<Option<Id<K>>, Trouble> {
    Ok(ids(form, key)?.into_iter().next())
}

fn codes(form: &Form, key: &str) -> Result<Vec<Code>, Trouble> {
    let words = form.all(key).flat_map(str::split_whitespace);
    let read = words.map(|text| {
        text.parse().map_err(|_| {
            Trouble::unreadable("A code has letters, digits, points, dashes and underscores only.")
        })
    });
    read.collect()
}

fn one_code(form: &Form, key: &str) -> Result<Option<Code>, Trouble> {
    Ok(codes(form, key)?.into_iter().next())
}

impl Kinded for ServiceDescribed {
    const PATH: &'static str = "services";
    const PLACE: Place = Place::Services;
    const COLUMNS: &'static [&'static str] =
        &["criticality", "team", "entities", "depends_on", "incidents"];
    const FACTS: &'static [&'static str] = &["critical", "criticality", "team", "entities"];
    const USED: &'static [&'static str] = &["functions"];
    const IS_GRAPH: bool = true;

    fn is_first(&self) -> bool {
        self.critical
    }

    fn cell(named: &Named<Self>, column: &str, known: &Known) -> Vec<Item> {
        let details = &named.described.details;
        match column {
            "critical" => yes_no(details.critical),
            "criticality" => {
                let level = details.criticality.as_ref().map(ToString::to_string);
                let label = |code: String| {
                    let known = known.levels.iter().find(|level| level.code == code);
                    Item::plain(known.map_or(code, |level| level.label.clone()))
                };
                level.into_iter().map(label).collect()
            }
            "team" => details.team.iter().map(|id| known.item("teams", &id.to_string())).collect(),
            "entities" => {
                let ids = details.entities.iter();
                ids.map(|id| known.item("entities", &id.to_string())).collect()
            }
            "functions" => {
                let ids = details.functions.iter();
                ids.map(|id| known.item("functions", &id.to_string())).collect()
            }
            "depends_on" => {
                let ids = details.depends_on.iter();
                ids.map(|id| known.item("services", &id.to_string())).collect()
            }
            "incidents" => {
                let open = known.open.get(&named.id.to_string());
                open.map(|count| Item::plain(count.to_string())).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    fn fields(known: &Known) -> Vec<PartField> {
        vec![
            field("name", PartFieldKind::Text),
            field("critical", PartFieldKind::Flag),
            field("criticality", PartFieldKind::One(known.levels.clone())),
            field("team", PartFieldKind::One(known.choices::<TeamDescribed>())),
            field("entities", PartFieldKind::Many(known.choices::<EntityDescribed>())),
            field("functions", PartFieldKind::Many(known.choices::<FunctionDescribed>())),
            field("depends_on", PartFieldKind::Many(known.choices::<Self>())),
        ]
    }

    fn value(&self, key: &str) -> String {
        match key {
            "critical" if self.critical => "1".to_owned(),
            "criticality" => self.criticality.as_ref().map(ToString::to_string).unwrap_or_default(),
            "team" => self.team.map(|id| id.to_string()).unwrap_or_default(),
            "entities" => joined(&self.entities),
            "functions" => joined(&self.functions),
            "depends_on" => joined(&self.depends_on),
            _ => String::new(),
        }
    }

    fn read(form: &Form, code: Code, _: Option<&Self>) -> Result<Self, Trouble> {
        Ok(Self {
            code,
            team: one_id(form, "team")?,
            criticality: one_code(form, "criticality")?,
            critical: form.get("critical") == "1",
            entities: ids(form, "entities")?,
            functions: ids(form, "functions")?,
            depends_on: ids(form, "depends_on")?,
        })
    }
}

impl Kinded for EntityDescribed {
    const PATH: &'static str = "entities";
    const PLACE: Place = Place::Services;
    const COLUMNS: &'static [&'static str] = &["kinds", "member_state", "authority", "services"];
    const FACTS: &'static [&'static str] =
        &["kinds", "member_state", "authority", "attributes", "lei", "time_zone"];
    const USED: &'static [&'static str] = &["services", "functions"];

    fn is_first(&self) -> bool {
        self.home
    }

    fn cell(named: &Named<Self>, column: &str, known: &Known) -> Vec<Item> {
        let (details, id) = (&named.described.details, named.id);
        let word = |text: &String| (!text.is_empty()).then(|| Item::plain(text.clone()));
        match column {
            "kinds" => coded(&details.kinds),
            "attributes" => coded(&details.attributes),
            "authority" => {
                details.authority.iter().map(|code| Item::plain(code.to_string())).collect()
            }
            "member_state" => {
                details.member_state.iter().map(|code| Item::plain(code.to_string())).collect()
            }
            "lei" => word(&named.described.lei).into_iter().collect(),
            "time_zone" => word(&named.described.time_zone).into_iter().collect(),
            "services" => {
                known.those("services", |held: &ServiceDescribed| held.entities.contains(&id))
            }
            "functions" => {
                known.those("functions", |held: &FunctionDescribed| held.entities.contains(&id))
            }
            _ => Vec::new(),
        }
    }

    fn fields(_: &Known) -> Vec<PartField> {
        let kinds = KINDS_OF_ENTITY.iter().map(|code| Choice::new(*code, label(code))).collect();
        vec![
            field("name", PartFieldKind::Text),
            field("lei", PartFieldKind::Text),
            field("member_state", PartFieldKind::Text),
            field("authority", PartFieldKind::Text),
            field("time_zone", PartFieldKind::Text),
            field("attributes", PartFieldKind::Text),
            field("kinds", PartFieldKind::Many(kinds)),
        ]
    }

    fn value(&self, key: &str) -> String {
        let one = |code: &Option<Code>| code.as_ref().map(ToString::to_string).unwrap_or_default();
        match key {
            "kinds" => joined(&self.kinds),
            "attributes" => joined(&self.attributes),
            "authority" => one(&self.authority),
            "member_state" => one(&self.member_state),
            _ => String::new(),
        }
    }

    fn read(form: &Form, code: Code, before: Option<&Self>) -> Result<Self, Trouble> {
        Ok(Self {
            code,
            home: before.is_some_and(|before| before.home),
            kinds: codes(form, "kinds")?,
            attributes: codes(form, "attributes")?,
            authority: one_code(form, "authority")?,
            member_state: one_code(form, "member_state")?,
        })
    }
}

impl Kinded for TeamDescribed {
    const PATH: &'static str = "teams";
    const PLACE: Place = Place::Services;
    const COLUMNS: &'static [&'static str] = &["members", "policy", "services"];
    const FACTS: &'static [&'static str] = &["members", "policy"];
    const USED: &'static [&'static str] = &["services"];

    fn is_first(&self) -> bool {
        false
    }

    fn cell(named: &Named<Self>, column: &str, known: &Known) -> Vec<Item> {
        let (details, id) = (&named.described.details, named.id);
        match column {
            "members" => {
                let ids = details.members.iter();
                ids.map(|id| known.item("people", &id.to_string())).collect()
            }
            "policy" => details.policy.iter().map(|code| Item::plain(code.to_string())).collect(),
            "services" => known.those("services", |held: &ServiceDescribed| held.team == Some(id)),
            _ => Vec::new(),
        }
    }

    fn fields(known: &Known) -> Vec<PartField> {
        vec![
            field("name", PartFieldKind::Text),
            field("policy", PartFieldKind::One(known.policies.clone())),
            field("members", PartFieldKind::Many(known.people.clone())),
        ]
    }

    fn value(&self, key: &str) -> String {
        match key {
            "members" => joined(&self.members),
            "policy" => self.policy.as_ref().map(ToString::to_string).unwrap_or_default(),
            _ => String::new(),
        }
    }

    fn read(form: &Form, code: Code, _: Option<&Self>) -> Result<Self, Trouble> {
        Ok(Self { code, members: ids(form, "members")?, policy: one_code(form, "policy")? })
    }
}

impl Kinded for FunctionDescribed {
    const PATH: &'static str = "functions";
    const PLACE: Place = Place::Services;
    const COLUMNS: &'static [&'static str] = &["entities", "services"];
    const FACTS: &'static [&'static str] = &["critical", "entities"];
    const USED: &'static [&'static str] = &["services"];

    fn is_first(&self) -> bool {
        self.critical
    }

    fn cell(named: &Named<Self>, column: &str, known: &Known) -> Vec<Item> {
        let (details, id) = (&named.described.details, named.id);
        match column {
            "critical" => yes_no(details.critical),
            "entities" => {
                let ids = details.entities.iter();
                ids.map(|id| known.item("entities", &id.to_string())).collect()
            }
            "services" => {
                known.those("services", |held: &ServiceDescribed| held.functions.contains(&id))
            }
            _ => Vec::new(),
        }
    }

    fn fields(known: &Known) -> Vec<PartField> {
        vec![
            field("name", PartFieldKind::Text),
            field("critical", PartFieldKind::Flag),
            field("entities", PartFieldKind::Many(known.choices::<EntityDescribed>())),
        ]
    }

    fn value(&self, key: &str) -> String {
        match key {
            "critical" if self.critical => "1".to_owned(),
            "entities" => joined(&self.entities),
            _ => String::new(),
        }
    }

    fn read(form: &Form, code: Code, _: Option<&Self>) -> Result<Self, Trouble> {
        let critical = form.get("critical") == "1";
        Ok(Self { code, critical, entities: ids(form, "entities")? })
    }
}
