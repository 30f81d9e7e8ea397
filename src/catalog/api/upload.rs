use axum::body::Bytes;
use axum::extract::Multipart;
use axum::extract::multipart::MultipartError;
use axum::http::StatusCode;

use crate::kernel::{Check, Flaw, Invalid};
use crate::platform::http::Problem;
use crate::platform::media::MediaError;

/// A picture as it was sent.
#[derive(Debug)]
pub struct Upload {
    /// The bytes of `file`.
    pub file: Vec<u8>,
    /// What the picture shows; `None` when that was not sent.
    pub alt: Option<String>,
}

/// Reads a form with a `file` and perhaps an `alt`, within the limit of its route.
///
/// # Errors
/// 413 for more than the limit, 400 for a form that cannot be read, 422 for one without `file` or with other fields.
pub async fn read_upload(mut form: Multipart) -> Result<Upload, Problem> {
    let (mut file, mut alt) = (None, None);
    let mut check = Check::default();
    while let Some(field) = form.next_field().await.map_err(|error| unreadable(&error))? {
        let name = field.name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(|error| unreadable(&error))?;
        let pointer = format!("/{name}");
        match name.as_str() {
            "file" if file.is_none() => file = Some(bytes),
            "alt" if alt.is_none() => {
                let text = std::str::from_utf8(&bytes).map_err(|_| Flaw::new("malformed"));
                alt = check.at(pointer, text).map(str::to_owned);
            }
            // At once: a form may hold any number of fields.
            "file" | "alt" => return Err(Invalid::at(pointer, Flaw::new("duplicate")).into()),
            _ => return Err(Invalid::at(pointer, Flaw::new("unknown")).into()),
        }
    }
    if file.as_ref().is_none_or(Bytes::is_empty) {
        check.flaw("/file", Flaw::new("required"));
    }
    check.finish()?;
    Ok(Upload { file: file.unwrap_or_default().to_vec(), alt })
}

fn unreadable(error: &MultipartError) -> Problem {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "payload-too-large")
    } else {
        Problem::new(StatusCode::BAD_REQUEST, "bad-request")
    }
}

impl From<MediaError> for Problem {
    fn from(error: MediaError) -> Self {
        match error {
            MediaError::NotAPicture => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "unsupported-picture"),
            MediaError::Disk(error) => {
                tracing::error!(%error, "a picture could not be kept");
                Self::internal()
            }
            MediaError::Randomness(error) => error.into(),
        }
    }
}
