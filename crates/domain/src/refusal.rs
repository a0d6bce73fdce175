//! Refusals: what a person may be told, with a stable code that has a page in docs/codes.

/// A command that was refused: nothing changed. `code` is stable and has a page in docs/codes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} ({code})")]
pub struct Refused {
    /// `INC-001` and its like.
    pub code: &'static str,
    /// One sentence: what is refused and what to do instead.
    pub message: String,
    /// Which kind of answer it deserves.
    pub kind: RefusalKind,
}

/// The kinds of refusal, as HTTP and the command line tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalKind {
    /// The input is wrong: 422.
    Invalid,
    /// The state does not allow it: 409.
    State,
    /// The actor may not: 403.
    Forbidden,
    /// There is no such thing: 404.
    Missing,
    /// Not signed in, or a wrong credential: 401.
    Unauthenticated,
}

impl Refused {
    /// The same refusal, saying more exactly what it is about. Codes and ids only: it may be logged.
    #[must_use]
    pub fn about(mut self, detail: &str) -> Self {
        self.message = format!("{} ({detail})", self.message);
        self
    }
}

impl From<process::Refusal> for Refused {
    fn from(refusal: process::Refusal) -> Self {
        use process::Refusal as R;
        let kind = match refusal {
            R::NoTask { .. } | R::NoFault { .. } => RefusalKind::Missing,
            R::FieldMissing { .. }
            | R::FieldWrong { .. }
            | R::VariableBeyondLimits { .. }
            | R::OtherTask { .. }
            | R::WrongFlow
            | R::NoAnswer { .. } => RefusalKind::Invalid,
            _ => RefusalKind::State,
        };
        let message = format!("The process cannot take this step: {refusal}.");
        Self { code: refusal.code(), message, kind }
    }
}

/// Lists a module's refusals as functions: name, kind, code, sentence.
macro_rules! refusals {
    ($($(#[$meta:meta])* $name:ident: $kind:ident = $code:literal, $message:literal;)*) => {$(
        $(#[$meta])*
        pub fn $name() -> $crate::refusal::Refused {
            $crate::refusal::Refused {
                code: $code,
                message: $message.to_owned(),
                kind: $crate::refusal::RefusalKind::$kind,
            }
        }
    )*};
}
pub(crate) use refusals;
