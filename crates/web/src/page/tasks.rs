//! `GET /tasks`: what waits, soonest due first.

use store::{incident, word};

use super::{
    around::shell,
    parts::{pager, roles_of},
    rows::step,
};
use crate::{
    answer::{Answer, page},
    view::{
        Chip, Place,
        lists::{TaskRow, TasksPage},
    },
    visit::Visit,
};

/// `GET /tasks?show=`.
pub(crate) async fn list(visit: Visit) -> Answer {
    let shell = shell(&visit, Place::Tasks).await?;
    let (app, reader, now) = (visit.web.app().clone(), visit.reader(), visit.now());
    let roles = roles_of(&visit.caller()?.grants);
    let rows = visit.web.app().look(move |conn| {
        let mut rows = Vec::new();
        for open in incident::tasks(conn)? {
            let Some(state) = incident::load(conn, open.incident)? else { continue };
            let Ok(model) = app.documents().model(conn, state.process.sha256) else { continue };
            let Some(element) = model.element(&open.element) else { continue };
            let wanted = &element.marks.roles;
            let mine = wanted.is_empty()
                || wanted.iter().any(|code| roles.iter().any(|role| role.code() == code.as_str()));
            let number = u32::try_from(open.task).unwrap_or(u32::MAX);
            let reference = open.reference.to_string();
            let task = step(&reference, (number, element), open.due_at, (mine, &reader, now));
            let title = word::text(conn, open.word, "title")?;
            rows.push(TaskRow { task, reference, title });
        }
        Ok(rows)
    });
    let rows: Vec<TaskRow> = rows.await?;
    let show = if visit.query.get("show") == "all" { "all" } else { "mine" };
    let chip = |code: &'static str| {
        let count = rows.iter().filter(|row| code == "all" || row.task.mine).count();
        let href = format!("/tasks?show={code}");
        Chip { code, href, on: show == code, count: i64::try_from(count).ok() }
    };
    let chips = vec![chip("mine"), chip("all")];
    let rows: Vec<TaskRow> =
        rows.into_iter().filter(|row| show == "all" || row.task.mine).collect();
    let pager = pager("/tasks", rows.len(), None, i64::try_from(rows.len()).ok());
    page(&visit, &TasksPage { shell, chips, rows, pager })
}
