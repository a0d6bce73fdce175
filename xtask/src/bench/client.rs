//! A client that keeps its connection, and what many of them at once measured.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use super::clock;
use crate::Failure;

/// How long an answer may take.
const MAX_WAIT: Duration = Duration::from_secs(30);

/// One connection.
pub struct Client {
    stream: BufReader<TcpStream>,
    /// The header lines of each request.
    head: String,
}

/// An answer.
pub struct Answer {
    /// 201, 204, …
    pub status: u16,
    /// Its body.
    pub body: String,
}

impl Client {
    /// Connects; `header` goes with each request.
    ///
    /// # Errors
    /// Nobody listens.
    pub fn connect(at: &str, header: &str) -> Result<Self, Failure> {
        let stream = TcpStream::connect(at)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(MAX_WAIT))?;
        let head = format!("Host: {at}\r\n{header}\r\nContent-Type: application/json\r\n");
        Ok(Self { stream: BufReader::new(stream), head })
    }

    /// Sends a request and waits for its answer.
    ///
    /// # Errors
    /// The connection breaks, or what comes is not HTTP.
    pub fn ask(&mut self, method: &str, path: &str, body: &str) -> Result<Answer, Failure> {
        let (head, length) = (&self.head, body.len());
        let request =
            format!("{method} {path} HTTP/1.1\r\n{head}Content-Length: {length}\r\n\r\n{body}");
        self.stream.get_mut().write_all(request.as_bytes())?;
        let status = self.line()?;
        let status = status.split(' ').nth(1).and_then(|code| code.parse().ok());
        let status = status.ok_or("an answer without a status")?;
        let mut length = 0;
        loop {
            let line = self.line()?;
            match line.split_once(':') {
                None if line.is_empty() => break,
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.trim().parse()?;
                }
                _ => {}
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok(Answer { status, body: String::from_utf8(body)? })
    }

    /// The same, timed in microseconds; anything but success is a failure.
    ///
    /// # Errors
    /// As `ask`, and where it is refused.
    pub fn must(&mut self, method: &str, path: &str, body: &str) -> Result<(String, u64), Failure> {
        let begin = clock::now();
        let answer = self.ask(method, path, body)?;
        let took = u64::try_from(begin.elapsed().as_micros())?;
        if (200..300).contains(&answer.status) {
            return Ok((answer.body, took));
        }
        Err(format!("{method} {path}: {} {}", answer.status, answer.body).into())
    }

    fn line(&mut self) -> Result<String, Failure> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    }
}

/// Does `total` pieces of work with so many clients at once; answers what each piece measured.
///
/// # Errors
/// The first failure of any client.
pub fn crowd<T: Send>(
    (at, header): (&str, &str),
    (clients, total): (u32, u32),
    work: impl Fn(&mut Client, u32) -> Result<T, Failure> + Sync,
) -> Result<Vec<T>, Failure> {
    let next = AtomicU32::new(0);
    let one = || -> Result<Vec<T>, String> {
        let mut client = Client::connect(at, header).map_err(|e| e.to_string())?;
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= total {
                return Ok(done);
            }
            done.push(work(&mut client, number).map_err(|e| e.to_string())?);
        }
    };
    let mut all = Vec::new();
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..clients).map(|_| scope.spawn(one)).collect();
        for thread in running {
            let done = thread.join().map_err(|_| "a client of the benchmark panicked")?;
            all.extend(done?);
        }
        Ok(all)
    })
}

/// The value below which so many of a hundred lie; zero for none.
pub fn percentile(values: &mut [u64], percent: usize) -> f64 {
    values.sort_unstable();
    let at = (values.len() * percent / 100).min(values.len().saturating_sub(1));
    #[expect(clippy::cast_precision_loss, reason = "microseconds of minutes fit")]
    values.get(at).map_or(0.0, |micros| *micros as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_stand_on_the_sorted_values() {
        let mut values: Vec<u64> = (0..100).rev().collect();
        assert!((percentile(&mut values, 50) - 50.0).abs() < f64::EPSILON);
        assert!((percentile(&mut values, 99) - 99.0).abs() < f64::EPSILON);
        assert!(percentile(&mut [], 99).abs() < f64::EPSILON);
    }
}
