//! Kubernetes objects as checks see them: lists opened, pods found wherever a kind keeps them,
//! containers of every list with the security context that holds for each.

use super::node::{Node, Span, Value};

/// Lists within lists that are opened.
const MAX_LISTS: usize = 4;

/// One object of a manifest.
#[derive(Debug, Clone)]
pub struct Object {
    /// The whole object.
    pub node: Node,
}

/// Every object in `document`; none when it is no Kubernetes manifest.
#[must_use]
pub fn objects(document: Node) -> Vec<Object> {
    let mut found = Vec::new();
    open(document, 0, &mut found);
    found
}

fn open(document: Node, depth: usize, found: &mut Vec<Object>) {
    let is_list = document
        .str_at("kind")
        .is_some_and(|kind| kind.ends_with("List"))
        && document
            .get("items")
            .is_some_and(|items| matches!(items.value, Value::Seq(_)));
    if !is_list {
        if document.str_at("kind").is_some() && document.str_at("apiVersion").is_some() {
            found.push(Object { node: document });
        }
        return;
    }
    let Value::Map(entries) = document.value else {
        return;
    };
    for (key, value) in entries {
        if key.as_str() != Some("items") || depth >= MAX_LISTS {
            continue;
        }
        if let Value::Seq(items) = value.value {
            items
                .into_iter()
                .for_each(|item| open(item, depth + 1, found));
        }
    }
}

impl Object {
    /// `kind`.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.node.str_at("kind").unwrap_or_default()
    }

    /// `apiVersion`, group and version.
    #[must_use]
    pub fn api_version(&self) -> &str {
        self.node.str_at("apiVersion").unwrap_or_default()
    }

    /// The group of `apiVersion`; empty for the core group.
    #[must_use]
    pub fn group(&self) -> &str {
        self.api_version()
            .rsplit_once('/')
            .map_or("", |(group, _)| group)
    }

    /// `metadata.name`, or what `generateName` begins with.
    #[must_use]
    pub fn name(&self) -> &str {
        let meta = self.node.get("metadata");
        meta.and_then(|meta| meta.str_at("name").or_else(|| meta.str_at("generateName")))
            .unwrap_or_default()
    }

    /// `metadata.namespace` as written; `None` when it is left to whoever applies the file.
    #[must_use]
    pub fn own_namespace(&self) -> Option<&str> {
        self.node
            .get("metadata")
            .and_then(|meta| meta.str_at("namespace"))
    }

    /// The namespace, `default` when none is written.
    #[must_use]
    pub fn namespace(&self) -> &str {
        self.own_namespace().unwrap_or("default")
    }

    /// `Kind name` or `Kind namespace/name`, for messages.
    #[must_use]
    pub fn title(&self) -> String {
        match self.own_namespace() {
            Some(namespace) => format!("{} {namespace}/{}", self.kind(), self.name()),
            None => format!("{} {}", self.kind(), self.name()),
        }
    }

    /// Where a reader looks first: the name, or the kind when there is no name.
    #[must_use]
    pub fn span(&self) -> Span {
        let name = self
            .node
            .at(&["metadata", "name"])
            .or_else(|| self.node.get("kind"));
        name.map_or(self.node.span, |node| node.span)
    }

    /// `spec`.
    #[must_use]
    pub fn spec(&self) -> Option<&Node> {
        self.node.get("spec")
    }

    /// The pod this object is or makes.
    #[must_use]
    pub fn pod(&self) -> Option<Pod<'_>> {
        let template = match self.kind() {
            "Pod" => &self.node,
            "Deployment"
            | "StatefulSet"
            | "DaemonSet"
            | "ReplicaSet"
            | "ReplicationController"
            | "Job"
            | "DeploymentConfig"
            | "Rollout" => self.node.at(&["spec", "template"])?,
            "CronJob" => self.node.at(&["spec", "jobTemplate", "spec", "template"])?,
            "PodTemplate" => self.node.get("template")?,
            "Service" | "Configuration" if self.group() == "serving.knative.dev" => {
                self.node.at(&["spec", "template"])?
            }
            _ => return None,
        };
        Some(Pod {
            object: self,
            meta: template.get("metadata"),
            spec: template.get("spec")?,
        })
    }
}

/// A pod, or the template of one.
#[derive(Debug, Clone, Copy)]
pub struct Pod<'a> {
    /// The object that holds it.
    pub object: &'a Object,
    /// `metadata` of the pod or the template.
    pub meta: Option<&'a Node>,
    /// `spec` of the pod.
    pub spec: &'a Node,
}

/// What a container is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// `containers`.
    Main,
    /// `initContainers` that end before the pod starts.
    Init,
    /// `initContainers` with `restartPolicy: Always`, which run as long as the pod.
    Sidecar,
    /// `ephemeralContainers`, put into a running pod to look at it.
    Ephemeral,
}

/// One container of a pod.
#[derive(Debug, Clone, Copy)]
pub struct Container<'a> {
    /// Its pod.
    pub pod: Pod<'a>,
    /// The container.
    pub node: &'a Node,
    /// Which list it stands in.
    pub role: Role,
}

impl<'a> Pod<'a> {
    /// Every container of every list.
    #[must_use]
    pub fn containers(&self) -> Vec<Container<'a>> {
        let list = |key: &str, role: Role| {
            self.spec.list(key).iter().map(move |node| {
                let stays = role == Role::Init && node.str_at("restartPolicy") == Some("Always");
                Container {
                    pod: *self,
                    node,
                    role: if stays { Role::Sidecar } else { role },
                }
            })
        };
        let mut all: Vec<_> = list("containers", Role::Main).collect();
        all.extend(list("initContainers", Role::Init));
        all.extend(list("ephemeralContainers", Role::Ephemeral));
        all
    }

    /// A label of the pod.
    #[must_use]
    pub fn label(&self, key: &str) -> Option<&'a str> {
        self.meta
            .and_then(|meta| meta.get("labels"))
            .and_then(|labels| labels.str_at(key))
    }

    /// An annotation of the pod and its entry.
    #[must_use]
    pub fn annotation(&self, key: &str) -> Option<&'a Node> {
        self.meta
            .and_then(|meta| meta.get("annotations"))
            .and_then(|all| all.get(key))
    }

    /// `securityContext` of the pod.
    #[must_use]
    pub fn context(&self) -> Option<&'a Node> {
        self.spec.get("securityContext")
    }

    /// Whether the pod is said to run on Windows, where Linux settings have no meaning.
    #[must_use]
    pub fn is_windows(&self) -> bool {
        self.spec.at(&["os", "name"]).and_then(Node::as_str) == Some("windows")
            || self
                .spec
                .at(&["nodeSelector", "kubernetes.io/os"])
                .and_then(Node::as_str)
                == Some("windows")
    }
}

impl<'a> Container<'a> {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.node.str_at("name").unwrap_or_default()
    }

    /// `container NAME of KIND NAME`, for messages.
    #[must_use]
    pub fn title(&self) -> String {
        let role = match self.role {
            Role::Main => "container",
            Role::Init => "init container",
            Role::Sidecar => "sidecar",
            Role::Ephemeral => "ephemeral container",
        };
        format!("{role} `{}` of {}", self.name(), self.pod.object.title())
    }

    /// Its own `securityContext`.
    #[must_use]
    pub fn own_context(&self) -> Option<&'a Node> {
        self.node.get("securityContext")
    }

    /// What holds for `key`: the container's word, and where it has none the pod's.
    #[must_use]
    pub fn context(&self, key: &str) -> Option<&'a Node> {
        let given = |context: Option<&'a Node>| {
            context
                .and_then(|node| node.get(key))
                .filter(|node| !node.is_null())
        };
        given(self.own_context()).or_else(|| given(self.pod.context()))
    }

    /// Where a reader looks when something is missing: the container's name.
    #[must_use]
    pub fn span(&self) -> Span {
        self.node
            .get("name")
            .map_or(self.node.span, |name| name.span)
    }

    /// The list `securityContext.capabilities.KEY`.
    #[must_use]
    pub fn capability_list(&self, key: &str) -> Option<&'a Node> {
        self.own_context()?.get("capabilities")?.get(key)
    }

    /// Items of `securityContext.capabilities.KEY`.
    #[must_use]
    pub fn capabilities(&self, key: &str) -> &'a [Node] {
        self.own_context()
            .and_then(|context| context.get("capabilities"))
            .map_or(&[], |all| all.list(key))
    }

    /// Words of `command` and `args`, in the order they run.
    pub fn words(&self) -> impl Iterator<Item = &'a Node> {
        self.node
            .list("command")
            .iter()
            .chain(self.node.list("args"))
    }
}

/// A capability's name without `CAP_`, in capitals, as the kernel's headers write it.
#[must_use]
pub fn capability(node: &Node) -> String {
    let name = node.as_str().unwrap_or_default().to_ascii_uppercase();
    name.strip_prefix("CAP_")
        .map_or(name.clone(), str::to_owned)
}
