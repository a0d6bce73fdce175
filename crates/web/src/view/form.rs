//! What was typed into a form and what is wrong with it. Labels and help stand in the templates.

/// One field: the value to show again, and the message beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Input {
    /// What was typed, or what is proposed.
    pub value: String,
    /// Why it was refused.
    pub error: Option<String>,
}

impl Input {
    /// A field with a value and nothing wrong.
    pub fn of(value: impl Into<String>) -> Self {
        Self { value: value.into(), error: None }
    }

    /// The same with a message beside it.
    #[must_use]
    pub fn refused(mut self, message: impl Into<String>) -> Self {
        self.error = Some(message.into());
        self
    }

    /// Whether this choice is the one taken.
    pub fn is(&self, code: &str) -> bool {
        self.value == code
    }

    /// Whether this choice is among those taken, where several may be: codes separated by spaces.
    pub fn has(&self, code: &str) -> bool {
        self.value.split(' ').any(|taken| taken == code)
    }
}

/// Something to choose, where the choices are data: a person, a service, a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What is posted.
    pub code: String,
    /// What is read.
    pub label: String,
    /// More about it, in small.
    pub note: Option<String>,
}

impl Choice {
    /// A choice.
    pub fn new(code: impl Into<String>, label: impl Into<String>) -> Self {
        Self { code: code.into(), label: label.into(), note: None }
    }

    /// The same with a note.
    #[must_use]
    pub fn noted(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }
}
