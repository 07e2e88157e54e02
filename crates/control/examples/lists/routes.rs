//! What is asked.

use std::collections::BTreeSet;

use super::centre::{Centre, Failure};

/// A list or page. `{name}` stands for a value that is another one each time.
pub(crate) struct Route {
    pub(crate) path: &'static str,
    /// What is sent, where it is a form.
    pub(crate) form: Option<String>,
    /// Whether the limit holds for it.
    pub(crate) is_limited: bool,
}

/// Lists of the interface with their filters, and everything that is read of one thing.
const LISTS: &[&str] = &[
    "/api/v1/images",
    "/api/v1/images?limit=500",
    "/api/v1/images?running=true",
    "/api/v1/images?registry={registry}",
    "/api/v1/images?registry={registry}&running=true",
    "/api/v1/images?registry={registry}&search=sha256:ab",
    "/api/v1/images?repository={repository}",
    "/api/v1/images?search=service",
    "/api/v1/images?search={service}",
    "/api/v1/images?search={team}/",
    "/api/v1/images?search=no-such-thing",
    "/api/v1/images?search=sha256:",
    "/api/v1/images?search=sha256:{hex}",
    "/api/v1/images?search={digest}",
    "/api/v1/images?running=false",
    "/api/v1/images?environment={environment}",
    "/api/v1/images?outcome={outcome}",
    "/api/v1/images?severity={severity}",
    "/api/v1/images?severity={severity}&limit=500",
    "/api/v1/images?gaps=true",
    "/api/v1/images?gaps=false",
    "/api/v1/images?examined=true",
    "/api/v1/images?examined=false",
    "/api/v1/images?held=true",
    "/api/v1/images?held=false",
    "/api/v1/images?older_than_days={days}",
    "/api/v1/images?younger_than_days={days}",
    "/api/v1/images?older_than_days=30&younger_than_days=60&outcome={outcome}",
    "/api/v1/images?environment={environment}&outcome={outcome}&severity={severity}",
    "/api/v1/images?environment={environment}&severity=critical&gaps=false&limit=500",
    "/api/v1/images?running=true&severity={severity}",
    "/api/v1/images?running=true&held=true",
    "/api/v1/images?running=true&outcome=allow&older_than_days=30",
    "/api/v1/images?running=false&held=false&severity={severity}",
    "/api/v1/images?registry={registry}&outcome={outcome}",
    "/api/v1/images?registry={registry}&environment={environment}&severity={severity}",
    "/api/v1/images?registry={registry}&held=true",
    "/api/v1/images?registry={registry}&held=false",
    "/api/v1/images?registry={registry}&examined=false",
    "/api/v1/images?registry={registry}&gaps=true",
    "/api/v1/images?repository={repository}&severity={severity}&held=true",
    "/api/v1/images?repository={repository}&running=true",
    "/api/v1/images?search={service}&outcome={outcome}",
    "/api/v1/images?search=service&outcome={outcome}&younger_than_days={days}",
    "/api/v1/images?search=service&held=true",
    "/api/v1/images?search=service&running=true",
    "/api/v1/images?search=sha256:{hex}&outcome={outcome}",
    "/api/v1/images/{digest}",
    "/api/v1/images/{digest}/report?environment=prod",
    "/api/v1/images/{digest}/inventory",
    "/api/v1/verdicts?outcome={outcome}",
    "/api/v1/verdicts?outcome={outcome}&limit=500",
    "/api/v1/verdicts?outcome={outcome}&environment={environment}",
    "/api/v1/verdicts?environment={environment}",
    "/api/v1/verdicts?outcome={outcome}&severity={severity}",
    "/api/v1/verdicts?outcome={outcome}&gaps=true",
    "/api/v1/verdicts?outcome={outcome}&registry={registry}",
    "/api/v1/verdicts?outcome={outcome}&environment={environment}&severity=critical&limit=500",
    "/api/v1/verdicts?environment={environment}&severity={severity}",
    "/api/v1/verdicts?environment={environment}&gaps=true",
    "/api/v1/verdicts?environment={environment}&gaps=false",
    "/api/v1/verdicts?environment={environment}&registry={registry}",
    "/api/v1/verdict-changes",
    "/api/v1/verdict-changes?limit=500",
    "/api/v1/verdict-changes?digest={digest}",
    "/api/v1/vulnerabilities",
    "/api/v1/vulnerabilities?limit=500",
    "/api/v1/vulnerabilities?severity={severity}",
    "/api/v1/vulnerabilities?severity={severity}&fixable=true",
    "/api/v1/vulnerabilities?kev=true",
    "/api/v1/vulnerabilities?running=true",
    "/api/v1/vulnerabilities?environment={environment}",
    "/api/v1/vulnerabilities?severity={severity}&environment={environment}&running=true",
    "/api/v1/vulnerabilities?fixable=false",
    "/api/v1/vulnerabilities?kev=false&running=false",
    "/api/v1/vulnerabilities?package={package}",
    "/api/v1/vulnerabilities?package={package}&environment={environment}",
    "/api/v1/vulnerabilities?state=fixed",
    "/api/v1/vulnerabilities?id={id}",
    "/api/v1/vulnerabilities?id=CVE-2",
    "/api/v1/vulnerabilities/{vulnerability}",
    "/api/v1/vulnerabilities/{vulnerability}/images",
    "/api/v1/vulnerabilities/{vulnerability}/images?limit=500",
    "/api/v1/workloads?digest={digest}",
    "/api/v1/holds",
    "/api/v1/holds?limit=500",
    "/api/v1/holds?state={held}",
    "/api/v1/holds?registry={registry}",
    "/api/v1/holds?registry={registry}&state={held}",
    "/api/v1/holds?digest={digest}",
    "/api/v1/releases",
    "/api/v1/releases?state={answer}",
    "/api/v1/jobs",
    "/api/v1/jobs?limit=500",
    "/api/v1/jobs?state={state}",
    "/api/v1/jobs?pool={pool}",
    "/api/v1/jobs?pool={pool}&state={state}",
    "/api/v1/jobs?kind={kind}",
    "/api/v1/jobs/{job}",
    "/api/v1/pools",
    "/api/v1/audit",
    "/api/v1/audit?limit=500",
    "/api/v1/audit?action={action}",
    "/api/v1/audit?actor=user:{person}",
    "/api/v1/audit?actor=user:{person}&action={action}",
    "/api/v1/audit?object=registry:{registry}",
    "/api/v1/registries",
    "/api/v1/registries/{registry}",
    "/api/v1/policy",
    "/api/v1/exceptions",
    "/api/v1/edges",
    "/api/v1/users",
    "/api/v1/users/{person}",
    "/api/v1/tokens",
];

/// Pages of the console.
const PAGES: &[&str] = &[
    "/",
    "/images",
    "/images?search={service}",
    "/images?search={team}/",
    "/images?search=no-such-thing",
    "/images?search=sha256:{hex}",
    "/images?registry={registry}",
    "/images?registry={registry}&search={service}",
    "/images?running=true",
    "/images?outcome={outcome}",
    "/images?outcome={outcome}&environment={environment}",
    "/images?order=worst&environment={environment}",
    "/images/{digest}",
    "/images/{digest}?environment={environment}",
    "/images/{digest}/findings",
    "/images/{digest}/findings?environment=prod",
    "{finding}",
    "/images/{digest}/packages",
    "/images/{digest}/configuration",
    "/images/{digest}/history",
    "/changes",
    "/changes?days=30",
    "/vulnerabilities",
    "/vulnerabilities?severity={severity}",
    "/vulnerabilities?severity={severity}&environment={environment}",
    "/vulnerabilities?package={package}",
    "/vulnerabilities?id={id}",
    "/vulnerabilities?running=true",
    "/vulnerabilities?kev=true",
    "/vulnerabilities/{vulnerability}",
    "/find?q={digest}",
    "/find?q={vulnerability}",
    "/find?q={service}",
    "/quarantine",
    "/quarantine?state={held}",
    "/releases",
    "/releases?state={answer}",
    "/review",
    "/review?show=requests",
    "/review?show=held",
    "/review?show=warned",
    "/registries",
    "/registries/{registry}",
    "/edges",
    "/jobs",
    "/jobs?state={state}",
    "/jobs?pool={pool}",
    "/jobs?pool={pool}&state={state}",
    "/policy",
    "/policy?generation={generation}",
    "/exceptions",
    "/audit",
    "/audit?action={action}",
    "/audit?actor=user:{person}",
    "/audit?actor=user:{person}&action={action}",
    "/audit?object=registry:{registry}",
    "/people",
    "/people?all=true",
    "/account",
    "/exceptions?all=true",
];

/// Read everything there is, and are no lists or pages.
const WHOLE: [&str; 2] = ["/api/v1/audit/verify", "/metrics"];

/// Everything that is asked.
pub(crate) fn all() -> Vec<Route> {
    let route = |is_limited| {
        move |path: &&'static str| Route {
            path,
            form: None,
            is_limited,
        }
    };
    let listed = LISTS.iter().chain(PAGES).map(route(true));
    listed.chain(WHOLE.iter().map(route(false))).collect()
}

/// The policy tried on what is stored: no page, but what people wait for.
pub(crate) async fn trial(centre: &Centre) -> Result<Route, Failure> {
    let page = centre.get("/policy", None).await?.body;
    let csrf = page.split("name=\"csrf\" value=\"").nth(1);
    let csrf = csrf.and_then(|rest| rest.split('"').next());
    let mut text = String::new();
    for byte in lazaret_policy::DEFAULT_POLICY
        .replace("high", "medium")
        .bytes()
    {
        text += &format!("%{byte:02X}");
    }
    Ok(Route {
        path: "/policy/try",
        form: Some(format!("csrf={}&text={text}", csrf.ok_or("no form")?)),
        is_limited: false,
    })
}

/// Pages that are no lists and show nothing of the fleet.
const OTHER: [&str; 4] = ["/login", "/setup", "/login/oidc", "/login/oidc/callback"];

/// Lists and pages that the description or the console has, and filters of lists, that are not
/// asked here.
pub(crate) async fn unasked(centre: &Centre) -> Result<Vec<String>, Failure> {
    let described = centre.json("/api/v1/openapi.json").await?;
    let mut there: BTreeSet<String> = BTreeSet::new();
    let mut filters = Vec::new();
    for (path, methods) in described["paths"].as_object().into_iter().flatten() {
        if methods["get"].is_object() && path != "/api/v1/session" {
            there.insert(path.clone());
        }
        let parameters = methods["get"]["parameters"]
            .as_array()
            .into_iter()
            .flatten();
        for one in parameters.filter(|one| one["in"] == "query") {
            let name = one["name"].as_str().unwrap_or_default();
            if !["cursor", "limit"].contains(&name) && !is_asked(path, name) {
                filters.push(format!("{path}?{name}= is not asked"));
            }
        }
    }
    let pages = lazaret_control::console::routes().into_iter();
    let pages = pages.filter(|page| page.method == "GET" && !OTHER.contains(&page.path));
    there.extend(pages.map(|page| page.path.to_owned()));
    let asked: BTreeSet<String> = all().iter().map(|route| shape(route.path)).collect();
    let left = there
        .into_iter()
        .filter(|path| !asked.contains(&shape(path)));
    let left = left.map(|path| format!("{path} is not asked"));
    Ok(left.chain(filters).collect())
}

/// Whether a list is asked with a filter.
fn is_asked(path: &str, name: &str) -> bool {
    all().iter().any(|route| {
        let (asked, query) = route.path.split_once('?').unwrap_or((route.path, ""));
        let mut names = query.split('&').filter_map(|pair| pair.split('=').next());
        shape(asked) == shape(path) && names.any(|one| one == name)
    })
}

/// A path without what varies.
fn shape(path: &str) -> String {
    let path = match path {
        "{finding}" => "/images/{digest}/finding",
        other => other,
    };
    let path = path.split('?').next().unwrap_or_default();
    let parts = path.split('/');
    let parts = parts.map(|part| if part.starts_with('{') { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}
