use std::collections::BTreeMap;

use reqwest::Method;

use super::{Actor, Reply, Shop};

/// A browser with its script switched off: keeps cookies, sends forms, and says where they come from, as browsers do.
#[derive(Debug, Clone)]
pub(crate) struct Browser {
    actor: Actor,
    origin: String,
    pub(crate) cookies: BTreeMap<String, String>,
    /// What it asks for by `Accept-Language`.
    pub(crate) language: Option<&'static str>,
}

impl Browser {
    /// A browser at a shop's pages.
    pub(crate) fn at(shop: &Shop) -> Self {
        Self::of(shop.pages(), &shop.host())
    }

    /// A browser at the pages of a host.
    pub(crate) fn of(actor: Actor, host: &str) -> Self {
        Self { actor, origin: format!("http://{host}"), cookies: BTreeMap::new(), language: None }
    }

    /// A browser whose shopper has just made an account.
    pub(crate) async fn signed_up(shop: &Shop, name: &str) -> Self {
        let mut browser = Self::at(shop);
        let email = format!("{}@{}.example", super::word(10), shop.handle);
        let fields = [("name", name), ("email", &email), ("phone", ""), ("password", super::PASSWORD), ("next", "")];
        let reply = browser.post("/sign-up", &fields).await;
        assert_eq!((reply.status, reply.header("location")), (303, Some("/account")), "{reply}");
        browser
    }

    /// Looks at a page.
    pub(crate) async fn get(&mut self, path: &str) -> Reply {
        self.send(Method::GET, path, None, "same-origin").await
    }

    /// Sends a form of a page of this host.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        self.send(Method::POST, path, Some(fields), "same-origin").await
    }

    /// Sends a form that stands on a page of another site.
    pub(crate) async fn post_from_elsewhere(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        self.send(Method::POST, path, Some(fields), "cross-site").await
    }

    /// Goes where an answer leads.
    #[track_caller]
    pub(crate) fn follow(&mut self, reply: &Reply) -> impl Future<Output = Reply> {
        let to = reply.header("location").unwrap_or_else(|| panic!("leads nowhere: {reply}")).to_owned();
        async move { self.get(&to).await }
    }

    async fn send(&mut self, method: Method, path: &str, fields: Option<&[(&str, &str)]>, site: &str) -> Reply {
        let mut request = self.actor.request(method, path).header("accept", "text/html").header("sec-fetch-site", site);
        if let Some(fields) = fields {
            let origin = if site == "same-origin" { &self.origin } else { "https://evil.example" };
            request = request.form(fields).header("origin", origin);
        }
        if let Some(language) = self.language {
            request = request.header("accept-language", language);
        }
        if !self.cookies.is_empty() {
            let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("cookie", &cookies.join("; "));
        }
        let reply = request.await;
        for header in reply.headers.get_all("set-cookie") {
            let text = header.to_str().unwrap();
            assert!(text.contains("HttpOnly") && text.contains("SameSite=Lax"), "{text}");
            let (name, value) = text.split(';').next().unwrap().split_once('=').unwrap();
            if text.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        reply
    }
}

impl Reply {
    /// The page, which must have this status.
    #[track_caller]
    pub(crate) fn page(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{self}");
        assert_eq!(self.header("content-type"), Some("text/html; charset=utf-8"), "{self}");
        self.text()
    }

    /// Where it leads.
    #[track_caller]
    pub(crate) fn leads_to(&self) -> &str {
        assert_eq!(self.status, 303, "{self}");
        self.header("location").unwrap_or_default()
    }

    /// The value in a field of a form on the page.
    #[track_caller]
    pub(crate) fn field(&self, name: &str) -> String {
        let text = self.text();
        let tag = text.split('<').find(|tag| tag.contains(&format!(" name=\"{name}\""))).unwrap_or_else(|| panic!("no {name}: {self}"));
        let value = tag.split(" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
        value.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
    }

    /// The message at a field of a form on the page.
    pub(crate) fn message(&self, field: &str) -> Option<String> {
        let text = self.text();
        let rest = text.split(&format!("id=\"f-{field}-error\"")).nth(1)?;
        Some(rest.split("<span>").nth(1)?.split('<').next()?.to_owned())
    }
}
