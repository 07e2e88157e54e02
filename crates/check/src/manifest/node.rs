//! The tree every reader of this crate yields: YAML and JSON documents, and what Terraform
//! blocks evaluate to.
//!
//! A scalar keeps its text and whether it was quoted; what it means is decided where it is
//! asked for. Kubernetes reads `yes` as a boolean, an environment variable reads it as a word,
//! and a tree that had decided early could not serve both.

/// Where a node stands in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// First byte, counted from the start of the file.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Line of the first byte, from 1; 0 when the node stands in no file.
    pub line: u32,
    /// Column of the first character, from 1.
    pub column: u32,
    /// Which file, counted in the set that was read together. Patches and modules put nodes
    /// of several files into one tree.
    pub file: u32,
}

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Node {
    /// What it holds.
    pub value: Value,
    /// Where it stands.
    pub span: Span,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// Text as written, escapes resolved.
    Scalar {
        /// The characters.
        text: Box<str>,
        /// In quotes or a block, so that it is text and nothing else.
        quoted: bool,
    },
    /// A list.
    Seq(Vec<Node>),
    /// Keys and values in the order of the file.
    Map(Vec<(Node, Node)>),
    /// A value that something else will have, by the address it was referred to with.
    Reference(Box<str>),
    /// A value that cannot be told without running something else.
    #[default]
    Unknown,
}

impl Node {
    /// A node that stands nowhere, for values that were computed.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self {
            value: Value::Scalar {
                text: text.into(),
                quoted: true,
            },
            span: Span::default(),
        }
    }

    /// The value below `key`, the last one if the key repeats; `None` on anything but a map.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|(_, value)| value)
    }

    /// Key and value for `key`.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<(&Node, &Node)> {
        self.entries()
            .rev()
            .find(|(name, _)| name.as_str() == Some(key))
    }

    /// The value at the end of a path of keys.
    #[must_use]
    pub fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// Keys and values of a map; nothing for anything else.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = (&Node, &Node)> {
        let entries: &[(Node, Node)] = if let Value::Map(entries) = &self.value {
            entries
        } else {
            &[]
        };
        entries.iter().map(|(key, value)| (key, value))
    }

    /// Items of a list; nothing for anything else.
    #[must_use]
    pub fn items(&self) -> &[Node] {
        if let Value::Seq(items) = &self.value {
            items
        } else {
            &[]
        }
    }

    /// Items of the list below `key`.
    #[must_use]
    pub fn list(&self, key: &str) -> &[Node] {
        self.get(key).map_or(&[], Node::items)
    }

    /// The characters of a scalar that is not null.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, quoted } if *quoted || !is_null(text) => Some(text),
            _ => None,
        }
    }

    /// The characters of the scalar below `key`.
    #[must_use]
    pub fn str_at(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Node::as_str)
    }

    /// A boolean as YAML 1.1 and Terraform read one: quotes do not matter, `yes` and `on` count.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        let text = self.as_str()?;
        match text {
            "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
            "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
            _ => None,
        }
    }

    /// The boolean below `key`.
    #[must_use]
    pub fn bool_at(&self, key: &str) -> Option<bool> {
        self.get(key).and_then(Node::as_bool)
    }

    /// Whether the value below `key` is a plain yes.
    #[must_use]
    pub fn is_true(&self, key: &str) -> bool {
        self.bool_at(key) == Some(true)
    }

    /// A whole number, decimal, `0o` or `0x`.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        let text = self.as_str()?;
        if let Some(octal) = text.strip_prefix("0o") {
            return i64::from_str_radix(octal, 8).ok();
        }
        if let Some(hex) = text.strip_prefix("0x") {
            return i64::from_str_radix(hex, 16).ok();
        }
        text.parse().ok()
    }

    /// The whole number below `key`.
    #[must_use]
    pub fn int_at(&self, key: &str) -> Option<i64> {
        self.get(key).and_then(Node::as_int)
    }

    /// Nothing was given: a plain `null`, `~` or an empty place.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, quoted: false } if is_null(text))
    }

    /// A value that only another program could tell.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        matches!(self.value, Value::Unknown | Value::Reference(_))
    }

    /// The address that this value was referred to with.
    #[must_use]
    pub fn as_reference(&self) -> Option<&str> {
        if let Value::Reference(address) = &self.value {
            Some(address)
        } else {
            None
        }
    }

    /// Null, an empty text, an empty list or an empty map.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match &self.value {
            Value::Scalar { text, quoted } => text.is_empty() || (!quoted && is_null(text)),
            Value::Seq(items) => items.is_empty(),
            Value::Map(entries) => entries.is_empty(),
            Value::Reference(_) | Value::Unknown => false,
        }
    }

    /// Number of nodes in this tree, itself included.
    #[must_use]
    pub fn size(&self) -> usize {
        1 + match &self.value {
            Value::Seq(items) => items.iter().map(Node::size).sum(),
            Value::Map(entries) => entries
                .iter()
                .map(|(key, value)| key.size() + value.size())
                .sum(),
            Value::Scalar { .. } | Value::Reference(_) | Value::Unknown => 0,
        }
    }
}

fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}
