//! Terraform's functions and operators, as far as they can be told without running it.

use hcl_edit::expr::{BinaryOperator, UnaryOperator};

use crate::manifest::node::{Node, Value};

fn plain(text: impl Into<String>) -> Value {
    Value::Scalar {
        text: text.into().into(),
        quoted: false,
    }
}

fn quoted(text: impl Into<String>) -> Value {
    Value::Scalar {
        text: text.into().into(),
        quoted: true,
    }
}

/// What a function gives for those arguments.
pub(super) fn call(name: &str, mut arguments: Vec<Node>) -> Value {
    let text = |arguments: &[Node], map: fn(&str) -> String| {
        arguments
            .first()
            .and_then(Node::as_str)
            .map_or(Value::Unknown, |text| quoted(map(text)))
    };
    match name {
        // JSON and YAML are read back where they are looked at: the map itself says it better.
        "jsonencode" | "yamlencode" | "jsondecode" | "yamldecode" | "toset" | "tolist"
        | "tomap" | "tostring" | "tonumber" | "tobool" | "sensitive" | "nonsensitive"
        | "base64encode" | "flatten" | "distinct" | "compact" | "sort" => arguments
            .into_iter()
            .next()
            .map_or(Value::Unknown, |node| node.value),
        "lower" => text(&arguments, str::to_lowercase),
        "upper" => text(&arguments, str::to_uppercase),
        "trimspace" => text(&arguments, |text| text.trim().to_owned()),
        "concat" => concat(arguments),
        "merge" => merge(arguments),
        "coalesce" | "try" => {
            let known = arguments
                .iter()
                .position(|node| !node.is_unknown() && !node.is_null());
            known.map_or(Value::Unknown, |index| arguments.swap_remove(index).value)
        }
        "lookup" => {
            let key = arguments.get(1).and_then(Node::as_str);
            let found = arguments
                .first()
                .zip(key)
                .and_then(|(map, key)| map.get(key))
                .cloned();
            found
                .or_else(|| arguments.get(2).cloned())
                .map_or(Value::Unknown, |node| node.value)
        }
        "length" => match arguments.first().map(|node| &node.value) {
            Some(Value::Seq(items)) => plain(items.len().to_string()),
            Some(Value::Map(entries)) => plain(entries.len().to_string()),
            _ => Value::Unknown,
        },
        "join" => match (arguments.first().and_then(Node::as_str), arguments.get(1)) {
            (Some(between), Some(list)) => {
                let parts: Option<Vec<&str>> = list.items().iter().map(Node::as_str).collect();
                parts
                    .filter(|_| !list.is_unknown())
                    .map_or(Value::Unknown, |parts| quoted(parts.join(between)))
            }
            _ => Value::Unknown,
        },
        _ => Value::Unknown,
    }
}

fn concat(arguments: Vec<Node>) -> Value {
    let mut all = Vec::new();
    for argument in arguments {
        match argument.value {
            Value::Seq(items) => all.extend(items),
            other => all.push(Node {
                value: if matches!(other, Value::Reference(_)) {
                    other
                } else {
                    Value::Unknown
                },
                span: argument.span,
            }),
        }
    }
    Value::Seq(all)
}

/// Later maps overrule; one that is not known makes the whole unknown.
fn merge(arguments: Vec<Node>) -> Value {
    let mut all: Vec<(Node, Node)> = Vec::new();
    for argument in arguments {
        match argument.value {
            // The last of a repeated key is the one that is found.
            Value::Map(entries) => all.extend(entries),
            _ if argument.is_null() => {}
            _ => return Value::Unknown,
        }
    }
    Value::Map(all)
}

/// `!x` and `-x`.
pub(super) fn unary(operator: &UnaryOperator, operand: &Node) -> Value {
    match operator {
        UnaryOperator::Not => operand
            .as_bool()
            .map_or(Value::Unknown, |bool| plain((!bool).to_string())),
        UnaryOperator::Neg => operand
            .as_int()
            .and_then(i64::checked_neg)
            .map_or(Value::Unknown, |number| plain(number.to_string())),
    }
}

/// Comparisons, logic, and sums of whole numbers.
pub(super) fn binary(operator: &BinaryOperator, left: &Node, right: &Node) -> Value {
    let both = left.as_str().zip(right.as_str());
    let bools = left.as_bool().zip(right.as_bool());
    let numbers = left.as_int().zip(right.as_int());
    let truth = |truth: Option<bool>| truth.map_or(Value::Unknown, |bool| plain(bool.to_string()));
    let number =
        |number: Option<i64>| number.map_or(Value::Unknown, |number| plain(number.to_string()));
    match operator {
        BinaryOperator::Eq => truth(equal(left, right).or(both.map(|(a, b)| a == b))),
        BinaryOperator::NotEq => truth(
            equal(left, right)
                .or(both.map(|(a, b)| a == b))
                .map(|same| !same),
        ),
        BinaryOperator::And => truth(bools.map(|(a, b)| a && b)),
        BinaryOperator::Or => truth(bools.map(|(a, b)| a || b)),
        BinaryOperator::Greater => truth(numbers.map(|(a, b)| a > b)),
        BinaryOperator::GreaterEq => truth(numbers.map(|(a, b)| a >= b)),
        BinaryOperator::Less => truth(numbers.map(|(a, b)| a < b)),
        BinaryOperator::LessEq => truth(numbers.map(|(a, b)| a <= b)),
        BinaryOperator::Plus => number(numbers.and_then(|(a, b)| a.checked_add(b))),
        BinaryOperator::Minus => number(numbers.and_then(|(a, b)| a.checked_sub(b))),
        BinaryOperator::Mul => number(numbers.and_then(|(a, b)| a.checked_mul(b))),
        BinaryOperator::Div | BinaryOperator::Mod => Value::Unknown,
    }
}

/// Whether one side is null and the other is known.
fn equal(left: &Node, right: &Node) -> Option<bool> {
    let known = !left.is_unknown() && !right.is_unknown();
    (known && (left.is_null() || right.is_null())).then(|| left.is_null() && right.is_null())
}

/// A statement block of a policy document as the statement of its JSON.
pub(super) fn statement(block: &Node) -> Node {
    let effect = block
        .get("effect")
        .cloned()
        .unwrap_or_else(|| Node::text("Allow"));
    let mut entries = vec![(Node::text("Effect"), effect)];
    for (from, to) in [
        ("actions", "Action"),
        ("not_actions", "NotAction"),
        ("resources", "Resource"),
        ("not_resources", "NotResource"),
    ] {
        if let Some(node) = block.get(from) {
            entries.push((Node::text(to), node.clone()));
        }
    }
    let principals = block.list("principals").iter().filter_map(|one| {
        let kind = one.str_at("type")?;
        Some((Node::text(kind), one.get("identifiers")?.clone()))
    });
    let principals: Vec<(Node, Node)> = principals.collect();
    if !principals.is_empty() {
        entries.push((
            Node::text("Principal"),
            Node {
                value: Value::Map(principals),
                span: block.span,
            },
        ));
    }
    if !block.list("condition").is_empty() {
        entries.push((
            Node::text("Condition"),
            Node {
                value: Value::Unknown,
                span: block.span,
            },
        ));
    }
    Node {
        value: Value::Map(entries),
        span: block.span,
    }
}
