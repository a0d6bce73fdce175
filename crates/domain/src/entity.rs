//! Legal entities: what they are, to which authority they report, where they are.
//!
//! Regimes start by these attributes (ground rule G15); denominators and calendars belong to the entity
//! too (G12) and are kept with what needs them.

use base::{Code, Id, Timestamp, id, leaf};
use evidence::entry::Draft;

use crate::{
    Meta, Refused,
    event::events,
    organisation::{Details, Organisation, Part, Parts},
    refusal::refusals,
};

/// The kinds of financial entity, as the reports name them.
///
/// Source: Implementing Regulation (EU) 2025/302, data field "Type of the financial entity".
pub const KINDS_OF_ENTITY: &[&str] = &[
    "credit_institution",
    "payment_institution",
    "exempted_payment_institution",
    "account_information_service_provider",
    "electronic_money_institution",
    "exempted_electronic_money_institution",
    "investment_firm",
    "crypto-asset_service_provider",
    "issuer_of_asset-referenced_tokens",
    "central_securities_depository",
    "central_counterparty",
    "trading_venue",
    "trade_repository",
    "manager_of_alternative_investment_fund",
    "management_company",
    "data_reporting_service_provider",
    "insurance_and_reinsurance_undertaking",
    "insurance_intermediary_reinsurance_intermediary_and_ancillary_insurance_intermediary",
    "institution_for_occupational_retirement_provision",
    "credit_rating_agency",
    "administrator_of_critical_benchmarks",
    "crowdfunding_service_provider",
    "securitisation_repository",
];
/// The most kinds, and the most attributes, of one entity.
pub const MAX_ATTRIBUTES: usize = 40;

leaf! {
    /// A legal entity; words `name` and `lei`. Earlier versions wrote it; now `EntityDescribed` does.
    pub struct EntityAdded {
        /// Whether this is the entity that runs the installation.
        pub home: bool,
    }

    /// What a legal entity is from here on; words `name`, `lei`?, `time_zone`?.
    #[derive(schemars::JsonSchema)]
    #[schemars(rename = "LegalEntity")]
    pub struct EntityDescribed {
        /// What configuration calls it; its id where nobody chose a code.
        pub code: Code,
        /// Whether this is the entity that runs the installation: the first one.
        #[serde(default)]
        pub home: bool,
        /// What it is under financial law: of [`KINDS_OF_ENTITY`], none for another company.
        #[serde(default)]
        pub kinds: Vec<Code>,
        /// What else decides on a regime: `significant`, `nis2_essential`, as the organisation needs.
        #[serde(default)]
        pub attributes: Vec<Code>,
        /// The competent authority it reports to.
        #[serde(default)]
        pub authority: Option<Code>,
        /// The Member State it is established in: two capitals.
        #[serde(default)]
        pub member_state: Option<Code>,
    }

    /// A legal entity is no longer one of ours.
    pub struct EntityRetired {
        /// What configuration called it.
        pub code: Code,
    }
}

events! {
    /// What happened to a legal entity.
    pub enum Event {
        /// A legal entity.
        EntityAdded = "entity_added",
        /// What it is from here on.
        EntityDescribed = "entity_described",
        /// It is no longer one of ours.
        EntityRetired = "entity_retired",
    }
}

refusals! {
    /// No such entity.
    unknown_entity: Missing = "ENT-001", "There is no such legal entity.";
    /// No such service.
    unknown_service: Missing = "ENT-002", "There is no such service.";
    /// A name is missing.
    name_missing: Invalid = "ENT-003", "Give it a name.";
    /// The home entity stays.
    home_stays: State = "ENT-005", "The entity that runs the installation cannot be retired.";
    /// A value that is none of those there are.
    attribute_wrong: Invalid = "ENT-010",
        "An attribute of this legal entity is not one there is; see the list.";
}

impl Details for EntityDescribed {
    type Kind = id::LegalEntity;
    const NOUN: &'static str = "legal_entity";

    fn code(&self) -> &Code {
        &self.code
    }

    fn described(self, id: Id<Self::Kind>, now: Timestamp) -> Draft {
        Event::from(self).draft(id, now)
    }

    fn retired(self, id: Id<Self::Kind>, now: Timestamp) -> Draft {
        Event::from(EntityRetired { code: self.code }).draft(id, now)
    }

    fn of(organisation: &Organisation) -> &Parts<Self> {
        &organisation.entities
    }

    fn of_mut(organisation: &mut Organisation) -> &mut Parts<Self> {
        &mut organisation.entities
    }

    fn unknown() -> Refused {
        unknown_entity()
    }

    /// The first entity is home, and stays it.
    fn keep(&mut self, before: Option<&Self>, organisation: &Organisation) {
        self.home = match before {
            Some(before) => before.home,
            None => organisation.entities.is_empty(),
        };
    }

    /// Kinds and the Member State are of their lists.
    fn check(&self, _: &Organisation) -> Result<(), Refused> {
        let wrong = |text: &str| Err(attribute_wrong().about(&format!("{}: {text}", self.code)));
        if let Some(kind) = self.kinds.iter().find(|k| !KINDS_OF_ENTITY.contains(&k.as_str())) {
            return wrong(kind.as_str());
        }
        if self.kinds.len().max(self.attributes.len()) > MAX_ATTRIBUTES {
            return wrong("too many");
        }
        match &self.member_state {
            Some(state) if !is_country(state.as_str()) => wrong(state.as_str()),
            _ => Ok(()),
        }
    }
}

/// Two capitals, as ISO 3166-1 has them.
pub fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase())
}

/// Whether a text is a legal entity identifier: 20 digits and capitals whose check sum holds.
///
/// Source: ISO 17442-1; the check is ISO/IEC 7064 MOD 97-10.
pub fn is_lei(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_digit() || b.is_ascii_uppercase();
    if text.len() != 20 || !text.bytes().all(plain) {
        return false;
    }
    let rest = text.bytes().fold(0_u32, |rest, b| match b {
        b'0'..=b'9' => (rest * 10 + u32::from(b - b'0')) % 97,
        _ => (rest * 100 + u32::from(b - b'A') + 10) % 97,
    });
    rest == 1
}

/// Folds one entry of the entity's stream.
pub fn apply(
    state: Option<Part<EntityDescribed>>,
    event: &Event,
    stream: &Code,
    meta: &Meta,
) -> Option<Part<EntityDescribed>> {
    match event {
        Event::EntityAdded(e) => {
            let details = EntityDescribed {
                code: stream.clone(),
                home: e.home,
                kinds: Vec::new(),
                attributes: Vec::new(),
                authority: None,
                member_state: None,
            };
            Some(Part::described(state, details, meta))
        }
        Event::EntityDescribed(e) => Some(Part::described(state, e.clone(), meta)),
        Event::EntityRetired(_) => state.map(Part::into_retired),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_has_a_check_sum() {
        assert!(is_lei("529900T8BM49AURSDO55"));
        for wrong in ["529900T8BM49AURSDO56", "529900T8BM49AURSDO5", "529900t8bm49aursdo55", ""] {
            assert!(!is_lei(wrong), "{wrong}");
        }
    }
}
