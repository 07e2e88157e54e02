use std::fmt::{self, Write as _};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Most items of a page.
pub const PAGE_LIMIT: u32 = 500;

/// Where a list goes on: opaque to callers, tied to the list it came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(String);

/// Which part of a list is asked for.
#[derive(Clone, Debug)]
pub struct Paging {
    /// 1 to [`PAGE_LIMIT`].
    pub limit: u32,
    /// The `next` of the page before; `None`: from the start.
    pub after: Option<Cursor>,
}

/// A part of a list in a stable order: what is inserted meanwhile neither repeats nor hides
/// an item that was there all the time.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// At most the limit.
    pub items: Vec<T>,
    /// `None`: this was the last part.
    pub next: Option<Cursor>,
}

impl Default for Paging {
    fn default() -> Paging {
        Paging {
            limit: 100,
            after: None,
        }
    }
}

/// One part of a key that a list is ordered by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Key {
    Int(i64),
    Text(String),
}

impl Cursor {
    pub(crate) fn of(keys: &[Key]) -> Cursor {
        // A list of numbers and texts always has a JSON form.
        let json = serde_json::to_vec(keys).unwrap_or_default();
        let mut text = String::with_capacity(json.len() * 2);
        for byte in json {
            let _ = write!(text, "{byte:02x}");
        }
        Cursor(text)
    }

    pub(crate) fn keys(&self) -> Result<Vec<Key>> {
        let bytes: Option<Vec<u8>> = self
            .0
            .as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
            .collect();
        bytes
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .ok_or_else(invalid)
    }
}

fn invalid() -> Error {
    Error::Invalid("the cursor is not one that this list gave".to_owned())
}

impl FromStr for Cursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Cursor> {
        if text.len() > 8192 || !text.len().is_multiple_of(2) {
            return Err(invalid());
        }
        let cursor = Cursor(text.to_owned());
        cursor.keys()?;
        Ok(cursor)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Paging {
    /// The first page of that many.
    #[must_use]
    pub fn first(limit: u32) -> Paging {
        Paging { limit, after: None }
    }

    pub(crate) fn limit(&self) -> Result<i64> {
        if (1..=PAGE_LIMIT).contains(&self.limit) {
            Ok(self.limit.into())
        } else {
            Err(Error::Invalid(format!(
                "a page has 1 to {PAGE_LIMIT} items, not {}",
                self.limit
            )))
        }
    }

    /// The cursor as a time (or another number) and an id.
    pub(crate) fn after_int_text(&self) -> Result<Option<(i64, String)>> {
        let Some(cursor) = &self.after else {
            return Ok(None);
        };
        match cursor.keys()?.as_slice() {
            [Key::Int(number), Key::Text(text)] => Ok(Some((*number, text.clone()))),
            _ => Err(invalid()),
        }
    }

    /// The cursor as a text.
    pub(crate) fn after_text(&self) -> Result<Option<String>> {
        let Some(cursor) = &self.after else {
            return Ok(None);
        };
        match cursor.keys()?.as_slice() {
            [Key::Text(text)] => Ok(Some(text.clone())),
            _ => Err(invalid()),
        }
    }

    /// The cursor as a number.
    pub(crate) fn after_int(&self) -> Result<Option<i64>> {
        let Some(cursor) = &self.after else {
            return Ok(None);
        };
        match cursor.keys()?.as_slice() {
            [Key::Int(number)] => Ok(Some(*number)),
            _ => Err(invalid()),
        }
    }
}

impl<T> Page<T> {
    /// Of rows that were asked for with a limit one above the page's: the surplus row says
    /// that there is more.
    pub(crate) fn of(mut items: Vec<T>, limit: i64, key: impl Fn(&T) -> Vec<Key>) -> Page<T> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items
            .last()
            .filter(|_| more)
            .map(|last| Cursor::of(&key(last)));
        Page { items, next }
    }

    /// The same page of other things.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(f).collect(),
            next: self.next,
        }
    }
}

impl From<i64> for Key {
    fn from(value: i64) -> Key {
        Key::Int(value)
    }
}

impl From<jiff::Timestamp> for Key {
    fn from(value: jiff::Timestamp) -> Key {
        Key::Int(value.as_microsecond())
    }
}

impl From<&String> for Key {
    fn from(value: &String) -> Key {
        Key::Text(value.clone())
    }
}
