//! The page about all facts, for people who write conditions.

use std::fmt::Write as _;

use super::{COMMON, EACH};
use crate::cel::{Base, Field, Object, Type};

/// Every fact, with its type and what it tells, in Markdown.
pub fn facts_page() -> String {
    let mut out = String::from("Every rule knows:\n\n| name | type | what |\n|---|---|---|\n");
    for field in COMMON {
        row(field, &mut out);
    }
    out.push_str(
        "\nA rule with `each: NAME` knows NAME, too:\n\n| name | type | what |\n|---|---|---|\n",
    );
    for field in EACH {
        row(field, &mut out);
    }
    for object in objects() {
        let name = object.name;
        let _ = write!(
            out,
            "\nFacts of {name}:\n\n| fact | type | what |\n|---|---|---|\n"
        );
        for field in object.fields {
            row(field, &mut out);
        }
    }
    out
}

/// Kinds of things, in the order in which they are first spoken of.
fn objects() -> Vec<&'static Object> {
    let mut found: Vec<&'static Object> = Vec::new();
    for field in COMMON {
        if let Base::Object(object) = field.kind.base {
            found.push(object);
        }
    }
    found
}

fn row(field: &Field, out: &mut String) {
    let kind = match (field.kind.base, field.kind.lists) {
        (Base::Level(level), _) => {
            let words: Vec<String> = level.words.iter().map(|word| format!("`{word}`")).collect();
            let joint = if level.ordered { " < " } else { ", " };
            words.join(joint)
        }
        (_, _) => shown(field.kind),
    };
    let _ = writeln!(out, "| `{}` | {kind} | {} |", field.name, field.about);
}

fn shown(kind: Type) -> String {
    kind.to_string()
}
