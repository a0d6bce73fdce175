//! People: who holds which role where, and who can be reached.

use askama::Template;

use super::{
    Choice, Input, Place, Reach, Shell, Time, Words, filters,
    samples::{at, shell},
};

/// Somebody as a row.
#[derive(Debug, Clone)]
pub struct PersonRow {
    /// The id: `per_…`.
    pub id: String,
    /// The name.
    pub name: Words,
    /// Two letters of it.
    pub initials: String,
    /// The e-mail address.
    pub email: Words,
    /// Whether it is a service account.
    pub service: bool,
    /// The roles, as people write them, with the legal entity where it is one.
    pub roles: Vec<String>,
    /// Whether this person can be reached, as far as is proven.
    pub reach: Reach,
    /// When that was last proven, or tried in vain.
    pub proven: Option<Time>,
    /// The ways of reaching, in order, each with when it was last proven.
    pub ways: Vec<(String, Option<Time>)>,
    /// The last sign-in.
    pub signed_in: Option<Time>,
}

/// The page `/people`.
#[derive(Debug, Clone, Template)]
#[template(path = "people.html")]
pub struct PeoplePage {
    /// Around it.
    pub shell: Shell,
    /// By name.
    pub rows: Vec<PersonRow>,
    /// Whether the reader may add people.
    pub may: bool,
    /// New: the name.
    pub name: Input,
    /// New: the e-mail address.
    pub email: Input,
    /// New: the role.
    pub role: Input,
    /// New: the legal entity.
    pub entity: Input,
    /// The roles there are.
    pub roles: Vec<Choice>,
    /// The legal entities there are.
    pub entities: Vec<Choice>,
}

/// A role held.
#[derive(Debug, Clone)]
pub struct GrantRow {
    /// The role's code.
    pub role: String,
    /// The role as people write it.
    pub name: String,
    /// The legal entity's id; empty for all.
    pub entity: String,
    /// Its name; `None` for all.
    pub entity_name: Option<String>,
    /// Since when.
    pub since: Time,
    /// The entry.
    pub entry: i64,
}

/// A way of reaching somebody.
#[derive(Debug, Clone)]
pub struct ContactRow {
    /// `mail` or `webhook`.
    pub channel: String,
    /// The address.
    pub address: Words,
    /// Whether it works, as far as is proven.
    pub reach: Reach,
    /// When that was last proven, or tried in vain.
    pub proven: Option<Time>,
}

/// The page `/people/{id}`.
#[derive(Debug, Clone, Template)]
#[template(path = "person.html")]
pub struct PersonPage {
    /// Around it.
    pub shell: Shell,
    /// The person.
    pub person: PersonRow,
    /// The roles held.
    pub grants: Vec<GrantRow>,
    /// The ways of reaching, in the order of trying.
    pub contacts: Vec<ContactRow>,
    /// A one-time link, shown once.
    pub link: Option<String>,
    /// For how many hours the link holds.
    pub link_hours: i64,
    /// Until when a new or elevated account may not approve.
    pub approves_from: Option<Time>,
    /// Whether the reader may change roles.
    pub may: bool,
    /// Whether the reader may change the ways of reaching: the person, or an administrator.
    pub may_contacts: bool,
    /// New role.
    pub role: Input,
    /// For which legal entity.
    pub entity: Input,
    /// New way of reaching: the channel.
    pub channel: Input,
    /// New way of reaching: the address.
    pub address: Input,
    /// The roles there are.
    pub roles: Vec<Choice>,
    /// The legal entities there are.
    pub entities: Vec<Choice>,
}

impl PersonRow {
    fn sample(name: &str, initials: &str, role: &str, reach: Reach) -> Self {
        Self {
            id: format!("per_{}", initials.to_lowercase()),
            name: Words::known(name),
            initials: initials.to_owned(),
            email: Words::known(format!("{}@nordhaven.example", initials.to_lowercase())),
            service: false,
            roles: vec![role.to_owned()],
            reach,
            proven: (reach != Reach::Unknown).then(|| at("01:41:51")),
            ways: vec![("mail".to_owned(), Some(at("01:41:51"))), ("webhook".to_owned(), None)],
            signed_in: Some(at("02:20:00")),
        }
    }
}

impl PeoplePage {
    /// Five people.
    pub fn sample() -> Self {
        let choices = super::incident::IncidentPage::sample().choices;
        Self {
            shell: shell(Place::People, "/people"),
            rows: vec![
                PersonRow::sample("A. Lindqvist", "AL", "Responder", Reach::Reached),
                PersonRow::sample("K. Brandt", "KB", "Incident commander", Reach::Reached),
                PersonRow {
                    ways: vec![
                        ("mail".to_owned(), Some(at("01:41:51"))),
                        ("webhook".to_owned(), None),
                    ],
                    signed_in: None,
                    ..PersonRow::sample(
                        "R. Duval",
                        "RD",
                        "Legal and compliance, Nordhaven Bank AG",
                        Reach::Unknown,
                    )
                },
                PersonRow::sample("J. Ferro", "JF", "Service desk", Reach::Failed),
                PersonRow {
                    service: true,
                    ..PersonRow::sample("Deploy robot", "DR", "Responder", Reach::Unknown)
                },
            ],
            may: true,
            name: Input::default(),
            email: Input::of("t.weiss").refused("This is not an e-mail address."),
            role: Input::default(),
            entity: Input::default(),
            roles: choices.roles,
            entities: choices.entities,
        }
    }
}

impl PersonPage {
    /// A new account with its link.
    pub fn sample() -> Self {
        let people = PeoplePage::sample();
        Self {
            shell: shell(Place::People, "/people/per_rd"),
            person: PersonRow::sample("R. Duval", "RD", "Legal and compliance", Reach::Failed),
            grants: vec![GrantRow {
                role: "legal".to_owned(),
                name: "Legal and compliance".to_owned(),
                entity: "ent_nb".to_owned(),
                entity_name: Some("Nordhaven Bank AG".to_owned()),
                since: at("2026-11-16T09:00:00Z"),
                entry: 47_900,
            }],
            contacts: vec![
                ContactRow {
                    channel: "mail".to_owned(),
                    address: Words::known("rd@nordhaven.example"),
                    reach: Reach::Reached,
                    proven: Some(at("01:41:51")),
                },
                ContactRow {
                    channel: "webhook".to_owned(),
                    address: Words::known("https://push.example/rd"),
                    reach: Reach::Failed,
                    proven: Some(at("02:00:00")),
                },
            ],
            link: Some("https://watch.nordhaven.example/set-up/6f0c2a".to_owned()),
            link_hours: 24,
            approves_from: Some(at("2026-11-17T09:00:00Z")),
            may: true,
            may_contacts: true,
            role: Input::default(),
            entity: Input::default(),
            channel: Input::of("mail"),
            address: Input::default(),
            roles: people.roles,
            entities: people.entities,
        }
    }
}
