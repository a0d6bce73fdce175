//! What templates may write after a `|`.

#![expect(missing_docs, reason = "the attribute makes types of its own, without docs")]

use askama::{Result, Values, filters::Safe};

use crate::assets::asset;

/// The icon with this name out of `assets/icons.svg`; hidden from screen readers, so that a word
/// must stand beside it.
#[askama::filter_fn]
pub fn icon(name: &str, _: &dyn Values) -> Result<Safe<String>> {
    let sprite = asset("icons.svg");
    Ok(Safe(format!(
        r##"<svg class="i" aria-hidden="true"><use href="{sprite}#i-{name}"/></svg>"##
    )))
}

/// The sprite's URL with the symbol, for an `href` of one's own.
#[askama::filter_fn]
pub fn symbol(name: &str, _: &dyn Values) -> Result<String> {
    Ok(format!("{}#{name}", asset("icons.svg")))
}

/// The URL of an asset.
#[askama::filter_fn]
pub fn asset_url(name: &str, _: &dyn Values) -> Result<&'static str> {
    Ok(asset(name))
}

/// A number in groups of three with narrow no-break spaces: `48 213`.
#[askama::filter_fn]
pub fn grouped(number: &i64, _: &dyn Values) -> Result<String> {
    Ok(group_digits(*number))
}

/// Groups digits in threes.
pub fn group_digits(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "−" } else { "" });
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_in_groups_of_three() {
        let cases = [(0, "0"), (999, "999"), (1_000, "1 000"), (48_213, "48 213")];
        for (number, text) in cases {
            assert_eq!(group_digits(number).replace('\u{202f}', " "), text);
        }
        assert_eq!(group_digits(-1_234_567).replace('\u{202f}', " "), "−1 234 567");
    }
}
