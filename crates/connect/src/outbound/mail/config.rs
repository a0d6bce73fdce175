//! Where the relay is: `smtp://user:pass@host:port?from=Name <address>&tls=…&ca=FILE`.

use std::{net::IpAddr, path::PathBuf, str::FromStr};

use lettre::message::Mailbox;
use url::Url;

use crate::outbound::Secret;

/// How the connection is kept private.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// TLS from the first byte.
    Implicit,
    /// Plain first, then TLS before anything is said; a relay without it is not used.
    StartTls,
    /// Not at all: only for a relay on this machine.
    None,
}

/// A relay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmtpConfig {
    /// Its name or address, without brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is kept private.
    pub tls: Tls,
    /// Who signs in, where the relay wants it.
    pub username: Option<String>,
    /// With which password.
    pub password: Option<Secret>,
    /// The sender, `Name <address>` or an address.
    pub from: String,
    /// A file with the certificate (PEM) of the authority that vouches for the relay, beside the
    /// public ones.
    pub ca: Option<PathBuf>,
}

/// Why a text is not a relay. Holds no word of the text, which may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotSmtp {
    /// Not an address with a host.
    #[error("not of the form smtp://user:pass@host:port?from=address")]
    Form,
    /// Another scheme.
    #[error("the scheme is neither smtp (STARTTLS) nor smtps (TLS from the first byte)")]
    Scheme,
    /// A user without password or the reverse.
    #[error("user and password come together")]
    Credentials,
    /// Bytes after `%` that are no UTF-8.
    #[error("a percent-encoded part is not UTF-8")]
    Encoding,
    /// No sender, or not an address.
    #[error("`from` is missing or not a mail address")]
    From,
    /// An unknown word for `tls`.
    #[error("`tls` is none of starttls, implicit, none")]
    Tls,
    /// Plain text to another machine.
    #[error("tls=none is allowed only to this machine itself (localhost, 127.0.0.1, [::1])")]
    PlainText,
    /// A parameter that we do not know; a misspelt one must not go unnoticed.
    #[error("an unknown parameter; known are from, tls and ca")]
    Parameter,
}

impl SmtpConfig {
    /// Whether the relay is this machine itself.
    pub fn is_this_machine(&self) -> bool {
        self.host.eq_ignore_ascii_case("localhost")
            || self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

impl FromStr for SmtpConfig {
    type Err = NotSmtp;

    fn from_str(text: &str) -> Result<Self, NotSmtp> {
        let url = Url::parse(text).map_err(|_| NotSmtp::Form)?;
        let (tls, port) = match url.scheme() {
            "smtp" => (Tls::StartTls, 587),
            "smtps" => (Tls::Implicit, 465),
            _ => return Err(NotSmtp::Scheme),
        };
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(NotSmtp::Form)?;
        let user = Some(url.username()).filter(|user| !user.is_empty()).map(decoded).transpose()?;
        let password = url.password().map(decoded).transpose()?;
        if user.is_some() != password.is_some() {
            return Err(NotSmtp::Credentials);
        }
        let mut config = Self {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: url.port().unwrap_or(port),
            tls,
            username: user,
            password: password.map(Secret::new),
            from: String::new(),
            ca: None,
        };
        for parameter in url.query().unwrap_or_default().split('&').filter(|p| !p.is_empty()) {
            config.set(parameter)?;
        }
        config.from.parse::<Mailbox>().map_err(|_| NotSmtp::From)?;
        if config.tls == Tls::None && !config.is_this_machine() {
            return Err(NotSmtp::PlainText);
        }
        Ok(config)
    }
}

impl SmtpConfig {
    fn set(&mut self, parameter: &str) -> Result<(), NotSmtp> {
        let (name, value) = parameter.split_once('=').ok_or(NotSmtp::Parameter)?;
        let value = decoded(value)?;
        match name {
            "from" => self.from = value,
            "ca" => self.ca = Some(PathBuf::from(value)),
            "tls" => {
                self.tls = match value.as_str() {
                    "starttls" => Tls::StartTls,
                    "implicit" => Tls::Implicit,
                    "none" => Tls::None,
                    _ => return Err(NotSmtp::Tls),
                }
            }
            _ => return Err(NotSmtp::Parameter),
        }
        Ok(())
    }
}

/// Undoes percent-encoding. A plus sign stays one: it is common in mail addresses.
fn decoded(text: &str) -> Result<String, NotSmtp> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let mut byte = [first];
        rest = after;
        if first == b'%' && after.len() >= 2 && hex::decode_to_slice(&after[..2], &mut byte).is_ok()
        {
            rest = &after[2..];
        }
        bytes.extend(byte);
    }
    String::from_utf8(bytes).map_err(|_| NotSmtp::Encoding)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<SmtpConfig, NotSmtp> {
        text.parse()
    }

    #[test]
    fn the_whole_form_is_read() {
        let text =
            "smtp://ana%40bank:p%40ss%25:w@mail.bank.example:2525?from=Pager%20<p+wk@bank.example>";
        let config = read(text).unwrap();
        assert_eq!((config.host.as_str(), config.port), ("mail.bank.example", 2525));
        assert_eq!(config.tls, Tls::StartTls);
        assert_eq!(config.username.as_deref(), Some("ana@bank"));
        assert_eq!(config.password.as_ref().map(Secret::reveal), Some("p@ss%:w"));
        assert_eq!(config.from, "Pager <p+wk@bank.example>");
        assert!(!format!("{config:?}").contains("p@ss"));
    }

    #[test]
    fn scheme_and_parameter_choose_tls_and_port() {
        let tls = |text| read(text).map(|config| (config.tls, config.port));
        assert_eq!(tls("smtps://m.example?from=a@b.example"), Ok((Tls::Implicit, 465)));
        assert_eq!(tls("smtp://m.example?from=a@b.example"), Ok((Tls::StartTls, 587)));
        assert_eq!(tls("smtp://[::1]:25?from=a@b.example&tls=none"), Ok((Tls::None, 25)));
        assert_eq!(tls("smtp://localhost:25?tls=none&from=a@b.example"), Ok((Tls::None, 25)));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let cases = [
            ("mail.example", NotSmtp::Form),
            ("smtp:?from=a@b.example", NotSmtp::Form),
            ("http://m.example?from=a@b.example", NotSmtp::Scheme),
            ("smtp://ana@m.example?from=a@b.example", NotSmtp::Credentials),
            ("smtp://m.example", NotSmtp::From),
            ("smtp://m.example?from=nobody", NotSmtp::From),
            ("smtp://m.example?from=a@b.example&tls=maybe", NotSmtp::Tls),
            ("smtp://m.example?from=a@b.example&tls=none", NotSmtp::PlainText),
            ("smtp://m.example?from=a@b.example&tsl=none", NotSmtp::Parameter),
            ("smtp://m.example?from=%ff@b.example", NotSmtp::Encoding),
        ];
        for (text, wrong) in cases {
            assert_eq!(read(text), Err(wrong), "{text}");
        }
    }
}
