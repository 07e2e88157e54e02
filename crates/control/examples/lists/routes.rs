//! What is asked, and with which values.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

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
const LISTS: [&str; 71] = [
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
    "/api/v1/images/{digest}",
    "/api/v1/images/{digest}/report?environment=prod",
    "/api/v1/images/{digest}/inventory",
    "/api/v1/verdicts?outcome={outcome}",
    "/api/v1/verdicts?outcome={outcome}&limit=500",
    "/api/v1/verdicts?outcome={outcome}&environment={environment}",
    "/api/v1/verdicts?environment={environment}",
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
const PAGES: [&str; 60] = [
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
    let listed = LISTS.iter().chain(&PAGES).map(route(true));
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

/// Lists and pages that the description or the console has, and that are not asked here.
pub(crate) async fn unasked(centre: &Centre) -> Result<Vec<String>, Failure> {
    let described = centre.json("/api/v1/openapi.json").await?;
    let mut there: BTreeSet<String> = BTreeSet::new();
    for (path, methods) in described["paths"].as_object().into_iter().flatten() {
        if methods["get"].is_object() && path != "/api/v1/session" {
            there.insert(path.clone());
        }
    }
    let pages = lazaret_control::console::routes().into_iter();
    let pages = pages.filter(|page| page.method == "GET" && !OTHER.contains(&page.path));
    there.extend(pages.map(|page| page.path.to_owned()));
    let asked: BTreeSet<String> = all().iter().map(|route| shape(route.path)).collect();
    let left = there
        .into_iter()
        .filter(|path| !asked.contains(&shape(path)));
    Ok(left.map(|path| format!("{path} is not asked")).collect())
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

/// What stands in the place of a name.
pub(crate) struct Values(BTreeMap<&'static str, Vec<String>>);

impl Values {
    /// Values out of the whole fleet: not the newest alone.
    pub(crate) async fn read(centre: &Centre) -> Result<Self, Failure> {
        let mut values: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
        let fixed: [(&str, &[&str]); 10] = [
            ("outcome", &["allow", "warn", "hold", "quarantine", "block"]),
            ("environment", &["prod", "stage", "dev"]),
            ("severity", &["critical", "high", "medium", "low"]),
            ("held", &["quarantined", "held", "released", "clear"]),
            ("answer", &["open", "approved", "rejected", "void"]),
            ("state", &["queued", "running", "dead"]),
            ("pool", &["eu", "us", "ap", "centre", "none"]),
            ("kind", &["scan", "rematch", "none"]),
            (
                "action",
                &[
                    "hold.",
                    "user.",
                    "login.failed",
                    "report.export",
                    "none",
                    "audit",
                ],
            ),
            ("generation", &["1", "4", "8"]),
        ];
        for (name, these) in fixed {
            values.insert(name, these.iter().map(|text| (*text).to_owned()).collect());
        }
        let hex = (0..256).map(|n| format!("{n:02x}"));
        values.insert("hex", hex.collect());
        values.insert("person", (0..40).map(|n| format!("person{n}")).collect());
        images(centre, &mut values).await?;
        vulnerabilities(centre, &mut values).await?;
        let registries = texts(&centre.json("/api/v1/registries").await?, "id");
        values.insert("registry", registries);
        values.insert("job", texts(&centre.json("/api/v1/jobs").await?, "id"));
        let findings = findings(centre, &values["digest"]).await?;
        values.insert("finding", findings);
        Ok(Self(values))
    }

    /// A path with its values of that turn.
    pub(crate) fn fill(&self, path: &str, turn: usize) -> String {
        let mut filled = path.to_owned();
        for (name, of) in &self.0 {
            let name = format!("{{{name}}}");
            if let Some(value) = of.get(turn % of.len().max(1)) {
                filled = filled.replace(&name, value);
            }
        }
        filled
    }
}

fn texts(list: &Value, name: &str) -> Vec<String> {
    let items = list["items"].as_array().into_iter().flatten();
    let texts = items.filter_map(|item| item[name].as_str().map(str::to_owned));
    texts.collect()
}

async fn images(
    centre: &Centre,
    values: &mut BTreeMap<&'static str, Vec<String>>,
) -> Result<(), Failure> {
    let (mut digests, mut repositories) = (Vec::new(), BTreeSet::new());
    // By digest, so that old ones are among them.
    for n in 0..64_u32 {
        let list = centre
            .json(&format!(
                "/api/v1/images?search=sha256:{:02x}&limit=8",
                n * 4
            ))
            .await?;
        digests.extend(texts(&list, "digest"));
        for item in list["items"].as_array().into_iter().flatten() {
            repositories.extend(item["names"][0]["repository"].as_str().map(str::to_owned));
        }
    }
    let part = |of: fn(&(&str, &str)) -> String| -> Vec<String> {
        let parts = repositories.iter().filter_map(|name| name.split_once('/'));
        parts.map(|both| of(&both)).collect()
    };
    values.insert("team", part(|both| both.0.to_owned()));
    values.insert("service", part(|both| both.1.to_owned()));
    values.insert("repository", repositories.into_iter().collect());
    values.insert("digest", digests);
    Ok(())
}

async fn vulnerabilities(
    centre: &Centre,
    values: &mut BTreeMap<&'static str, Vec<String>>,
) -> Result<(), Failure> {
    let mut known = Vec::new();
    for least in ["critical", "low"] {
        let path = format!("/api/v1/vulnerabilities?severity={least}&limit=100");
        known.extend(texts(&centre.json(&path).await?, "id"));
    }
    let mut packages = BTreeSet::new();
    for id in known.iter().take(40) {
        let one = centre
            .json(&format!("/api/v1/vulnerabilities/{id}"))
            .await?;
        for found in one["found_in"].as_array().into_iter().flatten() {
            packages.extend(found["package"].as_str().map(str::to_owned));
        }
    }
    if packages.is_empty() {
        packages.insert("openssl".to_owned());
    }
    let short = known.iter().map(|id| id.chars().take(10).collect());
    values.insert("id", short.collect());
    values.insert("package", packages.into_iter().collect());
    values.insert("vulnerability", known);
    Ok(())
}

/// Addresses of single findings, as the page of an image's findings leads to them.
async fn findings(centre: &Centre, digests: &[String]) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    for digest in digests.iter().step_by(13).take(20) {
        let page = centre
            .get(&format!("/images/{digest}/findings"), None)
            .await?;
        for part in page
            .body
            .split("href=\"")
            .skip(1)
            .filter(|p| p.contains("/finding?"))
        {
            let link = part.split('"').next().unwrap_or_default();
            if link.starts_with("/images/") && link.contains("/finding?") {
                found.push(link.replace("&amp;", "&").replace("&#38;", "&"));
            }
        }
    }
    Ok(found)
}
