//! The parts of an OVAL file that are read, record by record.
//!
//! A definition refers to tests, a test to an object and states, an object to a variable.
//! Definitions come first, so all of them are kept, in a short form, until the file ends.
//!
//! Source: OVAL language 5.11, "OVAL Definitions Model".

use std::collections::HashMap;

use super::super::FeedError;
use super::super::xml::{self, Element};

/// An OVAL file.
#[derive(Debug, Default)]
pub(super) struct Document {
    pub(super) definitions: Vec<Definition>,
    pub(super) tests: HashMap<String, Test>,
    pub(super) objects: HashMap<String, Object>,
    pub(super) states: HashMap<String, State>,
    pub(super) variables: HashMap<String, Vec<String>>,
}

/// What a definition is about, and when it holds.
#[derive(Debug, Default)]
pub(super) struct Definition {
    pub(super) id: String,
    /// `patch`: an erratum; `vulnerability`: one vulnerability.
    pub(super) class: String,
    pub(super) metadata: Element,
    pub(super) criteria: Node,
}

/// A tree of conditions.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) kind: NodeKind,
    /// The outcome is turned round.
    pub(super) negate: bool,
}

/// Kinds of nodes.
#[derive(Debug)]
pub(super) enum NodeKind {
    /// Every one holds.
    All(Vec<Node>),
    /// At least one holds.
    Any(Vec<Node>),
    /// A test, with what the definition says about it.
    Test { id: String, comment: String },
}

impl Default for NodeKind {
    fn default() -> Self {
        Self::All(Vec::new())
    }
}

/// A test: an object, and the states that it must be in.
#[derive(Debug, Default)]
pub(super) struct Test {
    pub(super) object: String,
    pub(super) states: Vec<String>,
    /// It looks at an installed package, and not at files or the running kernel.
    pub(super) of_package: bool,
}

/// The names that an object stands for.
#[derive(Debug)]
pub(super) enum Object {
    /// One package.
    Name(String),
    /// Every package that a variable lists.
    Variable(String),
}

/// What a state asks of a package.
#[derive(Debug, Default)]
pub(super) struct State {
    /// Operation and `epoch:version-release`.
    pub(super) evr: Option<(String, String)>,
    /// Operation and version, as used for the packages that stand for a release.
    pub(super) version: Option<(String, String)>,
    /// Architectures, split out of the pattern.
    pub(super) architectures: Vec<String>,
}

/// Reads a file.
pub(super) fn read(bytes: &[u8]) -> Result<Document, FeedError> {
    let mut document = Document::default();
    xml::records(bytes, 2, &mut |section, element| {
        document.take(section, element);
    })?;
    Ok(document)
}

impl Document {
    fn take(&mut self, section: &str, mut element: Element) {
        let id = element.attribute("id").unwrap_or_default().to_owned();
        match section {
            "definitions" => {
                let criteria = element.child("criteria").map(node).unwrap_or_default();
                let mut metadata = element
                    .children
                    .iter_mut()
                    .find(|c| c.name == "metadata")
                    .map(std::mem::take)
                    .unwrap_or_default();
                // The longest part of the file, and nothing is taken from it.
                metadata.children.retain(|c| c.name != "description");
                self.definitions.push(Definition {
                    class: element.attribute("class").unwrap_or_default().to_owned(),
                    id,
                    metadata,
                    criteria,
                });
            }
            "tests" => {
                self.tests.insert(id, test(&element));
            }
            "objects" => {
                self.objects.extend(object(&element).map(|o| (id, o)));
            }
            "states" | "state" => {
                self.states.insert(id, state(&element));
            }
            "variables" => {
                let values = element.all("value").map(|v| v.text().to_owned()).collect();
                self.variables.insert(id, values);
            }
            _ => {}
        }
    }
}

/// The depth of the tree is bounded by that of the XML.
fn node(element: &Element) -> Node {
    let negate = element.attribute("negate") == Some("true");
    if element.name == "criterion" {
        let text = |name| element.attribute(name).unwrap_or_default().to_owned();
        return Node {
            kind: NodeKind::Test {
                id: text("test_ref"),
                comment: text("comment"),
            },
            negate,
        };
    }
    let is_condition = |c: &&Element| matches!(&*c.name, "criteria" | "criterion");
    let children = element
        .children
        .iter()
        .filter(is_condition)
        .map(node)
        .collect();
    Node {
        kind: match element.attribute("operator") {
            Some("OR") => NodeKind::Any(children),
            _ => NodeKind::All(children),
        },
        negate,
    }
}

fn test(element: &Element) -> Test {
    let object = element
        .child("object")
        .and_then(|o| o.attribute("object_ref"));
    Test {
        object: object.unwrap_or_default().to_owned(),
        states: element
            .all("state")
            .filter_map(|s| s.attribute("state_ref").map(str::to_owned))
            .collect(),
        // Canonical's files for images look packages up in a text file that lists them.
        of_package: matches!(
            &*element.name,
            "rpminfo_test" | "dpkginfo_test" | "textfilecontent54_test"
        ),
    }
}

fn object(element: &Element) -> Option<Object> {
    let named = element.child("name").or_else(|| element.child("pattern"))?;
    Some(match named.attribute("var_ref") {
        Some(variable) => Object::Variable(variable.to_owned()),
        None => Object::Name(named.text().to_owned()),
    })
}

fn state(element: &Element) -> State {
    let pair = |name: &str| {
        let found = element.child(name)?;
        let operation = found.attribute("operation").unwrap_or("equals");
        // Azure Linux writes `0: 1.20.10-1.azl3` now and then; no version has a space.
        let text: String = found.text().split_whitespace().collect();
        (!text.is_empty()).then(|| (operation.to_owned(), text))
    };
    let architectures = element
        .text_at(&["arch"])
        .trim_matches(['(', ')', '^', '$']);
    State {
        evr: pair("evr").or_else(|| pair("subexpression")),
        version: pair("version"),
        architectures: architectures
            .split('|')
            .map(|a| a.trim_matches(['(', ')']))
            .filter(|a| !a.is_empty())
            .map(str::to_owned)
            .collect(),
    }
}
