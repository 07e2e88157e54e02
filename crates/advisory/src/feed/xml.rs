//! XML, one record at a time.
//!
//! The files of distributions are lists of records that fit into memory one by one but
//! not together: hundreds of megabytes of OVAL. The file is read as a stream of events
//! and handed over in small trees, so that memory is bounded by the largest record.
//! Names lose their namespace prefix: upstreams use several for the same vocabulary.
//!
//! Only the five entities of XML itself and characters by number are resolved; a
//! document type is read over, so nothing expands.

use std::borrow::Cow;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::FeedError;

/// Deepest nesting of elements; the deepest real files reach twenty.
const MAX_DEPTH: usize = 96;
/// Most elements of one record; a kernel erratum of SUSE has some hundred thousand.
const MAX_ELEMENTS: usize = 4_000_000;

/// An element with what is inside it.
#[derive(Debug, Default)]
pub(super) struct Element {
    /// Local name.
    pub(super) name: String,
    attributes: Vec<(String, String)>,
    text: String,
    pub(super) children: Vec<Element>,
}

impl Element {
    /// The value of an attribute by its local name.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The first child of that name.
    pub(super) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|c| c.name == name)
    }

    /// Every child of that name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |c| c.name == name)
    }

    /// The element at the end of a path of first children.
    pub(super) fn at(&self, path: &[&str]) -> Option<&Element> {
        path.iter()
            .try_fold(self, |element, name| element.child(name))
    }

    /// The text of this element, trimmed.
    pub(super) fn text(&self) -> &str {
        self.text.trim()
    }

    /// The text at the end of a path of first children; empty where there is none.
    pub(super) fn text_at(&self, path: &[&str]) -> &str {
        self.at(path).map_or("", Element::text)
    }
}

/// Hands over every element that stands `depth` elements below the root, with the name
/// of its parent. Depth 0 is the root itself.
///
/// # Errors
/// Where the file stops being XML; the records before that place were handed over.
pub(super) fn records(
    bytes: &[u8],
    depth: usize,
    each: &mut dyn FnMut(&str, Element),
) -> Result<(), FeedError> {
    let text = match str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    };
    let mut reader = Reader::from_str(&text);
    let mut walk = Walk {
        depth,
        above: Vec::new(),
        open: Vec::new(),
        elements: 0,
        seen: false,
        each,
    };
    loop {
        let event = reader.read_event();
        let place = reader.buffer_position();
        let wrong = |what: &str| FeedError::new(format!("byte {place}: {what}"));
        match event.map_err(|error| wrong(&error.to_string()))? {
            Event::Start(start) => walk.start(&start).map_err(wrong)?,
            Event::Empty(start) => {
                walk.start(&start).map_err(wrong)?;
                walk.end();
            }
            Event::End(_) => walk.end(),
            Event::Text(text) => walk.text(&text.xml10_content()),
            Event::CData(text) => walk.text(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref().ok().flatten();
                match (character, &*reference.xml10_content()) {
                    (Some(character), _) => walk.text(character.encode_utf8(&mut [0; 4])),
                    (None, "amp") => walk.text("&"),
                    (None, "lt") => walk.text("<"),
                    (None, "gt") => walk.text(">"),
                    (None, "quot") => walk.text("\""),
                    (None, "apos") => walk.text("'"),
                    (None, _) => {}
                }
            }
            Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Comment(_) => {}
            Event::Eof => break,
        }
    }
    match (walk.seen, walk.above.is_empty() && walk.open.is_empty()) {
        (false, _) => Err(FeedError::new("no XML element")),
        (true, false) => Err(FeedError::new("the XML document is cut short")),
        (true, true) => Ok(()),
    }
}

struct Walk<'a> {
    depth: usize,
    /// Names of the elements above the records.
    above: Vec<String>,
    /// The record that is being read, from its root to the innermost element.
    open: Vec<Element>,
    elements: usize,
    seen: bool,
    each: &'a mut dyn FnMut(&str, Element),
}

impl Walk<'_> {
    fn start(&mut self, start: &BytesStart<'_>) -> Result<(), &'static str> {
        self.seen = true;
        if self.above.len() + self.open.len() >= MAX_DEPTH {
            return Err("elements are nested too deeply");
        }
        let name = start.local_name().into_inner().to_owned();
        if self.above.len() < self.depth {
            self.above.push(name);
            return Ok(());
        }
        self.elements += 1;
        if self.elements > MAX_ELEMENTS {
            return Err("a record has too many elements");
        }
        let mut element = Element {
            name,
            ..Element::default()
        };
        for attribute in start.attributes().with_checks(false) {
            let attribute = attribute.map_err(|_| "an attribute is malformed")?;
            let value = match attribute.normalized_value(XmlVersion::Implicit1_0) {
                Ok(value) => value.into_owned(),
                Err(_) => attribute.value.into_owned(),
            };
            let name = attribute.key.local_name().into_inner().to_owned();
            element.attributes.push((name, value));
        }
        self.open.push(element);
        Ok(())
    }

    fn end(&mut self) {
        let Some(element) = self.open.pop() else {
            self.above.pop();
            return;
        };
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => {
                self.elements = 0;
                let parent = self.above.last().map_or("", String::as_str);
                (self.each)(parent, element);
            }
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(element) = self.open.last_mut() {
            element.text.push_str(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, depth: usize) -> (Vec<(String, Element)>, Option<String>) {
        let mut found = Vec::new();
        let outcome = records(text.as_bytes(), depth, &mut |parent, element| {
            found.push((parent.to_owned(), element));
        });
        (found, outcome.err().map(|e| e.reason))
    }

    #[test]
    fn records_come_one_by_one_without_prefixes() {
        let text = "<?xml version='1.0'?><r xmlns:a='x'><l><a:i n='1&amp;2'>a<b>&lt;c</b>&#233;</a:i>\
                    <i/></l><m><j/></m></r>";
        let (found, error) = read(text, 2);
        assert_eq!(error, None);
        let names: Vec<(&str, &str)> = found
            .iter()
            .map(|(p, e)| (p.as_str(), e.name.as_str()))
            .collect();
        assert_eq!(names, [("l", "i"), ("l", "i"), ("m", "j")]);
        let first = &found[0].1;
        assert_eq!((first.attribute("n"), first.text()), (Some("1&2"), "aé"));
        assert_eq!(first.text_at(&["b"]), "<c");
    }

    #[test]
    fn what_is_cut_short_or_too_deep_is_an_error() {
        assert_eq!(
            read("<a><b>", 0).1.as_deref(),
            Some("the XML document is cut short")
        );
        assert_eq!(read("nothing", 0).1.as_deref(), Some("no XML element"));
        assert!(read("<a></b>", 0).1.is_some());
        assert!(read("<a b=c d='e'/>", 0).1.is_some());
        let (found, error) = read("<r><a/><b></r>", 1);
        assert_eq!(found.len(), 1);
        assert!(error.is_some());
        assert!(
            read(&"<a>".repeat(200), 0)
                .1
                .is_some_and(|e| e.contains("deeply"))
        );
    }

    #[test]
    fn entities_of_a_document_type_do_not_expand() {
        let text = "<!DOCTYPE r [<!ENTITY e 'eeee'>]><r a='&e;'>&e;</r>";
        let (found, error) = read(text, 0);
        assert_eq!(error, None);
        assert_eq!(found[0].1.text(), "");
    }
}
