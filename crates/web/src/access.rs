//! Who may reach a route: one value a route, enforced by the guard, shown in docs/reference/access.md.

use domain::access::{Permission, Role};

/// What a route wants of whoever asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing.
    Public,
    /// A link out of a message: its secret stands in the path.
    Link,
    /// A person, signed in, whatever the roles.
    SignedIn,
    /// A person, signed in, with a role that has this permission.
    Page(Permission),
    /// A person, signed in, who responds or approves: tasks are for both, each for its own.
    Tasks,
    /// As `Page`, with the password given in the last minutes (ground rule G21).
    Confirmed(Permission),
    /// The key of an integration.
    Key,
    /// A bearer token whose role has this permission; cookies are refused.
    Token(Permission),
    /// A bearer token or a signed-in person, with this permission.
    Either(Permission),
}

/// The permissions of which one is enough for [`Access::Tasks`].
pub(crate) const TASKS: &[Permission] = &[Permission::Respond, Permission::Approve];

impl Access {
    /// The permission it wants, where it wants one.
    pub const fn permission(self) -> Option<Permission> {
        match self {
            Self::Page(p) | Self::Confirmed(p) | Self::Token(p) | Self::Either(p) => Some(p),
            Self::Public | Self::Link | Self::SignedIn | Self::Tasks | Self::Key => None,
        }
    }

    /// Whether a browser with a session comes here: its forms carry a token, its troubles are pages.
    pub const fn is_page(self) -> bool {
        matches!(
            self,
            Self::Public
                | Self::Link
                | Self::SignedIn
                | Self::Tasks
                | Self::Page(_)
                | Self::Confirmed(_)
        )
    }

    /// Whether somebody with this role may pass; `None` stands for a stranger.
    pub fn lets(self, role: Option<Role>) -> bool {
        match self {
            Self::Public | Self::Link => true,
            Self::SignedIn => role.is_some(),
            Self::Tasks => role.is_some_and(|role| TASKS.iter().any(|p| role.may(*p))),
            // A person's role opens no integration: its key does.
            Self::Key => false,
            Self::Page(p) | Self::Confirmed(p) | Self::Token(p) | Self::Either(p) => {
                role.is_some_and(|role| role.may(p))
            }
        }
    }

    /// How the table names it.
    pub fn name(self) -> String {
        let of = |what: &str, permission: Permission| format!("{what}, {permission:?}");
        match self {
            Self::Public => "public".to_owned(),
            Self::Link => "link".to_owned(),
            Self::SignedIn => "signed in".to_owned(),
            Self::Tasks => "signed in, Respond or Approve".to_owned(),
            Self::Page(p) => of("signed in", p),
            Self::Confirmed(p) => of("signed in again", p),
            Self::Key => "integration key".to_owned(),
            Self::Token(p) => of("token", p),
            Self::Either(p) => of("token or signed in", p),
        }
    }
}
