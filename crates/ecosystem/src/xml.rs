//! XML documents of project files, in whatever encoding they declare.

use std::borrow::Cow;

use roxmltree::{Document, Node, ParsingOptions};

use crate::ReadError;

/// Most nodes of one document.
const MAX_NODES: u32 = 2_000_000;

/// The bytes as text: UTF-8, UTF-16 with a byte order mark, or the single-byte encoding
/// that the declaration names.
///
/// # Errors
/// When the bytes are none of these.
pub(crate) fn decoded(bytes: &[u8]) -> Result<Cow<'_, str>, ReadError> {
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        return utf16(rest, u16::from_le_bytes);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        return utf16(rest, u16::from_be_bytes);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Cow::Borrowed(text)),
        // Each byte of Latin-1 is the code point of its own number.
        Err(_) if declares_single_bytes(bytes) => {
            Ok(Cow::Owned(bytes.iter().map(|b| char::from(*b)).collect()))
        }
        Err(error) => Err(ReadError::new(format!("not UTF-8: {error}"))),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<Cow<'static, str>, ReadError> {
    let units = bytes.as_chunks::<2>().0.iter().map(|pair| unit(*pair));
    char::decode_utf16(units)
        .collect::<Result<String, _>>()
        .map(Cow::Owned)
        .map_err(|e| ReadError::new(format!("not UTF-16: {e}")))
}

fn declares_single_bytes(bytes: &[u8]) -> bool {
    let head = bytes.get(..200).unwrap_or(bytes).to_ascii_lowercase();
    let head = String::from_utf8_lossy(&head);
    let declaration = head.split("?>").next().unwrap_or_default();
    ["iso-8859-", "windows-125", "us-ascii", "cp125"]
        .iter()
        .any(|name| declaration.contains(name))
}

/// The document in `text`. A document type declaration is tolerated; its entities expand
/// within the parser's own limits and nothing is fetched.
///
/// # Errors
/// When the text is not well-formed.
pub(crate) fn document(text: &str) -> Result<Document<'_>, ReadError> {
    let options = ParsingOptions {
        allow_dtd: true,
        nodes_limit: MAX_NODES,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(text, options).map_err(|e| ReadError::new(format!("not XML: {e}")))
}

/// The first child element called `name`, whatever its namespace.
pub(crate) fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    children(node, name).next()
}

/// The child elements called `name`, whatever their namespace.
pub(crate) fn children<'a, 'i>(
    node: Node<'a, 'i>,
    name: &str,
) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children()
        .filter(move |n| n.is_element() && n.tag_name().name() == name)
}

/// The trimmed text of the first child element called `name`, empty where there is none.
pub(crate) fn text_of<'a>(node: Node<'a, '_>, name: &str) -> &'a str {
    child(node, name)
        .and_then(|n| n.text())
        .unwrap_or_default()
        .trim()
}
