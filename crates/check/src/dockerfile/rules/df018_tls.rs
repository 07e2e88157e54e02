//! Proof of the server switched off.

use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-018",
    title: "Proof of the server switched off",
    severity: Severity::High,
    fix: FixKind::Auto,
    peers: &[
        "CKV2_DOCKER_2",
        "CKV2_DOCKER_3",
        "CKV2_DOCKER_4",
        "CKV2_DOCKER_5",
        "CKV2_DOCKER_6",
        "CKV2_DOCKER_12",
        "CKV2_DOCKER_13",
        "CKV2_DOCKER_14",
        "CKV2_DOCKER_15",
        "CKV2_DOCKER_16",
    ],
    about: "Without the check of the server's certificate, whoever sits on the way can give \
            the build another file, and the image carries it to everywhere. Where the server \
            uses an authority of your own, add its certificate instead of switching the check \
            off.",
    good: "FROM debian:12\nRUN curl -fsSLO https://example.org/app\n",
    bad: "FROM debian:12\nRUN curl -k -fsSLO https://example.org/app\n",
};

/// Variables, and the values with which they switch the check off.
const VARIABLES: [(&str, &[&str]); 7] = [
    ("GIT_SSL_NO_VERIFY", &["1", "true"]),
    ("NODE_TLS_REJECT_UNAUTHORIZED", &["0"]),
    ("PYTHONHTTPSVERIFY", &["0"]),
    ("NPM_CONFIG_STRICT_SSL", &["false", "0"]),
    ("npm_config_strict_ssl", &["false", "0"]),
    ("GOINSECURE", &[]),
    ("PIP_TRUSTED_HOST", &[]),
];

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for (run, command) in commands(file) {
        let peers = |name: &str| -> &'static [&'static str] {
            match name {
                "curl" => &["CKV2_DOCKER_2"],
                "wget" => &["CKV2_DOCKER_3"],
                "pip" => &["CKV2_DOCKER_4"],
                "git" => &["CKV2_DOCKER_15"],
                "npm" | "yarn" => &["CKV2_DOCKER_12"],
                "yum" | "dnf" | "microdnf" => &["CKV2_DOCKER_16"],
                _ => &[],
            }
        };
        if let Some(word) = culprit(command) {
            let message = format!(
                "{} makes {} take any server's word",
                word.value,
                command.name()
            );
            let whole = removable(word);
            let finding = file
                .finding(&CHECK, run, word.span.clone(), message)
                .remedy(
                    "leave it out, and add the authority's certificate where there is an own one",
                )
                .aliases(peers(command.name()));
            findings.add(match whole {
                true => finding.edit(with_blank(file, &word.span), ""),
                false => finding.fix(FixKind::Suggested),
            });
        }
        for assignment in command.assignments.iter().chain(exported(command)) {
            let Some((name, value)) = assignment.value.split_once('=') else {
                continue;
            };
            if switches_off(name, value) {
                let message = format!("{name}={value} takes any server's word");
                findings.add(
                    file.finding(&CHECK, run, assignment.span.clone(), message)
                        .remedy("leave it out")
                        .fix(FixKind::Suggested)
                        .aliases(&[]),
                );
            }
        }
    }
    for env in file
        .instructions
        .iter()
        .filter(|i| matches!(i.keyword, Keyword::Env | Keyword::Arg))
    {
        for pair in env.pairs() {
            let value = pair.value.as_deref().unwrap_or("");
            if switches_off(&pair.key, value) {
                let message = format!(
                    "{}={value} takes any server's word, in the image too",
                    pair.key
                );
                findings.add(
                    file.finding(&CHECK, env, pair.span.clone(), message)
                        .remedy("leave it out")
                        .fix(FixKind::Suggested)
                        .aliases(if pair.key == "NODE_TLS_REJECT_UNAUTHORIZED" {
                            &["CKV2_DOCKER_5"]
                        } else {
                            &[]
                        }),
                );
            }
        }
    }
}

fn exported(command: &Command) -> impl Iterator<Item = &ShellWord> {
    let exports = command.name() == "export";
    command.args().iter().filter(move |_| exports)
}

fn switches_off(name: &str, value: &str) -> bool {
    VARIABLES.iter().any(|(known, values)| {
        *known == name
            && match values {
                [] => !value.is_empty(),
                values => values.iter().any(|v| v.eq_ignore_ascii_case(value)),
            }
    })
}

/// The word that switches the check off.
fn culprit(command: &Command) -> Option<&ShellWord> {
    let args = command.args();
    let exactly = |texts: &[&str]| args.iter().find(|w| texts.contains(&w.value.as_str()));
    let short = |c: char| {
        args.iter().find(|w| {
            let text = w.value.as_str();
            text.starts_with('-') && !text.starts_with("--") && text.contains(c)
        })
    };
    let has = |texts: &[&str]| {
        args.iter().find(|w| {
            let lower = w.value.to_ascii_lowercase();
            texts.iter().any(|t| lower.contains(t))
        })
    };
    match command.name() {
        "curl" => exactly(&["--insecure", "--proxy-insecure"])
            .or_else(|| short('k').filter(|w| is_switches(&w.value))),
        "wget" => exactly(&["--no-check-certificate"]),
        "git" => has(&["http.sslverify=false"]).or_else(|| {
            let config = command.has_arg("config") && has(&["http.sslverify"]).is_some();
            exactly(&["false"]).filter(|_| config)
        }),
        "npm" | "yarn" | "pnpm" => has(&["strict-ssl=false"]).or_else(|| {
            let config = has(&["strict-ssl"]).is_some();
            exactly(&["false"]).filter(|_| config)
        }),
        "yum" | "dnf" | "microdnf" | "tdnf" => has(&["sslverify=0", "sslverify=false"]),
        "apt-get" | "apt" => has(&["verify-peer=false", "verify-host=false"]),
        "apk" => None,
        name if name.starts_with("pip") || name.starts_with("python") => {
            args.iter().find(|w| w.value.starts_with("--trusted-host"))
        }
        "conda" | "mamba" => exactly(&["--insecure", "-k"]),
        "composer" => has(&["disable-tls", "secure-http false"]),
        "helm" | "kubectl" => exactly(&["--insecure-skip-tls-verify"]),
        "gem" | "bundle" => has(&["ssl_verify_mode=0", "ssl_verify_mode: 0"]),
        _ => None,
    }
}

/// Whether a bundle of short flags of curl consists of switches alone, so that a `k` in it
/// is one and not part of a value.
fn is_switches(text: &str) -> bool {
    let takes_value = "AbcCdDeEFhHKmoPQrtTuUwxXyYz";
    let Some(flags) = text.strip_prefix('-') else {
        return false;
    };
    let until_value = flags
        .find(|c| takes_value.contains(c))
        .unwrap_or(flags.len());
    flags.find('k').is_some_and(|at| at < until_value)
}

/// Whether the word can be taken away as it stands.
fn removable(word: &ShellWord) -> bool {
    [
        "--insecure",
        "-k",
        "--no-check-certificate",
        "--proxy-insecure",
        "--insecure-skip-tls-verify",
    ]
    .contains(&word.raw.as_str())
}

/// The word's bytes with one blank before it.
pub(super) fn with_blank(
    file: &Dockerfile<'_>,
    span: &std::ops::Range<usize>,
) -> std::ops::Range<usize> {
    let before = file.source.text.get(..span.start).unwrap_or("");
    match before.ends_with(' ') {
        true => span.start - 1..span.end,
        false => span.clone(),
    }
}
