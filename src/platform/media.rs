//! Pictures as files: one folder a shop under the data folder, random names, written whole or not at all.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use tokio::io::AsyncWriteExt;

use super::crypto::{NoRandomness, random_bytes};
use crate::kernel::ShopId;

/// The largest upload that is read at all: 10 MiB.
pub const MAX_UPLOAD: usize = 10 * 1024 * 1024;

/// Longest side a stored picture has; a larger upload is scaled down.
const MAX_SIDE: u32 = 1_600;
/// Longest side an upload may have: decoding more would cost more memory than a picture is worth.
const MAX_UPLOAD_SIDE: u32 = 12_000;
/// The most memory a decoded upload may take: a small file may promise far more.
const MAX_DECODED: u64 = 256 * 1024 * 1024;

/// Decoding takes memory by the picture's size, not the file's: two at a time, the others wait.
static DECODING: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(2);

/// Where pictures are kept.
#[derive(Debug, Clone)]
pub struct Media {
    root: PathBuf,
}

/// A picture that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its name in the shop's folder.
    pub key: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// Why a picture was not kept.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// No picture we can read, or one too large to decode.
    #[error("not a picture that can be read")]
    NotAPicture,
    /// The disk refused.
    #[error("cannot write the picture")]
    Disk(#[from] std::io::Error),
    /// No random name to be had.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
}

impl Media {
    /// Pictures under `<data folder>/media`.
    #[must_use]
    pub fn new(data_dir: &Path) -> Self {
        Self { root: data_dir.join("media") }
    }

    /// Decodes an uploaded picture (JPEG, PNG, WebP), scales it down if it is large, and keeps it encoded anew: nothing of the
    /// original bytes is ever served.
    ///
    /// # Errors
    /// When it is no picture, or the disk refuses.
    pub async fn keep_upload(&self, shop: ShopId, bytes: Vec<u8>) -> Result<Stored, MediaError> {
        let _permit = DECODING.acquire().await;
        let (encoded, extension, width, height) =
            tokio::task::spawn_blocking(move || reencode(&bytes)).await.map_err(|_| MediaError::NotAPicture)??;
        let key = format!("{}.{extension}", hex::encode(random_bytes::<16>()?));
        self.write(shop, &key, &encoded).await?;
        Ok(Stored { key, width, height })
    }

    /// Keeps a picture from the operator's own files as it is (SVG too), named by its content so that the same file is kept once.
    ///
    /// # Errors
    /// When it is no picture, or the disk refuses.
    pub async fn keep_file(&self, shop: ShopId, bytes: &[u8], extension: &str) -> Result<Stored, MediaError> {
        let (width, height) = match extension {
            "svg" => svg_size(bytes).ok_or(MediaError::NotAPicture)?,
            "jpg" | "png" | "webp" => {
                ImageReader::new(Cursor::new(bytes)).with_guessed_format()?.into_dimensions().map_err(|_| MediaError::NotAPicture)?
            }
            _ => return Err(MediaError::NotAPicture),
        };
        let key = format!("{}.{extension}", hex::encode(&super::crypto::sha256(bytes)[..16]));
        if !tokio::fs::try_exists(self.path(shop, &key)).await? {
            self.write(shop, &key, bytes).await?;
        }
        Ok(Stored { key, width, height })
    }

    /// Reads a picture and its media type; `None` when there is none of that name.
    ///
    /// # Errors
    /// When the disk refuses.
    pub async fn read(&self, shop: ShopId, key: &str) -> Result<Option<(Vec<u8>, &'static str)>, std::io::Error> {
        let Some(kind) = media_type(key) else { return Ok(None) };
        match tokio::fs::read(self.path(shop, key)).await {
            Ok(bytes) => Ok(Some((bytes, kind))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Lets go of an upload that nothing names: what it was kept for was refused after all. Best effort: a file too many harms nobody.
    pub async fn discard(&self, shop: ShopId, picture: &Stored) {
        if let Err(error) = tokio::fs::remove_file(self.path(shop, &picture.key)).await {
            tracing::warn!(%error, shop.id = %shop, "a picture nobody names stays in the media folder");
        }
    }

    fn path(&self, shop: ShopId, key: &str) -> PathBuf {
        self.root.join(shop.to_string()).join(key)
    }

    async fn write(&self, shop: ShopId, key: &str, bytes: &[u8]) -> Result<(), MediaError> {
        let path = self.path(shop, key);
        if let Some(folder) = path.parent() {
            tokio::fs::create_dir_all(folder).await?;
        }
        let part = path.with_extension(format!("part{}", hex::encode(random_bytes::<4>()?)));
        let mut file = tokio::fs::File::create(&part).await?;
        file.write_all(bytes).await?;
        file.sync_all().await?;
        tokio::fs::rename(&part, &path).await?;
        Ok(())
    }
}

/// The media type of a key, which is `hex.extension` and nothing else: a key with any other character names no file.
fn media_type(key: &str) -> Option<&'static str> {
    let (name, extension) = key.split_once('.')?;
    if name.is_empty() || name.len() > 64 || !name.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    match extension {
        "jpg" => Some("image/jpeg"),
        "png" => Some("image/png"),
        "webp" => Some("image/webp"),
        "svg" => Some("image/svg+xml"),
        _ => None,
    }
}

/// What reads an upload; refused before anything is decoded where the picture would be too large.
fn decoder(bytes: &[u8]) -> Result<impl ImageDecoder, MediaError> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_UPLOAD_SIDE);
    limits.max_image_height = Some(MAX_UPLOAD_SIDE);
    limits.max_alloc = Some(MAX_DECODED);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(|_| MediaError::NotAPicture)?;
    // The limits hold what the decoder takes for itself; the picture it writes is ours to hold.
    if decoder.total_bytes() > MAX_DECODED { Err(MediaError::NotAPicture) } else { Ok(decoder) }
}

fn reencode(bytes: &[u8]) -> Result<(Vec<u8>, &'static str, u32, u32), MediaError> {
    let mut decoder = decoder(bytes)?;
    // A phone writes down how it was held and leaves the turning to us.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| MediaError::NotAPicture)?;
    picture.apply_orientation(orientation);
    if picture.width() > MAX_SIDE || picture.height() > MAX_SIDE {
        picture = picture.resize(MAX_SIDE, MAX_SIDE, image::imageops::FilterType::Triangle);
    }
    let (format, extension) = if picture.color().has_alpha() { (ImageFormat::Png, "png") } else { (ImageFormat::Jpeg, "jpg") };
    let mut encoded = Cursor::new(Vec::new());
    let picture = if format == ImageFormat::Jpeg { DynamicImage::ImageRgb8(picture.into_rgb8()) } else { picture };
    picture.write_to(&mut encoded, format).map_err(|_| MediaError::NotAPicture)?;
    Ok((encoded.into_inner(), extension, picture.width(), picture.height()))
}

/// Width and height from the `viewBox` of an SVG.
fn svg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| text.contains("<svg"))?;
    let rest = text.split("viewBox=\"").nth(1)?;
    let mut numbers = rest.split('"').next()?.split_whitespace().skip(2).map(str::parse::<u32>);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_with_a_path_in_it_names_no_file() {
        for key in ["../a.jpg", "ab/cd.jpg", "ab.exe", ".jpg", "ab.jpg.svg", "ab"] {
            assert_eq!(media_type(key), None, "{key}");
        }
        assert_eq!(media_type(&format!("{}.jpg", "a".repeat(300))), None);
        assert_eq!(media_type("00ff.webp"), Some("image/webp"));
    }

    /// The head of a PNG of four bytes a pixel, and the beginning of its data.
    fn promise(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
        let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
        for (kind, data) in [(b"IHDR", head), (b"IDAT", vec![0x78, 0x9c, 0x01])] {
            let named = [&kind[..], &data].concat();
            bytes.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
            bytes.extend(&named);
            bytes.extend(crc32(&named).to_be_bytes());
        }
        bytes
    }

    fn crc32(bytes: &[u8]) -> u32 {
        let step = |crc: u32, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
    }

    #[test]
    fn a_file_that_promises_more_than_memory_should_hold_is_refused_before_it_is_decoded() {
        assert!(decoder(&promise(8_000, 8_000)).is_ok());
        for (width, height) in [(8_200, 8_200), (12_000, 12_000), (12_001, 1), (1, 12_001)] {
            assert!(decoder(&promise(width, height)).is_err(), "{width} by {height}");
        }
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        assert!(matches!(reencode(b"<svg onload=alert(1)>"), Err(MediaError::NotAPicture)));
        assert!(matches!(reencode(b"\x89PNG\r\n\x1a\n truncated"), Err(MediaError::NotAPicture)));
    }
}
