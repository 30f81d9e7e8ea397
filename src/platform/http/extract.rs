use std::net::IpAddr;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;

use super::Problem;
use crate::kernel::{Flaw, Invalid};
use crate::platform::crypto::sha256;
use crate::platform::i18n::Lang;

/// A JSON body, read whole and parsed; unknown fields are refused by the type's own `deny_unknown_fields`.
#[derive(Debug, Clone)]
pub struct Body<T> {
    /// What it says.
    pub value: T,
    /// SHA-256 of the bytes, to tell a repeated request from another one under the same key.
    pub hash: [u8; 32],
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type"));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "payload-too-large")
            } else {
                Problem::new(StatusCode::BAD_REQUEST, "bad-request")
            }
        })?;
        let value = parse(&bytes)?;
        Ok(Self { value, hash: sha256(&bytes) })
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let essence = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<mime::Mime>().ok());
    essence.is_some_and(|mime| mime.essence_str() == "application/json" || mime.suffix() == Some(mime::JSON))
}

const fn malformed() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "malformed-json")
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // serde would also take a list for an object, its entries for the fields in order.
    if !bytes.trim_ascii_start().starts_with(b"{") {
        return Err(if is_whole_json(bytes) { Invalid::at("", Flaw::new("type")).into() } else { malformed() });
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| unreadable(&error, bytes))?;
    deserializer.end().map_err(|_| malformed())?;
    Ok(value)
}

fn is_whole_json(bytes: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok()
}

/// JSON that cannot be read is 400; JSON that says something of the wrong shape is 422, at its place.
fn unreadable(error: &serde_path_to_error::Error<serde_json::Error>, bytes: &[u8]) -> Problem {
    // Where the reader stopped says little of the rest: only the whole tells whether this is JSON.
    if !is_whole_json(bytes) {
        return malformed();
    }
    let message = error.inner().to_string();
    let named = |prefix: &str| message.strip_prefix(prefix).and_then(|rest| rest.split('`').next()).map(str::to_owned);
    let pointer = pointer_of(error.path());
    if let Some(field) = named("missing field `") {
        return Invalid::at(format!("{pointer}/{field}"), Flaw::new("required")).into();
    }
    if let Some(field) = named("unknown field `") {
        // The path of an unknown field already ends with it.
        let pointer = if pointer.ends_with(&format!("/{field}")) { pointer } else { format!("{pointer}/{field}") };
        return Invalid::at(pointer, Flaw::new("unknown")).into();
    }
    let code = if message.starts_with("unknown variant") { "not_allowed" } else { "type" };
    Invalid::at(pointer, Flaw::new(code)).into()
}

fn pointer_of(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => String::new(),
        })
        .collect()
}

/// Path parameters. One that does not parse names nothing that is here: 404.
#[derive(Debug, Clone)]
pub struct PathParam<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for PathParam<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(value)) => Ok(Self(value)),
            Err(_) => Err(Problem::not_found()),
        }
    }
}

/// Query parameters; one that does not parse, or is not known, is 422 at its name.
#[derive(Debug, Clone)]
pub struct QueryParams<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for QueryParams<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(value)) => Ok(Self(value)),
            Err(rejection) => {
                let text = std::error::Error::source(&rejection).map(ToString::to_string).unwrap_or_default();
                // serde_urlencoded's path error reads "page: invalid digit found in string".
                let name = text.split(':').next().unwrap_or_default();
                let unknown = text.split("unknown field `").nth(1).and_then(|rest| rest.split('`').next());
                let (pointer, code) = match unknown {
                    Some(field) => (format!("/{field}"), "unknown"),
                    None => (format!("/{name}"), "malformed"),
                };
                Err(Invalid::at(pointer, Flaw::new(code)).into())
            }
        }
    }
}

/// The address the connection came from.
#[derive(Debug, Clone, Copy)]
pub struct ClientIp(pub IpAddr);

impl<S: Send + Sync> FromRequestParts<S> for ClientIp {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().copied().ok_or_else(Problem::internal)
    }
}

/// The request's id: the client's own if it is well-formed, else one made here.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

impl<S: Send + Sync> FromRequestParts<S> for RequestId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::internal)
    }
}

/// The language asked for by `Accept-Language`, when it is one we have.
#[derive(Debug, Clone, Copy)]
pub struct RequestLang(pub Option<Lang>);

impl RequestLang {
    /// Reads the header.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        Self(headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).and_then(Lang::from_accept_language))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for RequestLang {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Colour {
        Red,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Thing {
        #[expect(dead_code, reason = "it is only parsed")]
        colours: Vec<Colour>,
    }

    fn refusal(text: &str) -> (u16, &'static str, String) {
        let problem = parse::<Thing>(text.as_bytes()).unwrap_err();
        let places = problem.errors().iter().map(|error| format!("{} {}", error.pointer, error.flaw.code)).collect::<Vec<_>>();
        (problem.status().as_u16(), problem.code(), places.join(", "))
    }

    #[test]
    fn what_is_no_json_is_unreadable_and_what_has_another_shape_is_invalid_at_its_place() {
        assert!(parse::<Thing>(br#" {"colours": ["red"]} "#).is_ok());
        for text in ["", "{", "[1", "nul", "{} {}", r#"{"colours": ["red"]} x"#, r#"{"colours": [1"#] {
            assert_eq!(refusal(text), (400, "malformed-json", String::new()), "{text}");
        }
        let invalid = |text: &str| {
            let (status, code, places) = refusal(text);
            assert_eq!((status, code), (422, "invalid"), "{text}");
            places
        };
        assert_eq!(invalid("[[\"red\"]]"), " type");
        assert_eq!(invalid("null"), " type");
        assert_eq!(invalid("{}"), "/colours required");
        assert_eq!(invalid(r#"{"colours": [], "x": 1}"#), "/x unknown");
        assert_eq!(invalid(r#"{"colours": 1}"#), "/colours type");
        assert_eq!(invalid(r#"{"colours": ["red", 1]}"#), "/colours/1 type");
        assert_eq!(invalid(r#"{"colours": ["blue"]}"#), "/colours/0 not_allowed");
    }
}
