use jiff::Timestamp;
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, Row as _};

use crate::error::{Error, Result};

/// What is bound to a `$n` of a statement.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(Option<String>),
    Int(Option<i64>),
    Bool(bool),
    Bytes(Option<Vec<u8>>),
    /// A list for [`Dialect::any`](crate::db::Dialect::any).
    Texts(Vec<String>),
    /// A list for [`Dialect::any`](crate::db::Dialect::any).
    Ints(Vec<i64>),
}

macro_rules! from {
    ($($from:ty => |$value:ident| $to:expr;)*) => {$(
        impl From<$from> for Value {
            fn from($value: $from) -> Value {
                $to
            }
        }
    )*};
}

from! {
    &str => |value| Value::Text(Some(value.to_owned()));
    &String => |value| Value::Text(Some(value.clone()));
    String => |value| Value::Text(Some(value));
    Option<String> => |value| Value::Text(value);
    &Option<String> => |value| Value::Text(value.clone());
    Option<&str> => |value| Value::Text(value.map(str::to_owned));
    i64 => |value| Value::Int(Some(value));
    i32 => |value| Value::Int(Some(value.into()));
    u32 => |value| Value::Int(Some(value.into()));
    u64 => |value| Value::Int(Some(i64::try_from(value).unwrap_or(i64::MAX)));
    Option<i64> => |value| Value::Int(value);
    bool => |value| Value::Bool(value);
    Vec<u8> => |value| Value::Bytes(Some(value));
    &[u8] => |value| Value::Bytes(Some(value.to_vec()));
    Option<Vec<u8>> => |value| Value::Bytes(value);
    Vec<String> => |value| Value::Texts(value);
    Vec<i64> => |value| Value::Ints(value);
    Timestamp => |value| Value::Int(Some(value.as_microsecond()));
    Option<Timestamp> => |value| Value::Int(value.map(Timestamp::as_microsecond));
}

/// `args![a, b]`: a list of [`Value`]s.
macro_rules! args {
    ($($value:expr),* $(,)?) => {
        vec![$($crate::value::Value::from($value)),*]
    };
}
pub(crate) use args;

pub(crate) fn sqlite(values: Vec<Value>) -> Result<SqliteArguments> {
    let mut arguments = SqliteArguments::default();
    for value in values {
        match value {
            Value::Text(value) => arguments.add(value.map(without_nul)),
            Value::Int(value) => arguments.add(value),
            Value::Bool(value) => arguments.add(value),
            Value::Bytes(value) => arguments.add(value),
            Value::Texts(values) => arguments.add(without_nul(json(&values)?)),
            Value::Ints(values) => arguments.add(json(&values)?),
        }
        .map_err(|error| Error::Invalid(format!("a value cannot be stored: {error}")))?;
    }
    Ok(arguments)
}

fn json<T: serde::Serialize>(values: &[T]) -> Result<String> {
    serde_json::to_string(values)
        .map_err(|error| Error::Invalid(format!("a list cannot be bound: {error}")))
}

pub(crate) fn postgres(values: Vec<Value>) -> Result<PgArguments> {
    let mut arguments = PgArguments::default();
    for value in values {
        match value {
            Value::Text(value) => arguments.add(value.map(without_nul)),
            Value::Int(value) => arguments.add(value),
            Value::Bool(value) => arguments.add(value),
            Value::Bytes(value) => arguments.add(value),
            Value::Texts(values) => {
                arguments.add(values.into_iter().map(without_nul).collect::<Vec<_>>())
            }
            Value::Ints(values) => arguments.add(values),
        }
        .map_err(|error| Error::Invalid(format!("a value cannot be stored: {error}")))?;
    }
    Ok(arguments)
}

/// PostgreSQL has no text with U+0000 in it, and SQLite reads none back whole; foreign names
/// may hold one.
pub(crate) fn without_nul(text: String) -> String {
    if text.contains('\0') {
        text.replace('\0', "\u{fffd}")
    } else {
        text
    }
}

/// One row of either engine; columns are read by their place.
pub(crate) enum Row {
    Sqlite(sqlx::sqlite::SqliteRow),
    Postgres(sqlx::postgres::PgRow),
}

macro_rules! get {
    ($self:ident, $index:ident, $type:ty) => {
        match $self {
            Row::Sqlite(row) => row.try_get::<$type, _>($index),
            Row::Postgres(row) => row.try_get::<$type, _>($index),
        }
        .map_err(Error::from)
    };
}

impl Row {
    pub(crate) fn text(&self, index: usize) -> Result<String> {
        get!(self, index, String)
    }

    pub(crate) fn opt_text(&self, index: usize) -> Result<Option<String>> {
        get!(self, index, Option<String>)
    }

    pub(crate) fn int(&self, index: usize) -> Result<i64> {
        get!(self, index, i64)
    }

    pub(crate) fn opt_int(&self, index: usize) -> Result<Option<i64>> {
        get!(self, index, Option<i64>)
    }

    pub(crate) fn bool(&self, index: usize) -> Result<bool> {
        get!(self, index, bool)
    }

    pub(crate) fn opt_bytes(&self, index: usize) -> Result<Option<Vec<u8>>> {
        get!(self, index, Option<Vec<u8>>)
    }

    /// A count that is never negative.
    pub(crate) fn count(&self, index: usize) -> Result<u64> {
        let value = self.int(index)?;
        u64::try_from(value).map_err(|_| Error::corrupt("a row", format!("a count of {value}")))
    }

    pub(crate) fn time(&self, index: usize) -> Result<Timestamp> {
        time(self.int(index)?)
    }

    pub(crate) fn opt_time(&self, index: usize) -> Result<Option<Timestamp>> {
        self.opt_int(index)?.map(time).transpose()
    }

    /// A word of a closed list.
    pub(crate) fn word<T: std::str::FromStr<Err = Error>>(&self, index: usize) -> Result<T> {
        self.text(index)?.parse()
    }

    /// A JSON document.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(&self, index: usize) -> Result<T> {
        serde_json::from_str(&self.text(index)?).map_err(|error| Error::corrupt("a row", error))
    }
}

pub(crate) fn time(microseconds: i64) -> Result<Timestamp> {
    Timestamp::from_microsecond(microseconds).map_err(|error| Error::corrupt("a time", error))
}

/// A closed list of words: an enum, its text in the database and in the API.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident ($what:literal) { $($(#[$doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$doc])* #[serde(rename = $text)] $variant,)*
        }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// The word in the database and in the API.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $($name::$variant => $text,)*
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::Error;

            fn from_str(text: &str) -> $crate::Result<$name> {
                match text {
                    $($text => Ok($name::$variant),)*
                    _ => Err($crate::Error::Invalid(format!(concat!("`{}` is not ", $what), text))),
                }
            }
        }

        impl From<$name> for $crate::value::Value {
            fn from(value: $name) -> $crate::value::Value {
                value.as_str().into()
            }
        }
    };
}
pub(crate) use words;
