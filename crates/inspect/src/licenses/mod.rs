//! Licences: expressions in metadata, and texts.

mod expression;
mod table;
mod text;

pub use expression::Expression;
pub use text::{MAX_BYTES, copyright_names, is_copyright, recognise, wants};

/// Raised whenever the same text would be recognised as another licence.
pub const REVISION: u32 = 2;
