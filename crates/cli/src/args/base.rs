//! What an image is built on.

use std::path::PathBuf;

use clap::Args as ClapArgs;

/// Which of an image's layers are its base's.
#[derive(Debug, Clone, Default, ClapArgs)]
#[command(next_help_heading = "Base image")]
pub(crate) struct BaseArgs {
    /// The image that the target is built on, in any form that a target has: what it brought
    /// and what the application did is told apart. `label` fetches the one that the image
    /// names itself (`org.opencontainers.image.base.name` and `.digest`) from its registry.
    /// Without it, the image's build steps and labels are asked, which is a guess.
    #[arg(long, value_name = "IMAGE", env = "LAZARET_BASE")]
    pub(crate) base: Option<String>,
    /// Reports in the json format, bills of materials or OCI layouts, or a folder of such
    /// files: images among which the base is recognised by its layers (repeatable).
    #[arg(
        long,
        value_name = "PATH",
        value_delimiter = ',',
        env = "LAZARET_BASE_FROM"
    )]
    pub(crate) base_from: Vec<PathBuf>,
}

/// What another base would change.
#[derive(Debug, Clone, Default, ClapArgs)]
#[command(next_help_heading = "Base image")]
pub(crate) struct RebaseArgs {
    /// Tell what would be gone, come and stay if the target were built again on this image:
    /// its base's packages are replaced by those of the other, and matched.
    #[arg(long, value_name = "IMAGE", env = "LAZARET_REBASE_ON")]
    pub(crate) rebase_on: Option<String>,
}
