//! Types of expressions, and what facts there are.

use std::fmt;

/// The type of an expression.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Type {
    /// What it is, or what its elements are.
    pub(crate) base: Base,
    /// How many lists are around it.
    pub(crate) lists: u8,
    /// Whether there may be none: `object.?fact`.
    pub(crate) optional: bool,
}

/// Types that are no lists.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Base {
    Bool,
    Int,
    Double,
    Text,
    Time,
    Span,
    /// One of named levels.
    Level(&'static Level),
    /// Something with facts.
    Object(&'static Object),
    /// The element of a list without elements.
    Nothing,
}

/// A set of words that a fact is one of.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Level {
    /// What the words are about.
    pub(crate) name: &'static str,
    /// The words, least first where they have an order.
    pub(crate) words: &'static [&'static str],
    /// Whether `<` and `>=` mean something.
    pub(crate) ordered: bool,
}

/// A kind of things with facts.
#[derive(Debug)]
pub(crate) struct Object {
    /// What such a thing is called.
    pub(crate) name: &'static str,
    /// Its facts.
    pub(crate) fields: &'static [Field],
}

/// A fact about a thing.
#[derive(Debug)]
pub(crate) struct Field {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its type.
    pub(crate) kind: Type,
    /// What it tells, for people.
    pub(crate) about: &'static str,
}

impl PartialEq for Base {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Level(a), Self::Level(b)) => a.name == b.name,
            (Self::Object(a), Self::Object(b)) => a.name == b.name,
            (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b),
        }
    }
}

impl Type {
    /// One value.
    pub(crate) const fn of(base: Base) -> Self {
        Self {
            base,
            lists: 0,
            optional: false,
        }
    }

    /// A list of values.
    pub(crate) const fn list(base: Base) -> Self {
        Self {
            base,
            lists: 1,
            optional: false,
        }
    }

    /// What the elements of a list are; nothing where this is no list.
    pub(crate) fn element(self) -> Option<Self> {
        let lists = self.lists.checked_sub(1)?;
        (!self.optional).then_some(Self { lists, ..self })
    }

    /// The base of what is neither list nor optional.
    pub(crate) fn plain(self) -> Option<Base> {
        (self.lists == 0 && !self.optional).then_some(self.base)
    }

    pub(crate) fn is_number(self) -> bool {
        matches!(self.plain(), Some(Base::Int | Base::Double))
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.optional {
            f.write_str("an optional ")?;
        }
        let several = self.lists > 0;
        if several {
            f.write_str(if self.lists > 1 {
                "a list of lists of "
            } else {
                "a list of "
            })?;
        }
        let (one, many) = match self.base {
            Base::Bool => ("true or false", "true or false"),
            Base::Int => ("a whole number", "whole numbers"),
            Base::Double => ("a number", "numbers"),
            Base::Text => ("a text", "texts"),
            Base::Time => ("a time", "times"),
            Base::Span => ("a duration", "durations"),
            Base::Level(level) => return write!(f, "{}", level.name),
            Base::Object(object) => return write!(f, "{}", object.name),
            Base::Nothing => ("nothing", "nothing"),
        };
        f.write_str(if several { many } else { one })
    }
}

impl Level {
    /// The rank of a word.
    pub(crate) fn rank(&self, word: &str) -> Option<usize> {
        self.words.iter().position(|known| *known == word)
    }
}

impl Object {
    /// The fact of this name.
    pub(crate) fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}
