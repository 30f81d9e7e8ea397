use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use super::{LocationInput, LocationView};

/// What changes about a location. A field that is not given stays as it is; an empty text or a null empties it.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LocationPatch {
    /// Its short name.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 60)]
    pub code: Option<String>,
    /// Its name to shoppers.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// House number and street.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 300)]
    pub line1: Option<Option<String>>,
    /// Ward or commune.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 200)]
    pub ward: Option<Option<String>>,
    /// Province or city.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 200)]
    pub province: Option<Option<String>>,
    /// ISO 3166-1 alpha-2.
    #[serde(default)]
    #[schema(min_length = 2, max_length = 2)]
    pub country: Option<String>,
    /// Its telephone number.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 30)]
    pub phone: Option<Option<String>>,
    /// Degrees north; with the longitude or not at all.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<f64>, minimum = -90, maximum = 90)]
    pub latitude: Option<Option<f64>>,
    /// Degrees east.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<f64>, minimum = -180, maximum = 180)]
    pub longitude: Option<Option<f64>>,
    /// When it is open, in OpenStreetMap's `opening_hours` syntax.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 200)]
    pub hours: Option<Option<String>>,
    /// `true` makes it the default location; the default one can't stop being it.
    #[serde(default)]
    pub is_default: Option<bool>,
}

impl LocationPatch {
    /// The location as it would be.
    #[must_use]
    pub fn over(self, current: LocationView) -> LocationInput {
        LocationInput {
            // An empty code is a mistake here; for a new location it means: make one.
            code: Some(self.code.map_or(current.code, |code| if code.trim().is_empty() { "-".to_owned() } else { code })),
            name: self.name.unwrap_or(current.name),
            line1: self.line1.unwrap_or(Some(current.line1)),
            ward: self.ward.unwrap_or(Some(current.ward)),
            province: self.province.unwrap_or(Some(current.province)),
            country: Some(self.country.unwrap_or(current.country)),
            phone: self.phone.unwrap_or(Some(current.phone)),
            latitude: self.latitude.unwrap_or(current.latitude),
            longitude: self.longitude.unwrap_or(current.longitude),
            hours: self.hours.unwrap_or(Some(current.hours)),
            is_default: self.is_default.unwrap_or(current.is_default),
        }
    }
}

/// Tells a null (given, and empty) from a field that is not there.
#[expect(clippy::option_option, reason = "the outer says whether the field was given")]
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}
