use axum::http::{HeaderMap, Uri, header};

/// A host as a name: lower-case, without port and without a dot at its end.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HostName(String);

impl HostName {
    /// Parses `name[:port]`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let name = match text.rsplit_once(':') {
            Some((name, port)) if !name.ends_with(':') => {
                let port_ok = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok();
                port_ok.then_some(name)?
            }
            _ => text,
        };
        let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        let label_ok = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        (name.len() <= 253 && name.split('.').all(label_ok)).then_some(Self(name))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before `base` (`demo` in `demo.localhost`), when this is a name directly under it.
    #[must_use]
    pub fn label_under(&self, base: &Self) -> Option<&str> {
        self.0.strip_suffix(&base.0)?.strip_suffix('.').filter(|label| !label.contains('.'))
    }
}

/// The one host a request is for. `None` when it names none, two, one that is malformed, or another in its target than in its
/// header: such a request is refused before anybody guesses a shop from it. Forwarded headers are not looked at.
#[must_use]
pub fn host_of(headers: &HeaderMap, uri: &Uri) -> Option<HostName> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = HostName::parse(hosts.next()?.to_str().ok()?)?;
    if hosts.next().is_some() {
        return None;
    }
    match uri.authority() {
        Some(authority) if HostName::parse(authority.as_str()).as_ref() != Some(&host) => None,
        _ => Some(host),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn name(text: &str) -> Option<String> {
        HostName::parse(text).map(|host| host.0)
    }

    #[test]
    fn case_port_and_the_last_dot_do_not_matter() {
        assert_eq!(name("Demo.LocalHost:8080").as_deref(), Some("demo.localhost"));
        assert_eq!(name("demo.localhost.").as_deref(), Some("demo.localhost"));
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for text in [
            "",
            ":80",
            "a b",
            "demo_x.localhost",
            "demo..localhost",
            "[::1]:80",
            "demo:port",
            "demo:99999",
            "a@b",
            "-a.b",
            "demo.localhost/x",
        ] {
            assert_eq!(name(text), None, "{text}");
        }
    }

    #[test]
    fn only_a_name_directly_under_the_base_is_a_handle() {
        let base = HostName::parse("localhost").unwrap();
        let label = |text: &str| HostName::parse(text).unwrap().label_under(&base).map(str::to_owned);
        assert_eq!(label("demo.localhost").as_deref(), Some("demo"));
        assert_eq!(label("a.demo.localhost"), None);
        assert_eq!(label("localhost"), None);
        assert_eq!(label("demolocalhost"), None);
    }

    #[test]
    fn two_hosts_or_a_target_of_another_host_are_refused() {
        let mut headers = HeaderMap::new();
        headers.append(header::HOST, HeaderValue::from_static("a.localhost"));
        assert!(host_of(&headers, &Uri::from_static("/")).is_some());
        assert!(host_of(&headers, &Uri::from_static("http://b.localhost/")).is_none());
        headers.append(header::HOST, HeaderValue::from_static("b.localhost"));
        assert!(host_of(&headers, &Uri::from_static("/")).is_none());
    }
}
