//! Service account with a wide identity of the cloud.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-RB-020",
        title: "Service account with a wide identity of the cloud",
        severity: Severity::High,
        fix: FixKind::Manual,
        peers: &["C-0225", "C-0239", "AWS-0057"],
        about: "Every pod that runs as the account acts in the cloud with that identity: an administrator of the account, or the default account of the machines, which may write to every project. On the `default` service account every pod of the namespace has it. Give each workload an account and an identity of its own, with the rights it uses.",
        good: r#"{apiVersion: v1, kind: ServiceAccount, metadata: {name: uploader, namespace: shop, annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::123456789012:role/shop-uploader"}}}
"#,
        bad: r#"{apiVersion: v1, kind: ServiceAccount, metadata: {name: uploader, namespace: shop, annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::123456789012:role/AdministratorAccess"}}}
"#,
    },
    remedy: "Give each workload an account and an identity of its own, with the rights it uses",
    look: Look::Object(look),
};

/// Annotations that give a service account an identity of the cloud.
const IDENTITIES: &[&str] = &[
    "eks.amazonaws.com/role-arn",
    "iam.gke.io/gcp-service-account",
    "azure.workload.identity/client-id",
];

/// Parts of names by which people call what may do everything.
const WIDE: &[&str] = &[
    "admin",
    "poweruser",
    "owner",
    "fullaccess",
    "full-access",
    "root",
];

fn look(object: &Object, found: &mut Found<'_>) {
    if object.kind() != "ServiceAccount" || !object.group().is_empty() {
        return;
    }
    for key in IDENTITIES {
        let Some(node) = object.node.at(&["metadata", "annotations", key]) else {
            continue;
        };
        let written = node.as_str().unwrap_or_default().to_ascii_lowercase();
        let name = written
            .rsplit_once('/')
            .map_or(written.as_str(), |(_, name)| name);
        // Google's default accounts of machines and of App Engine are editors of the project.
        let editor =
            name.contains("-compute@developer.") || name.ends_with("@appspot.gserviceaccount.com");
        if editor || WIDE.iter().any(|word| name.contains(word)) {
            found.add(
                node.span,
                format!("{} acts in the cloud as `{name}`", object.title()),
            );
        } else if object.name() == "default" {
            found.add(
                node.span,
                format!(
                    "{} gives every pod of its namespace an identity of the cloud",
                    object.title()
                ),
            );
        }
    }
}
