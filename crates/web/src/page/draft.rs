//! A draft of whatever kind: what it changes, what the checks say, and its next step.

use app::{
    config::{DraftToSave, Which},
    library::{DraftSeen, Text},
};
use axum::extract::Path;
use base::Digest;
use db::Conn;
use domain::{
    access::Permission,
    document::{DocumentKind, Seen, Verdict, other_bytes},
};

use super::{
    around::shell,
    incident::flash,
    process::{difference, file, is_own, kind, line, name, refused_edit, who},
    tell::{Teller, words},
};
use crate::{
    answer::{self, Answer, then},
    flash::Outcome,
    trouble::Trouble,
    view::{
        Input, Place,
        process::{DraftLine, DraftPage, FindingRow, JudgementRow},
    },
    visit::Visit,
};

/// A path of a draft.
type DraftPath = Path<(String, String, u32)>;

/// `GET /drafts/{kind}/{name}/{draft}`.
pub(crate) async fn show(visit: Visit, Path((kind, name, draft)): DraftPath) -> Answer {
    let page = draft_page(&visit, (&kind, &name, draft), None).await?;
    answer::page(&visit, &page)
}

/// `GET /drafts/{kind}/{name}/{draft}/bytes`: exactly what was saved.
pub(crate) async fn bytes(visit: Visit, Path((of, named, draft)): DraftPath) -> Answer {
    let which = which(&of, &named)?;
    let kind = which.0;
    let (bytes, _) = visit.web.app().document_bytes(which, Text::Draft(draft)).await?;
    Ok(file(kind, &format!("{named}-draft-{draft}"), bytes))
}

/// `POST /drafts/{kind}`: saves a draft, new or again, and shows what the checks say.
pub(crate) async fn save(visit: Visit, Path(of): Path<String>) -> Answer {
    let form = &visit.form;
    let (kind, name) = which(&of, form.get("name"))?;
    let number = |field: &str| form.get(field).parse().ok();
    let draft = number("draft").and_then(|n: i64| u32::try_from(n).ok());
    let base = number("base");
    let from = draft.map(Text::Draft).or(base.map(Text::Version));
    let held = match from {
        Some(from) => visit.web.app().document_bytes((kind, name.clone()), from).await.ok(),
        None => None,
    };
    let held = held.map(|(bytes, _)| bytes).unwrap_or_default();
    let new = DraftToSave {
        kind,
        name: name.clone(),
        draft,
        base,
        rationale: form.text("rationale"),
        bytes: sent(form.raw("document"), held),
    };
    match visit.web.app().save_draft(visit.caller()?, new.clone()).await.map_err(Trouble::from) {
        Ok(saved) => {
            let forbids = saved.findings.iter().filter(|found| found.refuses).count();
            let done = match forbids {
                0 => "Saved. The checks have nothing against it.".to_owned(),
                1 => "Saved. One finding forbids it.".to_owned(),
                n => format!("Saved. {n} findings forbid it."),
            };
            let path = format!("/drafts/{of}/{name}/{}", saved.draft);
            then(&visit, &path, &Outcome::done(done))
        }
        Err(trouble) if trouble.is_refusal() && kind == DocumentKind::Process => {
            refused_edit(&visit, &new, &trouble).await
        }
        Err(trouble) => Err(trouble),
    }
}

/// The document that a form sent. A browser writes every line end as CR LF: where that is all that differs
/// from what the form began with, it is that, byte for byte.
pub(crate) fn sent(text: &str, held: Vec<u8>) -> Vec<u8> {
    let plain = |text: &str| text.replace("\r\n", "\n").replace('\r', "\n");
    let text = plain(text);
    if plain(&String::from_utf8_lossy(&held)) == text { held } else { text.into_bytes() }
}

/// `POST /drafts/{kind}/{name}/{draft}/submit`.
pub(crate) async fn submit(visit: Visit, Path((of, named, draft)): DraftPath) -> Answer {
    let acted = async {
        let given = (seen(&visit, draft)?, visit.form.text("note"));
        Ok(visit.web.app().submit_draft(visit.caller()?, which(&of, &named)?, given).await?)
    };
    let acted = acted.await;
    told(&visit, (&of, &named, draft), acted, "It waits for a reviewer.").await
}

/// `POST /drafts/{kind}/{name}/{draft}/review`.
pub(crate) async fn review(visit: Visit, Path((of, named, draft)): DraftPath) -> Answer {
    let accepted = visit.form.get("verdict") == "accepted";
    let acted = async {
        let verdict = if accepted { Verdict::Accepted } else { Verdict::Returned };
        let said = (verdict, visit.form.text("words"));
        let seen = seen(&visit, draft)?;
        Ok(visit.web.app().review_draft(visit.caller()?, which(&of, &named)?, seen, said).await?)
    };
    let acted = acted.await;
    let done = if accepted { "It waits for approval." } else { "It is back with its author." };
    told(&visit, (&of, &named, draft), acted, done).await
}

/// `POST /drafts/{kind}/{name}/{draft}/approve`.
pub(crate) async fn approve(visit: Visit, Path((of, named, draft)): DraftPath) -> Answer {
    let acted = async {
        let given = (seen(&visit, draft)?, visit.form.text("words"));
        Ok(visit.web.app().approve_draft(visit.caller()?, which(&of, &named)?, given).await?)
    };
    let acted = acted.await;
    told(&visit, (&of, &named, draft), acted, "Approved. It may be published.").await
}

/// `POST /drafts/{kind}/{name}/{draft}/publish`.
pub(crate) async fn publish(visit: Visit, Path((of, named, draft)): DraftPath) -> Answer {
    let acted = async {
        Ok(visit.web.app().publish_draft(visit.caller()?, which(&of, &named)?, draft).await?)
    };
    let acted: Result<i64, Trouble> = acted.await;
    let done = match &acted {
        Ok(version) => format!("Published as version {version}."),
        Err(_) => String::new(),
    };
    told(&visit, (&of, &named, draft), acted.map(drop), &done).await
}

/// `POST /drafts/{kind}/{name}/{draft}/withdraw`.
pub(crate) async fn withdraw(visit: Visit, Path((of, named, draft)): DraftPath) -> Answer {
    let acted = async {
        let given = (draft, visit.form.text("reason"));
        Ok(visit.web.app().withdraw_draft(visit.caller()?, which(&of, &named)?, given).await?)
    };
    let acted = acted.await;
    told(&visit, (&of, &named, draft), acted, "The draft is withdrawn.").await
}

fn which(of: &str, named: &str) -> Result<Which, Trouble> {
    Ok((kind(of)?, name(named)?))
}

/// The draft as the reader saw it.
fn seen(visit: &Visit, draft: u32) -> Result<Seen, Trouble> {
    let sha256: Option<Digest> = visit.form.get("sha256").parse().ok();
    Ok(Seen { draft, sha256: sha256.ok_or_else(other_bytes)? })
}

/// On to the draft's page, or the page again with what was refused.
async fn told(
    visit: &Visit,
    (of, named, draft): (&str, &str, u32),
    acted: Result<(), Trouble>,
    done: &str,
) -> Answer {
    match acted {
        Ok(()) => then(visit, &format!("/drafts/{of}/{named}/{draft}"), &Outcome::done(done)),
        Err(trouble) if trouble.is_refusal() => {
            let page = draft_page(visit, (of, named, draft), Some(&trouble)).await?;
            answer::refused(visit, &page, &trouble)
        }
        Err(trouble) => Err(trouble),
    }
}

async fn draft_page(
    visit: &Visit,
    (of, named, draft): (&str, &str, u32),
    trouble: Option<&Trouble>,
) -> Result<DraftPage, Trouble> {
    let which = which(of, named)?;
    let seen = visit.web.app().see_draft(which.clone(), draft).await?;
    let (line, judgements) = named_by(visit, &which, &seen).await?;
    let own = format!("/drafts/{of}/{named}");
    let older = format!("/documents/{of}/{named}/{}/bytes", seen.row.base);
    let newer = format!("{own}/{draft}/bytes");
    let mut shell = shell(visit, Place::Processes).await?;
    shell.flash = trouble.map(flash).or(shell.flash);
    let typed = ["words", "note", "reason"].map(|field| visit.form.get(field));
    let typed = Input::of(typed.into_iter().find(|text| !text.is_empty()).unwrap_or_default());
    Ok(DraftPage {
        shell,
        line,
        edit: edit_path(which.0, named, draft),
        newest: seen.document.version,
        revision: seen.row.revision,
        digest: seen.row.sha256.to_string(),
        rationale: words(seen.rationale.clone()),
        findings: findings(&seen),
        difference: difference(&seen.compared, (older, newer)),
        judgements,
        may: visit.may(Permission::Publish),
        may_judge: visit.may(Permission::Approve),
        why_not: if is_own(&seen.document, draft, visit) { "own" } else { "" }.to_owned(),
        words: match trouble {
            Some(trouble) => typed.refused(trouble.detail.clone()),
            None => typed,
        },
        path: own,
    })
}

/// Where a draft is written on: each kind has an editor of its own.
fn edit_path(kind: DocumentKind, named: &str, draft: u32) -> String {
    match kind {
        DocumentKind::Process => format!("/processes/{named}/edit?draft={draft}"),
        DocumentKind::Table => format!("/tables/{named}/edit?draft={draft}"),
        DocumentKind::Policy => format!("/drafts/policy/{named}/{draft}/bytes"),
    }
}

fn findings(seen: &DraftSeen) -> Vec<FindingRow> {
    let rows = seen.findings.iter().map(|found| FindingRow {
        id: found.id.clone(),
        place: match (found.line, found.column) {
            (0, _) => String::new(),
            (line, column) => format!("{line}:{column}"),
        },
        rule: found.rule.clone(),
        message: found.message.clone(),
        refuses: found.refuses,
    });
    rows.collect()
}

/// The draft's line and what happened to it, with the names of who did.
async fn named_by(
    visit: &Visit,
    which: &Which,
    seen: &DraftSeen,
) -> Result<(DraftLine, Vec<JudgementRow>), Trouble> {
    let (reader, telling) = (visit.reader(), visit.web.app().clone());
    let ((kind, name), newest) = (which.clone(), seen.document.version);
    let (row, told) = (seen.row.clone(), seen.judgements.clone());
    let read = visit.web.app().look(move |conn: &mut Conn| {
        let mut teller = Teller::new(conn, &telling, &reader);
        let line = line(&mut teller, &reader, (kind, &name, newest), &row)?;
        let mut rows = Vec::with_capacity(told.len());
        for judgement in told {
            rows.push(JudgementRow {
                kind: judgement.kind.to_string(),
                verdict: judgement.verdict,
                who: who(&mut teller, &judgement.by)?,
                at: reader.time(judgement.at),
                words: Some(judgement.words).filter(|text| !text.is_empty()).map(words),
                entry: judgement.seq,
            });
        }
        Ok((line, rows))
    });
    Ok(read.await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_changed_is_kept_byte_for_byte() {
        let held = b"<a>\n<b/>\r\n</a>\r".to_vec();
        assert_eq!(sent("<a>\r\n<b/>\r\n</a>\r\n", held.clone()), held);
        assert_eq!(sent("<a>\r\n<c/>\r\n</a>", held), b"<a>\n<c/>\n</a>");
        assert_eq!(sent("<a/>", Vec::new()), b"<a/>");
    }
}
