//! A registry for reading: a directory with an OCI layout for each repository, on the
//! loopback interface (`docs/decisions/0009-demo.md`).
//!
//! Pulls of OCI Distribution 1.1: manifests by tag and digest, blobs, tags, the catalogue.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use axum::Router;
use axum::body::Body;
use axum::extract::{Path as At, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use lazaret_model::Digest;
use serde::Deserialize;
use serde_json::json;

/// The annotation that is a tag in a layout.
const TAG: &str = "org.opencontainers.image.ref.name";

/// Largest manifest, in bytes, as registries have it.
const MAX_MANIFEST: u64 = 4 << 20;

/// Repositories may lie so many directories deep.
const DEPTH: usize = 4;

#[derive(Deserialize)]
struct Index {
    #[serde(default)]
    manifests: Vec<Descriptor>,
}

#[derive(Deserialize)]
struct Descriptor {
    digest: Digest,
    #[serde(default, rename = "mediaType")]
    media_type: String,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

/// What a tag of the directory means.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Tagged {
    pub(super) repository: String,
    pub(super) tag: String,
    pub(super) digest: String,
    pub(super) media_type: String,
}

/// Every tag in a directory. What is no layout is passed over: somebody may be writing it.
pub(super) fn tags(root: &Path) -> Vec<Tagged> {
    let mut found = Vec::new();
    walk(root, "", DEPTH, &mut found);
    found.sort();
    found
}

fn walk(directory: &Path, name: &str, depth: usize, found: &mut Vec<Tagged>) {
    if directory.join("index.json").is_file() {
        found.extend(tags_of(directory, name));
        return;
    }
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) if depth > 0 => entries,
        _ => return,
    };
    for entry in entries.flatten() {
        let Ok(part) = entry.file_name().into_string() else {
            continue;
        };
        if is_part(&part) && entry.path().is_dir() {
            let name = match name {
                "" => part,
                parent => format!("{parent}/{part}"),
            };
            walk(&entry.path(), &name, depth - 1, found);
        }
    }
}

fn tags_of(layout: &Path, repository: &str) -> Vec<Tagged> {
    let index = small(&layout.join("index.json"));
    let index: Option<Index> = index.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let manifests = index.map(|index| index.manifests).unwrap_or_default();
    let tagged = manifests.into_iter().filter_map(|one| {
        let tag = one.annotations.get(TAG)?;
        let good = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
        let is_tag = (1..=128).contains(&tag.len()) && tag.bytes().all(good);
        is_tag.then(|| Tagged {
            repository: repository.to_owned(),
            tag: tag.clone(),
            digest: one.digest.to_string(),
            media_type: one.media_type,
        })
    });
    tagged.collect()
}

/// A file of at most [`MAX_MANIFEST`].
fn small(path: &Path) -> Option<Vec<u8>> {
    let length = std::fs::metadata(path).ok()?.len();
    (length <= MAX_MANIFEST).then(|| std::fs::read(path).ok())?
}

/// Whether a directory may be part of a repository's name.
fn is_part(part: &str) -> bool {
    let good = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b);
    part.bytes().all(good) && part.starts_with(|c: char| c.is_ascii_alphanumeric())
}

/// What answers at `/v2/`.
pub(super) fn router(root: PathBuf) -> Router {
    Router::new()
        .route("/v2/", get(async || axum::Json(json!({}))))
        .route("/v2/_catalog", get(catalogue))
        .route("/v2/{*rest}", get(answer))
        .with_state(root)
}

async fn catalogue(State(root): State<PathBuf>) -> Response {
    let found = tokio::task::spawn_blocking(move || tags(&root)).await;
    let mut names: Vec<String> = found
        .unwrap_or_default()
        .into_iter()
        .map(|t| t.repository)
        .collect();
    names.dedup();
    axum::Json(json!({ "repositories": names })).into_response()
}

fn unknown(code: &str, message: &str) -> Response {
    let body = json!({ "errors": [{ "code": code, "message": message }] });
    (StatusCode::NOT_FOUND, axum::Json(body)).into_response()
}

async fn answer(State(root): State<PathBuf>, method: Method, At(rest): At<String>) -> Response {
    let is_head = method == Method::HEAD;
    if let Some(name) = rest.strip_suffix("/tags/list") {
        return tag_list(&root, name);
    }
    if let Some((name, reference)) = rest.rsplit_once("/manifests/") {
        return manifest(&root, name, reference, is_head);
    }
    if let Some((name, digest)) = rest.rsplit_once("/blobs/") {
        return blob(&root, name, digest, is_head).await;
    }
    unknown("NAME_UNKNOWN", "this registry is for pulling alone")
}

/// The layout of a repository.
fn layout(root: &Path, name: &str) -> Option<PathBuf> {
    let good = !name.is_empty() && name.split('/').all(is_part);
    let path = good.then(|| root.join(name))?;
    path.join("index.json").is_file().then_some(path)
}

fn blob_path(layout: &Path, digest: &str) -> Option<PathBuf> {
    let digest: Digest = digest.parse().ok()?;
    let digest = digest.to_string();
    let (algorithm, hex) = digest.split_once(':')?;
    Some(layout.join("blobs").join(algorithm).join(hex))
}

fn tag_list(root: &Path, name: &str) -> Response {
    let Some(layout) = layout(root, name) else {
        return unknown("NAME_UNKNOWN", "there is no such repository");
    };
    let tags: Vec<String> = tags_of(&layout, name).into_iter().map(|t| t.tag).collect();
    axum::Json(json!({ "name": name, "tags": tags })).into_response()
}

fn manifest(root: &Path, name: &str, reference: &str, is_head: bool) -> Response {
    let missing = || unknown("MANIFEST_UNKNOWN", "there is no such manifest");
    let Some(layout) = layout(root, name) else {
        return unknown("NAME_UNKNOWN", "there is no such repository");
    };
    let digest = match reference.contains(':') {
        true => reference.to_owned(),
        false => {
            let tags = tags_of(&layout, name).into_iter();
            match tags.into_iter().find(|t| t.tag == reference) {
                Some(tagged) => tagged.digest,
                None => return missing(),
            }
        }
    };
    let Some(bytes) = blob_path(&layout, &digest).and_then(|path| small(&path)) else {
        return missing();
    };
    #[derive(Deserialize)]
    struct Kind {
        #[serde(rename = "mediaType")]
        media_type: String,
    }
    let kind = serde_json::from_slice(&bytes).map(|kind: Kind| kind.media_type);
    let kind = kind.unwrap_or_else(|_| "application/vnd.oci.image.manifest.v1+json".to_owned());
    let headers = [
        ("content-type", kind),
        ("content-length", bytes.len().to_string()),
        ("docker-content-digest", digest),
    ];
    let body = if is_head { Body::empty() } else { bytes.into() };
    (headers, body).into_response()
}

async fn blob(root: &Path, name: &str, digest: &str, is_head: bool) -> Response {
    let path = layout(root, name).and_then(|layout| blob_path(&layout, digest));
    let missing = || unknown("BLOB_UNKNOWN", "there is no such blob");
    let Some(path) = path else { return missing() };
    let Ok(metadata) = tokio::fs::metadata(&path).await else {
        return missing();
    };
    let headers = [
        (CONTENT_TYPE, "application/octet-stream".to_owned()),
        (CONTENT_LENGTH, metadata.len().to_string()),
    ];
    if is_head {
        return (headers, Body::empty()).into_response();
    }
    // Images to try things on; the machine that runs this has them in memory anyway.
    match tokio::fs::read(&path).await {
        Ok(bytes) => (headers, bytes).into_response(),
        Err(_) => missing(),
    }
}
