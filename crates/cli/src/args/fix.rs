//! `fix`.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::report::MatchArgs;

/// `fix`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  lazaret fix .                                   a patch of what can be mended, on standard output
  lazaret fix . | git apply
  lazaret fix requirements.txt Dockerfile --write
  lazaret fix . --newer-images --write            newer images of the same line, out of registries
  lazaret fix . --image debian:11=debian:12.7-slim
  lazaret fix . --pin-images                      tags with the digests that they stand for
  lazaret fix . --pull-request auto               a request in the repository of the pipeline
  lazaret fix . --report report.json              what that report has, and no other

What is changed is matched and checked again; what that shows is told on standard error. What
an ignore file or ignore comment covers is not mended. With --offline, images that are put in
place by hand are not looked at.

Exit codes: 0 done, also where nothing can be mended; 2 could not be done.")]
pub(crate) struct FixArgs {
    /// Files and directories to mend.
    #[arg(value_name = "PATH", required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Change the files, instead of printing a patch.
    #[arg(short, long, env = "LAZARET_FIX_WRITE")]
    pub(crate) write: bool,
    /// A report of these files in the json format: only what it has, and does not suppress,
    /// is mended.
    #[arg(long, value_name = "REPORT", env = "LAZARET_FIX_REPORT")]
    pub(crate) report: Option<PathBuf>,
    /// Put the image NEW where files name OLD; an OLD without a tag stands for every tag
    /// (repeatable).
    #[arg(
        long,
        value_name = "OLD=NEW",
        value_delimiter = ',',
        value_parser = replacement,
        env = "LAZARET_FIX_IMAGE"
    )]
    pub(crate) image: Vec<(String, String)>,
    /// Ask registries for newer images of the same line (1.2.3 to 1.2.4), and take those
    /// that have fewer vulnerabilities.
    #[arg(long, env = "LAZARET_FIX_NEWER_IMAGES")]
    pub(crate) newer_images: bool,
    /// Ask registries for the digests of images that are named by a tag alone, and write
    /// them behind the tags.
    #[arg(long, env = "LAZARET_FIX_PIN_IMAGES")]
    pub(crate) pin_images: bool,
    /// Propose the changes as a branch and a pull or merge request: github:OWNER/NAME,
    /// gitlab:GROUP/NAME, or auto for the repository of the pipeline. The token is
    /// GITHUB_TOKEN, GH_TOKEN or GITLAB_TOKEN of the environment.
    #[arg(long, value_name = "REPOSITORY", env = "LAZARET_FIX_PULL_REQUEST")]
    pub(crate) pull_request: Option<String>,
    /// Branch that is made or renewed.
    #[arg(
        long,
        value_name = "NAME",
        default_value = "lazaret/fix",
        env = "LAZARET_FIX_BRANCH"
    )]
    pub(crate) branch: String,
    /// Branch that the request is for; the repository's default without it.
    #[arg(long, value_name = "NAME", env = "LAZARET_FIX_BASE")]
    pub(crate) base: Option<String>,
    /// Address of the API of a server of your own; GITHUB_API_URL and CI_API_V4_URL are
    /// heard, too.
    #[arg(long, value_name = "URL", env = "LAZARET_FIX_FORGE_API")]
    pub(crate) forge_api: Option<String>,
    /// No network: fail instead of asking a registry.
    #[arg(long, env = "LAZARET_OFFLINE")]
    pub(crate) offline: bool,
    /// Ignore file: .trivyignore, .trivyignore.yaml or .grype.yaml (repeatable; these
    /// names are read from the working directory by themselves).
    #[arg(
        long,
        value_name = "FILE",
        value_delimiter = ',',
        env = "LAZARET_IGNORE_FILE"
    )]
    pub(crate) ignore_file: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) matching: MatchArgs,
}

fn replacement(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((old, new)) if !old.is_empty() && !new.is_empty() => Ok((old.into(), new.into())),
        _ => Err("write it as OLD=NEW".to_owned()),
    }
}
