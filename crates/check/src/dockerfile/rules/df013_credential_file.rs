//! Credential file copied into the image.

use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-013",
    title: "Credential file copied into the image",
    severity: Severity::High,
    fix: FixKind::Manual,
    peers: &["DS-0031", "CIS-DI-0010"],
    about: "A file that is copied stays in its layer for everybody who can pull the image, \
            also when a later line removes it. Private keys, cloud credentials, kube \
            configurations and .env files are mounted into the step that needs them, with \
            `RUN --mount=type=secret`, or given to the container when it starts.",
    good: "FROM debian:12\nRUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci\n",
    bad: "FROM debian:12\nCOPY .npmrc /root/.npmrc\n",
};

/// Names of files that hold credentials.
const NAMES: [&str; 28] = [
    ".env",
    ".npmrc",
    ".yarnrc",
    ".pypirc",
    ".netrc",
    "_netrc",
    ".pgpass",
    ".my.cnf",
    ".htpasswd",
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    "kubeconfig",
    ".dockercfg",
    ".dockerconfigjson",
    ".git-credentials",
    "credentials.json",
    "service-account.json",
    "service_account.json",
    ".vault-token",
    ".terraformrc",
    "terraform.tfvars",
    ".s3cfg",
    ".boto",
    "secrets.yaml",
    "secrets.yml",
    "secrets.json",
];

/// Endings of paths that hold credentials.
const PATHS: [&str; 8] = [
    ".aws/credentials",
    ".aws",
    ".kube/config",
    ".kube",
    ".docker/config.json",
    ".ssh",
    ".config/gcloud",
    ".azure",
];

/// Endings of names of keys. A certificate is public, and `.pem` may be one.
const ENDINGS: [&str; 6] = [".key", ".p12", ".pfx", ".jks", ".keystore", ".ppk"];

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for copy in file
        .instructions
        .iter()
        .filter(|i| matches!(i.keyword, Keyword::Copy | Keyword::Add))
    {
        if copy.flag("from").is_some() {
            continue;
        }
        let Some((sources, _)) = copy.paths() else {
            continue;
        };
        for source in sources {
            if is_credential(&source.value) {
                let message = format!("{} is a file of credentials, by its name", source.value);
                findings.add(
                    file.finding(&CHECK, copy, source.span.clone(), message)
                        .remedy("mount it into the step that needs it: RUN --mount=type=secret"),
                );
            }
        }
    }
}

fn is_credential(path: &str) -> bool {
    let path = path.trim_end_matches('/').trim_end_matches("/*");
    let name = base_name(path).to_ascii_lowercase();
    let sample = [".example", ".sample", ".template", ".dist", ".pub"];
    if sample.iter().any(|end| name.ends_with(end)) {
        return false;
    }
    let is_path = |end: &str| {
        path.strip_suffix(end)
            .is_some_and(|head| head.is_empty() || head.ends_with('/'))
    };
    NAMES.contains(&name.as_str())
        || name.starts_with(".env.")
        || ENDINGS.iter().any(|end| name.ends_with(end))
        || name.ends_with("-key.pem")
        || name.ends_with("_key.pem")
        || name == "key.pem"
        || name == "privkey.pem"
        || PATHS.iter().any(|end| is_path(end))
}
