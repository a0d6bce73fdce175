//! The body as JSON text, however it was sent: as JSON, as a form, as the parts of a form, or as the
//! query of an address.

mod form;
mod parts;

use std::borrow::Cow;

use super::{
    Arrival, Flags, Parsed, content_type,
    draft::Draft,
    json,
    malformed::{Malformed, NOT_A_JSON_TYPE, NOT_JSON},
    view::View,
};

/// How a source lets its body be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sent {
    /// As JSON with its type.
    AsJson,
    /// As JSON under any type: some senders call it plain text.
    UnderAnyType,
    /// As JSON, as a form, or as the parts of one.
    AsJsonOrForm,
}

/// The member of a form that holds the whole message as JSON, where one does.
const WHOLE: &[&str] = &["payload", "data", "json"];

/// A body that is one object with one alert in it, read by `read`.
///
/// # Errors
/// Those of [`text`], `ING-006` where it is no object, and what `read` refuses.
pub(super) fn alert(
    arrival: &Arrival<'_>,
    max: usize,
    sent: Sent,
    read: impl FnOnce(View<'_>, &mut Flags) -> Result<Draft, Malformed>,
) -> Result<Parsed, Malformed> {
    let text = text(arrival, max, sent)?;
    let mut flags = Flags::default();
    let draft = read(View::object(&text)?, &mut flags)?;
    Ok(draft.alone(flags))
}

/// The body as JSON text, within the limits of size, encoding and depth.
///
/// # Errors
/// `ING-001` to `ING-005`.
pub(super) fn text<'a>(
    arrival: &Arrival<'a>,
    max: usize,
    sent: Sent,
) -> Result<Cow<'a, str>, Malformed> {
    let media = content_type::media(arrival.content_type);
    match (sent, media.as_str()) {
        (Sent::AsJsonOrForm, "application/x-www-form-urlencoded") => {
            of_pairs(&form::pairs(whole(arrival.body, max)?), max)
        }
        (Sent::AsJsonOrForm, "multipart/form-data") => {
            let header = arrival.content_type.unwrap_or_default();
            let boundary = content_type::parameter(header, "boundary").ok_or_else(|| {
                Malformed::new(415, NOT_A_JSON_TYPE, "the parts of the form name no boundary")
            })?;
            of_pairs(&parts::pairs(whole(arrival.body, max)?, boundary), max)
        }
        (Sent::AsJsonOrForm, _) if arrival.body.is_empty() && !arrival.query.is_empty() => {
            of_pairs(&form::pairs(arrival.query), max)
        }
        (Sent::UnderAnyType, _) => Ok(Cow::Borrowed(json::checked(arrival.body, max)?)),
        _ => {
            content_type::check_json(arrival.content_type)?;
            Ok(Cow::Borrowed(json::checked(arrival.body, max)?))
        }
    }
}

/// The body as text; depth does not matter before it is JSON.
fn whole(body: &[u8], max: usize) -> Result<&str, Malformed> {
    json::sized(body, max)
}

/// A form as an object: the one field that holds a whole message, or a member a field.
fn of_pairs(pairs: &[(String, String)], max: usize) -> Result<Cow<'static, str>, Malformed> {
    if pairs.is_empty() {
        return Err(Malformed::new(400, NOT_JSON, "the form has no fields"));
    }
    let whole = pairs.iter().find(|(name, value)| {
        WHOLE.contains(&name.as_str()) && value.trim_start().starts_with(['{', '['])
    });
    let text = match whole {
        Some((_, value)) => value.clone(),
        None => form::object(pairs).to_string(),
    };
    json::checked(text.as_bytes(), max)?;
    Ok(Cow::Owned(text))
}

#[cfg(test)]
mod tests {
    use base::Timestamp;

    use super::*;

    fn read(media: &str, body: &str) -> String {
        let arrival = Arrival::of(Some(media), body.as_bytes(), Timestamp::default());
        text(&arrival, 10_000, Sent::AsJsonOrForm).unwrap().into_owned()
    }

    #[test]
    fn trap_the_same_message_as_json_form_and_parts() {
        let form = "HOSTNAME=web+01&STATE=100%25";
        let wanted = r#"{"HOSTNAME":"web 01","STATE":"100%"}"#;
        assert_eq!(read("application/x-www-form-urlencoded; charset=utf-8", form), wanted);
        let parts = "--b\r\nContent-Disposition: form-data; name=\"HOSTNAME\"\r\n\r\nweb 01\r\n--b\r\n\
                     content-disposition: form-data; name=\"STATE\"\r\n\r\n100%\r\n--b--\r\n";
        assert_eq!(read("multipart/form-data; boundary=b", parts), wanted);
        assert_eq!(read("application/json", wanted), wanted);
    }

    #[test]
    fn trap_a_form_field_holds_the_whole_message() {
        let form = "payload=%7B%22a%22%3A1%7D&other=2";
        assert_eq!(read("application/x-www-form-urlencoded", form), r#"{"a":1}"#);
    }

    #[test]
    fn trap_a_get_request_carries_its_message_in_the_query() {
        let mut arrival = Arrival::of(None, b"", Timestamp::default());
        arrival.query = "heartbeat[status]=0&heartbeat[msg]=no%20answer&msg=x";
        let read = text(&arrival, 1_000, Sent::AsJsonOrForm).unwrap();
        assert_eq!(read, r#"{"heartbeat":{"msg":"no answer","status":"0"},"msg":"x"}"#);
    }

    #[test]
    fn what_is_not_a_form_is_refused_with_its_reason() {
        let refuse = |media: &str, body: &[u8]| {
            let arrival = Arrival::of(Some(media), body, Timestamp::default());
            text(&arrival, 100, Sent::AsJsonOrForm).unwrap_err().code.to_string()
        };
        assert_eq!(refuse("multipart/form-data", b"x"), "ING-005");
        assert_eq!(refuse("multipart/form-data; boundary=b", b"x"), "ING-001");
        assert_eq!(refuse("application/x-www-form-urlencoded", b""), "ING-001");
        assert_eq!(refuse("text/html", b"{}"), "ING-005");
        assert_eq!(refuse("application/json", &[b' '; 101]), "ING-003");
        assert_eq!(refuse("application/x-www-form-urlencoded", b"a=\xff"), "ING-002");
    }
}
