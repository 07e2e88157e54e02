//! Patches of Kustomize: strategic merge, and JSON patches (RFC 6902).

use super::node::{Node, Value};

/// By which key the items of a list are told apart in a strategic merge. Lists that are not
/// named here are replaced whole, as the API server does with lists it has no key for.
const KEYS: &[(&str, &str)] = &[
    ("containers", "name"),
    ("initContainers", "name"),
    ("ephemeralContainers", "name"),
    ("volumes", "name"),
    ("env", "name"),
    ("volumeMounts", "mountPath"),
    ("volumeDevices", "devicePath"),
    ("ports", "containerPort"),
    ("imagePullSecrets", "name"),
    ("hostAliases", "ip"),
    ("topologySpreadConstraints", "topologyKey"),
];

/// Lays `patch` over `target`.
pub(super) fn merge(target: &mut Node, patch: &Node) {
    let (Value::Map(entries), Value::Map(changes)) = (&mut target.value, &patch.value) else {
        *target = patch.clone();
        return;
    };
    for (key, change) in changes {
        let name = key.as_str().unwrap_or_default();
        let place = entries
            .iter()
            .position(|(own, _)| own.as_str() == Some(name));
        match place {
            _ if name.starts_with('$') => {}
            Some(index) if change.is_null() || deletes(change) => {
                entries.remove(index);
            }
            None if change.is_null() || deletes(change) => {}
            Some(index) => {
                if let Some((_, own)) = entries.get_mut(index) {
                    match KEYS.iter().find(|(list, _)| *list == name) {
                        Some((_, by)) if !own.items().is_empty() && !change.items().is_empty() => {
                            merge_list(own, change, by)
                        }
                        _ => merge(own, change),
                    }
                }
            }
            None => entries.push((key.clone(), change.clone())),
        }
    }
}

fn deletes(node: &Node) -> bool {
    node.str_at("$patch") == Some("delete")
}

fn merge_list(target: &mut Node, patch: &Node, by: &str) {
    let Value::Seq(items) = &mut target.value else {
        return;
    };
    for change in patch.items() {
        let name = change.str_at(by).map(str::to_owned);
        let place = items
            .iter()
            .position(|item| item.str_at(by) == name.as_deref() && name.is_some());
        match place {
            Some(index) if deletes(change) => {
                items.remove(index);
            }
            Some(index) => {
                if let Some(item) = items.get_mut(index) {
                    merge(item, change);
                }
            }
            None if deletes(change) => {}
            None => items.push(change.clone()),
        }
    }
}

/// Applies a list of operations; those whose path leads nowhere do nothing.
pub(super) fn apply(target: &mut Node, operations: &[Node]) {
    for operation in operations {
        let path: Vec<String> = operation
            .str_at("path")
            .unwrap_or_default()
            .split('/')
            .skip(1)
            .map(|part| part.replace("~1", "/").replace("~0", "~"))
            .collect();
        let Some((last, parents)) = path.split_last() else {
            continue;
        };
        let Some(parent) = descend(target, parents) else {
            continue;
        };
        match (operation.str_at("op"), operation.get("value")) {
            (Some("add"), Some(value)) => put(parent, last, value, true),
            (Some("replace"), Some(value)) => put(parent, last, value, false),
            (Some("remove"), _) => remove(parent, last),
            _ => {}
        }
    }
}

fn descend<'n>(node: &'n mut Node, path: &[String]) -> Option<&'n mut Node> {
    path.iter()
        .try_fold(node, |node, part| match &mut node.value {
            Value::Map(entries) => entries
                .iter_mut()
                .find(|(key, _)| key.as_str() == Some(part))
                .map(|(_, value)| value),
            Value::Seq(items) => items.get_mut(part.parse::<usize>().ok()?),
            Value::Scalar { .. } | Value::Reference(_) | Value::Unknown => None,
        })
}

fn put(parent: &mut Node, key: &str, value: &Node, insert: bool) {
    match &mut parent.value {
        Value::Map(entries) => match entries
            .iter_mut()
            .find(|(own, _)| own.as_str() == Some(key))
        {
            Some((_, own)) => *own = value.clone(),
            None => entries.push((
                Node {
                    span: value.span,
                    ..Node::text(key)
                },
                value.clone(),
            )),
        },
        Value::Seq(items) => match key.parse::<usize>() {
            Ok(index) if insert && index <= items.len() => items.insert(index, value.clone()),
            Ok(index) => {
                if let Some(item) = items.get_mut(index) {
                    *item = value.clone();
                }
            }
            Err(_) if key == "-" => items.push(value.clone()),
            Err(_) => {}
        },
        Value::Scalar { .. } | Value::Reference(_) | Value::Unknown => {}
    }
}

fn remove(parent: &mut Node, key: &str) {
    match &mut parent.value {
        Value::Map(entries) => entries.retain(|(own, _)| own.as_str() != Some(key)),
        Value::Seq(items) => {
            if let Some(index) = key
                .parse::<usize>()
                .ok()
                .filter(|index| *index < items.len())
            {
                items.remove(index);
            }
        }
        Value::Scalar { .. } | Value::Reference(_) | Value::Unknown => {}
    }
}
