//! Containers of ECS task definitions.

use super::module::Resource;
use super::policy::json;
use crate::manifest::node::Node;

/// Containers of a task definition, from its JSON or from what was encoded to it.
pub(crate) fn containers(resource: &Resource) -> Vec<Node> {
    let definitions = resource.node.get("container_definitions").and_then(json);
    definitions
        .map(|node| node.items().to_vec())
        .unwrap_or_default()
}
