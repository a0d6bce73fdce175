//! The words of the label `severity`. A convention only: Prometheus itself fixes none.

use crate::inbound::SourceSeverity;

/// The severity of a word, whatever its case. An absent or unknown word is unknown, never harmless.
pub(super) fn of(word: Option<&str>) -> SourceSeverity {
    let Some(word) = word else { return SourceSeverity::Unknown };
    let is_one_of =
        |words: &[&str]| words.iter().any(|known| word.trim().eq_ignore_ascii_case(known));
    if is_one_of(&["critical", "page"]) {
        SourceSeverity::Critical
    } else if is_one_of(&["error", "high"]) {
        SourceSeverity::High
    } else if is_one_of(&["warning"]) {
        SourceSeverity::Warning
    } else if is_one_of(&["info", "none"]) {
        SourceSeverity::Info
    } else {
        SourceSeverity::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_words_are_unknown_and_never_info() {
        let cases = [
            (Some("critical"), SourceSeverity::Critical),
            (Some("Page"), SourceSeverity::Critical),
            (Some(" high "), SourceSeverity::High),
            (Some("error"), SourceSeverity::High),
            (Some("WARNING"), SourceSeverity::Warning),
            (Some("info"), SourceSeverity::Info),
            (Some("none"), SourceSeverity::Info),
            (Some("P1"), SourceSeverity::Unknown),
            (Some("{{ $labels.severity }}"), SourceSeverity::Unknown),
            (Some(""), SourceSeverity::Unknown),
            (None, SourceSeverity::Unknown),
        ];
        for (word, severity) in cases {
            assert_eq!(of(word), severity, "{word:?}");
        }
    }
}
