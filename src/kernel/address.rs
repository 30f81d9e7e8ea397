use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Check, Flaw, Invalid, Phone, line};

/// A postal address as it comes in. Province, district and ward are free text: no list is ever complete.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressInput {
    /// Who receives the parcel.
    #[schema(max_length = 200)]
    pub name: String,
    /// The receiver's telephone number.
    pub phone: String,
    /// House number and street.
    #[schema(max_length = 300)]
    pub line1: String,
    /// Ward or commune.
    #[serde(default)]
    pub ward: Option<String>,
    /// District, where there still is one.
    #[serde(default)]
    pub district: Option<String>,
    /// Province or city.
    pub province: String,
    /// ISO 3166-1 alpha-2, e.g. `VN`.
    pub country: String,
}

/// A postal address that can be written on a parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Address {
    /// Who receives the parcel.
    pub name: String,
    /// The receiver's telephone number, E.164.
    pub phone: String,
    /// House number and street.
    pub line1: String,
    /// Ward or commune; empty when there is none.
    pub ward: String,
    /// District; empty when there is none.
    pub district: String,
    /// Province or city.
    pub province: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
}

impl AddressInput {
    /// Parses each field.
    ///
    /// # Errors
    /// The flaws of all fields, with pointers inside the address.
    pub fn parse(&self) -> Result<Address, Invalid> {
        let mut check = Check::default();
        let name = check.at("/name", line(&self.name, 1, 200));
        let phone = check.at("/phone", Phone::parse(&self.phone));
        let line1 = check.at("/line1", line(&self.line1, 1, 300));
        let ward = check.at("/ward", line(self.ward.as_deref().unwrap_or_default(), 0, 200));
        let district = check.at("/district", line(self.district.as_deref().unwrap_or_default(), 0, 200));
        let province = check.at("/province", line(&self.province, 1, 200));
        let country = check.at("/country", country(&self.country));
        match (name, phone, line1, ward, district, province, country) {
            (Some(name), Some(phone), Some(line1), Some(ward), Some(district), Some(province), Some(country)) => {
                Ok(Address { name, phone: phone.as_str().to_owned(), line1, ward, district, province, country })
            }
            _ => Err(check.into_invalid()),
        }
    }
}

fn country(text: &str) -> Result<String, Flaw> {
    let code = line(text, 1, 2)?.to_ascii_uppercase();
    if code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase()) { Ok(code) } else { Err(Flaw::new("malformed")) }
}
