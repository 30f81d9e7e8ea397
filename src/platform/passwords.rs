use std::sync::Arc;

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

/// Password hashes: Argon2id, off the async threads, a few at a time so that a rush of sign-ins cannot eat the memory.
#[derive(Debug, Clone)]
pub struct Passwords {
    argon2: Argon2<'static>,
    turns: Arc<Semaphore>,
    decoy: Arc<str>,
}

/// Hashing failed: no randomness, or the server is going down.
#[derive(Debug, thiserror::Error)]
#[error("cannot hash: {0}")]
pub struct PasswordFault(String);

impl Passwords {
    /// Memory in KiB and passes of Argon2id: OWASP's 19 MiB and 2 in service, less in tests.
    ///
    /// # Errors
    /// When Argon2 refuses the figures.
    pub fn new(memory_kib: u32, passes: u32) -> Result<Self, PasswordFault> {
        let params = Params::new(memory_kib, passes, 1, None).map_err(|e| PasswordFault(e.to_string()))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let decoy = argon2.hash_password(b"nobody's password").map_err(|e| PasswordFault(e.to_string()))?;
        let turns = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Ok(Self { argon2, turns: Arc::new(Semaphore::new(turns)), decoy: decoy.to_string().into() })
    }

    /// Hashes a password to a PHC string.
    ///
    /// # Errors
    /// When there is no randomness or no thread.
    pub async fn hash(&self, password: String) -> Result<String, PasswordFault> {
        let argon2 = self.argon2.clone();
        self.take_turn(move || {
            argon2.hash_password(password.as_bytes()).map(|hash| hash.to_string()).map_err(|e| PasswordFault(e.to_string()))
        })
        .await?
    }

    /// Whether a password is the one hashed. Without a hash (nobody of that name) it takes the same time and says no.
    ///
    /// # Errors
    /// When there is no thread.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, PasswordFault> {
        let argon2 = self.argon2.clone();
        let decoy = Arc::clone(&self.decoy);
        self.take_turn(move || {
            let known = hash.is_some();
            let hash = hash.as_deref().unwrap_or(&decoy);
            let matches = PasswordHash::new(hash).is_ok_and(|hash| argon2.verify_password(password.as_bytes(), &hash).is_ok());
            known && matches
        })
        .await
    }

    async fn take_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, PasswordFault> {
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|e| PasswordFault(e.to_string()))?;
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        done.await.map_err(|e| PasswordFault(e.to_string()))
    }
}
