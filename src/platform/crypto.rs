//! Keys and the few things made with them. All keys are derived from one master key by purpose, so that a key of one purpose
//! tells nothing of another's.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use rand::TryRngCore;
use secrecy::{ExposeSecret, SecretBox};
use sha2::{Digest, Sha256};

type HmacSha256 = Hmac<Sha256>;

/// The master key: 32 bytes.
#[derive(Debug)]
pub struct MasterKey(SecretBox<[u8; 32]>);

impl MasterKey {
    /// Takes 64 hexadecimal digits.
    ///
    /// # Errors
    /// When the text is anything else.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let bytes = hex::decode(text.trim()).map_err(|_| "must be 64 hexadecimal digits")?;
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| "must be 64 hexadecimal digits")?;
        Ok(Self(SecretBox::new(Box::new(bytes))))
    }

    /// The key of one purpose.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> Key {
        Key(mac(self.0.expose_secret(), purpose.as_bytes()))
    }
}

/// A key of one purpose.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Key {
    /// The key's bytes, for a library that wants them.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// A keyed hash (HMAC-SHA-256) that nobody without the key can make.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 32] {
        mac(&self.0, message)
    }

    /// Whether a keyed hash is this key's over this message; takes the same time whatever differs.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        new_mac(&self.0).is_some_and(|mac| mac.chain_update(message).verify_slice(signature).is_ok())
    }
}

fn new_mac(key: &[u8; 32]) -> Option<HmacSha256> {
    HmacSha256::new_from_slice(key).ok()
}

fn mac(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    // HMAC takes a key of any length, so there is always one; an all-zero hash would verify nothing.
    new_mac(key).map_or([0; 32], |mac| mac.chain_update(message).finalize().into_bytes().into())
}

/// SHA-256.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Random bytes from the operating system, as URL-safe text.
///
/// # Errors
/// When the operating system has none to give.
pub fn random_token<const BYTES: usize>() -> Result<String, NoRandomness> {
    Ok(URL_SAFE_NO_PAD.encode(random_bytes::<BYTES>()?))
}

/// Random bytes from the operating system.
///
/// # Errors
/// When the operating system has none to give.
pub fn random_bytes<const BYTES: usize>() -> Result<[u8; BYTES], NoRandomness> {
    let mut bytes = [0; BYTES];
    rand::rngs::OsRng.try_fill_bytes(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

/// The operating system gave no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no random bytes")]
pub struct NoRandomness;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_two_purposes_do_not_verify_each_other() {
        let master = MasterKey::parse(&"5a".repeat(32)).unwrap();
        let signature = master.derive("one").sign(b"message");
        assert!(master.derive("one").verifies(b"message", &signature));
        assert!(!master.derive("two").verifies(b"message", &signature));
        assert!(!master.derive("one").verifies(b"massage", &signature));
    }

    #[test]
    fn a_master_key_is_sixty_four_hexadecimal_digits() {
        assert!(MasterKey::parse("5a").is_err());
        assert!(MasterKey::parse(&"zz".repeat(32)).is_err());
    }
}
