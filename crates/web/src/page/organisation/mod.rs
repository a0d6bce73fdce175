//! Services, legal entities, teams and functions: lists, pages, and the forms that change them.
//!
//! One set of handlers for every kind; what differs stands in `kinds`.

mod graph;
mod kinds;
mod known;

use app::organisation::{Described, Named};
use axum::extract::Path;
use base::{Code, Id};
use domain::access::Permission;

use self::{
    graph::{edges, picture},
    kinds::Kinded,
    known::Known,
};
use crate::{
    answer::{self, Answer, then},
    csv::Csv,
    flash::Outcome,
    form::Form,
    page::{around::shell, incident::flash, parts::pager},
    trouble::Trouble,
    view::{
        Input,
        organisation::{Item, PartField, PartFieldKind, PartPage, PartRow, PartsPage},
    },
    visit::Visit,
};

/// The longest code that is made from a name.
const MAX_CODE: usize = 48;

/// `GET /{kind}`.
pub(crate) async fn list<D: Kinded>(visit: Visit) -> Answer {
    let page = parts_page::<D>(&visit, None).await?;
    answer::page(&visit, &page)
}

/// `GET /{kind}.csv`.
pub(crate) async fn csv<D: Kinded>(visit: Visit) -> Answer {
    let known = Known::read(&visit).await?;
    let mut columns = vec!["id", "code", "name"];
    columns.extend(D::COLUMNS);
    columns.push("retired");
    let mut table = Csv::new(&columns);
    for named in visit.web.app().parts::<D>().await? {
        let described = &named.described;
        let code = described.details.code().to_string();
        let mut cells = vec![named.id.to_string(), code, described.name.clone()];
        let said = |items: Vec<Item>| {
            items.into_iter().map(|item| item.text).collect::<Vec<_>>().join("; ")
        };
        let shown = D::COLUMNS.iter().map(|column| said(D::cell(&named, column, &known)));
        cells.extend(shown);
        cells.push(named.retired.to_string());
        table.row(&cells);
    }
    table.file(D::PATH)
}

/// `POST /{kind}`.
pub(crate) async fn add<D: Kinded>(visit: Visit) -> Answer {
    match described::<D>(&visit, None) {
        Ok(new) => match visit.web.app().describe(visit.caller()?, None, new).await {
            Ok(id) => {
                let done = Outcome::done("Added.");
                then(&visit, &format!("/{}/{id}", D::PATH), &done)
            }
            Err(error) => not_added::<D>(&visit, error.into()).await,
        },
        Err(trouble) => not_added::<D>(&visit, trouble).await,
    }
}

async fn not_added<D: Kinded>(visit: &Visit, trouble: Trouble) -> Answer {
    if !trouble.is_refusal() {
        return Err(trouble);
    }
    let mut page = parts_page::<D>(visit, Some(&visit.form)).await?;
    refuse(&mut page.fields, &trouble);
    page.shell.flash = Some(flash(&trouble));
    answer::refused(visit, &page, &trouble)
}

/// `GET /{kind}/{id}`.
pub(crate) async fn show<D: Kinded>(visit: Visit, Path(id): Path<String>) -> Answer {
    let page = part_page::<D>(&visit, &id, None).await?;
    answer::page(&visit, &page)
}

/// `POST /{kind}/{id}`.
pub(crate) async fn change<D: Kinded>(visit: Visit, Path(id): Path<String>) -> Answer {
    let held = visit.web.app().part::<D>(&id).await?;
    let changed = match described::<D>(&visit, Some(&held)) {
        Ok(new) => {
            let done = visit.web.app().describe(visit.caller()?, Some(held.id), new).await;
            done.map(drop).map_err(Trouble::from)
        }
        Err(trouble) => Err(trouble),
    };
    end::<D>(&visit, (&id, held.id), changed, "Changed.").await
}

/// `POST /{kind}/{id}/retire`.
pub(crate) async fn retire<D: Kinded>(visit: Visit, Path(id): Path<String>) -> Answer {
    let held = visit.web.app().part::<D>(&id).await?;
    let done = visit.web.app().retire::<D>(visit.caller()?, held.id).await;
    let done = done.map_err(Trouble::from);
    end::<D>(&visit, (&id, held.id), done, "Retired. The past keeps its name.").await
}

async fn end<D: Kinded>(
    visit: &Visit,
    (asked, id): (&str, Id<D::Kind>),
    done: Result<(), Trouble>,
    told: &str,
) -> Answer {
    match done {
        Ok(()) => then(visit, &format!("/{}/{id}", D::PATH), &Outcome::done(told)),
        Err(trouble) if trouble.is_refusal() => {
            let typed = Some(&visit.form).filter(|form| !form.get("name").is_empty());
            let mut page = part_page::<D>(visit, asked, typed).await?;
            refuse(&mut page.fields, &trouble);
            page.shell.flash = Some(flash(&trouble));
            answer::refused(visit, &page, &trouble)
        }
        Err(trouble) => Err(trouble),
    }
}

/// Puts the message beside the name, where it is about that.
fn refuse(fields: &mut [PartField], trouble: &Trouble) {
    let key = match trouble.code.as_str() {
        "ENT-003" => "name",
        "ENT-004" => "code",
        _ => return,
    };
    for field in fields.iter_mut().filter(|field| field.key == key) {
        field.input = std::mem::take(&mut field.input).refused(trouble.detail.clone());
    }
}

/// What the form says the thing is from here on.
fn described<D: Kinded>(visit: &Visit, held: Option<&Named<D>>) -> Result<Described<D>, Trouble> {
    let form = &visit.form;
    let name = form.text("name");
    let code = match held {
        Some(held) => held.described.details.code().clone(),
        None => code_of(form.get("code"), &name)?,
    };
    let details = D::read(form, code, held.map(|held| &held.described.details))?;
    let (lei, time_zone) = (form.text("lei"), form.text("time_zone"));
    Ok(Described { details, name, lei, time_zone })
}

/// A code as typed, or one made from a name.
fn code_of(typed: &str, name: &str) -> Result<Code, Trouble> {
    let text = if typed.is_empty() { slug(name) } else { typed.to_owned() };
    text.parse().map_err(|_| {
        Trouble::unreadable("A code has letters, digits, points, dashes and underscores only.")
    })
}

fn slug(name: &str) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '-' };
    let text: String = name.to_lowercase().chars().map(plain).take(MAX_CODE).collect();
    let parts: Vec<&str> = text.split('-').filter(|part| !part.is_empty()).collect();
    parts.join("-")
}

async fn parts_page<D: Kinded>(visit: &Visit, typed: Option<&Form>) -> Result<PartsPage, Trouble> {
    let known = Known::read(visit).await?;
    let all = visit.web.app().parts::<D>().await?;
    let rows: Vec<PartRow> = all.iter().map(|named| row(named, &known)).collect();
    let code = PartField {
        key: "code",
        kind: PartFieldKind::Text,
        optional: true,
        input: Input::default(),
    };
    let mut fields = D::fields(&known);
    fields.insert(1, code);
    fill(&mut fields, |key| typed.map_or_else(String::new, |form| given(form, key)));
    Ok(PartsPage {
        shell: shell(visit, D::PLACE).await?,
        kind: D::PATH,
        columns: D::COLUMNS,
        pager: pager(D::PATH, rows.len(), None, i64::try_from(rows.len()).ok()),
        rows,
        may: visit.may(Permission::Administer),
        fields,
    })
}

fn row<D: Kinded>(named: &Named<D>, known: &Known) -> PartRow {
    PartRow {
        name: named.described.name.clone(),
        href: format!("/{}/{}", D::PATH, named.id),
        code: named.described.details.code().to_string(),
        first: named.described.details.is_first(),
        retired: named.retired,
        cells: D::COLUMNS.iter().map(|column| (*column, D::cell(named, column, known))).collect(),
    }
}

async fn part_page<D: Kinded>(
    visit: &Visit,
    reference: &str,
    typed: Option<&Form>,
) -> Result<PartPage, Trouble> {
    let known = Known::read(visit).await?;
    let named = visit.web.app().part::<D>(reference).await?;
    let (needed_by, needs) = edges(&known, &named.id.to_string());
    let name = named.described.name.clone();
    let mut fields = D::fields(&known);
    fill(&mut fields, |key| match typed {
        Some(form) => given(form, key),
        None => value(&named, key),
    });
    let facts = D::FACTS.iter().map(|fact| (*fact, D::cell(&named, fact, &known)));
    let used = D::USED.iter().map(|kind| (*kind, D::cell(&named, kind, &known)));
    Ok(PartPage {
        shell: shell(visit, D::PLACE).await?,
        kind: D::PATH,
        graph: D::IS_GRAPH.then(|| picture(&name, &needed_by, &needs)),
        id: named.id.to_string(),
        code: named.described.details.code().to_string(),
        retired: named.retired,
        facts: facts.collect(),
        used: used.filter(|(_, items)| !items.is_empty()).collect(),
        incidents: known::incidents(visit, named.id.to_string()).await?,
        may: visit.may(Permission::Administer),
        needed_by,
        needs,
        fields,
        name,
    })
}

/// What a field holds now.
fn value<D: Kinded>(named: &Named<D>, key: &str) -> String {
    match key {
        "name" => named.described.name.clone(),
        "lei" => named.described.lei.clone(),
        "time_zone" => named.described.time_zone.clone(),
        _ => named.described.details.value(key),
    }
}

fn given(form: &Form, key: &str) -> String {
    form.all(key).collect::<Vec<_>>().join(" ")
}

fn fill(fields: &mut [PartField], value: impl Fn(&str) -> String) {
    for field in fields {
        field.input = Input::of(value(field.key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_made_from_a_name() {
        assert_eq!(slug("Instant  payments (SEPA)"), "instant-payments-sepa");
        assert!(code_of("", "Instant payments").is_ok());
        assert!(code_of("not a code", "x").is_err());
    }
}
