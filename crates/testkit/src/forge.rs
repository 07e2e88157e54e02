//! A forge on the loopback interface: GitHub's and GitLab's APIs as far as proposing a
//! change goes, over one repository in memory.
//!
//! Faithful where a client could go wrong: ids are hashes of content, a branch that is
//! there is refused with 422, an update that is no descendant needs `force`, a wrong token
//! is 401, an unknown path 404 with the service's words.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Files of a commit.
type Tree = BTreeMap<String, (String, String)>;

/// A commit.
#[derive(Debug, Clone, Default)]
pub struct Commit {
    /// The commit before it.
    pub parent: Option<String>,
    /// Subject and text.
    pub message: String,
    /// Files: path to mode and content.
    pub tree: Tree,
}

/// A pull or merge request.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Branch that is proposed.
    pub head: String,
    /// Branch that it is for.
    pub base: String,
    /// Title.
    pub title: String,
    /// Text.
    pub body: String,
}

/// What the forge holds.
#[derive(Debug, Default)]
pub struct State {
    /// Commits by id.
    pub commits: BTreeMap<String, Commit>,
    /// Trees that were made and not yet committed.
    trees: BTreeMap<String, Tree>,
    /// Branches: name to commit.
    pub branches: BTreeMap<String, String>,
    /// Requests, the first has number 1.
    pub requests: Vec<Request>,
    /// Every question: method, path, and whether the token was right.
    pub log: Vec<(String, String, bool)>,
}

/// A running forge; it ends when dropped. The repository is `team/app`, its branch `main`.
pub struct LoopbackForge {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    stop: Arc<AtomicBool>,
}

/// The token that is right.
pub const TOKEN: &str = "secret-token-of-the-test";

impl LoopbackForge {
    /// Starts a forge with these files on `main`.
    ///
    /// # Errors
    /// When there is no free port.
    pub fn start(files: &[(&str, &str)]) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let tree: Tree = files
            .iter()
            .map(|(path, text)| {
                (
                    (*path).to_owned(),
                    ("100644".to_owned(), (*text).to_owned()),
                )
            })
            .collect();
        let mut state = State::default();
        let first = Commit {
            tree,
            ..Commit::default()
        };
        let id = id_of(&format!("{first:?}"));
        state.commits.insert(id.clone(), first);
        state.branches.insert("main".to_owned(), id);
        let forge = Self {
            address,
            state: Arc::new(Mutex::new(state)),
            stop: Arc::default(),
        };
        let (state, stop) = (Arc::clone(&forge.state), Arc::clone(&forge.stop));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                if let Ok(stream) = stream {
                    // A client that hangs up is no concern of the server.
                    drop(serve(&state, stream));
                }
            }
        });
        Ok(forge)
    }

    /// `http://127.0.0.1:port`.
    pub fn address(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What the forge holds now.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for LoopbackForge {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
    }
}

fn id_of(text: &str) -> String {
    let hash = Sha256::digest(text.as_bytes());
    hash.iter().take(20).map(|b| format!("{b:02x}")).collect()
}

/// Status, media type and body.
type Answer = (u16, &'static str, Vec<u8>);

fn yes(status: u16, value: &Value) -> Answer {
    (status, "application/json", value.to_string().into_bytes())
}

fn no(status: u16, message: &str) -> Answer {
    yes(status, &json!({ "message": message }))
}

fn serve(state: &Mutex<State>, stream: TcpStream) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?.take(16 << 20));
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split(' ');
    let method = words.next().unwrap_or_default().to_owned();
    let target = words.next().unwrap_or_default().to_owned();
    let (mut length, mut is_allowed) = (0, false);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let Some((name, value)) = header.trim_end().split_once(": ") else {
            break;
        };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap_or(0),
            "authorization" => is_allowed |= value == format!("Bearer {TOKEN}"),
            "private-token" => is_allowed |= value == TOKEN,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    state.log.push((method.clone(), target.clone(), is_allowed));
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let answer = match is_allowed {
        false => no(401, "Bad credentials"),
        true => match path.strip_prefix("/repos/team/app") {
            Some(rest) => github(&mut state, &method, rest, query, &body),
            None => match path.strip_prefix("/projects/team%2Fapp") {
                Some(rest) => gitlab(&mut state, &method, rest, query, &body),
                None => no(404, "Not Found"),
            },
        },
    };
    let (status, media_type, bytes) = answer;
    let mut out = stream;
    write!(
        out,
        "HTTP/1.1 {status} X\r\ncontent-type: {media_type}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        bytes.len()
    )?;
    out.write_all(&bytes)
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let hex: String = match byte {
            b'%' => rest.by_ref().take(2).map(char::from).collect(),
            other => {
                bytes.push(other);
                continue;
            }
        };
        bytes.push(u8::from_str_radix(&hex, 16).unwrap_or(b'?'));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn parameter(query: &str, name: &str) -> String {
    let mut pairs = query.split('&').filter_map(|p| p.split_once('='));
    pairs
        .find(|(n, _)| *n == name)
        .map_or_else(String::new, |(_, v)| decoded(v))
}

impl State {
    fn commit_of(&self, name: &str) -> Option<&Commit> {
        let id = self.branches.get(name).map_or(name, String::as_str);
        self.commits.get(id)
    }

    fn file(&self, at: &str, path: &str) -> Answer {
        match self.commit_of(at).and_then(|c| c.tree.get(path)) {
            Some((_, content)) => (200, "text/plain", content.clone().into_bytes()),
            None => no(404, "Not Found"),
        }
    }

    fn add(&mut self, commit: Commit) -> String {
        let id = id_of(&format!("{commit:?}"));
        self.commits.insert(id.clone(), commit);
        id
    }

    fn open(&self, head: &str, base: &str) -> Option<usize> {
        self.requests
            .iter()
            .position(|r| r.head == head && r.base == base)
    }

    fn is_descendant(&self, id: &str, of: &str) -> bool {
        let mut at = Some(id.to_owned());
        while let Some(id) = at {
            if id == of {
                return true;
            }
            at = self.commits.get(&id).and_then(|c| c.parent.clone());
        }
        false
    }
}

fn github(state: &mut State, method: &str, path: &str, query: &str, body: &Value) -> Answer {
    let rest = |prefix: &str| path.strip_prefix(prefix).map(decoded);
    if (method, path) == ("GET", "") {
        return yes(
            200,
            &json!({ "full_name": "team/app", "default_branch": "main" }),
        );
    }
    if let ("GET", Some(branch)) = (method, rest("/git/ref/heads/")) {
        return match state.branches.get(&branch) {
            Some(id) => yes(200, &json!({ "object": { "sha": id, "type": "commit" } })),
            None => no(404, "Not Found"),
        };
    }
    if let ("GET", Some(id)) = (method, rest("/git/commits/")) {
        return match state.commits.contains_key(&id) {
            true => yes(
                200,
                &json!({ "sha": id, "tree": { "sha": format!("tree-{id}") } }),
            ),
            false => no(404, "Not Found"),
        };
    }
    if let ("GET", Some(file)) = (method, rest("/contents/")) {
        return state.file(&parameter(query, "ref"), &file);
    }
    match (method, path) {
        ("POST", "/git/trees") => {
            let base = text(body, "base_tree");
            let Some(of) = base
                .strip_prefix("tree-")
                .and_then(|id| state.commits.get(id))
            else {
                return no(422, "base_tree is not a valid tree");
            };
            let mut tree = of.tree.clone();
            for entry in body["tree"].as_array().into_iter().flatten() {
                tree.insert(
                    text(entry, "path"),
                    (text(entry, "mode"), text(entry, "content")),
                );
            }
            let id = id_of(&format!("{tree:?}"));
            state.trees.insert(id.clone(), tree);
            yes(201, &json!({ "sha": id }))
        }
        ("POST", "/git/commits") => {
            let Some(tree) = state.trees.get(&text(body, "tree")).cloned() else {
                return no(422, "Tree SHA does not exist");
            };
            let parent = body["parents"][0].as_str().map(str::to_owned);
            let message = text(body, "message");
            let id = state.add(Commit {
                parent,
                message,
                tree,
            });
            yes(201, &json!({ "sha": id }))
        }
        ("POST", "/git/refs") => {
            let name = text(body, "ref")
                .trim_start_matches("refs/heads/")
                .to_owned();
            if state.branches.contains_key(&name) {
                return no(422, "Reference already exists");
            }
            state.branches.insert(name, text(body, "sha"));
            yes(201, &json!({ "ref": body["ref"] }))
        }
        ("PATCH", _) if path.starts_with("/git/refs/heads/") => {
            let name = rest("/git/refs/heads/").unwrap_or_default();
            let id = text(body, "sha");
            let old = state.branches.get(&name).cloned().unwrap_or_default();
            if body["force"] != true && !state.is_descendant(&id, &old) {
                return no(422, "Update is not a fast forward");
            }
            state.branches.insert(name, id);
            yes(200, &json!({}))
        }
        ("GET", "/pulls") => {
            let head = parameter(query, "head");
            let head = head.strip_prefix("team:").unwrap_or_default();
            let found = state.open(head, &parameter(query, "base"));
            let list: Vec<Value> = found.iter().map(|at| json!({ "number": at + 1 })).collect();
            yes(200, &list.into())
        }
        _ => pulls(
            state,
            method,
            path,
            body,
            ["/pulls", "head", "base", "body", "html_url"],
        ),
    }
}

/// Opening and renewing, with the names that a service has for things.
fn pulls(state: &mut State, method: &str, path: &str, body: &Value, names: [&str; 5]) -> Answer {
    let [root, head, base, description, url] = names;
    let address = |number: usize| format!("https://forge.example/team/app{root}/{number}");
    let Some(rest) = path.strip_prefix(root) else {
        return no(404, "Not Found");
    };
    match (method, rest.strip_prefix('/')) {
        ("POST", None) => {
            let (head, base) = (text(body, head), text(body, base));
            if !state.branches.contains_key(&head) || !state.branches.contains_key(&base) {
                return no(422, "Validation Failed");
            }
            if state.open(&head, &base).is_some() {
                return no(422, "A pull request already exists");
            }
            state.requests.push(Request {
                head,
                base,
                title: text(body, "title"),
                body: text(body, description),
            });
            yes(201, &json!({ url: address(state.requests.len()) }))
        }
        ("PATCH" | "PUT", Some(number)) => {
            let number: usize = number.parse().unwrap_or(0);
            let Some(request) = number
                .checked_sub(1)
                .and_then(|at| state.requests.get_mut(at))
            else {
                return no(404, "Not Found");
            };
            request.title = text(body, "title");
            request.body = text(body, description);
            yes(200, &json!({ url: address(number) }))
        }
        _ => no(404, "Not Found"),
    }
}

fn gitlab(state: &mut State, method: &str, path: &str, query: &str, body: &Value) -> Answer {
    let rest = |prefix: &str| path.strip_prefix(prefix).map(str::to_owned);
    if (method, path) == ("GET", "") {
        return yes(
            200,
            &json!({ "path_with_namespace": "team/app", "default_branch": "main" }),
        );
    }
    if let ("GET", Some(branch)) = (method, rest("/repository/branches/")) {
        return match state.branches.get(&decoded(&branch)) {
            Some(id) => yes(200, &json!({ "commit": { "id": id } })),
            None => no(404, "404 Branch Not Found"),
        };
    }
    if let ("GET", Some(file)) = (method, rest("/repository/files/")) {
        // A slash that is not escaped is another address.
        let file = file
            .strip_suffix("/raw")
            .filter(|f| !f.contains('/'))
            .map(decoded);
        return match file {
            Some(file) => state.file(&parameter(query, "ref"), &file),
            None => no(404, "404 Not Found"),
        };
    }
    match (method, path) {
        ("POST", "/repository/commits") => {
            let branch = text(body, "branch");
            let parent = text(body, "start_sha");
            if state.branches.contains_key(&branch) && body["force"] != true {
                return no(400, "A branch called that already exists");
            }
            let Some(of) = state.commits.get(&parent) else {
                return no(400, "Cannot find start_sha");
            };
            let mut tree = of.tree.clone();
            for action in body["actions"].as_array().into_iter().flatten() {
                match tree.get_mut(&text(action, "file_path")) {
                    Some(file) if action["action"] == "update" => file.1 = text(action, "content"),
                    _ => return no(400, "A file with this name doesn't exist"),
                }
            }
            let message = text(body, "commit_message");
            let parent = Some(parent);
            let id = state.add(Commit {
                parent,
                message,
                tree,
            });
            state.branches.insert(branch, id.clone());
            yes(201, &json!({ "id": id }))
        }
        ("GET", "/merge_requests") => {
            let found = state.open(
                &parameter(query, "source_branch"),
                &parameter(query, "target_branch"),
            );
            let list: Vec<Value> = found.iter().map(|at| json!({ "iid": at + 1 })).collect();
            yes(200, &list.into())
        }
        _ => {
            let names = [
                "/merge_requests",
                "source_branch",
                "target_branch",
                "description",
                "web_url",
            ];
            pulls(state, method, path, body, names)
        }
    }
}
