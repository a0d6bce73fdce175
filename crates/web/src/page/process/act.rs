//! The posts of a case's page: a held step is passed, a stuck one tried again or left behind, an
//! activity chosen, the case told something.

use app::incident::{Told, WaitsAt};
use axum::extract::Path;
use base::{Code, Duration, Id, id};
use domain::incident::exception_without_reason;
use process::{Refusal, Value, Variables};

use super::{asks::Typed, case::case_page};
use crate::{
    answer::{self, Answer, then},
    flash::Outcome,
    page::incident::flash,
    trouble::Trouble,
    visit::Visit,
};

/// The case of the path, and the form of its page that was posted.
struct Post {
    visit: Visit,
    reference: String,
    id: Id<id::Incident>,
    form: String,
}

impl Post {
    async fn of(visit: Visit, reference: String, form: String) -> Result<Self, Trouble> {
        let id = visit.web.app().incident_by_reference(&reference).await?;
        Ok(Self { visit, reference, id, form })
    }

    /// A code of the form; what is none cannot be meant.
    fn code(&self, field: &str) -> Result<Code, Trouble> {
        let text = self.visit.form.get(field);
        text.parse().map_err(|_| Trouble::unreadable("Choose one of what the page offers."))
    }

    /// Back to the page: with what was done, or with the form as it was filled in.
    async fn end(self, acted: Result<(), Trouble>, done: &str) -> Answer {
        let Self { visit, reference, form, .. } = self;
        match acted {
            Ok(()) => {
                let path = format!("/incidents/{reference}/process");
                then(&visit, &path, &Outcome::done(done))
            }
            Err(trouble) if trouble.is_refusal() => {
                let (fields, why) = (visit.form.clone(), trouble.detail.clone());
                let mut page = case_page(&visit, reference, &Typed { form, fields, why }).await?;
                page.shell.flash = Some(flash(&trouble));
                answer::refused(&visit, &page, &trouble)
            }
            Err(trouble) => Err(trouble),
        }
    }
}

/// `POST /incidents/{reference}/process/exception`.
pub(crate) async fn pass_held(visit: Visit, Path(reference): Path<String>) -> Answer {
    let form = format!("exception.{}", visit.form.get("element"));
    let post = Post::of(visit, reference, form).await?;
    let acted = async {
        let at = WaitsAt::Element(post.code("element")?);
        let code = post.visit.form.get("code").parse().map_err(|_| exception_without_reason())?;
        let passed = (at, code, post.visit.form.text("rationale"));
        Ok(post.visit.web.app().bypass(post.visit.caller()?, post.id, passed).await?)
    };
    let acted = acted.await;
    post.end(acted, "Passed by exception. Somebody must ratify it.").await
}

/// `POST /incidents/{reference}/process/faults/{fault}/retry`.
pub(crate) async fn retry_step(
    visit: Visit,
    Path((reference, fault)): Path<(String, u32)>,
) -> Answer {
    let post = Post::of(visit, reference, format!("retry.{fault}")).await?;
    let acted = async {
        let retried = (fault, variables(&post.visit)?);
        Ok(post.visit.web.app().retry_step(post.visit.caller()?, post.id, retried).await?)
    };
    let acted = acted.await;
    post.end(acted, "It was tried again. Where it is stuck once more, it stands here.").await
}

/// `POST /incidents/{reference}/process/faults/{fault}/move-on`.
pub(crate) async fn move_past(
    visit: Visit,
    Path((reference, fault)): Path<(String, u32)>,
) -> Answer {
    let post = Post::of(visit, reference, format!("move.{fault}")).await?;
    let acted = async {
        let flow = match post.visit.form.get("flow") {
            "" => None,
            _ => Some(post.code("flow")?),
        };
        let moved = (fault, flow, post.visit.form.text("reason"));
        Ok(post.visit.web.app().move_past(post.visit.caller()?, post.id, moved).await?)
    };
    let acted = acted.await;
    post.end(acted, "The case goes on past the step.").await
}

/// `POST /incidents/{reference}/process/activities`.
pub(crate) async fn begin_activity(visit: Visit, Path(reference): Path<String>) -> Answer {
    let post = Post::of(visit, reference, "begin".to_owned()).await?;
    let acted = async {
        let element = post.code("element")?;
        Ok(post.visit.web.app().choose_activity(post.visit.caller()?, post.id, element).await?)
    };
    let acted = acted.await;
    post.end(acted, "It has begun.").await
}

/// `POST /incidents/{reference}/process/activities/finish`.
pub(crate) async fn finish_activities(visit: Visit, Path(reference): Path<String>) -> Answer {
    let post = Post::of(visit, reference, "finish".to_owned()).await?;
    let acted = async {
        let element = post.code("element")?;
        Ok(post.visit.web.app().finish_activities(post.visit.caller()?, post.id, element).await?)
    };
    let acted = acted.await;
    post.end(acted, "It is done; the case goes on.").await
}

/// `POST /incidents/{reference}/process/tell`: a message or a signal that the case waits for.
pub(crate) async fn tell(visit: Visit, Path(reference): Path<String>) -> Answer {
    let post = Post::of(visit, reference, "tell".to_owned()).await?;
    let acted = told(&post).await;
    post.end(acted, "The case heard it.").await
}

async fn told(post: &Post) -> Result<(), Trouble> {
    let unreadable = || Trouble::unreadable("Choose what has happened, and give a key as a code.");
    let (kind, name) = post.visit.form.get("what").split_once(':').ok_or_else(unreadable)?;
    let name: Code = name.parse().map_err(|_| unreadable())?;
    let key = Some(post.visit.form.get("key")).filter(|key| !key.is_empty());
    let key = key.map(str::parse).transpose().map_err(|_| unreadable())?;
    let (app, caller, variables) = (post.visit.web.app(), post.visit.caller()?, Variables::new());
    match kind {
        "signal" => app.signal(caller, post.id, (name, variables)).await?,
        _ => {
            let told = Told { name, key, variables };
            app.correlate(caller, post.id, told, Duration::ZERO).await?;
        }
    }
    Ok(())
}

/// The variable that is set first, where one was named.
fn variables(visit: &Visit) -> Result<Variables, Trouble> {
    let name = visit.form.get("variable");
    if name.is_empty() {
        return Ok(Variables::new());
    }
    let unreadable = || Trouble::unreadable("A variable has a short name in lower case.");
    let name: Code = name.parse().map_err(|_| unreadable())?;
    Ok(variables_of([(name, visit.form.text("value"))])?)
}

/// Variables as they are typed.
///
/// # Errors
/// `PRO-009` for a value that is none.
pub(crate) fn variables_of(
    typed: impl IntoIterator<Item = (Code, String)>,
) -> Result<Variables, domain::Refused> {
    let read = typed.into_iter().map(|(name, text)| match value(text.trim()) {
        Some(value) => Ok((name, value)),
        None => Err(Refusal::VariableBeyondLimits { name }.into()),
    });
    read.collect()
}

/// A value as it is typed: `true`, `12`, `1.5`, `2026-11-25`, an instant, or a code.
fn value(text: &str) -> Option<Value> {
    if let Ok(is) = text.parse() {
        return Some(Value::Boolean(is));
    }
    if let Ok(number) = text.parse() {
        return Some(Value::Integer(number));
    }
    let decimal = text.parse().ok().map(Value::Decimal);
    let date = || text.parse().ok().map(Value::Date);
    let instant = || text.parse().ok().map(Value::Instant);
    decimal.or_else(date).or_else(instant).or_else(|| Value::code(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_value_is_of_the_kind_that_it_looks_like() {
        let cases = [
            ("true", Value::Boolean(true)),
            ("-12", Value::Integer(-12)),
            ("1.5", Value::Decimal("1.5".parse().unwrap())),
            ("2026-11-25", Value::Date("2026-11-25".parse().unwrap())),
            ("2026-11-25T02:00:00Z", Value::Instant("2026-11-25T02:00:00Z".parse().unwrap())),
            ("S1", Value::code("S1").unwrap()),
        ];
        for (text, wanted) in cases {
            assert_eq!(value(text), Some(wanted), "{text}");
        }
        assert_eq!((value(""), value("two words")), (None, None));
    }
}
