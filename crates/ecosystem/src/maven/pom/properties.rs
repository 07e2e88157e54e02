//! Properties of a `pom.xml`, and filling them into its texts.

use std::collections::BTreeMap;

use roxmltree::Node;

use crate::xml::{child, children, text_of};

/// Most properties that are put into one text, those inside each other included.
const MAX_FILLED: usize = 200;
/// Longest text that filling may make, in bytes.
const MAX_LENGTH: usize = 4096;

/// What `${…}` stands for.
pub(super) struct Properties {
    values: BTreeMap<String, String>,
}

impl Properties {
    /// The properties of the project and of its profiles that are active by default, and
    /// those that the project's own coordinates make.
    pub(super) fn new(project: Node<'_, '_>) -> Self {
        let mut values = BTreeMap::new();
        let parent = child(project, "parent");
        for part in ["groupId", "artifactId", "version"] {
            let inherited = parent.map_or("", |p| text_of(p, part));
            let own = match text_of(project, part) {
                "" => inherited,
                own => own,
            };
            for (prefix, value) in [
                ("project.", own),
                ("pom.", own),
                ("", own),
                ("project.parent.", inherited),
                ("parent.", inherited),
            ] {
                if !value.is_empty() {
                    values.insert(format!("{prefix}{part}"), value.to_owned());
                }
            }
        }
        for place in std::iter::once(project).chain(default_profiles(project)) {
            let stated = children(place, "properties").flat_map(|p| p.children());
            for property in stated.filter(|n| n.is_element()) {
                let value = property.text().unwrap_or_default().trim().to_owned();
                values.insert(property.tag_name().name().to_owned(), value);
            }
        }
        Self { values }
    }

    /// The value of a property as it is written.
    pub(super) fn value(&self, name: &str) -> Option<String> {
        self.values.get(name).cloned()
    }

    /// `text` with every `${…}` filled in; `None` where one is not known.
    pub(super) fn filled(&self, text: &str) -> Option<String> {
        self.fill(text, &mut 0)
    }

    fn fill(&self, text: &str, count: &mut usize) -> Option<String> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after.split_once('}')?;
            *count += 1;
            let value = self.values.get(name).filter(|_| *count <= MAX_FILLED)?;
            filled.push_str(before);
            filled.push_str(&self.fill(value, count)?);
            if filled.len() > MAX_LENGTH {
                return None;
            }
            rest = after;
        }
        filled.push_str(rest);
        Some(filled)
    }
}

/// Profiles that are active unless another one is asked for.
pub(super) fn default_profiles<'a, 'i>(
    project: Node<'a, 'i>,
) -> impl Iterator<Item = Node<'a, 'i>> {
    let is_default = |profile: &Node<'_, '_>| {
        child(*profile, "activation").is_some_and(|a| text_of(a, "activeByDefault") == "true")
    };
    children(project, "profiles")
        .flat_map(|list| children(list, "profile"))
        .filter(is_default)
}
