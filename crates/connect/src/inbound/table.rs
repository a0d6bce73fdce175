//! Tables of a sender's words: what each says in ours. A word that is not in its table says nothing that
//! we would guess.

use super::{Action, Flags, SourceSeverity};

/// A sender's words, in any case, each with what it says.
pub(super) type Table<T> = &'static [(&'static str, T)];

/// What a word says; `None` where it is absent or not in the table.
pub(super) fn look_up<T: Copy>(table: &[(&str, T)], word: Option<&str>) -> Option<T> {
    let word = word?.trim();
    table.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|(_, meaning)| *meaning)
}

/// The severity of a word: unknown, never harmless, where the table does not hold it.
pub(super) fn severity(table: Table<SourceSeverity>, word: Option<&str>) -> SourceSeverity {
    look_up(table, word).unwrap_or(SourceSeverity::Unknown)
}

/// The action of a word. An absent one is a problem; one that is not in the table is a problem too, and
/// flagged: noise is better than silence.
pub(super) fn action(table: Table<Action>, word: Option<&str>, flags: &mut Flags) -> Action {
    let word = word.filter(|word| !word.trim().is_empty());
    look_up(table, word).unwrap_or_else(|| {
        flags.unknown_status += u32::from(word.is_some());
        Action::Trigger
    })
}

/// `P1` to `P5`, also as bare numbers: Opsgenie, Datadog, PagerDuty's priorities.
pub(super) const PRIORITY: Table<SourceSeverity> = &[
    ("p1", SourceSeverity::Critical),
    ("p2", SourceSeverity::High),
    ("p3", SourceSeverity::Warning),
    ("p4", SourceSeverity::Info),
    ("p5", SourceSeverity::Info),
    ("1", SourceSeverity::Critical),
    ("2", SourceSeverity::High),
    ("3", SourceSeverity::Warning),
    ("4", SourceSeverity::Info),
    ("5", SourceSeverity::Info),
];

/// The words that most senders share.
pub(super) const COMMON: Table<SourceSeverity> = &[
    ("critical", SourceSeverity::Critical),
    ("fatal", SourceSeverity::Critical),
    ("page", SourceSeverity::Critical),
    ("error", SourceSeverity::High),
    ("high", SourceSeverity::High),
    ("warning", SourceSeverity::Warning),
    ("info", SourceSeverity::Info),
    ("none", SourceSeverity::Info),
    ("debug", SourceSeverity::Info),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trap_a_severity_word_that_is_not_in_the_table_is_unknown_and_never_info() {
        for word in [None, Some(""), Some("severe"), Some("{{ severity }}")] {
            assert_eq!(severity(COMMON, word), SourceSeverity::Unknown, "{word:?}");
        }
        assert_eq!(severity(COMMON, Some(" CRITICAL ")), SourceSeverity::Critical);
    }

    #[test]
    fn trap_a_priority_may_be_a_number_or_a_word() {
        assert_eq!(severity(PRIORITY, Some("P3")), severity(PRIORITY, Some("3")));
        assert_eq!(severity(PRIORITY, Some("9")), SourceSeverity::Unknown);
    }

    #[test]
    fn an_unknown_status_is_a_problem_and_flagged() {
        const WORDS: Table<Action> = &[("ok", Action::Resolve)];
        let mut flags = Flags::default();
        assert_eq!(action(WORDS, Some("OK"), &mut flags), Action::Resolve);
        assert_eq!(action(WORDS, None, &mut flags), Action::Trigger);
        assert_eq!(
            (action(WORDS, Some("odd"), &mut flags), flags.unknown_status),
            (Action::Trigger, 1)
        );
    }
}
