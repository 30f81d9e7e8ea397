use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A language people can read the pages and messages in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Vietnamese: what a shop speaks unless told otherwise.
    #[default]
    Vi,
    /// English.
    En,
}

/// A language code that names none of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown language: expected `vi` or `en`")]
pub struct UnknownLang;

impl Lang {
    /// Every language, in the order they are offered.
    pub const ALL: [Self; 2] = [Self::Vi, Self::En];

    /// The ISO 639-1 code, as used in `lang="…"`, in cookies and as the folder of the catalogue.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }

    /// The language an `Accept-Language` header (RFC 9110, 12.5.4) prefers among ours: the highest `q`, the first of equals.
    /// `None` when it names none of them, so that the caller falls back to the shop's own. `*` names none.
    #[must_use]
    pub fn from_accept_language(header: &str) -> Option<Self> {
        let mut best: Option<(Self, u16)> = None;
        for range in header.split(',') {
            let mut parts = range.split(';');
            let tag = parts.next().unwrap_or_default().trim();
            let Ok(lang) = tag.split('-').next().unwrap_or_default().parse::<Self>() else {
                continue;
            };
            let quality = parts.find_map(|part| part.trim().strip_prefix("q=")).map_or(Some(1000), parse_quality);
            let Some(quality) = quality.filter(|quality| *quality > 0) else {
                continue;
            };
            if best.is_none_or(|(_, most)| quality > most) {
                best = Some((lang, quality));
            }
        }
        best.map(|(lang, _)| lang)
    }

    /// The plural form a count takes: `one` or `other`. Vietnamese has only `other`.
    #[must_use]
    pub(super) fn plural(self, count: &str) -> &'static str {
        match self {
            Self::En if count == "1" => "one",
            Self::Vi | Self::En => "other",
        }
    }
}

/// A quality value in thousandths: `0.8` is 800. `None` for what is not one.
fn parse_quality(text: &str) -> Option<u16> {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths: u16 = format!("{fraction:0<3}").parse().ok()?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1000),
        _ => None,
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Lang {
    type Err = UnknownLang;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|lang| code.eq_ignore_ascii_case(lang.as_str())).ok_or(UnknownLang)
    }
}

#[cfg(test)]
mod tests {
    use super::Lang;

    #[test]
    fn the_language_with_the_highest_quality_wins() {
        let cases = [
            ("vi", Some(Lang::Vi)),
            ("en-US,en;q=0.9,vi;q=0.8", Some(Lang::En)),
            ("fr-FR, vi-VN;q=0.7, en;q=0.3", Some(Lang::Vi)),
            ("en;q=0.5, vi;q=0.5", Some(Lang::En)),
            ("EN-gb", Some(Lang::En)),
            ("vi;q=0, en;q=0.001", Some(Lang::En)),
            ("en;q=abc, vi;q=0.1", Some(Lang::Vi)),
            ("en;q=1.5", None),
            ("fr, *;q=0.5", None),
            ("", None),
            (";;;,,,=", None),
        ];
        for (header, expected) in cases {
            assert_eq!(Lang::from_accept_language(header), expected, "{header}");
        }
    }

    #[test]
    fn a_code_is_read_back_as_written() {
        for lang in Lang::ALL {
            assert_eq!(lang.as_str().parse(), Ok(lang));
        }
        assert!("fr".parse::<Lang>().is_err());
    }
}
