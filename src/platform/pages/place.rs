use axum::http::Uri;

/// The longest address that is carried from page to page.
const LONGEST: usize = 2_000;

/// A path on this host, as it came from a visitor: `None` for anything a browser could take for another host. Browsers read `\`
/// as `/` and drop tabs and line ends, so neither may stand in it.
#[must_use]
pub fn local_path(text: &str) -> Option<&str> {
    let local = text.starts_with('/') && !text.starts_with("//");
    let plain = text.len() <= LONGEST && text.bytes().all(|b| (0x21..=0x7e).contains(&b) && b != b'\\');
    (local && plain).then_some(text)
}

/// The path and query of the page itself.
#[must_use]
pub fn here(uri: &Uri) -> String {
    uri.path_and_query().map_or("/", |place| place.as_str()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::local_path;

    #[test]
    fn a_path_that_leads_to_another_host_is_none() {
        for text in [
            "",
            "cart",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "\\/evil.example",
            "https://evil.example/",
            "javascript:alert(1)",
            "/a\r\nSet-Cookie: x=y",
            "/a b",
        ] {
            assert_eq!(local_path(text), None, "{text:?}");
        }
        for text in ["/", "/cart", "/products?q=%C3%A1o&page=2", "/@evil.example", "/a//b"] {
            assert_eq!(local_path(text), Some(text));
        }
    }
}
