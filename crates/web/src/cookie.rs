//! Cookies: reading the header, writing ours.

use axum::http::{HeaderMap, HeaderValue, header};

/// The cookie of a session.
pub(crate) const SESSION: &str = "wk_session";
/// The cookie that carries the outcome of a post to the page that shows it.
pub(crate) const FLASH: &str = "wk_flash";
/// The cookie of the chosen appearance.
pub(crate) const THEME: &str = "wk_theme";

/// The value of a cookie in a request; the first where it stands there twice.
pub(crate) fn get<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';'));
    pairs.find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name).then_some(value)
    })
}

/// A `Set-Cookie` line. `value` is made of characters that need no quoting; `age` is in seconds, and
/// without one the cookie lives as long as the browser.
pub(crate) fn set(name: &str, value: &str, age: Option<u32>, secure: bool) -> HeaderValue {
    let age = age.map(|age| format!("; Max-Age={age}")).unwrap_or_default();
    let secure = if secure { "; Secure" } else { "" };
    let line = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{age}{secure}");
    HeaderValue::try_from(line).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// The line that takes a cookie away.
pub(crate) fn forget(name: &str, secure: bool) -> HeaderValue {
    set(name, "", Some(0), secure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1; wk_session=abc=; b"));
        assert_eq!(get(&headers, SESSION), Some("abc="));
        assert_eq!(get(&headers, "b"), None);
    }

    #[test]
    fn ours_are_out_of_reach_of_scripts_and_of_other_sites() {
        let line = set(SESSION, "x", None, true);
        assert_eq!(line, "wk_session=x; Path=/; HttpOnly; SameSite=Lax; Secure");
    }
}
