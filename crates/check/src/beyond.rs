//! Checks that need more than files: whoever asks registries and policies does them, and they
//! are here so that `--list` and `--explain` know them.

use lazaret_model::{FixKind, Severity};

use crate::Check;

/// What the policy says of an image that a stage is built on.
pub static BASE_IMAGE: Check = Check {
    id: "LZ-BI-001",
    title: "Image that the policy does not want",
    severity: Severity::High,
    fix: FixKind::Suggested,
    peers: &["C-0253"],
    about: "With `--base-images` every image that a stage is built on or copies from, or that a \
            manifest or Compose file runs, is examined, in a report, a layout or a registry, and \
            judged by the policy: its findings, its age, the end of its support, its signature, \
            where it comes from. The answer stands where the image is named and says what may be \
            taken instead, with what that removes. The severity follows what the policy decided: \
            refused is high, held is medium, a warning is low.",
    good: "FROM debian:13\nUSER 1000\n",
    bad: "FROM debian:9\nUSER 1000\n",
};

/// Every such check.
pub static BEYOND: &[&Check] = &[&BASE_IMAGE];
