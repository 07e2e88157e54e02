//! Documents of exploitability statements (VEX), and where they came from.

use serde::{Deserialize, Serialize};

use crate::Digest;

/// Where a document of statements came from, the least trusted first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum VexOrigin {
    /// It lies inside the image: its maker speaks about it, and nobody signed.
    Inside,
    /// It is attached to the image where the image is kept: whoever may write there speaks.
    Attached,
    /// Whoever asked gave it.
    #[default]
    Given,
}

impl VexOrigin {
    /// The serialised name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Inside => "inside",
            Self::Attached => "attached",
            Self::Given => "given",
        }
    }

    /// Whether the caller gave the document.
    pub fn is_given(&self) -> bool {
        *self == Self::Given
    }
}

/// A document that came with a target, as it was found there. Nothing of it is verified
/// beyond its digests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VexDocument {
    /// Where it came from.
    pub origin: VexOrigin,
    /// Path inside the image, or digest of the artifact's manifest, with the number of the
    /// blob behind it where there are several.
    pub name: String,
    /// Digests that mean the target in it: of the image, and of the indexes that offer it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<Digest>,
    /// The document, JSON of any format.
    pub text: String,
}
