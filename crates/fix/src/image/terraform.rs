//! `image = "…"` and `"image": "…"` in Terraform: container definitions, tasks, services.

use lazaret_check::Source;

use super::{Piece, Use};

/// Names of attributes whose text is an image.
const NAMES: [&str; 4] = ["image", "image_uri", "container_image", "docker_image"];

pub(super) fn uses(source: &Source) -> Vec<Use> {
    let mut uses = Vec::new();
    let mut start = 0;
    for line in source.text.split_inclusive('\n') {
        uses.extend(of_line(line, start));
        start += line.len();
    }
    uses
}

fn of_line(line: &str, start: usize) -> Option<Use> {
    let code = line.trim_start();
    if code.starts_with('#') || code.starts_with("//") {
        return None;
    }
    let (mut from, mut found) = (0, None);
    while let Some(at) = line.get(from..).and_then(|rest| rest.find("image")) {
        let at = from + at;
        found = found.or_else(|| attribute(line, at));
        from = at + "image".len();
    }
    let (at, value) = found?;
    // `${…}` is an expression, and what it gives is not in this file.
    let range = start + at..start + at + value.len();
    Use::new("image", vec![Piece::new(value, range)])
}

/// The text of the attribute whose name has `image` at byte `at`, with its place.
fn attribute(line: &str, at: usize) -> Option<(usize, &str)> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let before = line.get(..at)?;
    let name_start = before.rfind(|c| !is_name(c)).map_or(0, |at| at + 1);
    let rest = line.get(name_start..)?;
    let name = rest.split(|c| !is_name(c)).next()?;
    if !NAMES.contains(&name) {
        return None;
    }
    let rest = rest.get(name.len()..)?;
    // In JSON inside of a heredoc, the name and the text are quoted, once or escaped.
    let rest = rest.trim_start_matches(['"', '\\']).trim_start();
    let rest = rest
        .strip_prefix(['=', ':'])?
        .trim_start()
        .trim_start_matches('\\');
    let text = rest.strip_prefix('"')?;
    let end = text.find(['"', '\\'])?;
    let value = text.get(..end)?;
    Some((line.len() - text.len(), value))
}
