//! The adapter by which a Harbor uses the centre as its scanner, below `/harbor/api/v1`.
//!
//! Source: goharbor/pluggable-scanner-spec, OpenAPI 1.2. Harbor sends a token of the role
//! `analyst` as bearer token or as basic password. Errors have Harbor's own shape.

mod report;
mod wire;

use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{FromRequestParts, State};
use axum::http::header::{ACCEPT, CONTENT_TYPE, HeaderName, LOCATION};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lazaret_store::{JobState, Paging, Registry};
use lazaret_wire::Problem;
use lazaret_wire::api::RegistryCredential;
use serde_json::{Value, json};

use crate::App;
use crate::auth::Analyst;
use crate::http::{ApiError, At};
use crate::watch::host_of;
use crate::work::{self, ScanWork};
use lazaret_wire::event::is_repository;
use wire::{Artifact, ScanRequest};

const METADATA: &str = "application/vnd.scanner.adapter.metadata+json; version=1.1";
const RESPONSE: &str = "application/vnd.scanner.adapter.scan.response+json; version=1.0";
const ERROR: &str = "application/vnd.scanner.adapter.error+json; version=1.0";

/// Media types that are scanned. Harbor wants Docker's among those of every capability.
const CONSUMES: [&str; 2] = [
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
];

/// Seconds after which Harbor asks again.
const REFRESH: &str = "5";

pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/harbor/api/v1/metadata", get(metadata))
        .route("/harbor/api/v1/scan", post(scan))
        .route("/harbor/api/v1/scan/{id}/report", get(answer))
}

/// A problem in Harbor's shape.
struct Refused(Problem);

impl From<ApiError> for Refused {
    fn from(error: ApiError) -> Self {
        Self(error.problem().clone())
    }
}

impl From<lazaret_store::Error> for Refused {
    fn from(error: lazaret_store::Error) -> Self {
        ApiError::from(error).into()
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status);
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = json!({"error": {"message": self.0.to_string()}});
        (status, [(CONTENT_TYPE, ERROR)], body.to_string()).into_response()
    }
}

/// An analyst, refused in Harbor's shape.
struct Scanner;

impl FromRequestParts<App> for Scanner {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        Analyst::from_request_parts(parts, app).await?;
        Ok(Self)
    }
}

async fn metadata(_: Scanner, State(app): State<App>) -> Response {
    let built_at = app.advisories.current().info().built_at.clone();
    let body = json!({
        "scanner": report::scanner(),
        "capabilities": [{
            "type": "vulnerability",
            "consumes_mime_types": CONSUMES,
            "produces_mime_types": [report::REPORT],
        }],
        "properties": {
            "harbor.scanner-adapter/scanner-type": "os-package-vulnerability",
            "harbor.scanner-adapter/vulnerability-database-updated-at": built_at,
        },
    });
    ([(CONTENT_TYPE, METADATA)], body.to_string()).into_response()
}

async fn scan(_: Scanner, State(app): State<App>, body: Bytes) -> Result<Response, Refused> {
    let request: ScanRequest = serde_json::from_slice(&body)
        .map_err(|error| ApiError::malformed(format!("the scan request: {error}")))?;
    let artifact = &request.artifact;
    let digest = artifact.digest.parse::<lazaret_model::Digest>();
    let Ok(digest) = digest else {
        return Err(ApiError::invalid("`artifact.digest` is no digest").into());
    };
    if !is_repository(&artifact.repository) {
        return Err(ApiError::invalid("`artifact.repository` is no repository").into());
    }
    let asked = &request.enabled_capabilities;
    if !asked.is_empty() && asked.iter().all(|c| c.kind != "vulnerability") {
        return Err(ApiError::invalid("only vulnerabilities are reported").into());
    }
    let registry = registry(&app, &request.registry.url).await?;
    let work = ScanWork {
        registry: registry.id.clone(),
        repository: artifact.repository.clone(),
        tag: Some(artifact.tag.clone()).filter(|tag| !tag.is_empty()),
        digest: Some(digest.to_string()),
        authorization: match credential(&request.registry.authorization) {
            Some(credential) => {
                let text = serde_json::to_string(&credential).map_err(ApiError::internal)?;
                Some(app.keys.seal("job", &text).map_err(ApiError::from)?)
            }
            None => None,
        },
    };
    let job = work::enqueue_scan(&app, &registry, &work, work::Urgency::Asked).await?;
    // Harbor keeps it as it is: what the report is for stands in it.
    let id = format!("{job}.{}.{}", digest.hex(), registry.id);
    let body = json!({ "id": id }).to_string();
    Ok((StatusCode::ACCEPTED, [(CONTENT_TYPE, RESPONSE)], body).into_response())
}

/// The watched registry at that address; else the only Harbor that is watched: it may know
/// itself by another name.
async fn registry(app: &App, url: &str) -> Result<Registry, Refused> {
    let host = host_of(url).map_err(ApiError::invalid)?;
    let mut harbors = Vec::new();
    let mut paging = Paging::first(500);
    loop {
        let page = app.store.registries(&paging).await?;
        for registry in page.items {
            if host_of(&registry.url).as_ref() == Ok(&host) {
                return Ok(registry);
            }
            if registry.kind.as_str() == "harbor" {
                harbors.push(registry);
            }
        }
        match page.next {
            Some(next) => paging.after = Some(next),
            None => break,
        }
    }
    match (harbors.pop(), harbors.is_empty()) {
        (Some(only), true) => Ok(only),
        _ => Err(ApiError::invalid(format!(
            "the registry {url} is not watched; POST /api/v1/registries makes it known"
        ))
        .into()),
    }
}

/// The credential in `authorization`: `Basic …` or `Bearer …`.
fn credential(authorization: &str) -> Option<RegistryCredential> {
    let (scheme, rest) = authorization.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(RegistryCredential {
            username: String::new(),
            password: rest.trim().to_owned(),
        });
    }
    let decoded = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
    let (username, password) = decoded.split_once(':')?;
    Some(RegistryCredential {
        username: username.to_owned(),
        password: password.to_owned(),
    })
}

async fn answer(
    _: Scanner,
    State(app): State<App>,
    At(id): At<String>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let unknown = || ApiError::not_found("there is no scan of that id");
    let (job, rest) = id.split_once('.').ok_or_else(unknown)?;
    // An older centre gave ids without the registry.
    let (hex, registry) = rest.split_once('.').unwrap_or((rest, ""));
    let digest = format!("sha256:{hex}");
    if digest.parse::<lazaret_model::Digest>().is_err() {
        return Err(unknown().into());
    }
    let accepted = headers
        .get(ACCEPT)
        .and_then(|a| a.to_str().ok())
        .unwrap_or("*/*");
    if !accepts(accepted) {
        let detail = format!("only `{}` is made", report::REPORT);
        return Err(ApiError::invalid(detail).into());
    }
    match app.store.job(job).await? {
        Some(row) if row.state == JobState::Dead => {
            let why = row.error.unwrap_or_default();
            let problem = Problem::new(500, "scan", "The scan failed", why);
            return Err(Refused(problem));
        }
        Some(_) => {
            let headers = [
                (LOCATION, format!("/harbor/api/v1/scan/{id}/report")),
                (HeaderName::from_static("refresh-after"), REFRESH.to_owned()),
            ];
            return Ok((StatusCode::FOUND, headers).into_response());
        }
        None => {}
    }
    let registry = app.store.registry(registry).await?;
    let environment = registry.map(|registry| registry.environment);
    let environment = environment.unwrap_or_default();
    let stored = crate::queries::image::report(&app, &digest, &environment).await;
    let stored = stored.map_err(|_| unknown())?;
    let repository = crate::queries::image::repository(&app, &digest).await?;
    let artifact = Artifact {
        repository: repository.unwrap_or_default(),
        digest,
        tag: String::new(),
        mime_type: CONSUMES[0].to_owned(),
    };
    let at = app.now().to_string();
    let body: Value = report::report(&stored, &artifact, &at);
    let mut response = Json(body).into_response();
    let kind = HeaderValue::from_static(report::REPORT);
    response.headers_mut().insert(CONTENT_TYPE, kind);
    Ok(response)
}

/// Whether a header `Accept` takes the report; blanks in it count nothing.
fn accepts(header: &str) -> bool {
    let plain = |text: &str| text.replace(' ', "").to_ascii_lowercase();
    let made = plain(report::REPORT);
    header
        .split(',')
        .map(plain)
        .any(|kind| kind == made || kind.starts_with("*/*") || kind.starts_with("application/*"))
}
