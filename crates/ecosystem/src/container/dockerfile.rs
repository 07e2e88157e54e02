//! The images that a Dockerfile begins with.
//!
//! `FROM [--platform=…] IMAGE [AS NAME]`, with the defaults of the `ARG`s before it. A stage
//! that begins with another stage, or with `scratch`, names no image. Images that only
//! `COPY --from` or a mount name are listed, too. Source: Docker's "Dockerfile reference".

use std::collections::{HashMap, HashSet};

use lazaret_model::GapKind;

use super::reference::{filled, image};
use crate::document::{add, file_name, text, unique};
use crate::{Found, Input, ReadError};

pub(super) fn wants(path: &str) -> bool {
    let name = file_name(path).to_ascii_lowercase();
    if name.ends_with(".dockerignore") || name.ends_with(".md") {
        return false;
    }
    ["dockerfile", "containerfile"].iter().any(|word| {
        name.strip_prefix(word)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            || name
                .strip_suffix(word)
                .is_some_and(|rest| rest.ends_with('.'))
    })
}

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let mut found = Found::default();
    let mut arguments: HashMap<String, String> = HashMap::new();
    let mut stages: HashSet<String> = HashSet::new();
    let mut began = false;
    for line in instructions(text(input.bytes)?) {
        let mut words = line.split_ascii_whitespace();
        let keyword = words.next().unwrap_or_default().to_ascii_uppercase();
        match keyword.as_str() {
            // Arguments of a stage are not seen by the next `FROM`.
            "ARG" if !began => {
                for word in words {
                    let (name, value) = word.split_once('=').unwrap_or((word, ""));
                    let value = value.trim_matches(['"', '\'']);
                    let value = filled(value, &|n| arguments.get(n).cloned());
                    arguments.insert(name.to_owned(), value.unwrap_or_default());
                }
            }
            "FROM" => {
                began = true;
                let words: Vec<&str> = words.filter(|w| !w.starts_with("--")).collect();
                let Some(first) = words.first() else {
                    continue;
                };
                take(&mut found, first, &arguments, &stages);
                if let [_, word, name, ..] = words.as_slice()
                    && word.eq_ignore_ascii_case("as")
                {
                    stages.insert(name.to_ascii_lowercase());
                }
            }
            "COPY" | "ADD" => {
                let from = words.find_map(|w| w.strip_prefix("--from="));
                let number = |w: &str| w.bytes().all(|b| b.is_ascii_digit());
                if let Some(from) = from.filter(|w| !number(w)) {
                    take(&mut found, from, &arguments, &stages);
                }
            }
            _ => {}
        }
    }
    if !began {
        return Err(ReadError::new("no `FROM`"));
    }
    Ok(unique(found))
}

fn take(
    found: &mut Found,
    word: &str,
    arguments: &HashMap<String, String>,
    stages: &HashSet<String>,
) {
    let told = filled(word, &|name| arguments.get(name).cloned());
    match told.as_deref() {
        Some("scratch") => {}
        Some(name) if stages.contains(&name.to_ascii_lowercase()) => {}
        Some(reference) => match image(reference) {
            Some(package) => add(found, package),
            None => found.gaps.push((
                GapKind::Unreadable,
                format!("`{reference}` is no reference to an image"),
            )),
        },
        None => found.gaps.push((
            GapKind::Unsupported,
            format!("`{word}` depends on an argument of the build"),
        )),
    }
    found.gaps.truncate(20);
}

/// Instructions, each on one line: a backslash at the end of a line continues it.
fn instructions(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut open = String::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with('#') || (line.is_empty() && !open.is_empty()) {
            continue;
        }
        match line.strip_suffix('\\') {
            Some(part) => {
                open.push_str(part);
                open.push(' ');
            }
            None => {
                open.push_str(line);
                all.push(std::mem::take(&mut open));
            }
        }
    }
    all.push(open);
    all
}
