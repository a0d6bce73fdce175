//! What changed between two versions, in the picture, element by element and line by line.

use app::library::{Compared, Text};
use axum::extract::Path;
use domain::{
    access::Permission,
    document::{DocumentKind, lines::Side, unknown_document},
};
use process::compare::What;

use super::{
    picture::picture,
    show::{seen, version_lines},
};
use crate::{
    answer::{self, Answer},
    page::around::shell,
    view::{
        Input, Place,
        diagram::{Paint, Paints},
        process::{ChangeRow, DiffLine, Difference, VersionsPage},
    },
    visit::Visit,
};

/// The most lines of a comparison that a page shows.
const LINES: usize = 2_000;

/// `GET /processes/{name}/versions?from=&to=`.
pub(crate) async fn versions(visit: Visit, Path(named): Path<String>) -> Answer {
    let seen = seen(&visit, &named).await?;
    let newest = seen.versions.first().map_or(0, |newest| newest.version);
    let asked = |field: &str, otherwise: i64| match visit.query.get(field) {
        "" => Ok(otherwise),
        text => text.parse().map_err(|_| unknown_document()),
    };
    let (from, to) = (asked("from", (newest - 1).max(1))?, asked("to", newest)?);
    let which = (DocumentKind::Process, seen.name.clone());
    let texts = (Text::Version(from), Text::Version(to));
    let compared = visit.web.app().compare_document(which, texts).await?;
    let src = |version: i64| format!("/documents/process/{named}/{version}/bytes");
    let page = VersionsPage {
        shell: shell(&visit, Place::Processes).await?,
        name: seen.name.to_string(),
        versions: version_lines(&seen, &visit.reader()),
        from: Input::of(from.to_string()),
        to: Input::of(to.to_string()),
        difference: difference(&compared, (src(from), src(to))),
        may: visit.may(Permission::Publish),
    };
    answer::page(&visit, &page)
}

/// Two texts as a page shows them; the pictures where there is anything to see in them.
pub(crate) fn difference(compared: &Compared, (old, new): (String, String)) -> Difference {
    let changes = compared.changes.iter().map(|change| ChangeRow {
        id: change.id.clone(),
        tag: change.tag.clone(),
        name: change.name.clone(),
        what: change.what.code().to_owned(),
        fields: change.fields.clone(),
    });
    let lines = compared.lines.iter().map(|line| DiffLine {
        sign: match line.side {
            Side::Kept => ' ',
            Side::Removed => '-',
            Side::Added => '+',
            Side::Skipped => '…',
        },
        old: line.old,
        new: line.new,
        text: line.text.clone(),
    });
    Difference {
        changes: changes.collect(),
        lines: lines.take(LINES).collect(),
        cut: compared.lines.len().saturating_sub(LINES),
        before: picture(&compared.old, &painted(compared, What::Removed), (old, "before")),
        after: picture(&compared.new, &painted(compared, What::Added), (new, "after")),
    }
}

/// Each element that differs, by what happened to it; `own` is what only this side has.
fn painted(compared: &Compared, own: What) -> Paints {
    let differs = compared.changes.iter().filter(|change| match change.what {
        What::Added | What::Removed => change.what == own,
        What::Changed | What::Moved => true,
    });
    let paint = |what: What| Paint { class: format!("is-{}", what.code()), badge: None };
    differs.map(|change| (change.id.clone(), paint(change.what))).collect()
}
