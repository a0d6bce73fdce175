//! One alert while it is read: what a source found, turned into a signal that keeps every limit.

use std::collections::BTreeMap;

use base::Timestamp;

use super::{
    Action, Flags, Link, LinkKind, Parsed, Rejected, Signal, SourceSeverity,
    instant::{self, Claim, Zoneless},
    key,
    labels::fnv1a,
    limits::{MAX_ANNOTATION_VALUE, MAX_LABEL_VALUE, MAX_LABELS, MAX_LINK, MAX_NAME, MAX_TITLE},
    malformed::{LABEL_OVER_LIMIT, NO_IDENTITY, UNFILLED},
    template,
};

/// What a source found in one alert. Whatever it did not find is left as it is here.
#[derive(Debug)]
pub(super) struct Draft {
    /// The sender's name for the alert: the same when it begins and when it ends.
    pub(super) key: Option<String>,
    /// The sender's name for this message, where it has one.
    pub(super) occurrence: Option<String>,
    pub(super) action: Action,
    /// The candidates for a title, the best first; empty ones do not count.
    pub(super) title: Vec<Option<String>>,
    pub(super) description: Option<String>,
    pub(super) severity: SourceSeverity,
    pub(super) occurred_at: Option<Timestamp>,
    pub(super) ends_at: Option<Timestamp>,
    pub(super) resource: Option<String>,
    pub(super) service: Option<String>,
    pub(super) environment: Option<String>,
    pub(super) labels: BTreeMap<String, String>,
    pub(super) annotations: BTreeMap<String, String>,
    pub(super) links: Vec<(LinkKind, Option<String>)>,
    pub(super) group_key: Option<String>,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            key: None,
            occurrence: None,
            action: Action::Trigger,
            title: Vec::new(),
            description: None,
            severity: SourceSeverity::Unknown,
            occurred_at: None,
            ends_at: None,
            resource: None,
            service: None,
            environment: None,
            labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
            links: Vec::new(),
            group_key: None,
        }
    }
}

impl Draft {
    /// Adds a label where it says something.
    pub(super) fn label(&mut self, name: &str, value: Option<String>) {
        if let Some(value) = value {
            self.labels.insert(name.to_owned(), value);
        }
    }

    /// Adds an annotation where it says something.
    pub(super) fn note(&mut self, name: &str, value: Option<String>) {
        if let Some(value) = value {
            self.annotations.insert(name.to_owned(), value);
        }
    }

    /// The signal, within every limit.
    ///
    /// # Errors
    /// `ING-008` with nothing to recognise the alert by, `ING-011` where all of that is templates,
    /// `ING-009` for labels over a limit; `index` and `place` say which alert.
    pub(super) fn finish(
        mut self,
        (index, place): (usize, &str),
        flags: &mut Flags,
    ) -> Result<Signal, Rejected> {
        let refuse = |code, what: String| Rejected { index, code, what, where_: place.to_owned() };
        self.check_labels().map_err(|what| refuse(LABEL_OVER_LIMIT, what))?;
        let unfilled = self.count_unfilled();
        flags.unfilled += unfilled;
        let Some(dedup_key) = self.dedup_key() else {
            return Err(if unfilled > 0 {
                refuse(
                    UNFILLED,
                    "the alert's key and title are templates, not filled in".to_owned(),
                )
            } else {
                refuse(NO_IDENTITY, "the alert has nothing to recognise it by".to_owned())
            });
        };
        let headline = self.headline().unwrap_or(&dedup_key);
        let title = cut(headline.lines().next().unwrap_or(&dedup_key), MAX_TITLE, flags);
        // Nothing of it is lost where the sender has no other text.
        let whole = (title != headline).then(|| headline.to_owned());
        for value in self.annotations.values_mut() {
            if value.len() > MAX_ANNOTATION_VALUE {
                *value = cut(value, MAX_ANNOTATION_VALUE, flags);
            }
        }
        while self.annotations.len() > MAX_LABELS {
            flags.cut += 1;
            self.annotations.pop_last();
        }
        let links = kept(&self.links, flags);
        let description = self.description.or(whole).unwrap_or_default();
        let occurrence = self.occurrence.as_deref().and_then(key::of);
        Ok(Signal {
            external_id: occurrence.unwrap_or_else(|| match self.occurred_at {
                Some(at) => format!("{dedup_key}@{at}"),
                None => dedup_key.clone(),
            }),
            description: cut(&description, MAX_ANNOTATION_VALUE, flags),
            title,
            links,
            dedup_key,
            action: self.action,
            severity: self.severity,
            occurred_at: self.occurred_at,
            ends_at: self.ends_at,
            resource: self.resource,
            service: self.service,
            environment: self.environment,
            labels: self.labels,
            annotations: self.annotations,
            group_key: self.group_key.as_deref().and_then(key::of),
        })
    }

    /// A request whose only alert this is.
    pub(super) fn alone(self, mut flags: Flags) -> Parsed {
        let signals = vec![self.finish((0, ""), &mut flags)];
        Parsed { signals, flags, ..Parsed::default() }
    }

    /// Labels identify, so they are refused rather than cut.
    fn check_labels(&self) -> Result<(), String> {
        if self.labels.len() > MAX_LABELS {
            return Err(format!("more than {MAX_LABELS} labels"));
        }
        if self.labels.keys().chain(self.annotations.keys()).any(|name| name.len() > MAX_NAME) {
            return Err(format!("a name of more than {MAX_NAME} bytes"));
        }
        if self.labels.values().any(|value| value.len() > MAX_LABEL_VALUE) {
            return Err(format!("a label's value has more than {MAX_LABEL_VALUE} bytes"));
        }
        Ok(())
    }

    /// Counts the texts with a template in them; a key with one is no key: it would be the same for
    /// every alert.
    fn count_unfilled(&mut self) -> u32 {
        let mut count = 0;
        let texts = [&mut self.key, &mut self.resource, &mut self.service, &mut self.environment];
        for text in texts {
            if text.as_deref().is_some_and(template::unfilled) {
                *text = None;
                count += 1;
            }
        }
        let shown = self.title.iter().flatten().chain(&self.description);
        count + u32::try_from(shown.filter(|text| template::unfilled(text)).count()).unwrap_or(0)
    }

    /// The sender's key; else one over what the alert says and of what, marked `text-`.
    fn dedup_key(&self) -> Option<String> {
        if let Some(key) = self.key.as_deref().map(str::trim).and_then(key::of) {
            return Some(key);
        }
        let title = self.headline().filter(|title| !template::unfilled(title));
        let said = [title, self.resource.as_deref(), self.service.as_deref()];
        if said.iter().all(Option::is_none) {
            return None;
        }
        let sum =
            said.iter().flatten().fold(0, |sum, text| fnv1a(fnv1a(sum, &[0xff]), text.as_bytes()));
        Some(format!("text-{sum:016x}"))
    }

    fn headline(&self) -> Option<&str> {
        let titles = self.title.iter().flatten().map(|text| text.trim());
        titles.into_iter().find(|text| !text.is_empty())
    }
}

/// The first claim that is an instant; unreadable ones are counted.
pub(super) fn claimed(text: Option<String>, flags: &mut Flags) -> Option<Timestamp> {
    claimed_as(text, Zoneless::IsUnreadable, flags)
}

/// The same, where the sender's documents say what a date without a zone means.
pub(super) fn claimed_as(
    text: Option<String>,
    zoneless: Zoneless,
    flags: &mut Flags,
) -> Option<Timestamp> {
    match text.map_or(Claim::None, |text| instant::read_as(&text, zoneless)) {
        Claim::None => None,
        Claim::Unreadable => {
            flags.unreadable_instants += 1;
            None
        }
        Claim::At(at) => Some(at),
    }
}

fn cut(text: &str, max: usize, flags: &mut Flags) -> String {
    flags.cut += u32::from(text.len() > max);
    text[..text.floor_char_boundary(max)].to_owned()
}

/// The links that lead somewhere, in the order of [`LinkKind`].
fn kept(links: &[(LinkKind, Option<String>)], flags: &mut Flags) -> Vec<Link> {
    let mut kept = Vec::new();
    for kind in [LinkKind::Generator, LinkKind::Runbook, LinkKind::Dashboard] {
        let of_kind = links.iter().filter(|(of, _)| *of == kind);
        for url in of_kind.filter_map(|(_, url)| url.as_deref()).filter(|url| is_web_address(url)) {
            if url.len() > MAX_LINK || kept.len() >= MAX_LABELS {
                flags.cut += 1;
            } else {
                kept.push(Link { kind, url: url.to_owned() });
            }
        }
    }
    kept
}

/// `http` or `https` and nothing that could break out of an attribute or a line.
pub(super) fn is_web_address(url: &str) -> bool {
    let scheme = url.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|s| s.eq_ignore_ascii_case("http") || s.eq_ignore_ascii_case("https"))
        && !url.contains(|c: char| c.is_whitespace() || c.is_control() || "\"<>".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(key: &str, title: &str) -> Draft {
        let said = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Draft { key: said(key), title: vec![said(title)], ..Draft::default() }
    }

    #[test]
    fn trap_a_key_that_was_not_filled_in_is_no_key() {
        let mut flags = Flags::default();
        let first = draft("{EVENT.ID}", "disk full").finish((0, ""), &mut flags).unwrap();
        let second = draft("{EVENT.ID}", "cpu hot").finish((1, "/1"), &mut flags).unwrap();
        assert!(first.dedup_key.starts_with("text-") && first.dedup_key != second.dedup_key);
        assert_eq!(flags.unfilled, 2);
        let refused = draft("$AGGREG_KEY", "{{title}}").finish((2, "/2"), &mut flags).unwrap_err();
        assert_eq!((refused.code.as_str(), refused.where_.as_str()), ("ING-011", "/2"));
    }

    #[test]
    fn an_alert_without_anything_is_refused_and_a_long_one_is_cut() {
        let mut flags = Flags::default();
        let refused = draft("", "").finish((0, ""), &mut flags).unwrap_err();
        assert_eq!(refused.code.as_str(), "ING-008");
        let long = draft("k", &"é".repeat(MAX_TITLE)).finish((0, ""), &mut flags).unwrap();
        assert!(long.title.len() <= MAX_TITLE && flags.cut == 1);
    }

    #[test]
    fn links_that_lead_nowhere_are_left_out() {
        let mut draft = draft("k", "t");
        let said = |url: &str| Some(url.to_owned());
        draft.links = vec![
            (LinkKind::Dashboard, said("https://d.example")),
            (LinkKind::Generator, said("?orgId=1")),
            (LinkKind::Generator, said("javascript:alert(1)")),
            (LinkKind::Generator, said("http://g.example/\"x")),
            (LinkKind::Generator, said("http://g.example")),
        ];
        let urls: Vec<_> = draft.alone(Flags::default()).signals.remove(0).unwrap().links;
        let urls: Vec<_> = urls.into_iter().map(|link| link.url).collect();
        assert_eq!(urls, ["http://g.example", "https://d.example"]);
    }
}
