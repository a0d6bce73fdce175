//! The pages before somebody is signed in, and the one that asks again.

use askama::Template;

use super::{
    Input, Place, Shell, filters,
    samples::{outside, shell},
};

/// The page `/sign-in`.
#[derive(Debug, Clone, Template)]
#[template(path = "sign-in.html")]
pub struct SignInPage {
    /// Around it; only its foot is shown.
    pub shell: Shell,
    /// Where to go afterwards.
    pub next: String,
    /// The e-mail address.
    pub email: Input,
    /// The password; its value is never shown again.
    pub password: Input,
}

/// An account that a one-time link was made for.
#[derive(Debug, Clone)]
pub struct Known {
    /// The name.
    pub name: String,
    /// The e-mail address.
    pub email: String,
}

/// The page `/set-up/{token}`.
#[derive(Debug, Clone, Template)]
#[template(path = "set-up.html")]
pub struct SetUpPage {
    /// Around it; only its foot is shown.
    pub shell: Shell,
    /// The link's token.
    pub token: String,
    /// The account, where it exists; `None` for the first administrator of a new house.
    pub known: Option<Known>,
    /// The name.
    pub name: Input,
    /// The e-mail address.
    pub email: Input,
    /// The password.
    pub password: Input,
    /// The same again.
    pub password_again: Input,
    /// The fewest characters of a password.
    pub least: u32,
}

/// The page `/sign-in/again`: the password once more, before an approval.
#[derive(Debug, Clone, Template)]
#[template(path = "again.html")]
pub struct AgainPage {
    /// Around it.
    pub shell: Shell,
    /// Where to go afterwards.
    pub next: String,
    /// The password.
    pub password: Input,
    /// For how many minutes it then holds.
    pub minutes: u32,
}

impl SignInPage {
    /// After a wrong password.
    pub fn sample() -> Self {
        Self {
            shell: outside("/sign-in"),
            next: "/incidents/INC-2026-0042".to_owned(),
            email: Input::of("k.brandt@nordhaven.example"),
            password: Input::default().refused("E-mail address or password is wrong."),
        }
    }
}

impl SetUpPage {
    /// A new house.
    pub fn sample() -> Self {
        Self {
            shell: outside("/set-up/sample"),
            token: "sample".to_owned(),
            known: None,
            name: Input::default(),
            email: Input::default(),
            password: Input::default(),
            password_again: Input::default(),
            least: 12,
        }
    }

    /// A link for an account that exists.
    pub fn sample_known() -> Self {
        let known =
            Known { name: "T. Weiss".to_owned(), email: "t.weiss@nordhaven.example".to_owned() };
        let password_again = Input::default().refused("The two passwords differ.");
        Self { known: Some(known), password_again, ..Self::sample() }
    }
}

impl AgainPage {
    /// Before approving a severity.
    pub fn sample() -> Self {
        Self {
            shell: shell(Place::Elsewhere, "/sign-in/again"),
            next: "/incidents/INC-2026-0042".to_owned(),
            password: Input::default(),
            minutes: 5,
        }
    }
}
