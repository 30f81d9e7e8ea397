//! Tokens. An access token is a short-lived JWT (HS256) for one shop; a refresh token and a browser's cookie name their session and
//! generation and carry a keyed hash, so that nothing that opens a session is stored.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::kernel::{SessionId, ShopId};
use crate::platform::crypto::Key;

/// How long an access token is good.
pub(super) const ACCESS_TTL: Duration = Duration::minutes(15);

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    /// The session.
    sid: SessionId,
    /// The shop it is good in.
    aud: ShopId,
    iat: i64,
    exp: i64,
}

/// An access token for a session.
pub(super) fn access_token(key: &Key, shop: ShopId, session: SessionId, now: OffsetDateTime) -> Option<String> {
    let claims = Claims { sid: session, aud: shop, iat: now.unix_timestamp(), exp: (now + ACCESS_TTL).unix_timestamp() };
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(key.bytes())).ok()
}

/// What an access token turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Good, for this session.
    Good(SessionId),
    /// Ours, but its time is over.
    Expired,
    /// Not ours, not for this shop, or tampered with.
    Bad,
}

/// Reads an access token. The algorithm is ours to say, not the token's.
pub(super) fn read_access_token(key: &Key, shop: ShopId, token: &str, now: OffsetDateTime) -> Access {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_audience(&[shop.to_string()]);
    validation.set_required_spec_claims(&["aud", "exp"]);
    // Compared below, by our own clock.
    validation.validate_exp = false;
    match jsonwebtoken::decode::<Claims>(token, &DecodingKey::from_secret(key.bytes()), &validation) {
        Ok(data) if data.claims.aud != shop => Access::Bad,
        Ok(data) if data.claims.exp <= now.unix_timestamp() => Access::Expired,
        Ok(data) => Access::Good(data.claims.sid),
        Err(_) => Access::Bad,
    }
}

/// A refresh token or a browser's cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SessionToken {
    pub(super) session: SessionId,
    pub(super) generation: i32,
}

impl SessionToken {
    fn message(self, shop: ShopId) -> Vec<u8> {
        let mut message = Vec::with_capacity(36);
        message.extend_from_slice(shop.uuid().as_bytes());
        message.extend_from_slice(self.session.uuid().as_bytes());
        message.extend_from_slice(&self.generation.to_be_bytes());
        message
    }

    /// Session, generation and keyed hash, as one word.
    pub(super) fn write(self, key: &Key, shop: ShopId) -> String {
        let mut bytes = Vec::with_capacity(52);
        bytes.extend_from_slice(self.session.uuid().as_bytes());
        bytes.extend_from_slice(&self.generation.to_be_bytes());
        bytes.extend_from_slice(&key.sign(&self.message(shop)));
        format!("rt_{}", URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Reads a token that we wrote for this shop; `None` for any other text.
    pub(super) fn read(key: &Key, shop: ShopId, text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text.strip_prefix("rt_")?).ok()?;
        let (id, rest) = bytes.split_at_checked(16)?;
        let (generation, signature) = rest.split_at_checked(4)?;
        let token = Self { session: Uuid::from_slice(id).ok()?.into(), generation: i32::from_be_bytes(generation.try_into().ok()?) };
        key.verifies(&token.message(shop), signature).then_some(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Clock, Id};
    use crate::platform::crypto::MasterKey;

    fn key() -> Key {
        MasterKey::parse(&"5a".repeat(32)).unwrap().derive("test")
    }

    #[test]
    fn an_access_token_is_good_in_its_shop_until_it_expires() {
        let now = Clock::system().now();
        let (shop, other, session) = (ShopId::new_at(now), ShopId::new_at(now), SessionId::new_at(now));
        let token = access_token(&key(), shop, session, now).unwrap();
        assert_eq!(read_access_token(&key(), shop, &token, now), Access::Good(session));
        assert_eq!(read_access_token(&key(), other, &token, now), Access::Bad);
        assert_eq!(read_access_token(&key(), shop, &token, now + ACCESS_TTL), Access::Expired);
        assert_eq!(read_access_token(&key(), shop, &format!("{token}x"), now), Access::Bad);
    }

    #[test]
    fn a_token_without_a_signature_is_bad() {
        let now = Clock::system().now();
        let (shop, session) = (ShopId::new_at(now), SessionId::new_at(now));
        let part = |json: String| URL_SAFE_NO_PAD.encode(json);
        let exp = (now + ACCESS_TTL).unix_timestamp();
        let claims = part(format!(r#"{{"sid":"{session}","aud":"{shop}","iat":0,"exp":{exp}}}"#));
        for header in [r#"{"alg":"none"}"#, r#"{"alg":"RS256","typ":"JWT"}"#, r#"{"alg":"HS256","kid":"../../dev/null"}"#] {
            let token = format!("{}.{claims}.", part(header.to_owned()));
            assert_eq!(read_access_token(&key(), shop, &token, now), Access::Bad, "{header}");
        }
    }

    #[test]
    fn a_refresh_token_of_another_shop_or_generation_is_another_token() {
        let now = Clock::system().now();
        let (shop, other) = (ShopId::new_at(now), ShopId::new_at(now));
        let token = SessionToken { session: SessionId::new_at(now), generation: 3 };
        let text = token.write(&key(), shop);
        assert_eq!(SessionToken::read(&key(), shop, &text), Some(token));
        assert_eq!(SessionToken::read(&key(), other, &text), None);
        assert_eq!(SessionToken::read(&key(), shop, "rt_AAAA"), None);
        assert_ne!(text, SessionToken { generation: 4, ..token }.write(&key(), shop));
    }
}
