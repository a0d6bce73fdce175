//! A message as it was received.

/// Envelope and content of one message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Received {
    /// The sender in the envelope, without angle brackets.
    pub from: String,
    /// The recipients in the envelope.
    pub to: Vec<String>,
    /// Headers and body, dots unstuffed, lines ended by CR LF.
    pub data: Vec<u8>,
}

impl Received {
    /// Headers and body as text; what is not UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.data).into_owned()
    }

    /// The value of a header, its folded lines joined by a space; not decoded.
    pub fn header(&self, name: &str) -> Option<String> {
        let text = self.text();
        let head = text.split("\r\n\r\n").next()?;
        let mut lines = head.split("\r\n").skip_while(|line| !is_header(line, name));
        let mut value = lines.next()?.split_once(':')?.1.trim().to_owned();
        for folded in lines.take_while(|line| line.starts_with([' ', '\t'])) {
            value.push(' ');
            value.push_str(folded.trim());
        }
        Some(value)
    }
}

fn is_header(line: &str, name: &str) -> bool {
    line.split_once(':').is_some_and(|(found, _)| found.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_found_in_any_case_and_unfolded() {
        let data = b"Subject: one\r\n  two\r\nTo: a@b\r\n\r\nX: body\r\n".to_vec();
        let message = Received { data, ..Received::default() };
        assert_eq!(message.header("subject").as_deref(), Some("one two"));
        assert_eq!(message.header("TO").as_deref(), Some("a@b"));
        assert_eq!(message.header("x"), None);
    }
}
