//! One connection's dialogue.

use std::{io, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
    time::timeout,
};

use super::{
    Behaviour, MAX_CONNECTIONS, MAX_LINE, MAX_MESSAGE, MAX_RECIPIENTS, Received, Shared, Step,
};

/// How long the other side may stay silent.
const SILENCE_LIMIT: Duration = Duration::from_secs(60);

/// How many commands one connection may send.
const MAX_COMMANDS: usize = 10_000;

/// Serves connections until it is aborted; those that it serves end with it.
pub(super) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut sessions = JoinSet::new();
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        while sessions.try_join_next().is_some() {}
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) if is_only_this_one(&error) => continue,
            Err(error) => {
                tracing::error!(%error, "the SMTP listener ends: no connection can be taken");
                return;
            }
        };
        let behaviour = shared.held().behaviour.clone();
        let session = Session {
            stream: BufReader::new(stream),
            behaviour,
            shared: Arc::clone(&shared),
            envelope: None,
        };
        sessions.spawn(async move {
            // The other side hung up or fell silent: there is nobody to tell.
            let _ended = session.run().await;
            drop(place);
        });
    }
}

/// A connection that broke while it was made says nothing about the next one.
fn is_only_this_one(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionReset | Interrupted)
}

struct Session {
    stream: BufReader<TcpStream>,
    behaviour: Behaviour,
    shared: Arc<Shared>,
    envelope: Option<Received>,
}

/// Whether the dialogue goes on.
#[derive(PartialEq, Eq)]
enum Then {
    GoOn,
    HangUp,
}

impl Session {
    async fn run(mut self) -> io::Result<()> {
        if self.step(Step::Greeting, "220 watchkeeper").await? == Then::HangUp {
            return Ok(());
        }
        for _ in 0..MAX_COMMANDS {
            let Some(line) = self.line().await? else { return Ok(()) };
            if self.command(&line).await? == Then::HangUp {
                return Ok(());
            }
        }
        self.say("421 too many commands").await
    }

    async fn command(&mut self, line: &str) -> io::Result<Then> {
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" => {
                self.envelope = None;
                let greeting = format!("250-watchkeeper\r\n250-8BITMIME\r\n250 SIZE {MAX_MESSAGE}");
                self.step(Step::Hello, &greeting).await
            }
            "HELO" => {
                self.envelope = None;
                self.step(Step::Hello, "250 watchkeeper").await
            }
            "MAIL" => self.mail(line).await,
            "RCPT" => self.recipient(line).await,
            "DATA" => self.data().await,
            "RSET" => {
                self.envelope = None;
                self.reply("250 forgotten").await
            }
            "NOOP" => self.reply("250 still here").await,
            "QUIT" => {
                self.say("221 good bye").await?;
                Ok(Then::HangUp)
            }
            _ => self.reply("502 not known here").await,
        }
    }

    async fn mail(&mut self, line: &str) -> io::Result<Then> {
        let Some(from) = path(line, "MAIL FROM:") else {
            return self.reply("501 MAIL FROM:<address>").await;
        };
        if declared_size(line).is_some_and(|size| size > MAX_MESSAGE) {
            return self.reply("552 too large").await;
        }
        let then = self.step(Step::Mail, "250 go on").await?;
        if !self.refuses(Step::Mail) {
            self.envelope = Some(Received { from, ..Received::default() });
        }
        Ok(then)
    }

    async fn recipient(&mut self, line: &str) -> io::Result<Then> {
        let Some(to) = path(line, "RCPT TO:").filter(|to| !to.is_empty()) else {
            return self.reply("501 RCPT TO:<address>").await;
        };
        let refuses = self.refuses(Step::Recipient);
        match &mut self.envelope {
            None => self.reply("503 MAIL first").await,
            Some(envelope) if envelope.to.len() == MAX_RECIPIENTS => {
                self.reply("452 too many recipients").await
            }
            Some(envelope) => {
                if !refuses {
                    envelope.to.push(to);
                }
                self.step(Step::Recipient, "250 go on").await
            }
        }
    }

    async fn data(&mut self) -> io::Result<Then> {
        let Some(mut envelope) = self.envelope.take_if(|envelope| !envelope.to.is_empty()) else {
            return self.reply("503 RCPT first").await;
        };
        let then = self.step(Step::Data, "354 end with a dot").await?;
        if then == Then::HangUp || self.refuses(Step::Data) {
            return Ok(then);
        }
        let Some(data) = self.content().await? else {
            return self.reply("552 too large").await;
        };
        envelope.data = data;
        let kept = !matches!(&self.behaviour, Behaviour::Answer { at: Step::Message, .. });
        if kept {
            self.shared.keep(envelope);
        }
        self.step(Step::Message, "250 taken").await
    }

    /// The lines up to the dot; `None` when there are too many bytes, all of them read.
    async fn content(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut data = Vec::new();
        let mut fits = true;
        loop {
            let line = self.bytes().await?.ok_or(io::ErrorKind::UnexpectedEof)?;
            if matches!(line.as_slice(), b".\r\n" | b".\n") {
                return Ok(fits.then_some(data));
            }
            let line = line.strip_prefix(b".").unwrap_or(&line);
            fits = fits && data.len() + line.len() <= MAX_MESSAGE;
            if fits {
                data.extend_from_slice(line);
            }
        }
    }

    async fn line(&mut self) -> io::Result<Option<String>> {
        let bytes = self.bytes().await?;
        Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).trim_end().to_owned()))
    }

    /// One line with its end; `None` at the end of the stream.
    async fn bytes(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut bytes = Vec::new();
        let limit = u64::try_from(MAX_LINE).unwrap_or(u64::MAX);
        let mut limited = (&mut self.stream).take(limit);
        timeout(SILENCE_LIMIT, limited.read_until(b'\n', &mut bytes)).await??;
        match bytes.last() {
            None => Ok(None),
            Some(b'\n') => Ok(Some(bytes)),
            Some(_) => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    fn refuses(&self, step: Step) -> bool {
        matches!(&self.behaviour, Behaviour::Answer { at, .. } if *at == step)
    }

    /// Answers a step: as told, else with `usual`.
    async fn step(&mut self, step: Step, usual: &str) -> io::Result<Then> {
        match &self.behaviour {
            Behaviour::HangUp(at) if *at == step => Ok(Then::HangUp),
            Behaviour::Answer { at, code, words } if *at == step => {
                let answer = format!("{code} {words}");
                self.reply(&answer).await
            }
            _ => self.reply(usual).await,
        }
    }

    async fn reply(&mut self, answer: &str) -> io::Result<Then> {
        self.say(answer).await?;
        Ok(Then::GoOn)
    }

    async fn say(&mut self, answer: &str) -> io::Result<()> {
        self.stream.get_mut().write_all(format!("{answer}\r\n").as_bytes()).await
    }
}

/// The address between angle brackets after `prefix`.
fn path(line: &str, prefix: &str) -> Option<String> {
    let head = line.get(..prefix.len())?;
    let rest = line[prefix.len()..].trim_start();
    let (address, _) = rest.strip_prefix('<')?.split_once('>')?;
    head.eq_ignore_ascii_case(prefix).then(|| address.to_owned())
}

/// The size that the sender declares (RFC 1870).
fn declared_size(line: &str) -> Option<usize> {
    let mut parameters = line.rsplit('>').next()?.split(' ');
    parameters.find_map(|one| one.to_ascii_uppercase().strip_prefix("SIZE=")?.parse().ok())
}
