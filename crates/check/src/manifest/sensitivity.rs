//! How sensitive a workload's data is, by the labels with which people say so.

use std::collections::HashMap;

use super::node::Node;
use super::object::Object;
use super::scope::Scope;

/// How sensitive data is, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sensitivity {
    /// Everybody may see it.
    Public,
    /// Everybody of the organisation may.
    Internal,
    /// Some may.
    Confidential,
    /// Few may, and a law or a contract says so.
    Restricted,
}

impl Sensitivity {
    /// Whether others must be kept from it.
    pub(crate) fn is_high(self) -> bool {
        self >= Self::Confidential
    }

    /// The name for messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
            Self::Confidential => "confidential",
            Self::Restricted => "restricted",
        }
    }

    fn read(value: &str) -> Option<Self> {
        Some(match value.to_ascii_lowercase().as_str() {
            "public" | "open" | "none" => Self::Public,
            "internal" | "low" | "medium" | "moderate" => Self::Internal,
            "confidential" | "high" | "sensitive" | "pii" | "personal" => Self::Confidential,
            "restricted" | "secret" | "regulated" | "critical" | "pci" | "phi" | "cde" => {
                Self::Restricted
            }
            _ => return None,
        })
    }
}

/// Last parts of the keys that name a class of data.
const KEYS: &[&str] = &[
    "sensitivity",
    "data-sensitivity",
    "classification",
    "data-classification",
    "data-class",
    "confidentiality",
];

/// What the labels of a scope say.
pub(crate) struct Sensitivities<'a> {
    namespaces: HashMap<&'a str, Sensitivity>,
}

impl<'a> Sensitivities<'a> {
    /// With the labels of the namespaces of `scope`.
    pub(crate) fn of(scope: &'a Scope) -> Self {
        let namespaces = scope.objects.iter().filter(|one| one.kind() == "Namespace");
        Self {
            namespaces: namespaces
                .filter_map(|one| Some((one.name(), below(one.node.get("metadata"))?)))
                .collect(),
        }
    }

    /// What an object's labels or annotations say, or those of its pods, or its namespace's.
    pub(crate) fn get(&self, object: &Object) -> Option<Sensitivity> {
        below(object.node.get("metadata"))
            .or_else(|| below(object.pod().and_then(|pod| pod.meta)))
            .or_else(|| self.namespaces.get(object.namespace()).copied())
    }
}

fn below(meta: Option<&Node>) -> Option<Sensitivity> {
    let meta = meta?;
    let all = ["labels", "annotations"]
        .into_iter()
        .filter_map(|one| meta.get(one))
        .flat_map(Node::entries);
    all.filter(|(key, _)| {
        let key = key.as_str().unwrap_or_default();
        KEYS.contains(&key.rsplit('/').next().unwrap_or(key))
    })
    .find_map(|(_, value)| Sensitivity::read(value.as_str()?))
}
