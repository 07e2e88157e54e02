//! Volume type outside the restricted set.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Pod;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-029",
        title: "Volume type outside the restricted set",
        severity: Severity::Low,
        fix: FixKind::Suggested,
        peers: &["KSV-0028"],
        about: "These volumes are bound to one node or one cloud account and carry its credentials into the pod's definition. Use a PersistentVolumeClaim or a CSI volume.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  volumes: [{name: disk, persistentVolumeClaim: {claimName: data}}]
  containers:
    - name: web
      image: registry.example/web:1.4.2
",
        bad: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  volumes: [{name: disk, awsElasticBlockStore: {volumeID: vol-1}}]
  containers:
    - name: web
      image: registry.example/web:1.4.2
",
    },
    remedy: "Use a PersistentVolumeClaim or a CSI volume",
    look: Look::Pod(look),
};

const RESTRICTED: &[&str] = &[
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
    "hostPath",
];

fn look(pod: &Pod<'_>, found: &mut Found<'_>) {
    for volume in pod.spec.list("volumes") {
        for (key, _) in volume.entries().filter(|(_, value)| !value.is_null()) {
            let kind = key.as_str().unwrap_or_default();
            if kind != "name" && !RESTRICTED.contains(&kind) {
                found.add(
                    key.span,
                    format!("{} uses a volume of type `{kind}`", pod.object.title()),
                );
            }
        }
    }
}
