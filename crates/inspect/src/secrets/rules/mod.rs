//! The table of rules: one file for each family, one row for each kind of credential.
//!
//! Patterns follow the issuers' own descriptions of their formats. Every row carries a text
//! that must fire and one that must not; a test holds both.

mod ai;
mod build;
mod cloud;
mod code;
mod data;
mod generic;
mod keys;
mod money;
mod operations;
mod people;

use super::rule::Rule;

/// A value that stands behind a name: what may stand between the two, and the value's form.
macro_rules! behind {
    ($name:expr, $value:expr) => {
        concat!(
            "(?i:",
            $name,
            r#")[\w.-]{0,30}["'\]]{0,2}(?:[ \t]{0,4}(?:=>|:=|=|:|,|>)[ \t]{0,4}|[ \t]{1,4})["']?(?P<s>"#,
            $value,
            ")"
        )
    };
}
pub(crate) use behind;

/// Every rule, family by family.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    [
        keys::RULES,
        cloud::RULES,
        code::RULES,
        build::RULES,
        ai::RULES,
        money::RULES,
        people::RULES,
        operations::RULES,
        data::RULES,
        generic::RULES,
    ]
    .into_iter()
    .flatten()
}
