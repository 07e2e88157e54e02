//! Images in YAML: `image` of containers, services and jobs, `images` of a kustomization,
//! `repository` and `tag` in the values of a Helm chart.

use lazaret_check::Source;

use super::{BUILT, Piece, Use};
use crate::yaml::{self, Node, Scalar};

pub(super) fn uses(source: &Source, name: &str) -> Vec<Use> {
    let mut uses = Vec::new();
    for document in yaml::read(&source.text) {
        let is_kustomization = name.starts_with("kustomization.")
            || document
                .scalar("kind")
                .is_some_and(|k| k.value == "Kustomization");
        match document.get("images") {
            Some(Node::List(images)) if is_kustomization => {
                uses.extend(images.iter().filter_map(kustomized));
            }
            _ => walk(&document, &source.text, &mut uses),
        }
    }
    uses
}

fn walk(node: &Node, text: &str, uses: &mut Vec<Use>) {
    match node {
        Node::Map(pairs) => {
            uses.extend(values(node));
            // What Compose builds is named by `image`, too, and need not be anywhere yet.
            let is_built = pairs.iter().any(|(key, _)| key.value == "build");
            let role = if is_built { BUILT } else { "image" };
            for (key, value) in pairs {
                match value {
                    Node::Scalar(image) if key.value == "image" => {
                        uses.extend(whole(role, image, text));
                    }
                    other => walk(other, text, uses),
                }
            }
        }
        Node::List(items) => items.iter().for_each(|item| walk(item, text, uses)),
        Node::Scalar(_) | Node::Other => {}
    }
}

/// A reference as one scalar, in Compose files with `${NAME:-default}`.
fn whole(role: &'static str, image: &Scalar, text: &str) -> Option<Use> {
    let range = image.range.clone()?;
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(rest) = image.value.get(at..).filter(|r| !r.is_empty()) {
        let start = range.start + at;
        let Some(offset) = rest.find("${") else {
            pieces.push(Piece::new(rest, start..range.end));
            break;
        };
        if offset > 0 {
            pieces.push(Piece::new(rest.get(..offset)?, start..start + offset));
            at += offset;
            continue;
        }
        let inner = rest.get(2..rest.find('}')?)?;
        let (_, default) = inner.split_once(":-").or_else(|| inner.split_once('-'))?;
        let from = start + 2 + inner.len() - default.len();
        debug_assert_eq!(text.get(from..from + default.len()), Some(default));
        pieces.push(Piece::new(default, from..from + default.len()));
        at += inner.len() + 3;
    }
    Use::new(role, pieces)
}

/// `repository` and `tag`, with `registry` and `digest` where they are: how the values of
/// charts say an image.
fn values(node: &Node) -> Option<Use> {
    let repository = node.scalar("repository")?;
    let mut pieces = Vec::new();
    if let Some(registry) = node.scalar("registry").filter(|r| !r.value.is_empty()) {
        pieces.push(piece(registry)?);
        pieces.push(Piece::implied("/"));
    }
    pieces.push(piece(repository)?);
    let mut tag = node.scalar("tag").filter(|t| !t.value.is_empty());
    let mut digest = node.scalar("digest").filter(|d| !d.value.is_empty());
    // Some charts put the digest into the tag.
    if tag.is_some_and(|t| t.value.starts_with("sha256:")) {
        (tag, digest) = (None, tag);
    }
    if tag.is_none() && digest.is_none() {
        return None;
    }
    for (sign, scalar) in [(":", tag), ("@", digest)] {
        if let Some(scalar) = scalar {
            pieces.push(Piece::implied(sign));
            pieces.push(piece(scalar)?);
        }
    }
    Use::new("values of a chart", pieces)
}

/// An entry of `images` in a kustomization: `newName` or `name`, `newTag`, `digest`.
fn kustomized(entry: &Node) -> Option<Use> {
    let mut pieces = Vec::new();
    match (entry.scalar("newName"), entry.scalar("name")) {
        (Some(name), _) => pieces.push(piece(name)?),
        // The name selects what is replaced, so it must stay what it is.
        (None, name) => pieces.push(Piece::implied(&name?.value)),
    }
    let (tag, digest) = (entry.scalar("newTag"), entry.scalar("digest"));
    for (sign, scalar) in [(":", tag), ("@", digest)] {
        if let Some(scalar) = scalar {
            pieces.push(Piece::implied(sign));
            pieces.push(piece(scalar)?);
        }
    }
    (tag.is_some() || digest.is_some()).then(|| Use::new("images", pieces))?
}

fn piece(scalar: &Scalar) -> Option<Piece> {
    Some(Piece::new(&scalar.value, scalar.range.clone()?))
}
