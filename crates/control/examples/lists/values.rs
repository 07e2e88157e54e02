//! With which values lists and pages are asked.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::centre::{Centre, Failure};

/// What stands in the place of a name.
pub(crate) struct Values(BTreeMap<&'static str, Vec<String>>);

impl Values {
    /// Values out of the whole fleet: not the newest alone.
    pub(crate) async fn read(centre: &Centre) -> Result<Self, Failure> {
        let mut values: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
        let fixed: [(&str, &[&str]); 11] = [
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
            ("days", &["1", "7", "30", "60", "89"]),
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
