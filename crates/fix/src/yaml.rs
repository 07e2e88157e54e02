//! YAML (and JSON, which is a part of it) with the bytes that each scalar stands at.

use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle};

/// Deepest nesting that is read.
const DEEPEST: usize = 128;
/// Most nodes of a file.
const MOST: usize = 2_000_000;

/// A node of a document.
#[derive(Debug)]
pub(crate) enum Node {
    Scalar(Scalar),
    Map(Vec<(Scalar, Node)>),
    List(Vec<Node>),
    /// An alias, or what is nested too deep.
    Other,
}

/// A scalar, and its bytes between the quotes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scalar {
    pub(crate) value: String,
    /// `None` where the bytes are not the value itself: escapes, folded lines.
    pub(crate) range: Option<Range<usize>>,
}

impl Node {
    /// The value under a key of a mapping.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        let Self::Map(pairs) = self else { return None };
        pairs.iter().find(|(k, _)| k.value == key).map(|(_, v)| v)
    }

    /// The scalar under a key of a mapping.
    pub(crate) fn scalar(&self, key: &str) -> Option<&Scalar> {
        match self.get(key) {
            Some(Self::Scalar(scalar)) => Some(scalar),
            _ => None,
        }
    }
}

/// The documents of a file; none where it is no YAML.
pub(crate) fn read(text: &str) -> Vec<Node> {
    let mut documents = Vec::new();
    let mut reader = Reader {
        text,
        parser: Parser::new_from_str(text),
        left: MOST,
    };
    while let Some(event) = reader.next() {
        match event {
            (
                Event::StreamStart
                | Event::StreamEnd
                | Event::DocumentStart(..)
                | Event::DocumentEnd,
                _,
            ) => {}
            (event, range) => match reader.node(event, range, 0) {
                Some(node) => documents.push(node),
                None => return Vec::new(),
            },
        }
    }
    match reader.left {
        // A file that breaks off is not what anybody deploys.
        0 => Vec::new(),
        _ => documents,
    }
}

struct Reader<'a> {
    text: &'a str,
    parser: Parser<'a, granit_parser::StrInput<'a>>,
    left: usize,
}

impl<'a> Reader<'a> {
    /// The next event that is part of the structure; an error ends the file as a whole.
    fn next(&mut self) -> Option<(Event<'a>, Range<usize>)> {
        loop {
            self.left = self.left.checked_sub(1)?;
            match self.parser.next()? {
                Ok((Event::Anchor(..), _)) => {}
                Ok((event, span)) => {
                    let start = span.start.byte_offset().unwrap_or(0);
                    let end = span.end.byte_offset().unwrap_or(start);
                    return Some((event, start..end));
                }
                Err(_) => {
                    self.left = 0;
                    return None;
                }
            }
        }
    }

    fn node(&mut self, event: Event<'a>, range: Range<usize>, depth: usize) -> Option<Node> {
        if depth > DEEPEST {
            return None;
        }
        Some(match event {
            Event::Scalar(value, style, ..) => {
                Node::Scalar(scalar(self.text, value.into_owned(), style, range))
            }
            Event::MappingStart(..) => {
                let mut pairs = Vec::new();
                loop {
                    let (event, range) = self.next()?;
                    if matches!(event, Event::MappingEnd) {
                        break;
                    }
                    let key = self.node(event, range, depth + 1)?;
                    let (event, range) = self.next()?;
                    let value = self.node(event, range, depth + 1)?;
                    if let Node::Scalar(key) = key {
                        pairs.push((key, value));
                    }
                }
                Node::Map(pairs)
            }
            Event::SequenceStart(..) => {
                let mut items = Vec::new();
                loop {
                    let (event, range) = self.next()?;
                    if matches!(event, Event::SequenceEnd) {
                        break;
                    }
                    items.push(self.node(event, range, depth + 1)?);
                }
                Node::List(items)
            }
            _ => Node::Other,
        })
    }
}

fn scalar(text: &str, value: String, style: ScalarStyle, range: Range<usize>) -> Scalar {
    let inner = match style {
        ScalarStyle::Plain => range,
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
            range.start + 1..range.end.saturating_sub(1).max(range.start + 1)
        }
        _ => 0..0,
    };
    // The span of a plain scalar may reach over blanks behind it.
    let end = (inner.start + value.len()).min(inner.end.max(inner.start));
    let inner = inner.start..end;
    let range = (text.get(inner.clone()) == Some(value.as_str())).then_some(inner);
    Scalar { value, range }
}
