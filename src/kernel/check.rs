use std::fmt::Display;

/// What is wrong with one value: a stable code and the figures its message needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// Stable code, e.g. `too_long`; its texts are under `field.` in `templates/locales/*/problems.toml`.
    pub code: &'static str,
    /// What the message's placeholders stand for, e.g. `max`.
    pub params: Vec<(&'static str, String)>,
}

impl Flaw {
    /// A flaw that needs no figures.
    #[must_use]
    pub const fn new(code: &'static str) -> Self {
        Self { code, params: Vec::new() }
    }

    /// Adds a figure for the message.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Display) -> Self {
        self.params.push((name, value.to_string()));
        self
    }
}

/// A flaw and the place in the request it was found at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// JSON Pointer (RFC 6901) into the request's body, e.g. `/variants/0/price`.
    pub pointer: String,
    /// What is wrong there.
    pub flaw: Flaw,
}

/// Input that was readable but broke one rule or more: answered with 422.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid(pub Vec<FieldError>);

impl std::error::Error for Invalid {}

/// As the command line shows it; visitors get each flaw's message in their language.
impl Display for Invalid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, FieldError { pointer, flaw }) in self.0.iter().enumerate() {
            let gap = if i == 0 { "" } else { "; " };
            write!(f, "{gap}{}: {}", pointer.trim_start_matches('/'), flaw.code)?;
            flaw.params.iter().try_for_each(|(name, figure)| write!(f, " ({name} {figure})"))?;
        }
        Ok(())
    }
}

impl Invalid {
    /// One flaw at one place.
    #[must_use]
    pub fn at(pointer: impl Into<String>, flaw: Flaw) -> Self {
        Self(vec![FieldError { pointer: pointer.into(), flaw }])
    }
}

/// Gathers the flaws of a whole request.
///
/// ```
/// # use shophouse::kernel::{Check, Name};
/// let mut check = Check::default();
/// let name = check.at("/name", Name::parse("  "));
/// assert!(name.is_none());
/// assert_eq!(check.finish().unwrap_err().0[0].flaw.code, "required");
/// ```
#[derive(Debug, Default)]
pub struct Check {
    errors: Vec<FieldError>,
}

impl Check {
    /// Keeps a parsed value, or notes its flaw.
    pub fn at<T>(&mut self, pointer: impl Into<String>, parsed: Result<T, Flaw>) -> Option<T> {
        parsed.map_err(|flaw| self.flaw(pointer, flaw)).ok()
    }

    /// As [`Check::at`], for a value that may be absent: the outer `None` says it was flawed.
    pub fn opt<T, R>(
        &mut self,
        pointer: impl Into<String>,
        value: Option<R>,
        parse: impl FnOnce(R) -> Result<T, Flaw>,
    ) -> Option<Option<T>> {
        match value.map(parse).transpose() {
            Ok(parsed) => Some(parsed),
            Err(flaw) => {
                self.flaw(pointer, flaw);
                None
            }
        }
    }

    /// Notes a flaw found by other means.
    pub fn flaw(&mut self, pointer: impl Into<String>, flaw: Flaw) {
        self.errors.push(FieldError { pointer: pointer.into(), flaw });
    }

    /// Notes the flaws found in a part of the request, under that part's own pointer.
    pub fn nest(&mut self, pointer: &str, inner: Invalid) {
        self.errors.extend(inner.0.into_iter().map(|error| FieldError { pointer: format!("{pointer}{}", error.pointer), ..error }));
    }

    /// The flaws so far, as an error; the values parsed beside them are not to be used.
    #[must_use]
    pub fn into_invalid(self) -> Invalid {
        Invalid(self.errors)
    }

    /// `Ok` when nothing was wrong.
    ///
    /// # Errors
    /// All flaws noted.
    pub fn finish(self) -> Result<(), Invalid> {
        if self.errors.is_empty() { Ok(()) } else { Err(Invalid(self.errors)) }
    }
}
