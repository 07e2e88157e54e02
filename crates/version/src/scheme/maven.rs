//! Maven: `ComparableVersion`.
//!
//! A version is a list of numbers and qualifiers; a hyphen, and every change
//! between digits and letters, opens a list within it. Lists lose the zeros
//! and release words that stand before another list or at their end, so
//! `1 = 1.0 = 1-ga`. Known qualifiers rank `alpha < beta < milestone < rc <
//! snapshot <` the release `< sp`; unknown ones follow, in the order of text.
//!
//! Nested lists are kept flat here: each item notes how deep it stands, and
//! comparing walks both once, so neither reading nor comparing recurses.
//!
//! Source: the Maven POM reference, "Version Order Specification", and the
//! class's own `main`, which prints the order of its arguments.

use std::cmp::Ordering;

use crate::digits;

pub(super) fn check(version: &str) -> bool {
    let readable = |c: char| !c.is_whitespace() && !c.is_control() && !"${}[](),<>".contains(c);
    !version.is_empty() && version.chars().all(readable)
}

pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (
        Lists::parse(&a.to_lowercase()),
        Lists::parse(&b.to_lowercase()),
    );
    compare_lists(&a.levels, &b.levels)
}

#[derive(Clone, PartialEq, Eq)]
enum Item {
    Number(String),
    /// A qualifier, with the shorthand for `alpha` and others resolved.
    Word(String),
}

/// The nested lists, outermost first. A list is only ever opened as the last
/// item of the one around it, so this sequence is the whole tree.
struct Lists {
    levels: Vec<Vec<Item>>,
}

impl Lists {
    fn parse(version: &str) -> Self {
        let mut lists = Self {
            levels: vec![Vec::new()],
        };
        let mut rest = version;
        let mut expects_item = true;
        while let Some(first) = rest.chars().next() {
            if first == '.' || first == '-' {
                if expects_item {
                    lists.push(Item::Number(String::new()));
                }
                if first == '-' {
                    lists.open();
                }
                expects_item = true;
                rest = &rest[1..];
                continue;
            }
            let is_number = first.is_ascii_digit();
            let part = |c: char| c == '.' || c == '-' || c.is_ascii_digit() != is_number;
            let (text, tail) = rest.split_at(rest.find(part).unwrap_or(rest.len()));
            lists.add(text, is_number, tail);
            expects_item = false;
            if !tail.is_empty() && !tail.starts_with(['.', '-']) {
                lists.open();
            }
            rest = tail;
        }
        lists.normalize();
        lists
    }

    fn add(&mut self, text: &str, is_number: bool, tail: &str) {
        if is_number {
            return self.push(Item::Number(text.trim_start_matches('0').to_owned()));
        }
        let before_digit = tail.starts_with(|c: char| c.is_ascii_digit());
        if before_digit || tail.is_empty() {
            // `1.x` is `1-x`, but `1.x.1` is not: only a last qualifier, or one
            // with a number of its own, stands in its own list.
            self.open();
        }
        self.push(Item::Word(resolve(text, before_digit).to_owned()));
    }

    fn push(&mut self, item: Item) {
        if let Some(level) = self.levels.last_mut() {
            level.push(item);
        }
    }

    fn open(&mut self) {
        if self.levels.last().is_some_and(|level| !level.is_empty()) {
            self.levels.push(Vec::new());
        }
    }

    /// Takes off what does not count at the end of every list, innermost first.
    fn normalize(&mut self) {
        for level in self.levels.iter_mut().rev() {
            while level.last().is_some_and(is_null) {
                level.pop();
            }
        }
        while self.levels.last().is_some_and(Vec::is_empty) && self.levels.len() > 1 {
            self.levels.pop();
        }
    }
}

fn is_null(item: &Item) -> bool {
    match item {
        Item::Number(number) => number.is_empty(),
        Item::Word(word) => word.is_empty(),
    }
}

fn resolve(word: &str, before_digit: bool) -> &str {
    match word {
        "a" if before_digit => "alpha",
        "b" if before_digit => "beta",
        "m" if before_digit => "milestone",
        "ga" | "final" | "release" => "",
        "cr" => "rc",
        _ => word,
    }
}

/// What a place in a walk over the lists can hold.
#[derive(Clone, Copy)]
enum Place<'a> {
    Item(&'a Item),
    /// The list inside this one.
    List,
    Nothing,
}

fn compare_lists(a: &[Vec<Item>], b: &[Vec<Item>]) -> Ordering {
    let depth = a.len().min(b.len());
    for level in 0..depth {
        let (x, y) = (&a[level], &b[level]);
        for index in 0..=x.len().max(y.len()) {
            let (left, right) = (place(a, level, index), place(b, level, index));
            if matches!((left, right), (Place::List, Place::List)) {
                break;
            }
            let order = compare_places(left, right, &a[level + 1..], &b[level + 1..]);
            if order.is_ne() {
                return order;
            }
        }
        if x.len() != y.len() {
            return Ordering::Equal;
        }
    }
    Ordering::Equal
}

fn place(lists: &[Vec<Item>], level: usize, index: usize) -> Place<'_> {
    let items = &lists[level];
    match items.get(index) {
        Some(item) => Place::Item(item),
        None if index == items.len() && level + 1 < lists.len() => Place::List,
        None => Place::Nothing,
    }
}

fn compare_places(
    left: Place<'_>,
    right: Place<'_>,
    inner_a: &[Vec<Item>],
    inner_b: &[Vec<Item>],
) -> Ordering {
    match (left, right) {
        (Place::Item(x), Place::Item(y)) => compare_items(x, y),
        (Place::Item(Item::Number(_)), Place::List) | (Place::List, Place::Item(Item::Word(_))) => {
            Ordering::Greater
        }
        (Place::Item(Item::Word(_)), Place::List) | (Place::List, Place::Item(Item::Number(_))) => {
            Ordering::Less
        }
        (Place::Item(x), Place::Nothing) => compare_to_nothing(x),
        (Place::Nothing, Place::Item(y)) => compare_to_nothing(y).reverse(),
        (Place::List, Place::Nothing) => list_to_nothing(inner_a),
        (Place::Nothing, Place::List) => list_to_nothing(inner_b).reverse(),
        (Place::List, Place::List) | (Place::Nothing, Place::Nothing) => Ordering::Equal,
    }
}

fn compare_items(a: &Item, b: &Item) -> Ordering {
    match (a, b) {
        (Item::Number(x), Item::Number(y)) => digits::compare(x, y),
        (Item::Number(_), Item::Word(_)) => Ordering::Greater,
        (Item::Word(_), Item::Number(_)) => Ordering::Less,
        (Item::Word(x), Item::Word(y)) => rank(x).cmp(&rank(y)).then_with(|| x.cmp(y)),
    }
}

fn compare_to_nothing(item: &Item) -> Ordering {
    match item {
        Item::Number(number) if number.is_empty() => Ordering::Equal,
        Item::Number(_) => Ordering::Greater,
        Item::Word(word) => rank(word).cmp(&rank("")),
    }
}

/// A list against nothing is decided by the first of its items that counts.
fn list_to_nothing(inner: &[Vec<Item>]) -> Ordering {
    inner
        .iter()
        .flatten()
        .map(compare_to_nothing)
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

fn rank(word: &str) -> usize {
    const KNOWN: [&str; 7] = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"];
    KNOWN
        .iter()
        .position(|known| *known == word)
        .unwrap_or(KNOWN.len())
}
