//! Who may do what: one table of permission by role (ground rules G17, G21, G22).
//!
//! A role is granted per legal entity or for all of them; `Scope` says which. A token carries one role
//! and never approves or ratifies, whatever the table says.

use base::{Id, LeafSafe, id::LegalEntity, leaf};
use serde::{Deserialize, Serialize};

leaf! {
    /// The roles of ground rule G17.
    #[derive(schemars::JsonSchema)]
    pub enum Role {
        /// Works on incidents.
        Responder,
        /// Commands an incident.
        Commander,
        /// Writes communications.
        Communications,
        /// Reviews texts for law and compliance.
        Legal,
        /// Files reports with authorities.
        ReportingOfficer,
        /// Data protection officer.
        DataProtection,
        /// The management body.
        Management,
        /// Owns the response process.
        ProcessOwner,
        /// Owns the relation to providers.
        VendorManager,
        /// Takes reports from people.
        ServiceDesk,
        /// Reads everything, changes nothing.
        Auditor,
        /// Runs the installation; holds no approval role.
        Administrator,
    }

    /// What can be permitted.
    pub enum Permission {
        /// See incidents, alerts, tasks and people.
        Read,
        /// Read the log, its tiles and proofs.
        ReadLog,
        /// Declare an incident or report a problem.
        Declare,
        /// Record facts, notes and actions; decide severity; acknowledge; complete tasks.
        Respond,
        /// Take or hand over command; merge, link, close, reopen.
        Command,
        /// Approve what wants a second person.
        Approve,
        /// Ratify an exception.
        Ratify,
        /// Take an export of evidence.
        Export,
        /// Publish a version of a process, table or policy.
        Publish,
        /// Add people, integrations and entities.
        Administer,
        /// Erase a person's words, with a second person.
        Erase,
    }
}

impl Role {
    /// The permissions of this role. This table is the rule; docs/reference/access.md shows it.
    pub const fn permissions(self) -> &'static [Permission] {
        use Permission::{
            Administer, Approve, Command, Declare, Erase, Export, Publish, Ratify, Read, ReadLog,
            Respond,
        };
        match self {
            Self::Responder => &[Read, Declare, Respond],
            Self::Commander => &[Read, ReadLog, Declare, Respond, Command, Approve, Export],
            Self::Communications | Self::VendorManager => &[Read, Declare, Respond],
            Self::Legal => &[Read, ReadLog, Declare, Approve],
            Self::ReportingOfficer => &[Read, ReadLog, Declare, Respond, Export],
            Self::DataProtection => &[Read, ReadLog, Declare, Approve, Erase],
            Self::Management => &[Read, ReadLog, Declare, Approve, Ratify, Export],
            Self::ProcessOwner => &[Read, ReadLog, Declare, Publish],
            Self::ServiceDesk => &[Read, Declare],
            Self::Auditor => &[Read, ReadLog, Export],
            Self::Administrator => &[Read, ReadLog, Declare, Administer, Erase],
        }
    }

    /// Whether this role holds `permission`.
    pub fn may(self, permission: Permission) -> bool {
        self.permissions().contains(&permission)
    }

    /// The role's name as people write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Responder => "Responder",
            Self::Commander => "Incident commander",
            Self::Communications => "Communications",
            Self::Legal => "Legal and compliance",
            Self::ReportingOfficer => "Reporting officer",
            Self::DataProtection => "Data protection",
            Self::Management => "Management",
            Self::ProcessOwner => "Process owner",
            Self::VendorManager => "Vendor manager",
            Self::ServiceDesk => "Service desk",
            Self::Auditor => "Auditor",
            Self::Administrator => "Administrator",
        }
    }

    /// The role's code, as in the log and the API: `reporting_officer`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Responder => "responder",
            Self::Commander => "commander",
            Self::Communications => "communications",
            Self::Legal => "legal",
            Self::ReportingOfficer => "reporting_officer",
            Self::DataProtection => "data_protection",
            Self::Management => "management",
            Self::ProcessOwner => "process_owner",
            Self::VendorManager => "vendor_manager",
            Self::ServiceDesk => "service_desk",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
        }
    }

    /// The role with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.code() == code)
    }
}

/// A role held for one legal entity, or for all of them where `entity` is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// The legal entity it holds for; all of them when absent.
    pub entity: Option<Id<LegalEntity>>,
}

impl LeafSafe for Grant {}

/// What a request may touch: one legal entity, or something that belongs to none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Belongs to the installation as a whole.
    House,
    /// Belongs to this legal entity.
    Entity(Id<LegalEntity>),
}

/// Whether any of `grants` gives `permission` on `scope`.
///
/// A grant for one entity does not open what belongs to the house, save reading.
pub fn allowed(grants: &[Grant], permission: Permission, scope: Scope) -> bool {
    grants.iter().any(|grant| {
        grant.role.may(permission)
            && match (grant.entity, scope) {
                (None, _) => true,
                (Some(held), Scope::Entity(asked)) => held == asked,
                (Some(_), Scope::House) => matches!(permission, Permission::Read),
            }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g21_administrators_hold_no_approval_role() {
        assert!(!Role::Administrator.may(Permission::Approve));
        assert!(!Role::Administrator.may(Permission::Ratify));
    }

    #[test]
    fn auditors_change_nothing() {
        let reading = [Permission::Read, Permission::ReadLog, Permission::Export];
        assert_eq!(Role::Auditor.permissions(), reading);
    }

    #[test]
    fn a_grant_for_one_entity_opens_only_that_entity() {
        let here: Id<LegalEntity> = Id::from_bytes([1; 16]);
        let there: Id<LegalEntity> = Id::from_bytes([2; 16]);
        let grants = [Grant { role: Role::Responder, entity: Some(here) }];
        assert!(allowed(&grants, Permission::Respond, Scope::Entity(here)));
        assert!(!allowed(&grants, Permission::Respond, Scope::Entity(there)));
        assert!(!allowed(&grants, Permission::Respond, Scope::House));
        assert!(allowed(&grants, Permission::Read, Scope::House));
    }
}
