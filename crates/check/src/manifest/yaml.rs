//! Reads YAML and JSON into nodes that know where they stand.
//!
//! Foreign bytes: the size of the tree and its depth are bounded, and an alias costs what it
//! stands for, so that ten lines of anchors cannot become a billion nodes. A document that
//! cannot be read ends the file; the documents before it are kept and the error says where.

use std::collections::{HashMap, HashSet};

use granit_parser::{Event, Parser, ScalarStyle, Span as Mark};

use super::node::{Node, Span, Value};

/// Nodes that one file may become, aliases counted at their full size.
pub const MAX_NODES: usize = 1_000_000;

/// Lists and maps within each other.
pub const MAX_DEPTH: usize = 100;

/// Why the rest of a file was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {what}")]
pub struct YamlError {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
    /// What is wrong there.
    pub what: String,
}

/// What a file holds.
#[derive(Debug, Default)]
pub struct Documents {
    /// Every document that could be read, in order; empty ones are left out.
    pub documents: Vec<Node>,
    /// Why the rest could not.
    pub error: Option<YamlError>,
}

/// Every document of `text`; `file` is what their spans say they stand in.
#[must_use]
pub fn read(text: &str, file: u32) -> Documents {
    let mut builder = Builder::default();
    let options = granit_parser::options! {
        emit_comments: false,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut error = None;
    while let Some(event) = parser.next_event() {
        let step = match event {
            Ok((event, mark)) => builder.take(event, Span { file, ..span(mark) }),
            Err(wrong) => Err(problem(span_at(*wrong.marker()), &wrong.info())),
        };
        if let Err(wrong) = step {
            error = Some(wrong);
            break;
        }
    }
    Documents {
        documents: builder.documents,
        error,
    }
}

fn problem(span: Span, what: &str) -> YamlError {
    YamlError {
        line: span.line,
        column: span.column,
        what: what.to_owned(),
    }
}

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn span(mark: Mark) -> Span {
    Span {
        end: small(mark.end.byte_offset().unwrap_or_default()),
        ..span_at(mark.start)
    }
}

fn span_at(marker: granit_parser::Marker) -> Span {
    let start = small(marker.byte_offset().unwrap_or_default());
    Span {
        start,
        end: start,
        line: small(marker.line()),
        column: small(marker.col()).saturating_add(1),
        file: 0,
    }
}

/// A list or map that is still open.
struct Open {
    node: Node,
    key: Option<Node>,
    anchor: usize,
}

#[derive(Default)]
struct Builder {
    documents: Vec<Node>,
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), YamlError> {
        match event {
            Event::DocumentStart(..) => self.anchors.clear(),
            Event::Scalar(text, style, anchor, _) => {
                let quoted = style != ScalarStyle::Plain;
                let node = Node {
                    value: Value::Scalar {
                        text: text.as_ref().into(),
                        quoted,
                    },
                    span,
                };
                self.close(node, anchor)?;
            }
            Event::SequenceStart(_, anchor, _) => {
                self.begin(Value::Seq(Vec::new()), span, anchor)?
            }
            Event::MappingStart(_, anchor, _) => {
                self.begin(Value::Map(Vec::new()), span, anchor)?
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(Open {
                    mut node, anchor, ..
                }) = self.open.pop()
                {
                    node.span.end = node.span.end.max(span.start);
                    merge(&mut node);
                    self.close(node, anchor)?;
                }
            }
            Event::Alias(anchor) => {
                // An alias to an open collection would hold itself.
                let Some(target) = self.anchors.get(&anchor) else {
                    return Err(problem(span, "the alias refers to itself or to nothing"));
                };
                self.nodes = self.nodes.saturating_add(target.size());
                self.bound(span)?;
                let node = Node {
                    value: self.anchors[&anchor].value.clone(),
                    span,
                };
                self.close(node, 0)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn bound(&self, span: Span) -> Result<(), YamlError> {
        if self.nodes > MAX_NODES {
            return Err(problem(
                span,
                &format!("more than {MAX_NODES} values, aliases counted in full"),
            ));
        }
        if self.open.len() > MAX_DEPTH {
            return Err(problem(span, &format!("nested more than {MAX_DEPTH} deep")));
        }
        Ok(())
    }

    fn begin(&mut self, value: Value, span: Span, anchor: usize) -> Result<(), YamlError> {
        self.open.push(Open {
            node: Node { value, span },
            key: None,
            anchor,
        });
        self.bound(span)
    }

    fn close(&mut self, node: Node, anchor: usize) -> Result<(), YamlError> {
        self.nodes = self.nodes.saturating_add(1);
        if anchor != 0 {
            self.nodes = self.nodes.saturating_add(node.size());
            self.bound(node.span)?;
            self.anchors.insert(anchor, node.clone());
        }
        self.bound(node.span)?;
        match self.open.last_mut() {
            None if node.is_null() => {}
            None => self.documents.push(node),
            Some(Open {
                node:
                    Node {
                        value: Value::Seq(items),
                        ..
                    },
                ..
            }) => items.push(node),
            Some(Open {
                node:
                    Node {
                        value: Value::Map(entries),
                        ..
                    },
                key,
                ..
            }) => match key.take() {
                None => *key = Some(node),
                Some(name) => entries.push((name, node)),
            },
            Some(_) => {}
        }
        Ok(())
    }
}

/// Resolves `<<`: what a map merges in never replaces what it says itself.
fn merge(node: &mut Node) {
    let Value::Map(entries) = &mut node.value else {
        return;
    };
    let Some(place) = entries.iter().position(|(key, _)| is_merge(key)) else {
        return;
    };
    let (_, sources) = entries.remove(place);
    let sources = match sources.value {
        Value::Seq(items) => items,
        _ => vec![sources],
    };
    let mut known: HashSet<Box<str>> = entries
        .iter()
        .filter_map(|(key, _)| key.as_str())
        .map(Into::into)
        .collect();
    for source in sources {
        let Value::Map(merged) = source.value else {
            continue;
        };
        for (key, value) in merged {
            if key.as_str().is_some_and(|name| known.insert(name.into())) {
                entries.push((key, value));
            }
        }
    }
}

fn is_merge(key: &Node) -> bool {
    matches!(&key.value, Value::Scalar { text, quoted: false } if text.as_ref() == "<<")
}
