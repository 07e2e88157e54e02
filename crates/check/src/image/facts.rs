//! The parts of an image's configuration that checks look at.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Place;

/// What the configuration of an image says. Lists and maps that are null, or missing, are
/// empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Operating system: `linux`, `windows`.
    pub os: String,
    /// The user, as it was written; empty for none.
    pub user: String,
    /// `NAME=value`.
    pub env: Vec<String>,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// `80/tcp`.
    pub exposed_ports: Vec<String>,
    /// Paths of volumes.
    pub volumes: Vec<String>,
    /// Docker's health check; none where there is none, `["NONE"]` where it is switched off.
    pub healthcheck: Option<Vec<String>>,
    /// The command.
    pub entrypoint: Vec<String>,
    /// Its arguments.
    pub cmd: Vec<String>,
    /// Build steps, first to last.
    pub history: Vec<Step>,
    /// Files and directories that [`wants`](super::places::wants) names. No configuration has
    /// them: whoever goes through the layers adds them, as `files` where it is written down.
    pub places: Vec<Place>,
}

/// A build step.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Step {
    /// The instruction, as the builder wrote it down.
    #[serde(default)]
    pub created_by: String,
    /// Whether it made no layer.
    #[serde(default)]
    pub empty_layer: bool,
}

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    os: Option<String>,
    #[serde(default)]
    config: Option<Config>,
    #[serde(default)]
    history: Option<Vec<Step>>,
    #[serde(default)]
    files: Option<Vec<Place>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Config {
    user: Option<String>,
    env: Option<Vec<String>>,
    labels: Option<BTreeMap<String, String>>,
    exposed_ports: Option<BTreeMap<String, serde_json::Value>>,
    volumes: Option<BTreeMap<String, serde_json::Value>>,
    healthcheck: Option<Health>,
    entrypoint: Option<Vec<String>>,
    cmd: Option<Vec<String>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Health {
    test: Option<Vec<String>>,
}

impl Facts {
    /// Reads a configuration as it is stored beside an image.
    ///
    /// # Errors
    /// When it is no JSON, or its parts are not of the specified kinds.
    pub fn parse(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        let document: Document = serde_json::from_slice(bytes)?;
        let config = document.config.unwrap_or_default();
        let keys = |map: Option<BTreeMap<String, serde_json::Value>>| {
            map.unwrap_or_default().into_keys().collect()
        };
        Ok(Self {
            os: document.os.unwrap_or_default(),
            user: config.user.unwrap_or_default(),
            env: config.env.unwrap_or_default(),
            labels: config.labels.unwrap_or_default(),
            exposed_ports: keys(config.exposed_ports),
            volumes: keys(config.volumes),
            healthcheck: config.healthcheck.map(|h| h.test.unwrap_or_default()),
            entrypoint: config.entrypoint.unwrap_or_default(),
            cmd: config.cmd.unwrap_or_default(),
            history: document.history.unwrap_or_default(),
            places: document.files.unwrap_or_default(),
        })
    }
}

impl Step {
    /// The keyword of the instruction and what follows it, without what builders put
    /// around: `/bin/sh -c #(nop)`, `|1 NAME=value`, `# buildkit`.
    pub fn instruction(&self) -> (&str, &str) {
        let text = self.created_by.trim();
        let text = text.strip_suffix("# buildkit").unwrap_or(text).trim();
        if let Some(at) = text.find("#(nop)") {
            let rest = text.get(at + "#(nop)".len()..).unwrap_or("").trim();
            return split(rest);
        }
        let (keyword, rest) = split(text);
        match keyword {
            "RUN" => ("RUN", command(rest)),
            "/bin/sh" | "/bin/bash" | "/bin/ash" => ("RUN", command(text)),
            _ if keyword.starts_with('|') => ("RUN", command(text)),
            _ => (keyword, rest),
        }
    }

    /// The build arguments that a step was given: `|2 A=1 B=2 …`.
    pub fn arguments(&self) -> Vec<&str> {
        let text = self.created_by.trim();
        let text = text.strip_prefix("RUN ").unwrap_or(text);
        let Some(rest) = text.strip_prefix('|') else {
            return Vec::new();
        };
        let (count, rest) = split(rest);
        let count: usize = count.parse().unwrap_or(0);
        rest.split_whitespace().take(count.min(1_000)).collect()
    }
}

fn split(text: &str) -> (&str, &str) {
    match text.split_once(char::is_whitespace) {
        Some((first, rest)) => (first, rest.trim()),
        None => (text, ""),
    }
}

/// The shell text of a step.
fn command(text: &str) -> &str {
    match text.split_once(" -c ") {
        Some((before, after)) if before.starts_with(['/', '|']) => after.trim(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::Step;

    #[track_caller]
    fn check(written: &str, keyword: &str, rest: &str) {
        let step = Step {
            created_by: written.into(),
            empty_layer: false,
        };
        assert_eq!(step.instruction(), (keyword, rest), "{written}");
    }

    #[test]
    fn steps_of_both_builders_are_read() {
        check("/bin/sh -c #(nop)  CMD [\"bash\"]", "CMD", "[\"bash\"]");
        check("/bin/sh -c apt-get update", "RUN", "apt-get update");
        check(
            "RUN /bin/sh -c apk add curl # buildkit",
            "RUN",
            "apk add curl",
        );
        check("RUN |1 A=b /bin/sh -c make # buildkit", "RUN", "make");
        check("|1 A=b /bin/sh -c make", "RUN", "make");
        check("COPY . /app # buildkit", "COPY", ". /app");
        check(
            "/bin/sh -c #(nop) ADD file:abc in / ",
            "ADD",
            "file:abc in /",
        );
    }
}
