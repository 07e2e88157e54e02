//! Resources of the Kubernetes provider as the objects they become, so that the checks of
//! manifests look at them too.

use super::module::Resource;
use crate::manifest::node::{Node, Value};
use crate::manifest::object::Object;

/// Blocks that repeat, and the list that they are in an object.
const LISTS: &[(&str, &str)] = &[
    ("container", "containers"),
    ("init_container", "initContainers"),
    ("volume", "volumes"),
    ("volume_mount", "volumeMounts"),
    ("env", "env"),
    ("env_from", "envFrom"),
    ("port", "ports"),
    ("ports", "ports"),
    ("ingress", "ingress"),
    ("egress", "egress"),
    ("from", "from"),
    ("to", "to"),
    ("rule", "rules"),
    ("subject", "subjects"),
    ("path", "paths"),
    ("tls", "tls"),
    ("sysctl", "sysctls"),
    ("sources", "sources"),
    ("items", "items"),
    ("host_aliases", "hostAliases"),
    ("image_pull_secrets", "imagePullSecrets"),
    ("match_expressions", "matchExpressions"),
    ("limit", "limits"),
];

/// Types of the provider whose name is not simply the kind's, or whose group is not the core.
const GROUPS: &[(&str, &str)] = &[
    ("NetworkPolicy", "networking.k8s.io/v1"),
    ("Ingress", "networking.k8s.io/v1"),
    ("Role", "rbac.authorization.k8s.io/v1"),
    ("ClusterRole", "rbac.authorization.k8s.io/v1"),
    ("RoleBinding", "rbac.authorization.k8s.io/v1"),
    ("ClusterRoleBinding", "rbac.authorization.k8s.io/v1"),
    ("Deployment", "apps/v1"),
    ("StatefulSet", "apps/v1"),
    ("DaemonSet", "apps/v1"),
    ("Job", "batch/v1"),
    ("CronJob", "batch/v1"),
];

/// The object that a resource becomes; `None` for every other resource.
pub(super) fn object(resource: &Resource) -> Option<Object> {
    let name = resource.kind.strip_prefix("kubernetes_")?;
    if name == "manifest" {
        let manifest = resource
            .node
            .get("manifest")
            .filter(|manifest| manifest.get("kind").is_some())?;
        return Some(Object {
            node: manifest.clone(),
        });
    }
    let name = name.strip_suffix("_v1").unwrap_or(name);
    let kind = match name {
        "daemonset" | "daemon_set" => "DaemonSet".to_owned(),
        "stateful_set" => "StatefulSet".to_owned(),
        "cron_job" => "CronJob".to_owned(),
        _ => name.split('_').map(capital).collect(),
    };
    let version = GROUPS
        .iter()
        .find(|(known, _)| *known == kind)
        .map_or("v1", |(_, version)| version);
    let mut node = convert(&resource.node, 0);
    let Value::Map(entries) = &mut node.value else {
        return None;
    };
    let said = |text: &str| Node {
        span: resource.span,
        ..Node::text(text)
    };
    entries.push((said("kind"), said(&kind)));
    entries.push((said("apiVersion"), said(version)));
    node.span = resource.around;
    Some(Object { node })
}

fn convert(node: &Node, depth: usize) -> Node {
    let Value::Map(entries) = &node.value else {
        return node.clone();
    };
    if depth > 40 {
        return Node::default();
    }
    let entries = entries.iter().map(|(key, value)| {
        let name = key.as_str().unwrap_or_default();
        let list = LISTS.iter().find(|(block, _)| *block == name);
        let renamed = list.map_or_else(|| camel(name), |(_, name)| (*name).to_owned());
        let value = match (&value.value, list) {
            // Keys of these maps are words of people, not names of fields.
            _ if matches!(
                name,
                "labels"
                    | "annotations"
                    | "match_labels"
                    | "data"
                    | "string_data"
                    | "limits"
                    | "requests"
                    | "node_selector"
            ) =>
            {
                value.clone()
            }
            (Value::Seq(items), Some(_)) => Node {
                value: Value::Seq(items.iter().map(|item| convert(item, depth + 1)).collect()),
                span: value.span,
            },
            (Value::Seq(items), None)
                if items
                    .first()
                    .is_some_and(|item| matches!(item.value, Value::Map(_))) =>
            {
                items
                    .first()
                    .map(|item| convert(item, depth + 1))
                    .unwrap_or_default()
            }
            _ => convert(value, depth + 1),
        };
        (
            Node {
                span: key.span,
                ..Node::text(&renamed)
            },
            value,
        )
    });
    Node {
        value: Value::Map(entries.collect()),
        span: node.span,
    }
}

/// `host_network` as `hostNetwork`, and the names that are not so regular.
fn camel(name: &str) -> String {
    match name {
        "host_pid" => return "hostPID".to_owned(),
        "host_ipc" => return "hostIPC".to_owned(),
        "external_ips" => return "externalIPs".to_owned(),
        "cluster_ip" => return "clusterIP".to_owned(),
        "load_balancer_source_ranges" => return "loadBalancerSourceRanges".to_owned(),
        _ => {}
    }
    let mut parts = name.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| all + &capital(part))
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars
        .next()
        .map(|first| first.to_ascii_uppercase().to_string() + chars.as_str())
        .unwrap_or_default()
}
