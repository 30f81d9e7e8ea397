use anyhow::Context;

use super::Changes;
use super::files::{LocationRow, ShopFiles};
use crate::platform::ShopTx;
use crate::stores::{self, LocationInput, LocationView, NewLocation};

/// Brings the branches to what the files say. The location every shop is made with becomes the files' default one.
pub(super) async fn apply(tx: &mut ShopTx, files: &ShopFiles, made_now: bool, changes: &mut Changes) -> anyhow::Result<()> {
    for row in &files.locations {
        let new = input(row).parse().with_context(|| format!("locations.csv, location {}", row.code))?;
        let first = if made_now && new.is_default { stores::list_locations(tx).await?.into_iter().find(|l| l.is_default) } else { None };
        let current = match first {
            Some(first) => Some(first),
            None => stores::find_location_by_code(tx, &new.code).await?,
        };
        match current {
            Some(current) if is(&current, &new) => {}
            Some(current) => {
                stores::update_location(tx, current.id, &new).await.with_context(|| format!("locations.csv, location {}", row.code))?;
                changes.say(format!("location {}", new.code));
            }
            None => {
                stores::create_location(tx, &new).await.with_context(|| format!("locations.csv, location {}", row.code))?;
                changes.say(format!("location {}", new.code));
            }
        }
    }
    Ok(())
}

fn input(row: &LocationRow) -> LocationInput {
    LocationInput {
        code: Some(row.code.clone()),
        name: row.name.clone(),
        line1: Some(row.line1.clone()),
        ward: Some(row.ward.clone()),
        province: Some(row.province.clone()),
        country: Some(row.country.clone()),
        phone: Some(row.phone.clone()),
        latitude: row.latitude,
        longitude: row.longitude,
        hours: Some(row.hours.clone()),
        is_default: row.is_default,
    }
}

fn is(current: &LocationView, new: &NewLocation) -> bool {
    current.code == new.code
        && current.name == new.name.as_str()
        && current.line1 == new.line1
        && current.ward == new.ward
        && current.province == new.province
        && current.country == new.country
        && current.phone == new.phone
        && current.latitude.zip(current.longitude) == new.position
        && current.hours == new.hours
        && (current.is_default || !new.is_default)
}
