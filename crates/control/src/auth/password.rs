//! Passwords: argon2id, at most two at a time.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use tokio::sync::Semaphore;

use crate::http::{ApiError, ApiResult};

/// Fewest and most characters of a password.
const LENGTH: std::ops::RangeInclusive<usize> = 12..=512;

/// A hash takes 19 MiB and tens of milliseconds of a core; strangers can ask for it.
const AT_ONCE: usize = 2;

/// What hashes and compares passwords.
#[derive(Debug)]
pub(crate) struct Passwords {
    places: Semaphore,
    /// Compared where there is no user, so that the time does not tell.
    dummy: String,
}

impl Passwords {
    pub(crate) fn new() -> Result<Self, String> {
        Ok(Self {
            places: Semaphore::new(AT_ONCE),
            dummy: hash("nobody's password")?,
        })
    }

    /// What is kept of a password.
    pub(crate) async fn hash(&self, password: &str) -> ApiResult<String> {
        let password = password.to_owned();
        self.work(move || hash(&password))
            .await?
            .map_err(ApiError::internal)
    }

    /// Whether it is the password; without a hash it never is, and takes as long.
    pub(crate) async fn verify(&self, password: &str, kept: Option<&str>) -> ApiResult<bool> {
        let is_known = kept.is_some();
        let kept = kept.unwrap_or(&self.dummy).to_owned();
        let password = password.to_owned();
        let same = self.work(move || verify(&password, &kept)).await?;
        Ok(same && is_known)
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> ApiResult<T> {
        let place = self.places.acquire().await;
        let _place = place.map_err(ApiError::internal)?;
        tokio::task::spawn_blocking(work)
            .await
            .map_err(ApiError::internal)
    }
}

fn hash(password: &str) -> Result<String, String> {
    let hashed = Argon2::default().hash_password(password.as_bytes());
    hashed.map(|h| h.to_string()).map_err(|e| e.to_string())
}

fn verify(password: &str, kept: &str) -> bool {
    PasswordHash::new(kept).is_ok_and(|kept| {
        Argon2::default()
            .verify_password(password.as_bytes(), &kept)
            .is_ok()
    })
}

/// Whether a text may be a password.
pub(crate) fn check_new_password(password: &str) -> ApiResult<()> {
    match LENGTH.contains(&password.chars().count()) {
        true => Ok(()),
        false => Err(ApiError::invalid("a password has 12 to 512 characters")),
    }
}
