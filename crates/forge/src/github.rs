//! GitHub: a commit out of the Git database, a branch, a pull request.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::client::{Ask, Client, ForgeError, field, refused};
use crate::{FileChange, Proposal, Proposed, Repository, escape, escape_path};

/// What a file of a repository is read as.
const RAW: &str = "application/vnd.github.raw+json";

pub(crate) fn propose(
    repository: &Repository,
    proposal: &Proposal,
) -> Result<Proposed, ForgeError> {
    let client = Client::new(repository)?;
    let root = format!("/repos/{}", escape_path(&repository.path));
    let base = match &proposal.base {
        Some(base) => base.clone(),
        None => {
            let doing = format!("look at {}", repository.path);
            field(&client.get(&root, &doing)?, "/default_branch", &doing)?
        }
    };
    let doing = format!("look at the branch {base}");
    let reference = client.get(
        &format!("{root}/git/ref/heads/{}", escape_path(&base)),
        &doing,
    )?;
    let parent = field(&reference, "/object/sha", &doing)?;
    for file in &proposal.files {
        compare(&client, &root, file, &parent, &base)?;
    }
    let commit = commit(&client, &root, proposal, &parent)?;
    branch(&client, &root, proposal, &commit)?;
    request(&client, &root, repository, proposal, &base)
}

/// Refuses where the branch has another file than the change was made from.
fn compare(
    client: &Client<'_>,
    root: &str,
    file: &FileChange,
    at: &str,
    base: &str,
) -> Result<(), ForgeError> {
    let path = format!("{root}/contents/{}?ref={at}", escape_path(&file.path));
    let doing = format!("read {}", file.path);
    let ask = Ask {
        method: Method::GET,
        path: &path,
        body: None,
        doing: &doing,
    };
    let (status, bytes) = client.raw(&ask, RAW)?;
    match status {
        StatusCode::NOT_FOUND => {}
        status if !status.is_success() => return Err(refused(&ask, status, &bytes)),
        _ if bytes == file.before.as_bytes() => return Ok(()),
        _ => {}
    }
    Err(ForgeError::Moved {
        path: file.path.clone(),
        base: base.to_owned(),
    })
}

/// A commit on top of `parent`; gives its id.
fn commit(
    client: &Client<'_>,
    root: &str,
    proposal: &Proposal,
    parent: &str,
) -> Result<String, ForgeError> {
    let doing = "make a commit";
    let of = client.get(&format!("{root}/git/commits/{parent}"), doing)?;
    let entries: Vec<Value> = proposal
        .files
        .iter()
        .map(|file| {
            let mode = if file.executable { "100755" } else { "100644" };
            json!({ "path": file.path, "mode": mode, "type": "blob", "content": file.after })
        })
        .collect();
    let tree = json!({ "base_tree": field(&of, "/tree/sha", doing)?, "tree": entries });
    let tree = client.send(Method::POST, &format!("{root}/git/trees"), tree, doing)?;
    let commit = json!({
        "message": format!("{}\n\n{}", proposal.title, proposal.body),
        "tree": field(&tree, "/sha", doing)?,
        "parents": [parent],
    });
    let commit = client.send(Method::POST, &format!("{root}/git/commits"), commit, doing)?;
    field(&commit, "/sha", doing)
}

/// Makes the branch, or moves it where it is there.
fn branch(
    client: &Client<'_>,
    root: &str,
    proposal: &Proposal,
    commit: &str,
) -> Result<(), ForgeError> {
    let doing = format!("make the branch {}", proposal.branch);
    let new = json!({ "ref": format!("refs/heads/{}", proposal.branch), "sha": commit });
    match client.send(Method::POST, &format!("{root}/git/refs"), new, &doing) {
        Err(ForgeError::Refused { status: 422, .. }) => {
            let path = format!("{root}/git/refs/heads/{}", escape_path(&proposal.branch));
            let moved = json!({ "sha": commit, "force": true });
            client.send(Method::PATCH, &path, moved, &doing).map(|_| ())
        }
        other => other.map(|_| ()),
    }
}

/// Opens the pull request, or renews the one that is open.
fn request(
    client: &Client<'_>,
    root: &str,
    repository: &Repository,
    proposal: &Proposal,
    base: &str,
) -> Result<Proposed, ForgeError> {
    let doing = "open a pull request";
    let owner = repository.path.split('/').next().unwrap_or_default();
    let head = escape(&format!("{owner}:{}", proposal.branch));
    let path = format!("{root}/pulls?state=open&head={head}&base={}", escape(base));
    let open = client.get(&path, doing)?;
    let number = open.pointer("/0/number").and_then(Value::as_u64);
    let (answer, created) = match number {
        Some(number) => {
            let body = json!({ "title": proposal.title, "body": proposal.body });
            let path = format!("{root}/pulls/{number}");
            (client.send(Method::PATCH, &path, body, doing)?, false)
        }
        None => {
            let body = json!({
                "title": proposal.title, "body": proposal.body,
                "head": proposal.branch, "base": base,
            });
            (
                client.send(Method::POST, &format!("{root}/pulls"), body, doing)?,
                true,
            )
        }
    };
    Ok(Proposed {
        url: field(&answer, "/html_url", doing)?,
        created,
    })
}
