//! The PostgreSQL driver: one connection, driven by a small runtime of its own on whatever plain
//! thread calls. Never call it inside an async task: it blocks.

mod codec;
mod setup;
mod tls;

use std::{collections::HashMap, future::Future, pin::Pin, task::Poll, time::Duration};

use futures_util::TryStreamExt;
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::{Client, NoTls, SimpleQueryMessage, Statement, error::SqlState};

use crate::{
    Fault, Value,
    driver::{Key, Text},
    fault::{Cause, Trouble},
    row::Cell,
};
pub(crate) use setup::Role;
use tls::Address;

/// How many statements of a batch are on their way at once.
const PIPELINE: usize = 128;

pub(crate) struct Postgres {
    client: Client,
    statements: HashMap<Key, Statement>,
    in_transaction: bool,
    /// An answer did not come in time: nothing on this connection can be trusted any more.
    silent: bool,
    /// How long to wait for an answer before the connection counts as lost.
    patience: Duration,
    runtime: Runtime,
}

impl Postgres {
    /// Connects and sets the session up.
    pub(crate) fn open(url: &str, role: Role) -> Result<Self, Fault> {
        let mut session = Self::connect(url)?;
        setup::prepare_session(&mut session, role)?;
        session.patience = role.longest_answer();
        Ok(session)
    }

    /// Connects, and no more.
    pub(crate) fn connect(url: &str) -> Result<Self, Fault> {
        let address = Address::parse(url)?;
        let open = |source| Fault::Open { source };
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| open(Cause::new(error)))?;
        let connecting = async { tokio::time::timeout(setup::CONNECT, reach(address)).await };
        let client = match runtime.block_on(connecting) {
            Ok(client) => client.map_err(|error| open(cause(&error)))?,
            Err(_) => return Err(open(Cause::new("the server does not answer"))),
        };
        let statements = HashMap::new();
        let (in_transaction, silent) = (false, false);
        Ok(Self { client, statements, in_transaction, silent, patience: setup::CONNECT, runtime })
    }

    /// Waits for answers as long as they take: for migrations. Answers how long it waited before.
    pub(crate) fn be_patient(&mut self) -> Duration {
        std::mem::replace(&mut self.patience, Duration::MAX)
    }

    /// Waits no longer than this for an answer.
    pub(crate) fn be_brisk(&mut self, patience: Duration) {
        self.patience = patience;
    }

    pub(crate) fn query(
        &mut self,
        text: &Text<'_>,
        args: &[Value],
    ) -> Result<Vec<Vec<Cell>>, Trouble> {
        let stmt = self.statement(text)?;
        check(&stmt, args)?;
        let client = &self.client;
        let rows = async { client.query_raw(&stmt, args).await?.try_collect::<Vec<_>>().await };
        let rows = wait(&self.runtime, self.patience, &mut self.silent, rows)?;
        rows.iter().map(cells).collect()
    }

    /// Asks one question with each list of parameters, before the first answer is there.
    pub(crate) fn query_each(
        &mut self,
        text: &Text<'_>,
        each: &[Vec<Value>],
    ) -> Result<Vec<Vec<Vec<Cell>>>, Trouble> {
        let stmt = self.statement(text)?;
        each.iter().try_for_each(|args| check(&stmt, args))?;
        let (client, stmt) = (&self.client, &stmt);
        let mut found = Vec::with_capacity(each.len());
        for chunk in each.chunks(PIPELINE) {
            let asked = chunk.iter().map(|args| async move {
                client.query_raw(stmt, args).await?.try_collect::<Vec<_>>().await
            });
            let answers = async { in_order(asked.collect()).await.into_iter().collect() };
            let answers: Vec<Vec<_>> =
                wait(&self.runtime, self.patience, &mut self.silent, answers)?;
            for rows in &answers {
                found.push(rows.iter().map(cells).collect::<Result<_, _>>()?);
            }
        }
        Ok(found)
    }

    pub(crate) fn execute(&mut self, text: &Text<'_>, args: &[Value]) -> Result<u64, Trouble> {
        let stmt = self.statement(text)?;
        check(&stmt, args)?;
        let count = self.client.execute_raw(&stmt, args);
        wait(&self.runtime, self.patience, &mut self.silent, count)
    }

    /// Sends many statements before the first answer is there, and answers their counts in order.
    ///
    /// # Errors
    /// The first step that failed, by its place, and why.
    pub(crate) fn pipeline(
        &mut self,
        steps: &[(Text<'_>, &[Value])],
    ) -> Result<Vec<u64>, (usize, Trouble)> {
        let mut counts = Vec::with_capacity(steps.len());
        for chunk in steps.chunks(PIPELINE) {
            let begin = counts.len();
            let mut statements = Vec::with_capacity(chunk.len());
            for (at, (text, args)) in chunk.iter().enumerate() {
                let stmt = self.statement(text).map_err(|trouble| (begin + at, trouble))?;
                check(&stmt, args).map_err(|trouble| (begin + at, trouble))?;
                statements.push(stmt);
            }
            let client = &self.client;
            let sent = statements.iter().zip(chunk).map(|(stmt, (_, args))| {
                let args: &[Value] = args;
                async move { client.execute_raw(stmt, args).await }
            });
            let answers = async { Ok(in_order(sent.collect()).await) };
            let answers = wait(&self.runtime, self.patience, &mut self.silent, answers);
            for (at, answer) in answers.map_err(|lost| (begin, lost))?.into_iter().enumerate() {
                counts.push(answer.map_err(|error| (begin + at, trouble(&error)))?);
            }
        }
        Ok(counts)
    }

    /// Prepares a statement and answers what its types should not be, if anything.
    pub(crate) fn prepare(&mut self, text: &Text<'_>) -> Result<(), Trouble> {
        let stmt = self.statement(text)?;
        for (at, kind) in stmt.params().iter().enumerate() {
            if !codec::takes(kind) || kind.name() == "int4" {
                let problem = "is not BIGINT, DOUBLE PRECISION, TEXT or BYTEA: write a CAST";
                return Err(Trouble::Parameter { number: at + 1, problem });
            }
        }
        let bad = stmt.columns().iter().position(|column| !codec::gives(column.type_()));
        let (wanted, found) = ("BIGINT, DOUBLE PRECISION, TEXT or BYTEA", "another type");
        bad.map_or(Ok(()), |column| Err(Trouble::Column { column, wanted, found }))
    }

    /// Runs several statements without parameters in one round trip; answers the first cell of the
    /// last row, as text.
    pub(crate) fn script(&mut self, sql: &str) -> Result<Option<String>, Trouble> {
        let answer = self.client.simple_query(sql);
        let answer = wait(&self.runtime, self.patience, &mut self.silent, answer)?;
        let row = answer.iter().rev().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        Ok(row.and_then(|row| row.get(0)).map(str::to_owned))
    }

    pub(crate) fn begin(&mut self, sql: &str) -> Result<Option<String>, Trouble> {
        self.in_transaction = true;
        self.script(sql)
    }

    pub(crate) fn end(&mut self, sql: &str) -> Result<(), Trouble> {
        self.script(sql)?;
        self.in_transaction = false;
        Ok(())
    }

    pub(crate) fn in_transaction(&self) -> bool {
        self.in_transaction && !self.silent && !self.client.is_closed()
    }

    fn statement(&mut self, text: &Text<'_>) -> Result<Statement, Trouble> {
        if let Some(stmt) = self.statements.get(&text.key) {
            return Ok(stmt.clone());
        }
        let stmt = self.client.prepare(text.sql);
        let stmt = wait(&self.runtime, self.patience, &mut self.silent, stmt)?;
        self.statements.insert(text.key, stmt.clone());
        Ok(stmt)
    }
}

/// Connects, encrypted where the address says so.
async fn reach(address: Address) -> Result<Client, Error> {
    let config = setup::timeouts(address.config);
    match address.tls {
        None => {
            let (client, connection) = config.connect(NoTls).await?;
            tokio::spawn(connection);
            Ok(client)
        }
        Some(tls) => {
            let (client, connection) = config.connect(tls).await?;
            tokio::spawn(connection);
            Ok(client)
        }
    }
}

/// Drives the connection until the answer is there.
fn wait<T>(
    runtime: &Runtime,
    patience: Duration,
    silent: &mut bool,
    answer: impl Future<Output = Result<T, Error>>,
) -> Result<T, Trouble> {
    let late = || Trouble::Lost(Cause::new("the server does not answer"));
    if *silent {
        return Err(late());
    }
    match runtime.block_on(async { tokio::time::timeout(patience, answer).await }) {
        Ok(answer) => answer.map_err(|error| trouble(&error)),
        Err(_) => {
            *silent = true;
            Err(late())
        }
    }
}

type Error = tokio_postgres::Error;

/// Polls each future once, which sends its request, then waits for them in their order, in which the
/// answers come: requests share the round trip.
async fn in_order<T>(futures: Vec<impl Future<Output = T>>) -> Vec<T> {
    let mut waiting: Vec<Pin<Box<_>>> = futures.into_iter().map(Box::pin).collect();
    let mut early: Vec<Option<T>> = Vec::with_capacity(waiting.len());
    std::future::poll_fn(|cx| {
        for future in &mut waiting {
            early.push(match future.as_mut().poll(cx) {
                Poll::Ready(value) => Some(value),
                Poll::Pending => None,
            });
        }
        Poll::Ready(())
    })
    .await;
    let mut done = Vec::with_capacity(waiting.len());
    for (future, early) in waiting.into_iter().zip(early) {
        done.push(match early {
            Some(value) => value,
            None => future.await,
        });
    }
    done
}

fn check(stmt: &Statement, args: &[Value]) -> Result<(), Trouble> {
    let wanted = stmt.params().len();
    if wanted != args.len() {
        let number = wanted.min(args.len()) + 1;
        return Err(Trouble::Parameter { number, problem: "is missing or too many" });
    }
    let nul = |arg: &Value| matches!(arg, Value::Text(text) if text.contains('\0'));
    match args.iter().position(nul) {
        Some(at) => Err(Trouble::Parameter { number: at + 1, problem: "holds a NUL character" }),
        None => Ok(()),
    }
}

fn cells(row: &tokio_postgres::Row) -> Result<Vec<Cell>, Trouble> {
    let cell = |column| {
        let (wanted, found) = ("BIGINT, DOUBLE PRECISION, TEXT or BYTEA", "another type");
        row.try_get(column).map_err(|_| Trouble::Column { column, wanted, found })
    };
    (0..row.len()).map(cell).collect()
}

fn trouble(error: &Error) -> Trouble {
    let cause = cause(error);
    let Some(code) = error.code() else {
        let lost = error.is_closed() || is_network(error);
        return if lost { Trouble::Lost(cause) } else { Trouble::Failed(cause) };
    };
    match code {
        &SqlState::UNIQUE_VIOLATION
        | &SqlState::T_R_SERIALIZATION_FAILURE
        | &SqlState::T_R_DEADLOCK_DETECTED => Trouble::Contended,
        &SqlState::DISK_FULL => Trouble::Full(cause),
        &SqlState::LOCK_NOT_AVAILABLE | &SqlState::TOO_MANY_CONNECTIONS => Trouble::Busy(cause),
        // Class 57P: the server or somebody ends this session. Class 08: the connection is gone.
        code if code.code().starts_with("57P") || code.code().starts_with("08") => {
            Trouble::Lost(cause)
        }
        _ => Trouble::Failed(cause),
    }
}

fn is_network(error: &Error) -> bool {
    let source = std::error::Error::source(error);
    source.is_some_and(|source| source.downcast_ref::<std::io::Error>().is_some())
}

/// What the server says, without its `DETAIL`: that one quotes rows, which are people's words.
fn cause(error: &Error) -> Cause {
    match error.as_db_error() {
        Some(said) => Cause::new(format!("{} (SQLSTATE {})", said.message(), said.code().code())),
        None => Cause::new(chain(error)),
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        text = format!("{text}: {source}");
        next = source.source();
    }
    text
}
