//! What Terraform expressions evaluate to without running anything.
//!
//! Variables with defaults, locals, conditionals, templates and a few functions are followed;
//! everything that only a provider could tell is [`Value::Reference`] or [`Value::Unknown`],
//! never a guess. The nodes that locals may multiply into are bounded.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ObjectKey, TraversalOperator};
use hcl_edit::structure::{Block, Body, Structure};
use hcl_edit::template::Element;

use super::functions;
use crate::manifest::node::{Node, Span, Value};

/// Nodes that one module may evaluate to.
const MAX_NODES: usize = 1_000_000;

/// Expressions within expressions and locals within locals.
const MAX_DEPTH: usize = 80;

/// Most copies of a block that `for_each` or a dynamic block makes.
const MAX_COPIES: usize = 50;

/// A file of a module.
pub(super) struct File<'a> {
    /// Its number in the set.
    pub index: u32,
    /// Its text.
    pub text: &'a str,
    /// What it holds.
    pub body: Body,
    /// The document that it was made from, where its syntax is JSON.
    pub json: Option<Node>,
}

/// Names that an expression may use.
pub(super) struct Env<'a> {
    /// Values of variables: arguments, or defaults.
    pub variables: HashMap<String, Node>,
    /// Expressions of locals.
    pub locals: HashMap<&'a str, (&'a Expression, &'a File<'a>)>,
    /// Bodies of resources and data sources by address.
    pub blocks: HashMap<String, (&'a Block, &'a File<'a>)>,
    /// Outputs of modules that were called: by module, then by output.
    pub outputs: HashMap<String, HashMap<String, Node>>,
    known: RefCell<HashMap<String, Node>>,
    active: RefCell<HashSet<String>>,
    nodes: Cell<usize>,
}

/// Names that a `for_each` or a dynamic block binds.
#[derive(Clone, Default)]
pub(super) struct Bound {
    names: Vec<(String, Node)>,
}

impl Bound {
    /// With `name.key` and `name.value`.
    pub(super) fn with(&self, name: &str, key: Node, value: Node) -> Self {
        let mut names = self.names.clone();
        names.push((format!("{name}.key"), key));
        names.push((format!("{name}.value"), value));
        Self { names }
    }
}

impl<'a> Env<'a> {
    /// An environment with those variables and nothing else.
    pub(super) fn new(variables: HashMap<String, Node>) -> Self {
        Self {
            variables,
            locals: HashMap::new(),
            blocks: HashMap::new(),
            outputs: HashMap::new(),
            known: RefCell::default(),
            active: RefCell::default(),
            nodes: Cell::new(0),
        }
    }

    /// Whether the bound on nodes was reached, so that some values are unknown only for that.
    pub(super) fn is_exhausted(&self) -> bool {
        self.nodes.get() > MAX_NODES
    }

    fn count(&self, nodes: usize) -> bool {
        self.nodes.set(self.nodes.get().saturating_add(nodes));
        !self.is_exhausted()
    }

    /// What `expression` of `file` evaluates to.
    pub(super) fn value(
        &self,
        expression: &Expression,
        file: &File<'_>,
        bound: &Bound,
        depth: usize,
    ) -> Node {
        let span = place(expression.span(), file);
        if depth > MAX_DEPTH || !self.count(1) {
            return Node {
                value: Value::Unknown,
                span,
            };
        }
        let next = depth + 1;
        let plain = |text: String| Value::Scalar {
            text: text.into(),
            quoted: false,
        };
        let value = match expression {
            Expression::Null(_) => plain("null".to_owned()),
            Expression::Bool(bool) => plain(bool.to_string()),
            Expression::Number(number) => plain(number.value().to_string()),
            Expression::String(text) => Value::Scalar {
                text: text.as_str().into(),
                quoted: true,
            },
            Expression::Array(items) => Value::Seq(
                items
                    .iter()
                    .map(|item| self.value(item, file, bound, next))
                    .collect(),
            ),
            Expression::Object(object) => {
                let entries = object.iter().map(|(key, value)| {
                    let key = match key {
                        ObjectKey::Ident(name) => Node {
                            span: place(name.span(), file),
                            ..Node::text(name.as_str())
                        },
                        ObjectKey::Expression(key) => self.key(key, file, bound, next),
                    };
                    (key, self.value(value.expr(), file, bound, next))
                });
                Value::Map(entries.collect())
            }
            Expression::StringTemplate(template) => {
                self.template(template.iter(), file, bound, next)
            }
            Expression::HeredocTemplate(heredoc) => {
                self.template(heredoc.template.iter(), file, bound, next)
            }
            Expression::Parenthesis(inner) => return self.value(inner.inner(), file, bound, next),
            Expression::Variable(name) => Value::Reference(name.as_str().into()),
            Expression::Conditional(conditional) => {
                match self
                    .value(&conditional.cond_expr, file, bound, next)
                    .as_bool()
                {
                    Some(true) => return self.value(&conditional.true_expr, file, bound, next),
                    Some(false) => return self.value(&conditional.false_expr, file, bound, next),
                    None => Value::Unknown,
                }
            }
            Expression::FuncCall(call) => {
                let arguments = call
                    .args
                    .iter()
                    .map(|argument| self.value(argument, file, bound, next))
                    .collect();
                functions::call(call.name.name.as_str(), arguments)
            }
            Expression::Traversal(traversal) => self.traverse(traversal, file, bound, next),
            Expression::UnaryOp(operation) => functions::unary(
                operation.operator.value(),
                &self.value(&operation.expr, file, bound, next),
            ),
            Expression::BinaryOp(operation) => functions::binary(
                operation.operator.value(),
                &self.value(&operation.lhs_expr, file, bound, next),
                &self.value(&operation.rhs_expr, file, bound, next),
            ),
            Expression::ForExpr(_) => Value::Unknown,
        };
        Node { value, span }
    }

    /// A key of an object: a bare name is a word, not a variable.
    fn key(&self, key: &Expression, file: &File<'_>, bound: &Bound, depth: usize) -> Node {
        let node = self.value(key, file, bound, depth);
        match &node.value {
            Value::Reference(name) if matches!(key, Expression::Variable(_)) => Node {
                span: node.span,
                ..Node::text(name)
            },
            _ => node,
        }
    }

    fn template<'t>(
        &self,
        elements: impl Iterator<Item = &'t Element>,
        file: &File<'_>,
        bound: &Bound,
        depth: usize,
    ) -> Value {
        let mut text = String::new();
        let mut elements = elements.peekable();
        let mut first = true;
        while let Some(element) = elements.next() {
            match element {
                Element::Literal(literal) => text.push_str(literal.as_str()),
                Element::Interpolation(inner) => {
                    let node = self.value(&inner.expr, file, bound, depth);
                    if first && elements.peek().is_none() {
                        return node.value;
                    }
                    match node.as_str() {
                        Some(known) => text.push_str(known),
                        // What is not known stays as it was written, so that the rest can be read.
                        None => {
                            let range = inner.expr.span().unwrap_or_default();
                            text.push_str("${");
                            text.push_str(file.text.get(range).unwrap_or_default().trim());
                            text.push('}');
                        }
                    }
                }
                Element::Directive(_) => text.push_str("${…}"),
            }
            first = false;
        }
        Value::Scalar {
            text: text.into(),
            quoted: true,
        }
    }

    fn traverse(
        &self,
        traversal: &hcl_edit::expr::Traversal,
        file: &File<'_>,
        bound: &Bound,
        depth: usize,
    ) -> Value {
        let mut path = vec![];
        let start = match &traversal.expr {
            Expression::Variable(name) => {
                path.push(name.as_str().to_owned());
                None
            }
            other => Some(self.value(other, file, bound, depth)),
        };
        for operator in &traversal.operators {
            path.push(match operator.value() {
                TraversalOperator::GetAttr(name) => name.as_str().to_owned(),
                TraversalOperator::LegacyIndex(index) => index.to_string(),
                TraversalOperator::Index(index) => {
                    match self.value(index, file, bound, depth).as_str() {
                        Some(known) => known.to_owned(),
                        None => return Value::Unknown,
                    }
                }
                TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => "*".to_owned(),
            });
        }
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        match start {
            Some(node) => self.descend(&node, &path),
            None => self.resolve(&path, bound, depth),
        }
    }

    /// The value below `node` at the end of a path of keys and indices.
    fn descend(&self, node: &Node, path: &[&str]) -> Value {
        let mut node = node;
        for part in path {
            let below = match &node.value {
                Value::Map(_) => node.get(part),
                Value::Seq(items) => part
                    .parse::<usize>()
                    .ok()
                    .and_then(|index| items.get(index)),
                _ => None,
            };
            let Some(below) = below else {
                return Value::Unknown;
            };
            node = below;
        }
        if self.count(node.size()) {
            node.value.clone()
        } else {
            Value::Unknown
        }
    }

    fn resolve(&self, path: &[&str], bound: &Bound, depth: usize) -> Value {
        let reference = || Value::Reference(path.join(".").into());
        let [first, second, ..] = path else {
            return reference();
        };
        let named = format!("{first}.{second}");
        if let Some((_, node)) = bound.names.iter().rev().find(|(name, _)| *name == named) {
            return self.descend(node, path.get(2..).unwrap_or_default());
        }
        match *first {
            "var" => self.variables.get(*second).map_or(Value::Unknown, |node| {
                self.descend(node, path.get(2..).unwrap_or_default())
            }),
            "local" => self.local(second, depth).map_or(Value::Unknown, |node| {
                self.descend(&node, path.get(2..).unwrap_or_default())
            }),
            "module" => {
                let output = path
                    .get(2)
                    .and_then(|output| self.outputs.get(*second).and_then(|all| all.get(*output)));
                output.map_or_else(reference, |node| {
                    self.descend(node, path.get(3..).unwrap_or_default())
                })
            }
            "data" if *second == "aws_iam_policy_document" && path.get(3) == Some(&"json") => {
                let address = path.get(..3).unwrap_or_default().join(".");
                self.document(&address, depth).unwrap_or_else(reference)
            }
            _ => reference(),
        }
    }

    fn local(&self, name: &str, depth: usize) -> Option<Node> {
        if let Some(node) = self.known.borrow().get(name) {
            return Some(node.clone());
        }
        let (expression, file) = *self.locals.get(name)?;
        // A local that needs itself has no value.
        if !self.active.borrow_mut().insert(name.to_owned()) {
            return None;
        }
        let node = self.value(expression, file, &Bound::default(), depth + 1);
        self.active.borrow_mut().remove(name);
        self.known
            .borrow_mut()
            .insert(name.to_owned(), node.clone());
        Some(node)
    }

    /// A policy document as the map its JSON would be.
    fn document(&self, address: &str, depth: usize) -> Option<Value> {
        let (block, file) = *self.blocks.get(address)?;
        if depth > MAX_DEPTH {
            return None;
        }
        let body = self.body(&block.body, file, &Bound::default(), depth + 1);
        let statements = body
            .list("statement")
            .iter()
            .map(functions::statement)
            .collect();
        Some(Value::Map(vec![(
            Node::text("Statement"),
            Node {
                value: Value::Seq(statements),
                span: body.span,
            },
        )]))
    }

    /// A body as a map: attributes by name, blocks of one name as a list.
    pub(super) fn body(&self, body: &Body, file: &File<'_>, bound: &Bound, depth: usize) -> Node {
        let mut entries: Vec<(Node, Node)> = Vec::new();
        let mut lists: HashMap<String, usize> = HashMap::new();
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => {
                    let key = Node {
                        span: place(attribute.key.span(), file),
                        ..Node::text(attribute.key.as_str())
                    };
                    entries.push((key, self.value(&attribute.value, file, bound, depth + 1)));
                }
                Structure::Block(block) => {
                    for (name, node) in self.blocks(block, file, bound, depth + 1) {
                        let at = *lists.entry(name.clone()).or_insert_with(|| {
                            let list = Node {
                                value: Value::Seq(Vec::new()),
                                span: node.span,
                            };
                            entries.push((
                                Node {
                                    span: node.span,
                                    ..Node::text(&name)
                                },
                                list,
                            ));
                            entries.len() - 1
                        });
                        if let Some((
                            _,
                            Node {
                                value: Value::Seq(items),
                                ..
                            },
                        )) = entries.get_mut(at)
                        {
                            items.push(node);
                        }
                    }
                }
            }
        }
        Node {
            value: Value::Map(entries),
            span: place(body.span(), file),
        }
    }

    /// The blocks that one written block stands for: itself, or the copies of a dynamic one.
    fn blocks(
        &self,
        block: &Block,
        file: &File<'_>,
        bound: &Bound,
        depth: usize,
    ) -> Vec<(String, Node)> {
        let span = header(block, file);
        if depth > MAX_DEPTH || !self.count(1) {
            return Vec::new();
        }
        let name = block.ident.as_str();
        let label = block.labels.first().map(|label| label.as_str());
        let Some(dynamic) = label.filter(|_| name == "dynamic") else {
            let node = Node {
                span,
                ..self.body(&block.body, file, bound, depth)
            };
            return vec![(name.to_owned(), node)];
        };
        let Some(content) = block.body.get_blocks("content").next() else {
            return Vec::new();
        };
        let iterator = block
            .body
            .get_attribute("iterator")
            .and_then(|one| one.value.as_variable());
        let iterator = iterator.map_or(dynamic, |name| name.as_str());
        let each = block
            .body
            .get_attribute("for_each")
            .map(|one| self.value(&one.value, file, bound, depth));
        let copies = copies(each.as_ref());
        let copies = copies.into_iter().map(|(key, value)| {
            let bound = bound.with(iterator, key, value);
            (
                dynamic.to_owned(),
                Node {
                    span,
                    ..self.body(&content.body, file, &bound, depth)
                },
            )
        });
        copies.collect()
    }
}

/// Keys and values that `for_each` runs over; one unknown copy where that is not known.
pub(super) fn copies(each: Option<&Node>) -> Vec<(Node, Node)> {
    match each.map(|node| &node.value) {
        Some(Value::Map(entries)) => entries.iter().take(MAX_COPIES).cloned().collect(),
        Some(Value::Seq(items)) => items
            .iter()
            .take(MAX_COPIES)
            .map(|item| (item.clone(), item.clone()))
            .collect(),
        _ => vec![(Node::default(), Node::default())],
    }
}

/// The line that opens a block.
pub(super) fn header(block: &Block, file: &File<'_>) -> Span {
    let start = block.ident.span().map_or(0, |range| range.start);
    let last = block
        .labels
        .last()
        .and_then(|label| label.span())
        .or_else(|| block.ident.span());
    place(Some(start..last.map_or(start, |range| range.end)), file)
}

/// A range of bytes as a span. Lines and columns are left to whoever shows it.
pub(super) fn place(range: Option<std::ops::Range<usize>>, file: &File<'_>) -> Span {
    // Of a document in JSON the places are put in afterwards.
    let range = range.filter(|_| file.json.is_none()).unwrap_or_default();
    let small = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Span {
        start: small(range.start),
        end: small(range.end),
        line: 1,
        column: 1,
        file: file.index,
    }
}
