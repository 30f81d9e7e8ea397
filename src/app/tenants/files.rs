use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};

use anyhow::Context;
use rust_embed::RustEmbed;
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

use super::catalog::{self, ProductRow};

/// The demo shops, in the binary: it shows them from whatever folder it runs in.
#[derive(RustEmbed)]
#[folder = "tenants/"]
struct Demo;

/// Where a shop's files are.
#[derive(Debug)]
enum Place {
    Folder(PathBuf),
    Embedded(String),
}

/// A shop as its files describe it.
#[derive(Debug)]
pub struct ShopFiles {
    place: Place,
    /// `shop.toml`.
    pub shop: ShopToml,
    /// `catalog.csv`, by product.
    pub(super) products: Vec<ProductRow>,
    /// `locations.csv`.
    pub(super) locations: Vec<LocationRow>,
}

/// `shop.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShopToml {
    /// The shop's name in its host.
    pub handle: String,
    pub(super) name: String,
    pub(super) currency: String,
    pub(super) locale: String,
    #[serde(default)]
    pub(super) tagline: String,
    #[serde(default)]
    pub(super) about: String,
    #[serde(default)]
    pub(super) contact: Contact,
    #[serde(default)]
    pub(super) theme: Theme,
    pub(super) owner: Person,
    #[serde(default)]
    pub(super) staff: Vec<Person>,
    #[serde(default)]
    pub(super) customers: Vec<Person>,
    #[serde(default)]
    pub(super) brands: Vec<Named>,
    #[serde(default)]
    pub(super) categories: Vec<Named>,
    #[serde(default)]
    pub(super) suppliers: Vec<SupplierToml>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Contact {
    pub(super) email: String,
    pub(super) phone: String,
    pub(super) address: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Theme {
    pub(super) accent: String,
    pub(super) logo: String,
    pub(super) hero_image: String,
    pub(super) hero_title: String,
    pub(super) hero_text: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Person {
    pub(super) name: String,
    pub(super) email: String,
    #[serde(default)]
    pub(super) phone: Option<String>,
    pub(super) password: String,
    /// Of staff only.
    #[serde(default)]
    pub(super) role: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Named {
    pub(super) slug: String,
    pub(super) name: String,
    /// Of categories only: the slug of the category above, which stands earlier in the file.
    #[serde(default)]
    pub(super) parent: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SupplierToml {
    pub(super) code: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) email: String,
    #[serde(default)]
    pub(super) phone: String,
    #[serde(default)]
    pub(super) address: String,
}

/// A line of `locations.csv`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LocationRow {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) line1: String,
    pub(super) ward: String,
    pub(super) province: String,
    pub(super) country: String,
    pub(super) phone: String,
    pub(super) latitude: Option<f64>,
    pub(super) longitude: Option<f64>,
    pub(super) hours: String,
    pub(super) is_default: bool,
}

/// The longest file that is read at all.
const MAX_FILE: u64 = 20 * 1024 * 1024;

/// Reads a shop's folder.
///
/// # Errors
/// Which file, and which line of it, cannot be read.
pub fn read(folder: &Path) -> anyhow::Result<ShopFiles> {
    anyhow::ensure!(folder.join("shop.toml").is_file(), "{} holds no shop.toml", folder.display());
    parse(Place::Folder(folder.to_owned()))
}

/// The demo shops that the binary carries, by handle.
///
/// # Errors
/// As [`read`].
pub fn embedded() -> anyhow::Result<Vec<ShopFiles>> {
    let mut handles: Vec<String> = Demo::iter().filter_map(|name| name.strip_suffix("/shop.toml").map(str::to_owned)).collect();
    handles.sort();
    handles.into_iter().map(|handle| parse(Place::Embedded(handle))).collect()
}

fn parse(place: Place) -> anyhow::Result<ShopFiles> {
    let shop = text(&place, "shop.toml")?.with_context(|| format!("{place} holds no shop.toml"))?;
    let shop: ShopToml = toml::from_str(&shop).with_context(|| format!("{place}/shop.toml"))?;
    let products = match text(&place, "catalog.csv")? {
        Some(csv) => catalog::read(&csv).with_context(|| format!("{place}/catalog.csv"))?,
        None => Vec::new(),
    };
    let locations = match text(&place, "locations.csv")? {
        Some(csv) => {
            let rows = catalog::rows(&csv).with_context(|| format!("{place}/locations.csv"))?;
            rows.into_iter().map(|(_, row)| row).collect()
        }
        None => Vec::new(),
    };
    Ok(ShopFiles { place, shop, products, locations })
}

impl ShopFiles {
    /// A file by the relative name the other files use; a name that leads out of the shop's folder is refused.
    pub(super) fn file(&self, name: &str) -> anyhow::Result<Cow<'static, [u8]>> {
        self.place.bytes(name)?.with_context(|| format!("{}/{name} is missing", self.place))
    }
}

impl Place {
    fn bytes(&self, name: &str) -> anyhow::Result<Option<Cow<'static, [u8]>>> {
        let inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
        anyhow::ensure!(inside, "{name} leads out of the shop's folder");
        match self {
            Self::Embedded(handle) => Ok(Demo::get(&format!("{handle}/{name}")).map(|file| file.data)),
            Self::Folder(folder) => {
                let path = folder.join(name);
                if !path.exists() {
                    return Ok(None);
                }
                let size = std::fs::metadata(&path).with_context(|| format!("cannot read {}", path.display()))?.len();
                anyhow::ensure!(size <= MAX_FILE, "{} is larger than {MAX_FILE} bytes", path.display());
                Ok(Some(Cow::Owned(std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?)))
            }
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Folder(folder) => folder.display().fmt(f),
            Self::Embedded(handle) => write!(f, "the demo shop {handle}"),
        }
    }
}

fn text(place: &Place, name: &str) -> anyhow::Result<Option<String>> {
    let Some(bytes) = place.bytes(name)? else { return Ok(None) };
    let text = String::from_utf8(bytes.into_owned()).map_err(|_| anyhow::anyhow!("{place}/{name} is not UTF-8"))?;
    // As the shop keeps text: a file that came by way of Windows or macOS says the same as one that did not.
    Ok(Some(text.strip_prefix('\u{feff}').unwrap_or(&text).replace("\r\n", "\n").nfc().collect()))
}
