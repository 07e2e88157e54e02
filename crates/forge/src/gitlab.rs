//! GitLab: a commit with its branch in one question, a merge request.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::client::{Ask, Client, ForgeError, field, refused};
use crate::{FileChange, Proposal, Proposed, Repository, escape};

pub(crate) fn propose(
    repository: &Repository,
    proposal: &Proposal,
) -> Result<Proposed, ForgeError> {
    let client = Client::new(repository)?;
    let root = format!("/projects/{}", escape(&repository.path));
    let base = match &proposal.base {
        Some(base) => base.clone(),
        None => {
            let doing = format!("look at {}", repository.path);
            field(&client.get(&root, &doing)?, "/default_branch", &doing)?
        }
    };
    let doing = format!("look at the branch {base}");
    let branch = client.get(
        &format!("{root}/repository/branches/{}", escape(&base)),
        &doing,
    )?;
    let parent = field(&branch, "/commit/id", &doing)?;
    for file in &proposal.files {
        compare(&client, &root, file, &parent, &base)?;
    }
    let actions: Vec<Value> = proposal
        .files
        .iter()
        .map(|f| json!({ "action": "update", "file_path": f.path, "content": f.after, "encoding": "text" }))
        .collect();
    let commit = json!({
        "branch": proposal.branch,
        "start_sha": parent,
        // A branch that is there already is made anew from the base.
        "force": true,
        "commit_message": format!("{}\n\n{}", proposal.title, proposal.body),
        "actions": actions,
    });
    let doing = format!("make the branch {}", proposal.branch);
    client.send(
        Method::POST,
        &format!("{root}/repository/commits"),
        commit,
        &doing,
    )?;
    request(&client, &root, proposal, &base)
}

/// Refuses where the branch has another file than the change was made from.
fn compare(
    client: &Client<'_>,
    root: &str,
    file: &FileChange,
    at: &str,
    base: &str,
) -> Result<(), ForgeError> {
    let path = format!(
        "{root}/repository/files/{}/raw?ref={at}",
        escape(&file.path)
    );
    let doing = format!("read {}", file.path);
    let ask = Ask {
        method: Method::GET,
        path: &path,
        body: None,
        doing: &doing,
    };
    let (status, bytes) = client.raw(&ask, "*/*")?;
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

/// Opens the merge request, or renews the one that is open.
fn request(
    client: &Client<'_>,
    root: &str,
    proposal: &Proposal,
    base: &str,
) -> Result<Proposed, ForgeError> {
    let doing = "open a merge request";
    let path = format!(
        "{root}/merge_requests?state=opened&source_branch={}&target_branch={}",
        escape(&proposal.branch),
        escape(base)
    );
    let open = client.get(&path, doing)?;
    let (answer, created) = match open.pointer("/0/iid").and_then(Value::as_u64) {
        Some(number) => {
            let body = json!({ "title": proposal.title, "description": proposal.body });
            let path = format!("{root}/merge_requests/{number}");
            (client.send(Method::PUT, &path, body, doing)?, false)
        }
        None => {
            let body = json!({
                "source_branch": proposal.branch, "target_branch": base,
                "title": proposal.title, "description": proposal.body,
                "remove_source_branch": true,
            });
            (
                client.send(Method::POST, &format!("{root}/merge_requests"), body, doing)?,
                true,
            )
        }
    };
    Ok(Proposed {
        url: field(&answer, "/web_url", doing)?,
        created,
    })
}
