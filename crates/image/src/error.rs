//! Why an image cannot be read.

use std::path::PathBuf;

use lazaret_model::Digest;

use crate::index::Unnamed;

/// Why an image, or a layer of it, cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// A file cannot be opened or read.
    #[error("read {path}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The bytes of a layer cannot be read or inflated.
    #[error("read at byte {offset} of the layer")]
    Read {
        /// How many compressed bytes had been read.
        offset: u64,
        /// What the system or the decoder said.
        #[source]
        source: std::io::Error,
    },
    /// A blob that the manifest names is not there.
    #[error("the image has no blob {blob}, which its manifest names")]
    MissingBlob {
        /// Digest or path of the blob.
        blob: String,
    },
    /// Bytes do not have the digest that names them.
    #[error(
        "{what} has digest {actual}, but {expected} was promised; the image is damaged or was tampered with"
    )]
    DigestMismatch {
        /// What was hashed.
        what: &'static str,
        /// The digest that was promised.
        expected: Digest,
        /// The digest of the bytes.
        actual: Digest,
    },
    /// Bytes do not have the size that their descriptor states.
    #[error("{what} has {actual} bytes, but its descriptor says {expected}")]
    SizeMismatch {
        /// What was counted.
        what: String,
        /// The size that was promised.
        expected: u64,
        /// The size of the bytes.
        actual: u64,
    },
    /// A manifest, index or configuration makes no sense.
    #[error("{document}: {why}")]
    Manifest {
        /// Which document.
        document: String,
        /// What is wrong with it.
        why: String,
    },
    /// The tar of a layer is malformed.
    #[error("tar entry {entry}: {why}")]
    Tar {
        /// Number of the entry, from 1.
        entry: u64,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A limit was reached.
    #[error("{what} exceeds the limit of {limit}")]
    Limit {
        /// What was too much.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
    /// None of the platforms on offer was asked for.
    #[error("the image is not offered for {wanted}; it is for {offered}")]
    NoPlatform {
        /// What was asked for.
        wanted: String,
        /// What there is.
        offered: String,
    },
    /// The archive or directory holds no image.
    #[error("{path} holds no image: {why}")]
    NotAnImage {
        /// Which file or directory.
        path: PathBuf,
        /// What was missing.
        why: String,
    },
    /// Nothing in the archive or directory is called so.
    #[error("{path} holds no image called `{name}`; {offered}")]
    NoSuchImage {
        /// Which file or directory.
        path: PathBuf,
        /// What was asked for.
        name: String,
        /// What there is, as a sentence.
        offered: String,
    },
    /// The archive or directory holds several images, and it was not said which.
    #[error("{path} holds several images; put one of these behind it: {offered}")]
    SeveralImages {
        /// Which file or directory.
        path: PathBuf,
        /// Their names, each as it is typed behind the path.
        offered: String,
    },
    /// It is something else that is kept where images are.
    #[error("this is no container image but {kind}")]
    Artifact {
        /// What it is.
        kind: String,
    },
    /// There is no such layer, or it was read as a stream already.
    #[error("layer {index} cannot be opened")]
    NoLayer {
        /// Position from the bottom.
        index: usize,
    },
}

impl ImageError {
    /// An archive or directory in which the wanted image cannot be told.
    pub(crate) fn unnamed(place: &str, name: Option<&str>, why: Unnamed) -> Self {
        let path = PathBuf::from(place);
        match (why, name) {
            (Unnamed::None(offered), Some(name)) => Self::NoSuchImage {
                path,
                name: name.chars().take(200).collect(),
                offered: offered.map_or("there is none at all".into(), |names| {
                    format!("there are {names}")
                }),
            },
            (Unnamed::None(_), None) => Self::NotAnImage {
                path,
                why: "its list of images is empty".into(),
            },
            (Unnamed::Several(offered), _) => Self::SeveralImages {
                path,
                offered: offered.unwrap_or_default(),
            },
        }
    }

    /// A malformed document.
    pub(crate) fn manifest(document: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Manifest {
            document: document.into(),
            why: why.into(),
        }
    }
}
