//! Images that files name: where they stand, and how another one is put there.

mod composed;
mod dockerfile;
mod line;
mod manifest;
mod terraform;

use std::ops::Range;

use lazaret_check::{Edit, Source};

pub use line::newest;

/// The role of an image that a Compose file builds itself: its name is given, not looked up.
pub const BUILT: &str = "image that is built here";

/// Most images of one file.
const MOST: usize = 100_000;

/// An image that a file names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The reference, variables filled in.
    pub reference: String,
    /// What it is there for, for people: `FROM of stage build`, `image of a container`.
    pub role: &'static str,
    /// The first byte that says it.
    pub at: usize,
    pieces: Vec<Piece>,
}

/// A part of a reference, and the bytes of the file that say it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    text: String,
    /// `None` for what the file leaves to the reader, such as the `:` between the values
    /// `repository` and `tag`.
    range: Option<Range<usize>>,
}

impl Piece {
    fn new(text: &str, range: Range<usize>) -> Self {
        Self {
            text: text.to_owned(),
            range: Some(range),
        }
    }

    fn implied(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            range: None,
        }
    }
}

/// Why an image cannot be replaced where it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Fixed(String);

impl Use {
    fn new(role: &'static str, pieces: Vec<Piece>) -> Option<Self> {
        let at = pieces.iter().find_map(|p| p.range.as_ref())?.start;
        let reference: String = pieces.iter().map(|p| p.text.as_str()).collect();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-/:@+".contains(c);
        let names = !reference.is_empty() && reference.chars().all(is_plain);
        names.then_some(Self {
            reference,
            role,
            at,
            pieces,
        })
    }

    /// The edits that put `new` in the place of the reference: tag, digest, and the name
    /// where it differs. A digest is added where `new` has one.
    ///
    /// # Errors
    /// When a digest would be lost, or the file says the reference in pieces that cannot
    /// say the new one.
    pub fn replace(&self, new: &str) -> Result<Vec<Edit>, Fixed> {
        composed::replace(&self.reference, &self.pieces, new)
    }
}

/// Every image that a file names, in the order of the file: Dockerfiles, Kubernetes
/// manifests, kustomizations, values of Helm charts, Compose files, other YAML with
/// `image` keys, Terraform.
pub fn uses(source: &Source) -> Vec<Use> {
    let name = source.file_name().to_ascii_lowercase();
    let ends = |suffixes: &[&str]| suffixes.iter().any(|s| name.ends_with(s));
    let mut uses = if ends(&[".yaml", ".yml"]) {
        manifest::uses(source, &name)
    } else if ends(&[".tf", ".tofu", ".hcl"]) {
        terraform::uses(source)
    } else if is_dockerfile(&name) {
        dockerfile::uses(source)
    } else {
        Vec::new()
    };
    uses.sort_by_key(|u| u.at);
    uses.truncate(MOST);
    uses
}

/// Whether a directory's file of this path may name images.
pub fn wants(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let known = [".yaml", ".yml", ".tf", ".tofu", ".hcl"];
    known.iter().any(|s| name.ends_with(s)) || is_dockerfile(&name)
}

fn is_dockerfile(name: &str) -> bool {
    let stems = ["dockerfile", "containerfile"];
    stems.iter().any(|stem| {
        let rest = name.strip_prefix(stem);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']))
            || name.ends_with(&format!(".{stem}"))
    })
}
