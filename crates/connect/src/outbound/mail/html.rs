//! The HTML twin of a text: paragraphs and one link, everything escaped, nothing loaded from
//! outside.

/// The text and its link as a small HTML page.
pub(super) fn page(subject: &str, text: &str, url: Option<&str>) -> String {
    let paragraphs: String = text
        .split("\n\n")
        .filter(|paragraph| !paragraph.trim().is_empty())
        .map(|paragraph| format!("<p>{}</p>\n", escaped(paragraph.trim()).replace('\n', "<br>\n")))
        .collect();
    let link = url.map(escaped).map(|url| format!("<p><a href=\"{url}\">{url}</a></p>\n"));
    let title = escaped(subject);
    let link = link.unwrap_or_default();
    format!(
        "<!doctype html>\n<html>\n<head><meta charset=\"utf-8\"><title>{title}</title></head>\n\
         <body style=\"font-family:sans-serif\">\n<h1 style=\"font-size:1.2em\">{title}</h1>\n\
         {paragraphs}{link}</body>\n</html>\n"
    )
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_senders_words_cannot_become_markup() {
        let page =
            page("<b>down</b>", "a & b\nc\n\n<img src=x>", Some("https://w.example/?a=1&b=\""));
        assert!(page.contains("<title>&lt;b&gt;down&lt;/b&gt;</title>"));
        assert!(page.contains("<p>a &amp; b<br>\nc</p>\n<p>&lt;img src=x&gt;</p>"));
        assert!(page.contains("href=\"https://w.example/?a=1&amp;b=&quot;\""));
    }
}
