use serde::Deserialize;
use utoipa::ToSchema;

use crate::kernel::{Check, Flaw, Invalid, Name, Phone, Slug, line};

/// A location as it comes in, from the API or from a shop's files. Everything but the name may be left out.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LocationInput {
    /// Its short name, unique among the shop's locations: small letters, digits, hyphens; capitals are folded. Made from the name
    /// when not given.
    #[schema(max_length = 60)]
    pub code: Option<String>,
    /// Its name to shoppers.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// House number and street.
    #[schema(max_length = 300)]
    pub line1: Option<String>,
    /// Ward or commune.
    #[schema(max_length = 200)]
    pub ward: Option<String>,
    /// Province or city.
    #[schema(max_length = 200)]
    pub province: Option<String>,
    /// ISO 3166-1 alpha-2; `VN` when not given.
    #[schema(min_length = 2, max_length = 2)]
    pub country: Option<String>,
    /// Its telephone number.
    #[schema(max_length = 30)]
    pub phone: Option<String>,
    /// Degrees north; with the longitude or not at all.
    #[schema(minimum = -90, maximum = 90)]
    pub latitude: Option<f64>,
    /// Degrees east.
    #[schema(minimum = -180, maximum = 180)]
    pub longitude: Option<f64>,
    /// When it is open, in OpenStreetMap's `opening_hours` syntax, e.g. `Mo-Su 08:30-21:30`.
    #[schema(max_length = 200)]
    pub hours: Option<String>,
    /// Whether goods come in and go out here unless another location is named. `true` takes it over from the one that was.
    #[serde(default)]
    pub is_default: bool,
}

/// A location whose every field is parsed.
#[derive(Debug, Clone, PartialEq)]
pub struct NewLocation {
    /// Its short name.
    pub code: String,
    /// Its name.
    pub name: Name,
    /// House number and street; empty when not known.
    pub line1: String,
    /// Ward or commune; empty when not known.
    pub ward: String,
    /// Province or city; empty when not known.
    pub province: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// E.164; empty when there is none.
    pub phone: String,
    /// Degrees north and east.
    pub position: Option<(f64, f64)>,
    /// `opening_hours`; empty when not known.
    pub hours: String,
    /// Whether it is the default location.
    pub is_default: bool,
}

impl LocationInput {
    /// Parses every field.
    ///
    /// # Errors
    /// The flaws of all fields.
    pub fn parse(&self) -> Result<NewLocation, Invalid> {
        let text = |value: &Option<String>, max| line(value.as_deref().unwrap_or_default(), 0, max);
        let mut check = Check::default();
        let name = check.at("/name", Name::parse(&self.name));
        let given = self.code.as_deref().filter(|code| !code.trim().is_empty());
        // A name that is flawed suggests nothing: one mistake is said once.
        let code = if given.is_none() && name.is_none() { None } else { check.at("/code", code(given, &self.name)) };
        let line1 = check.at("/line1", text(&self.line1, 300));
        let ward = check.at("/ward", text(&self.ward, 200));
        let province = check.at("/province", text(&self.province, 200));
        let country = check.at("/country", country(self.country.as_deref().unwrap_or("VN")));
        let phone = check.opt("/phone", self.phone.as_deref().filter(|phone| !phone.trim().is_empty()), Phone::parse);
        let position = position(&mut check, self.latitude, self.longitude);
        let hours = check.at("/hours", text(&self.hours, 200));
        let (Some(name), Some(code), Some(line1), Some(ward), Some(province)) = (name, code, line1, ward, province) else {
            return Err(check.into_invalid());
        };
        let (Some(country), Some(phone), Some(position), Some(hours)) = (country, phone, position, hours) else {
            return Err(check.into_invalid());
        };
        let phone = phone.map(|phone| phone.as_str().to_owned()).unwrap_or_default();
        Ok(NewLocation { code, name, line1, ward, province, country, phone, position, hours, is_default: self.is_default })
    }
}

/// The code as given, or the one the name suggests; a name that cannot be spelt so needs a code.
pub(super) fn code(given: Option<&str>, name: &str) -> Result<String, Flaw> {
    let code = if let Some(text) = given {
        line(text, 1, 60)?.to_ascii_lowercase()
    } else {
        let mut slug = Slug::from_name(name).ok_or_else(|| Flaw::new("required"))?.as_str().to_owned();
        slug.truncate(60);
        slug.trim_end_matches('-').to_owned()
    };
    let well_formed = code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') && !code.starts_with('-');
    if well_formed { Ok(code) } else { Err(Flaw::new("slug")) }
}

fn country(text: &str) -> Result<String, Flaw> {
    let code = line(text, 1, 2)?.to_ascii_uppercase();
    if code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase()) { Ok(code) } else { Err(Flaw::new("malformed")) }
}

/// Both degrees or neither; the outer `None` says that one was flawed.
#[expect(clippy::option_option, reason = "as Check::opt: flawed, absent, present")]
fn position(check: &mut Check, latitude: Option<f64>, longitude: Option<f64>) -> Option<Option<(f64, f64)>> {
    let (latitude, longitude) = match (latitude, longitude) {
        (None, None) => return Some(None),
        (Some(latitude), Some(longitude)) => (latitude, longitude),
        (Some(_), None) => {
            check.flaw("/longitude", Flaw::new("required"));
            return None;
        }
        (None, Some(_)) => {
            check.flaw("/latitude", Flaw::new("required"));
            return None;
        }
    };
    let latitude = check.at("/latitude", degrees(latitude, 90));
    let longitude = check.at("/longitude", degrees(longitude, 180));
    latitude.zip(longitude).map(Some)
}

fn degrees(value: f64, most: i32) -> Result<f64, Flaw> {
    let most_degrees = f64::from(most);
    if value < -most_degrees {
        Err(Flaw::new("too_small").with("min", -most))
    } else if value > most_degrees {
        Err(Flaw::new("too_large").with("max", most))
    } else if value.is_nan() {
        Err(Flaw::new("number"))
    } else {
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> LocationInput {
        LocationInput { name: name.to_owned(), ..LocationInput::default() }
    }

    #[test]
    fn a_name_alone_makes_a_location() {
        let new = named("Chi nhánh Bến Ngự").parse().unwrap();
        assert_eq!((new.code.as_str(), new.country.as_str(), new.position), ("chi-nhanh-ben-ngu", "VN", None));
    }

    #[test]
    fn every_flaw_is_named_at_its_place() {
        let input = LocationInput {
            code: Some("a b".to_owned()),
            latitude: Some(91.0),
            longitude: Some(-181.0),
            country: Some("V1".to_owned()),
            phone: Some("abc".to_owned()),
            ..named("")
        };
        let Invalid(errors) = input.parse().unwrap_err();
        let pointers: Vec<&str> = errors.iter().map(|e| e.pointer.as_str()).collect();
        assert_eq!(pointers, ["/name", "/code", "/country", "/phone", "/latitude", "/longitude"]);
    }

    #[test]
    fn a_position_has_both_degrees() {
        let input = LocationInput { latitude: Some(21.0), ..named("x") };
        assert_eq!(input.parse().unwrap_err().0[0].pointer, "/longitude");
    }
}
