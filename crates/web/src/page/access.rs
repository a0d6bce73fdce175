//! Signing in and out, giving the password again, setting up by a one-time link, the appearance.

use app::{
    Error,
    identity::{NewContact, NewPerson},
};
use axum::extract::Path;
use domain::{
    access::Role,
    page::Channel,
    person::{PersonKind, link_spent},
};
use store::person;

use super::around::shell;
use crate::{
    answer::{Answer, page, refused, then_with},
    cookie,
    form::local_path,
    trouble::Trouble,
    view::{
        Input, Place,
        access::{AgainPage, Known, SetUpPage, SignInPage},
        notice::MessagePage,
    },
    visit::Visit,
};

/// The fewest characters of a password.
const LEAST: u32 = 12;
/// For how many minutes a password that was given again holds.
const MINUTES: u32 = 10;
/// How long a chosen appearance is remembered, in seconds.
const YEAR: u32 = 31_536_000;

/// `GET /sign-in`.
pub(crate) async fn sign_in_form(visit: Visit) -> Answer {
    if !visit.query.get("out").is_empty() {
        let shell = shell(&visit, Place::Elsewhere).await?;
        let (kind, href) = ("signed_out".to_owned(), "/sign-in".to_owned());
        return page(&visit, &MessagePage { shell, kind, href });
    }
    let next = next(visit.query.get("next"));
    let (email, password) = (Input::default(), Input::default());
    let shell = shell(&visit, Place::Elsewhere).await?;
    page(&visit, &SignInPage { shell, next, email, password })
}

/// `POST /sign-in`.
pub(crate) async fn sign_in(visit: Visit) -> Answer {
    let (email, password) = (visit.form.get("email"), visit.form.raw("password"));
    let next = next(visit.form.get("next"));
    match visit.web.app().sign_in(email, password.to_owned()).await {
        Ok(signed_in) => opened(&visit, &signed_in.secret, &next),
        Err(Error::Refused(why)) => {
            let password = Input::default().refused(why.message.clone());
            let email = Input::of(email);
            let shell = shell(&visit, Place::Elsewhere).await?;
            let trouble = Trouble::from(why);
            refused(&visit, &SignInPage { shell, next, email, password }, &trouble)
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /sign-out`.
pub(crate) async fn sign_out(visit: Visit) -> Answer {
    visit.web.app().sign_out(visit.session()?).await?;
    then_with("/sign-in?out=1", cookie::forget(cookie::SESSION, visit.web.secure()))
}

/// `GET /sign-in/again`.
pub(crate) async fn again_form(visit: Visit) -> Answer {
    let next = next(visit.query.get("next"));
    let shell = shell(&visit, Place::Elsewhere).await?;
    page(&visit, &AgainPage { shell, next, password: Input::default(), minutes: MINUTES })
}

/// `POST /sign-in/again`.
pub(crate) async fn again(visit: Visit) -> Answer {
    let next = next(visit.form.get("next"));
    let given = visit.form.raw("password").to_owned();
    match visit.web.app().confirm_session(visit.session()?, given).await {
        Ok(()) => {
            Ok(axum::response::IntoResponse::into_response(axum::response::Redirect::to(&next)))
        }
        Err(Error::Refused(why)) => {
            let password = Input::default().refused(why.message.clone());
            let shell = shell(&visit, Place::Elsewhere).await?;
            let form = AgainPage { shell, next, password, minutes: MINUTES };
            refused(&visit, &form, &Trouble::from(why))
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /set-up/{token}`.
pub(crate) async fn set_up_form(visit: Visit, Path(token): Path<String>) -> Answer {
    match set_up_page(&visit, token).await {
        Ok(form) => page(&visit, &form),
        Err(trouble) if trouble.code == link_spent().code => {
            let shell = shell(&visit, Place::Elsewhere).await?;
            let (kind, href) = ("link_expired".to_owned(), "/sign-in".to_owned());
            refused(&visit, &MessagePage { shell, kind, href }, &trouble)
        }
        Err(trouble) => Err(trouble),
    }
}

/// `POST /set-up/{token}`: the password is set, and the person is signed in.
///
/// The first account administers and responds; it approves nothing (ground rule G21).
pub(crate) async fn set_up(visit: Visit, Path(token): Path<String>) -> Answer {
    let form = set_up_page(&visit, token.clone()).await?;
    let (name, email) = (visit.form.text("name"), visit.form.text("email"));
    let (name_input, email_input) = (Input::of(name.clone()), Input::of(email.clone()));
    let form = SetUpPage { name: name_input, email: email_input, ..form };
    let password = visit.form.raw("password");
    if password != visit.form.raw("password_again") {
        let trouble = Trouble::unreadable("The two passwords differ.");
        let password_again = Input::default().refused(trouble.detail.clone());
        return refused(&visit, &SetUpPage { password_again, ..form }, &trouble);
    }
    let first = NewPerson {
        kind: PersonKind::Human,
        name,
        contacts: vec![NewContact { channel: Channel::Mail, address: email.clone() }],
        email,
        roles: vec![Role::Administrator, Role::Responder],
    };
    let first = form.known.is_none().then_some(first);
    match visit.web.app().spend_link(&token, first, password.to_owned()).await {
        Ok(person) => {
            let signed_in = visit.web.app().open_session(person).await?;
            opened(&visit, &signed_in.secret, "/")
        }
        Err(Error::Refused(why)) => {
            let message = why.message.clone();
            let form = match why.code {
                "PER-004" => SetUpPage { password: Input::default().refused(message), ..form },
                "PER-007" => SetUpPage { name: form.name.clone().refused(message), ..form },
                _ => SetUpPage { email: form.email.clone().refused(message), ..form },
            };
            refused(&visit, &form, &Trouble::from(why))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /theme`.
pub(crate) async fn theme(visit: Visit) -> Answer {
    let theme = crate::view::Theme::from_code(visit.form.get("theme"));
    let line = cookie::set(cookie::THEME, theme.code(), Some(YEAR), visit.web.secure());
    then_with(&next(visit.form.get("next")), line)
}

async fn set_up_page(visit: &Visit, token: String) -> Result<SetUpPage, Trouble> {
    let known = match visit.web.app().link_for(&token).await? {
        Some(id) => {
            let all = visit.web.app().look(person::all).await?;
            let found = all.into_iter().find(|person| person.id == id);
            found.map(|person| Known { name: person.name, email: person.email })
        }
        None => None,
    };
    Ok(SetUpPage {
        shell: shell(visit, Place::Elsewhere).await?,
        token,
        known,
        name: Input::default(),
        email: Input::default(),
        password: Input::default(),
        password_again: Input::default(),
        least: LEAST,
    })
}

fn opened(visit: &Visit, secret: &str, next: &str) -> Answer {
    then_with(next, cookie::set(cookie::SESSION, secret, None, visit.web.secure()))
}

fn next(asked: &str) -> String {
    local_path(asked).unwrap_or("/").to_owned()
}
