//! Storage class without encryption.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-059",
        title: "Storage class without encryption",
        severity: Severity::Medium,
        fix: FixKind::Manual,
        peers: &["C-0264", "C-0257"],
        about: "Whoever gets a snapshot or a disk has the data of every volume of the class. Set the provisioner's parameter for encryption.",
        good: r#"{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: fast}, provisioner: ebs.csi.aws.com, parameters: {type: gp3, encrypted: "true"}}
"#,
        bad: r#"{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: fast}, provisioner: ebs.csi.aws.com, parameters: {type: gp3, encrypted: "false"}}
"#,
    },
    remedy: "Set the provisioner's parameter for encryption",
    look: Look::Object(look),
};

fn look(object: &Object, found: &mut Found<'_>) {
    if object.kind() != "StorageClass" {
        return;
    }
    // Only this provisioner leaves disks in clear unless it is told otherwise.
    let aws = matches!(
        object.node.str_at("provisioner"),
        Some("ebs.csi.aws.com" | "kubernetes.io/aws-ebs")
    );
    let encrypted = object.node.at(&["parameters", "encrypted"]);
    if aws && encrypted.and_then(Node::as_bool) != Some(true) {
        let span = encrypted.map_or(object.span(), |node| node.span);
        found.add(
            span,
            format!("{} makes disks that are not encrypted", object.title()),
        );
    }
}
