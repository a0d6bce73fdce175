//! Mail through a relay, by SMTP.
//!
//! Handed over means that the relay took the message. Whether it reaches a mailbox, and whether a
//! person reads it, is not known here and is never assumed.

mod config;
mod html;
mod message;

use std::time::Duration;

use base::Code;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    message::Mailbox,
    transport::smtp::{
        Error, authentication,
        client::{Certificate, Tls as LettreTls, TlsParameters},
        extension::ClientId,
        response::Response,
    },
};

use super::{Channel, ChannelKind, Delivery, Outgoing, To, channel::wrong_recipient};

pub use config::{NotSmtp, SmtpConfig, Tls};

/// How long one step of the exchange may take.
pub const STEP_LIMIT: Duration = Duration::from_secs(15);

/// How long a whole exchange may take.
pub const TIME_LIMIT: Duration = Duration::from_secs(45);

/// The channel to mailboxes.
pub struct MailChannel {
    relay: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// Why a relay cannot be used as configured.
#[derive(Debug, thiserror::Error)]
pub enum NoRelay {
    /// The sender's address does not parse.
    #[error("`from` is not a mail address")]
    From(#[source] lettre::address::AddressError),
    /// Plain text is for the machine itself only.
    #[error("tls=none is allowed only to this machine itself (localhost, 127.0.0.1, [::1])")]
    PlainText,
    /// The file of certificates cannot be read.
    #[error("the file of certificates cannot be read")]
    CaFile(#[source] std::io::Error),
    /// TLS could not be set up.
    #[error("TLS could not be set up")]
    Tls(#[source] Error),
}

impl MailChannel {
    /// A channel through this relay. Connects to nothing yet; reads the file of certificates.
    ///
    /// # Errors
    /// [`NoRelay`].
    pub fn new(config: &SmtpConfig) -> Result<Self, NoRelay> {
        if config.tls == Tls::None && !config.is_this_machine() {
            return Err(NoRelay::PlainText);
        }
        let from: Mailbox = config.from.parse().map_err(NoRelay::From)?;
        let hello = ClientId::Domain(from.email.domain().to_owned());
        let mut relay = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&config.host)
            .port(config.port)
            .tls(tls(config)?)
            .hello_name(hello)
            .timeout(Some(STEP_LIMIT));
        if let (Some(user), Some(password)) = (&config.username, &config.password) {
            relay = relay.credentials(authentication::Credentials::new(
                user.clone(),
                password.reveal().to_owned(),
            ));
        }
        Ok(Self { relay: relay.build(), from })
    }
}

fn tls(config: &SmtpConfig) -> Result<LettreTls, NoRelay> {
    if config.tls == Tls::None {
        return Ok(LettreTls::None);
    }
    let mut parameters = TlsParameters::builder(config.host.clone());
    if let Some(file) = &config.ca {
        let pem = std::fs::read(file).map_err(NoRelay::CaFile)?;
        let certificate = Certificate::from_pem(&pem).map_err(NoRelay::Tls)?;
        parameters = parameters.add_root_certificate(certificate);
    }
    let parameters = parameters.build_rustls().map_err(NoRelay::Tls)?;
    Ok(match config.tls {
        Tls::Implicit => LettreTls::Wrapper(parameters),
        _ => LettreTls::Required(parameters),
    })
}

impl Channel for MailChannel {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Mail
    }

    async fn send(&self, message: &Outgoing) -> Delivery {
        let To::Mail(to) = &message.to else { return wrong_recipient() };
        let mail = match message::compose(message, to, &self.from) {
            Ok(mail) => mail,
            Err(error) => return Delivery::failed(error.code(), error.to_string()),
        };
        match tokio::time::timeout(TIME_LIMIT, self.relay.send(mail)).await {
            Ok(Ok(response)) => accepted(&response),
            Ok(Err(error)) => not_accepted(&error),
            Err(_) => Delivery::retry(Code::fixed("mail.timeout"), ""),
        }
    }
}

fn accepted(response: &Response) -> Delivery {
    let words: Vec<_> = response.message().collect();
    Delivery::handed_over(coded("smtp", response.code()), words.join(" "))
}

/// 5yz will not work this way; 4yz and trouble on the line may pass.
fn not_accepted(error: &Error) -> Delivery {
    let detail = std::error::Error::source(error).map_or_else(String::new, ToString::to_string);
    match error.status() {
        Some(status) if error.is_permanent() => {
            Delivery::failed(coded("mail.refused", status), detail)
        }
        Some(status) => Delivery::retry(coded("mail.deferred", status), detail),
        None if error.is_timeout() => Delivery::retry(Code::fixed("mail.timeout"), detail),
        None if error.is_tls() => Delivery::retry(Code::fixed("mail.tls"), detail),
        // The relay does not offer what the configuration asks for: STARTTLS, a way to sign in.
        None if error.is_client() => Delivery::retry(Code::fixed("mail.relay_unfit"), detail),
        None => Delivery::retry(Code::fixed("mail.connection"), detail),
    }
}

fn coded(before: &str, status: impl std::fmt::Display) -> Code {
    format!("{before}.{status}").parse().expect("invariant: a short name and a number are a code")
}
