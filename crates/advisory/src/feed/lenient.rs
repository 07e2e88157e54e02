//! Documents of many records, of which one may not have the shape of its format.

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};

/// A record that is read on its own, or why it cannot be: it does not take the others of
/// its document with it.
pub(super) struct Lenient<T>(pub(super) Result<T, String>);

impl<'de, T: DeserializeOwned> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(from).map_err(D::Error::custom)?;
        Ok(Self(T::deserialize(value).map_err(|e| e.to_string())))
    }
}
