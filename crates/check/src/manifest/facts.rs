//! Facts that several checks share: paths of nodes, capabilities, profiles, image names.

use super::node::Node;
use super::object::{Container, Pod};
use super::rule::Found;

/// What the baseline of the Pod Security Standards lets a container have: the set that
/// container runtimes give by default.
pub(crate) const BASELINE_CAPABILITIES: &[&str] = &[
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// Reports a pod that sets `key` to true.
pub(crate) fn host_flag(pod: &Pod<'_>, key: &str, what: &str, found: &mut Found<'_>) {
    if let Some(node) = pod
        .spec
        .get(key)
        .filter(|node| node.as_bool() == Some(true))
    {
        found.set(node, "false");
        found.add(node.span, format!("{} {what}", pod.object.title()));
    }
}

/// What mends the next finding: the container drops every capability.
pub(crate) fn drop_all(container: &Container<'_>, found: &mut Found<'_>) {
    let Some(context) = container.own_context() else {
        let value = "{drop: [ALL]}";
        return found.insert_below(container.node, "securityContext", "capabilities", value);
    };
    match container.capability_list("drop") {
        Some(list) => found.append(list, "ALL"),
        None if context.get("capabilities").is_some() => {
            found.insert(context.get("capabilities"), "drop", "[ALL]");
        }
        None => found.insert(Some(context), "capabilities", "{drop: [ALL]}"),
    }
}

/// Whether a pod is labelled as one that runs code nobody vouches for.
pub(crate) fn is_untrusted(pod: &Pod<'_>) -> bool {
    ["trust", "security.lazaret.dev/trust", "workload-trust"]
        .into_iter()
        .any(|key| pod.label(key) == Some("untrusted"))
}

/// Volumes that are directories of the node: the volume's name and the `hostPath`.
pub(crate) fn host_paths<'a>(pod: &Pod<'a>) -> Vec<(&'a str, &'a Node)> {
    let with_host = |volume: &'a Node| {
        let host = volume.get("hostPath").filter(|host| !host.is_null())?;
        Some((volume.str_at("name").unwrap_or_default(), host))
    };
    let claims = pod.spec.list("volumes").iter().filter_map(with_host);
    claims.collect()
}

/// A path without `.`, `..`, doubled or final slashes.
pub(crate) fn clean_path(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// Whether a cleaned path is the socket of a container runtime, or the directory of nothing else.
pub(crate) fn is_runtime_socket(path: &str) -> bool {
    let path = path
        .strip_prefix("/var")
        .filter(|rest| rest.starts_with("/run"))
        .unwrap_or(path);
    matches!(
        path,
        "/run/docker.sock"
            | "/run/docker"
            | "/run/containerd"
            | "/run/containerd/containerd.sock"
            | "/run/k3s/containerd/containerd.sock"
            | "/run/crio"
            | "/run/crio/crio.sock"
            | "/run/cri-dockerd.sock"
            | "/run/dockershim.sock"
            | "/run/podman"
            | "/run/podman/podman.sock"
            | "/run/buildkit/buildkitd.sock"
    )
}

/// The seccomp profile that holds for a container and where it was set: its own, the pod's,
/// or the annotations of clusters before 1.27.
pub(crate) fn seccomp<'a>(container: &Container<'a>) -> Option<(&'a Node, &'a str)> {
    let of_context = container
        .context("seccompProfile")
        .and_then(|profile| profile.get("type"));
    let named = format!(
        "container.seccomp.security.alpha.kubernetes.io/{}",
        container.name()
    );
    let node = of_context
        .or_else(|| container.pod.annotation(&named))
        .or_else(|| {
            container
                .pod
                .annotation("seccomp.security.alpha.kubernetes.io/pod")
        })?;
    Some((node, node.as_str().unwrap_or_default()))
}

/// The AppArmor profile that holds for a container and where it was set.
pub(crate) fn apparmor<'a>(container: &Container<'a>) -> Option<(&'a Node, &'a str)> {
    let of_context = container
        .context("appArmorProfile")
        .and_then(|profile| profile.get("type"));
    let named = format!(
        "container.apparmor.security.beta.kubernetes.io/{}",
        container.name()
    );
    let node = of_context.or_else(|| container.pod.annotation(&named))?;
    Some((node, node.as_str().unwrap_or_default()))
}

/// How an image reference names its version.
pub(crate) enum Tag<'a> {
    /// By digest.
    Digest,
    /// By tag.
    Named(&'a str),
    /// Not at all, which is read as `latest`.
    None,
}

/// How `reference` names its version.
pub(crate) fn image_tag(reference: &str) -> Tag<'_> {
    if reference.contains("@sha256:") || reference.contains("@sha512:") {
        return Tag::Digest;
    }
    let name = reference
        .rsplit_once('/')
        .map_or(reference, |(_, name)| name);
    name.split_once(':')
        .map_or(Tag::None, |(_, tag)| Tag::Named(tag))
}

/// Tags that publishers move with every release.
pub(crate) fn is_rolling(tag: &str) -> bool {
    matches!(
        tag.to_ascii_lowercase().as_str(),
        "" | "latest"
            | "stable"
            | "edge"
            | "main"
            | "master"
            | "nightly"
            | "dev"
            | "develop"
            | "devel"
            | "head"
            | "rolling"
            | "current"
            | "canary"
            | "unstable"
            | "testing"
    )
}

/// Reports a container whose `resources.SIDE.NAME` is not set.
pub(crate) fn resource(
    container: &Container<'_>,
    side: &str,
    name: &str,
    peers: &[&'static str],
    found: &mut Found<'_>,
) {
    let value = container.node.at(&["resources", side, name]);
    if value.is_some_and(|value| !value.is_empty()) {
        return;
    }
    // Debug containers cannot have resources: the API server refuses them.
    if container.role == super::object::Role::Ephemeral {
        return;
    }
    let span = container
        .node
        .get("resources")
        .filter(|node| node.span.line != 0)
        .map_or(container.span(), |node| node.span);
    let span = if span.end > span.start {
        container.span()
    } else {
        span
    };
    let message = format!(
        "{} has no {name} {}",
        container.title(),
        side.trim_end_matches('s')
    );
    if peers.is_empty() {
        found.add(span, message)
    } else {
        found.add_as(peers, span, message)
    }
}

/// Parts of a key that say its value is a credential.
const SECRET_WORDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "secretkey",
    "credential",
    "authkey",
];

/// Keys that have such a part and hold none.
const HARMLESS_ENDS: &[&str] = &[
    "file",
    "path",
    "dir",
    "name",
    "url",
    "uri",
    "endpoint",
    "enabled",
    "length",
    "expiry",
    "ttl",
    "timeout",
    "ref",
    "id",
    "type",
    "policy",
    "key_name",
    "lifetime",
    "header",
    "field",
    "issuer",
    "audience",
    "expiration",
    "algorithm",
    "version",
    "count",
    "limit",
    "size",
    "max",
    "min",
];

/// Whether `name = value` writes a credential down: the key says so, and the value is neither
/// empty nor a reference to something else nor plainly a setting.
pub(crate) fn secret_assignment(name: &str, value: &str) -> bool {
    if !secret_name(name) || value.len() < 4 {
        return false;
    }
    let reference = [
        "${",
        "$(",
        "{{",
        "<",
        "%(",
        "vault:",
        "ref+",
        "arn:",
        "/",
        "op://",
        "projects/",
        "sm://",
        "file:",
    ];
    let is_reference = reference.iter().any(|start| value.starts_with(start))
        || value.contains("${")
        || value.contains("{{");
    let lower = value.to_ascii_lowercase();
    let is_setting = matches!(
        lower.as_str(),
        "true"
            | "false"
            | "null"
            | "none"
            | "yes"
            | "changeme"
            | "required"
            | "optional"
            | "disabled"
    ) || lower.chars().all(|c| c.is_ascii_digit())
        || lower.chars().all(|c| matches!(c, '*' | 'x' | '.' | '-'));
    !is_reference && !is_setting
}

/// Whether a key says that its value is a credential.
pub(crate) fn secret_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    if HARMLESS_ENDS.iter().any(|end| {
        lower
            .strip_suffix(end)
            .is_some_and(|head| head.ends_with(['_', '-', '.']))
    }) {
        return false;
    }
    let bare: String = lower.chars().filter(char::is_ascii_alphanumeric).collect();
    SECRET_WORDS.iter().any(|word| bare.contains(word))
}

/// Whether a key names what is personal rather than secret: a user's name or address.
pub(crate) fn personal_key(name: &str) -> bool {
    let bare: String = name
        .to_ascii_lowercase()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    [
        "username",
        "email",
        "emailaddress",
        "useremail",
        "phonenumber",
    ]
    .iter()
    .any(|word| bare.ends_with(word))
}

/// Whether an image comes from one of `allowed`: registries, or registries with a path.
/// Compared part by part, so that `registry.example` does not allow `registry.example.evil`.
pub(crate) fn is_below(reference: &str, allowed: &[String]) -> bool {
    let (head, rest) = reference.split_once('/').unwrap_or(("", reference));
    let named = head.contains(['.', ':']) || head == "localhost";
    let full = match (named, head.is_empty()) {
        (true, _) => reference.to_owned(),
        (false, true) => format!("docker.io/library/{rest}"),
        (false, false) => format!("docker.io/{reference}"),
    };
    allowed
        .iter()
        .map(|one| one.trim_end_matches('/'))
        .any(|one| {
            full.strip_prefix(one)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', ':', '@']))
        })
}
