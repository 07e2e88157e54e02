//! The changes as a branch and a request to take it, where the code is kept.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};

use lazaret_forge::{FileChange, Kind, Proposal, Proposed, Repository, Token, propose};

use super::message::Message;
use super::work::Work;
use crate::args::FixArgs;
use crate::errors;

/// Proposes the changes; `None` where there are none.
pub(super) fn run(
    args: &FixArgs,
    wanted: &str,
    work: &Work,
    message: &Message,
) -> anyhow::Result<Option<Proposed>> {
    let repository = repository(wanted, args, &|name| std::env::var(name).ok())?;
    let root = root(&std::env::current_dir()?)?;
    let mut files = Vec::new();
    for change in work.changed() {
        let (path, before, after) = change?;
        let meta = std::fs::canonicalize(path).and_then(|p| Ok((std::fs::metadata(&p)?, p)));
        let (meta, full) = meta.with_context(|| format!("read {}", path.display()))?;
        let inside = full
            .strip_prefix(&root)
            .with_context(|| format!("{} is not inside of {}", full.display(), root.display()))?;
        let parts: Vec<_> = inside.iter().map(|p| p.to_string_lossy()).collect();
        files.push(FileChange {
            path: parts.join("/"),
            before: before.to_owned(),
            after,
            executable: is_executable(&meta),
        });
    }
    if files.is_empty() {
        return Ok(None);
    }
    let proposal = Proposal {
        branch: args.branch.clone(),
        base: args.base.clone(),
        title: format!("lazaret fix: {}", message.subject()),
        body: body(&message.text(work)),
        files,
    };
    let proposed = propose(&repository, &proposal).map_err(|error| {
        let hint = error.hint();
        let error = anyhow::Error::from(error);
        let doing = format!(
            "propose the changes to {}:{}",
            repository.kind.name(),
            repository.path
        );
        match hint {
            Some(hint) => error.context(errors::doing(doing, hint.to_owned())),
            None => error.context(doing),
        }
    })?;
    Ok(Some(proposed))
}

/// The message as a block that nothing in it can leave: names come from files, and must
/// not mention people or close issues.
fn body(text: &str) -> String {
    format!("````text\n{}````\n", text.replace('`', "'"))
}

/// The repository that is meant, and how it is reached.
fn repository(
    wanted: &str,
    args: &FixArgs,
    variable: &dyn Fn(&str) -> Option<String>,
) -> anyhow::Result<Repository> {
    let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
    let (kind, path) = match wanted.split_once(':') {
        Some(("github", path)) => (Kind::GitHub, path.to_owned()),
        Some(("gitlab", path)) => (Kind::GitLab, path.to_owned()),
        None if wanted == "auto" => {
            match (variable("GITHUB_REPOSITORY"), variable("CI_PROJECT_PATH")) {
                (Some(path), _) => (Kind::GitHub, path),
                (None, Some(path)) => (Kind::GitLab, path),
                (None, None) => bail!(
                    "neither GITHUB_REPOSITORY nor CI_PROJECT_PATH says which repository this is; write github:OWNER/NAME or gitlab:GROUP/NAME"
                ),
            }
        }
        _ => {
            bail!("`{wanted}` is no repository; write github:OWNER/NAME, gitlab:GROUP/NAME or auto")
        }
    };
    ensure!(
        path.contains('/') && !path.starts_with('/') && !path.contains(".."),
        "`{path}` is no path of a repository; write OWNER/NAME"
    );
    let (tokens, api): (&[&str], _) = match kind {
        Kind::GitHub => (&["GITHUB_TOKEN", "GH_TOKEN"], "GITHUB_API_URL"),
        Kind::GitLab => (&["GITLAB_TOKEN"], "CI_API_V4_URL"),
    };
    let token = tokens.iter().find_map(|name| variable(name));
    let token =
        token.with_context(|| format!("the variable {} must hold a token", tokens.join(" or ")))?;
    let api = args.forge_api.clone().or_else(|| variable(api));
    let api = api.unwrap_or_else(|| kind.api().to_owned());
    let is_local = ["http://127.0.0.1", "http://localhost", "http://[::1]"]
        .iter()
        .any(|local| {
            api.strip_prefix(local)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
        });
    // A token is not shown to everybody on the way.
    ensure!(
        api.starts_with("https://") || is_local,
        "{} is not spoken to without TLS",
        errors::visible(&api)
    );
    Ok(Repository {
        kind,
        api,
        path,
        token: Token::new(token),
    })
}

/// The working copy that a directory is in: the nearest one above with `.git`.
fn root(from: &Path) -> anyhow::Result<PathBuf> {
    let from = std::fs::canonicalize(from)?;
    let found = from.ancestors().find(|dir| dir.join(".git").exists());
    Ok(found.unwrap_or(&from).to_owned())
}

#[cfg(unix)]
fn is_executable(meta: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    meta.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &std::fs::Metadata) -> bool {
    false
}
