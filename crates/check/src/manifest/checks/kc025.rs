//! Kubelet and proxy files open to others.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::control::{Info, Told, told};
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KC-025",
        title: "Kubelet and proxy files open to others",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &[
            "KCV-0069", "KCV-0070", "KCV-0071", "KCV-0072", "KCV-0073", "KCV-0074", "KCV-0075",
            "KCV-0076", "KCV-0077", "KCV-0078", "C-0162", "C-0163", "C-0164", "C-0165", "C-0166",
            "C-0167", "C-0168", "C-0169", "C-0170", "C-0171",
        ],
        about: "The files hold the node's credentials, or decide what its kubelet allows. Set the mode to 600 and the owner to root:root.",
        good: r"{apiVersion: v1, kind: NodeInfo, metadata: {name: node}, type: master, info: {kubeletConfFilePermissions: {values: [600]}}}
",
        bad: r"{apiVersion: v1, kind: NodeInfo, metadata: {name: node}, type: master, info: {kubeletConfFilePermissions: {values: [644]}}}
",
    },
    remedy: "Set the mode to 600 and the owner to root:root",
    look: Look::Object(look),
};

const TOLD: &[Info] = &[
    Info {
        key: "kubeletServiceFilePermissions",
        peers: &["KCV-0069", "C-0162"],
        want: Told::Mode(0o600),
    },
    Info {
        key: "kubeletServiceFileOwnership",
        peers: &["KCV-0070", "C-0163"],
        want: Told::Owner("root:root"),
    },
    Info {
        key: "kubeconfigFileExistsPermissions",
        peers: &["KCV-0071", "C-0164"],
        want: Told::Mode(0o600),
    },
    Info {
        key: "kubeconfigFileExistsOwnership",
        peers: &["KCV-0072", "C-0165"],
        want: Told::Owner("root:root"),
    },
    Info {
        key: "kubeletConfFilePermissions",
        peers: &["KCV-0073", "C-0166"],
        want: Told::Mode(0o600),
    },
    Info {
        key: "kubeletConfFileOwnership",
        peers: &["KCV-0074", "C-0167"],
        want: Told::Owner("root:root"),
    },
    Info {
        key: "certificateAuthoritiesFilePermissions",
        peers: &["KCV-0075", "C-0168"],
        want: Told::Mode(0o600),
    },
    Info {
        key: "certificateAuthoritiesFileOwnership",
        peers: &["KCV-0076", "C-0169"],
        want: Told::Owner("root:root"),
    },
    Info {
        key: "kubeletConfigYamlConfigurationFilePermission",
        peers: &["KCV-0077", "C-0170"],
        want: Told::Mode(0o600),
    },
    Info {
        key: "kubeletConfigYamlConfigurationFileOwnership",
        peers: &["KCV-0078", "C-0171"],
        want: Told::Owner("root:root"),
    },
];

fn look(object: &Object, found: &mut Found<'_>) {
    told(object, TOLD, found);
}
