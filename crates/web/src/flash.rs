//! The outcome of a post, carried to the page that shows it once in a cookie that lives a minute.
//!
//! A secret that is shown once (a one-time link, a key) travels the same way: it is kept nowhere on
//! the server, and the page that shows it takes the cookie away.

use axum::http::HeaderValue;
use url::form_urlencoded;

use crate::{
    cookie,
    form::Form,
    view::{Flash, FlashKind},
};

/// How long an outcome waits for its page, in seconds.
const SECONDS: u32 = 60;
/// The longest text of an outcome, in bytes: cookies hold 4 KiB.
const MAX_TEXT: usize = 1024;

/// An outcome on its way to the next page.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcome {
    /// What to say.
    pub(crate) text: String,
    /// The refusal's code.
    pub(crate) code: Option<String>,
    /// A secret to show once.
    pub(crate) secret: Option<String>,
    /// Whether somebody else was first.
    pub(crate) conflict: bool,
}

impl Outcome {
    /// It is recorded.
    pub(crate) fn done(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// With a secret that the next page shows.
    pub(crate) fn with_secret(self, secret: String) -> Self {
        Self { secret: Some(secret), ..self }
    }

    /// The cookie that carries it.
    pub(crate) fn cookie(&self, secure: bool) -> HeaderValue {
        let mut text = self.text.as_str();
        while text.len() > MAX_TEXT || !text.is_char_boundary(text.len()) {
            text = &text[..text.floor_char_boundary(MAX_TEXT)];
        }
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        pairs.append_pair("t", text);
        let rest = [("c", self.code.as_deref()), ("s", self.secret.as_deref())];
        for (key, value) in rest.into_iter().filter_map(|(key, value)| Some((key, value?))) {
            pairs.append_pair(key, value);
        }
        if self.conflict {
            pairs.append_pair("x", "1");
        }
        cookie::set(cookie::FLASH, &pairs.finish(), Some(SECONDS), secure)
    }

    /// Reads the cookie.
    pub(crate) fn read(value: &str) -> Option<Self> {
        let form = Form::parse(value.as_bytes());
        let some = |name| Some(form.text(name)).filter(|text| !text.is_empty());
        let text = some("t")?;
        let (code, secret) = (some("c"), some("s"));
        Some(Self { text, code, secret, conflict: !form.get("x").is_empty() })
    }

    /// As a page shows it.
    pub(crate) fn flash(&self) -> Flash {
        let kind = match (&self.code, self.conflict) {
            (_, true) => FlashKind::Conflict,
            (Some(_), false) => FlashKind::Refused,
            (None, false) => FlashKind::Done,
        };
        Flash { kind, text: self.text.clone(), code: self.code.clone(), entry: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_arrives_as_it_was_sent() {
        let sent = Outcome::done("Added; show it once").with_secret("wki_a-b/c".to_owned());
        let line = sent.cookie(false);
        let value = line.to_str().unwrap().split(';').next().unwrap();
        let read = Outcome::read(value.trim_start_matches("wk_flash=")).unwrap();
        assert_eq!((read.text, read.secret), (sent.text, sent.secret));
    }
}
