use std::borrow::Cow;

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "templates/assets/"]
struct Files;

/// A style sheet, script or picture of the product itself, as embedded.
#[derive(Clone, Debug)]
pub struct Asset {
    /// The file's bytes.
    pub bytes: Cow<'static, [u8]>,
    /// The media type to serve it with, character set included.
    pub content_type: &'static str,
    /// The beginning of the SHA-256 of the bytes, in hexadecimal: fit for an `ETag`, and the `v` in the address templates
    /// write, so that an answer to an address with the right `v` may be kept for ever.
    pub hash: String,
}

/// The asset with this name below `templates/assets/`, e.g. `storefront.css`.
#[must_use]
pub fn asset(name: &str) -> Option<Asset> {
    let file = Files::get(name)?;
    Some(Asset { hash: hex::encode(&file.metadata.sha256_hash()[..8]), content_type: content_type(name), bytes: file.data })
}

/// The names of all assets.
pub(super) fn names() -> impl Iterator<Item = Cow<'static, str>> {
    Files::iter()
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("webp") => "image/webp",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("json") => "application/json",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::asset;

    #[test]
    fn an_asset_has_its_type_and_a_hash_and_unknown_ones_are_none() {
        let tokens = asset("tokens.css").expect("the tokens are embedded");
        assert_eq!(tokens.content_type, "text/css; charset=utf-8");
        assert_eq!(tokens.hash.len(), 16);
        assert!(asset("../locales/vi/common.toml").is_none());
        assert!(asset("nothing.css").is_none());
    }
}
