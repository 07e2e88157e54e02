//! Maven: nested lists of numbers and words, without trailing nothing.
//!
//! `-` opens a sub-list, a change between letter and digit does the same, and zeros,
//! empty words and the words for a release (`ga`, `final`, `release`) at the end of a
//! list do not count. `alpha < beta < milestone < rc = cr < snapshot < "" < sp`, other
//! words after those, numbers after words.
//!
//! Source: Maven's "POM Reference", "Version Order Specification".

use std::cmp::Ordering;

use crate::digits;

#[derive(Debug, Clone, PartialEq)]
enum Item {
    Number(String),
    Word(String),
    List(Vec<Item>),
}

/// Sub-lists nest once for each hyphen; a version has no reason for more than these.
const MAX_LEN: usize = 1_000;

pub(super) fn check(version: &str) -> bool {
    !version.trim().is_empty() && version.len() <= MAX_LEN
}

/// Cuts a version into items; lists are closed from the innermost outwards.
fn parse(version: &str) -> Vec<Item> {
    let version = version.trim().to_lowercase();
    let mut stack: Vec<Vec<Item>> = vec![Vec::new()];
    let mut token = String::new();
    let mut is_digit = false;
    for c in version.chars() {
        match c {
            '.' | '-' => {
                let empty = token.is_empty();
                push(&mut stack, &mut token, is_digit, false);
                if empty {
                    push_item(&mut stack, Item::Number("0".into()));
                }
                if c == '-' {
                    stack.push(Vec::new());
                }
            }
            c if c.is_ascii_digit() => {
                if !is_digit && !token.is_empty() {
                    push(&mut stack, &mut token, false, true);
                    stack.push(Vec::new());
                }
                is_digit = true;
                token.push(c);
            }
            c => {
                if is_digit && !token.is_empty() {
                    push(&mut stack, &mut token, true, false);
                    stack.push(Vec::new());
                }
                is_digit = false;
                token.push(c);
            }
        }
    }
    push(&mut stack, &mut token, is_digit, false);
    while stack.len() > 1 {
        let list = normalised(stack.pop().unwrap_or_default());
        if !list.is_empty() {
            push_item(&mut stack, Item::List(list));
        }
    }
    normalised(stack.pop().unwrap_or_default())
}

fn push_item(stack: &mut [Vec<Item>], item: Item) {
    if let Some(list) = stack.last_mut() {
        list.push(item);
    }
}

fn push(stack: &mut [Vec<Item>], token: &mut String, number: bool, digit_follows: bool) {
    if token.is_empty() {
        return;
    }
    let text = std::mem::take(token);
    let item = if number {
        let value = text.trim_start_matches('0');
        Item::Number(if value.is_empty() {
            "0".into()
        } else {
            value.into()
        })
    } else {
        Item::Word(alias(text, digit_follows))
    };
    push_item(stack, item);
}

fn alias(word: String, digit_follows: bool) -> String {
    match (word.as_str(), digit_follows) {
        ("a", true) => "alpha".into(),
        ("b", true) => "beta".into(),
        ("m", true) => "milestone".into(),
        ("ga" | "final" | "release", _) => String::new(),
        ("cr", _) => "rc".into(),
        _ => word,
    }
}

fn is_null(item: &Item) -> bool {
    match item {
        Item::Number(n) => n == "0",
        Item::Word(w) => w.is_empty(),
        Item::List(l) => l.is_empty(),
    }
}

/// Takes nothing away but what stands before the end or before a sub-list.
fn normalised(mut list: Vec<Item>) -> Vec<Item> {
    let mut i = list.len();
    while i > 0 {
        i -= 1;
        if is_null(&list[i]) {
            list.remove(i);
        } else if !matches!(list[i], Item::List(_)) {
            break;
        }
    }
    list
}

const WORDS: [&str; 7] = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"];

fn compare_words(a: &str, b: &str) -> Ordering {
    let rank = |w: &str| WORDS.iter().position(|k| *k == w).unwrap_or(WORDS.len());
    rank(a).cmp(&rank(b)).then_with(|| {
        if rank(a) == WORDS.len() {
            a.cmp(b)
        } else {
            Ordering::Equal
        }
    })
}

/// Depth is bounded by [`MAX_LEN`]; each level eats at least one character.
fn compare_items(a: Option<&Item>, b: Option<&Item>) -> Ordering {
    match (a, b) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => compare_items(b, None).reverse(),
        (Some(Item::Number(n)), None) => digits::compare(n, "0"),
        (Some(Item::Word(w)), None) => compare_words(w, ""),
        (Some(Item::List(l)), None) => l
            .iter()
            .map(|i| compare_items(Some(i), None))
            .find(|o| o.is_ne())
            .unwrap_or(Ordering::Equal),
        (Some(a), Some(b)) => match (a, b) {
            (Item::Number(x), Item::Number(y)) => digits::compare(x, y),
            (Item::Number(_), _) => Ordering::Greater,
            (_, Item::Number(_)) => Ordering::Less,
            (Item::Word(x), Item::Word(y)) => compare_words(x, y),
            (Item::Word(_), Item::List(_)) => Ordering::Less,
            (Item::List(_), Item::Word(_)) => Ordering::Greater,
            (Item::List(x), Item::List(y)) => compare_lists(x, y),
        },
    }
}

fn compare_lists(a: &[Item], b: &[Item]) -> Ordering {
    (0..a.len().max(b.len()))
        .map(|i| compare_items(a.get(i), b.get(i)))
        .find(|o| o.is_ne())
        .unwrap_or(Ordering::Equal)
}

pub(super) fn compare(a: &str, b: &str) -> Ordering {
    compare_lists(&parse(a), &parse(b))
}
