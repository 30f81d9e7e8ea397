use std::future::{Future, IntoFuture};
use std::pin::Pin;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Place;

fn client() -> Client {
    Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

/// Somebody who calls one API (or the pages) of one host.
#[derive(Debug, Clone)]
pub(crate) struct Actor {
    client: Client,
    place: Place,
    host: String,
    prefix: &'static str,
    pub(crate) token: Option<String>,
    /// `name=value`, as a browser brings it.
    pub(crate) cookie: Option<String>,
}

impl Actor {
    /// Somebody without a token. `host` as a `Host` header has it; `prefix` goes before every path.
    pub(crate) fn new(place: Place, host: String, prefix: &'static str) -> Self {
        // A client of their own: connections belong to the runtime of the test that made them.
        Self { client: client(), place, host, prefix, token: None, cookie: None }
    }

    /// The same, with this token.
    pub(crate) fn with_token(&self, token: impl Into<String>) -> Self {
        Self { token: Some(token.into()), ..self.clone() }
    }

    /// The same, with a browser's cookie.
    pub(crate) fn with_cookie(&self, cookie: impl Into<String>) -> Self {
        Self { cookie: Some(cookie.into()), ..self.clone() }
    }

    /// The same, without a token.
    pub(crate) fn without_token(&self) -> Self {
        Self { token: None, ..self.clone() }
    }

    /// The same person on a connection of their own, which closes when the call is dropped.
    pub(crate) fn on_a_new_connection(&self) -> Self {
        Self { client: client(), ..self.clone() }
    }

    /// The same person with the same token at another host.
    pub(crate) fn at_host(&self, host: impl Into<String>) -> Self {
        Self { host: host.into(), ..self.clone() }
    }

    /// The same person calling another server of the same street.
    pub(crate) fn at(&self, place: Place) -> Self {
        let name = self.host.rsplit_once(':').map_or(self.host.as_str(), |(name, _)| name);
        Self { host: format!("{name}:{}", place.port), place, ..self.clone() }
    }

    pub(crate) fn request(&self, method: impl std::borrow::Borrow<Method>, path: &str) -> Request {
        let method = method.borrow();
        let url = format!("http://127.0.0.1:{}{}{path}", self.place.port, self.prefix);
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_str(&self.host).unwrap());
        if let Some(token) = &self.token {
            headers.insert("authorization", HeaderValue::from_str(&format!("Bearer {token}")).unwrap());
        }
        if let Some(cookie) = &self.cookie {
            headers.insert("cookie", HeaderValue::from_str(cookie).unwrap());
        }
        Request { builder: self.client.request(method.clone(), url), headers, what: format!("{method} {}{path}", self.prefix) }
    }

    pub(crate) fn get(&self, path: &str) -> Request {
        self.request(&Method::GET, path)
    }

    pub(crate) fn post(&self, path: &str) -> Request {
        self.request(&Method::POST, path)
    }

    pub(crate) fn put(&self, path: &str) -> Request {
        self.request(&Method::PUT, path)
    }

    pub(crate) fn patch(&self, path: &str) -> Request {
        self.request(&Method::PATCH, path)
    }

    pub(crate) fn delete(&self, path: &str) -> Request {
        self.request(&Method::DELETE, path)
    }
}

/// A request about to be sent: await it.
#[derive(Debug)]
pub(crate) struct Request {
    builder: reqwest::RequestBuilder,
    headers: HeaderMap,
    what: String,
}

impl Request {
    pub(crate) fn json(mut self, body: impl std::borrow::Borrow<Value>) -> Self {
        self.builder = self.builder.json(body.borrow());
        self
    }

    /// A body of raw bytes, with its media type.
    pub(crate) fn body(mut self, media_type: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.builder = self.builder.body(bytes.into());
        self.header("content-type", media_type)
    }

    /// A form as a browser sends one.
    pub(crate) fn form(self, fields: &[(&str, &str)]) -> Self {
        let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.body("application/x-www-form-urlencoded", text)
    }

    pub(crate) fn multipart(mut self, form: reqwest::multipart::Form) -> Self {
        self.builder = self.builder.multipart(form);
        self
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap());
        self
    }

    /// With an `Idempotency-Key`.
    pub(crate) fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    /// Sends it; a connection that breaks is an error of the test's.
    pub(crate) async fn try_send(self) -> Result<Reply, reqwest::Error> {
        let response = self.builder.headers(self.headers).send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Reply { what: self.what, status, headers, body: response.bytes().await?.to_vec() })
    }

    /// Sends it and gives the answer with its body still to come: for streams.
    pub(crate) async fn stream(self) -> reqwest::Response {
        self.builder.headers(self.headers).send().await.unwrap()
    }
}

impl IntoFuture for Request {
    type Output = Reply;
    type IntoFuture = Pin<Box<dyn Future<Output = Reply> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let what = self.what.clone();
            self.try_send().await.unwrap_or_else(|error| panic!("{what}: {error:?}"))
        })
    }
}

/// An answer, read whole.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    /// What was asked, for messages.
    pub(crate) what: String,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body as JSON; null when it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The problem code: the last segment of `type`.
    pub(crate) fn code(&self) -> String {
        self.json()["type"].as_str().unwrap_or_default().rsplit('/').next().unwrap_or_default().to_owned()
    }

    /// The JSON of an answer that must have this status.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self}");
        self.json()
    }

    /// The body of a problem that must have this status and code, and all that a problem has.
    #[track_caller]
    pub(crate) fn expect_problem(&self, status: u16, code: &str) -> Value {
        assert_eq!((self.status, self.code().as_str()), (status, code), "{self}");
        self.assert_well_formed_problem();
        self.json()
    }

    /// Holds a refusal to what every problem promises.
    #[track_caller]
    pub(crate) fn assert_well_formed_problem(&self) {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self}");
        let body = self.json();
        assert_eq!(body["status"].as_u64(), Some(u64::from(self.status)), "{self}");
        for member in ["type", "title", "detail", "instance"] {
            assert!(body[member].as_str().is_some_and(|text| !text.is_empty()), "no {member}: {self}");
        }
        assert_eq!(body["instance"].as_str(), self.header("x-request-id"), "{self}");
        if self.status == 429 || self.status == 503 {
            assert!(self.header("retry-after").is_some(), "no Retry-After: {self}");
        }
        for error in body["errors"].as_array().into_iter().flatten() {
            assert!(error["pointer"].as_str().is_some_and(|pointer| pointer.is_empty() || pointer.starts_with('/')), "{self}");
            assert!(error["code"].as_str().is_some_and(|code| !code.is_empty()), "{self}");
            assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{self}");
        }
    }

    /// The (pointer, code) pairs of a 422.
    pub(crate) fn flaws(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        self.json()["errors"].as_array().into_iter().flatten().map(|e| (text(&e["pointer"]), text(&e["code"]))).collect()
    }

    /// Whether the text is anywhere in the answer, headers included.
    pub(crate) fn shows(&self, text: &str) -> bool {
        let within = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains(text);
        within(&self.body) || self.headers.values().any(|value| within(value.as_bytes()))
    }
}

impl std::fmt::Display for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text: String = self.text().chars().take(2_000).collect();
        write!(f, "{} answered {} {text}", self.what, self.status)
    }
}

/// Sends bytes as they are and reads until the server closes: for requests no client library would send. Ask with
/// `Connection: close`, or send what the server hangs up on.
pub(crate) async fn raw(place: Place, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", place.port)).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    // A reset after the answer is an answer too.
    stream.read_to_end(&mut answer).await.ok();
    String::from_utf8_lossy(&answer).into_owned()
}

/// As [`raw`], with the status taken out: 0 when the server hung up without an answer.
pub(crate) async fn raw_reply(place: Place, bytes: &[u8]) -> (u16, String) {
    let text = raw(place, bytes).await;
    let status = text.strip_prefix("HTTP/1.1 ").or_else(|| text.strip_prefix("HTTP/1.0 ")).and_then(|rest| rest.get(..3));
    (status.and_then(|status| status.parse().ok()).unwrap_or(0), text)
}
