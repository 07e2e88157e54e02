//! All rules by their keywords, and one rule held against one window.

use std::sync::{LazyLock, OnceLock};

use regex::bytes::{Regex, RegexBuilder};

use super::keywords::Keywords;
use super::noise;
use super::path::Context;
use super::rule::{Proof, Rule, Scope};
use super::rules;

/// Longest keyword, in bytes; a test holds it.
pub(crate) const MAX_KEYWORD: usize = 40;

/// Furthest that a window reaches from its keyword in either direction, in bytes.
#[cfg(test)]
pub(crate) const MAX_REACH: usize = 12 << 10;

/// All rules, ready to be asked.
pub(crate) struct Engine {
    pub(crate) keywords: Keywords,
    /// For every keyword the rules that it belongs to, with the keyword
    /// as the rule writes it.
    users: Vec<Vec<(usize, &'static str)>>,
    rules: Vec<Ready>,
}

struct Ready {
    rule: &'static Rule,
    /// Compiled when it is needed first: most scans need few.
    regex: OnceLock<Option<Regex>>,
}

/// A candidate that holds.
pub(crate) struct Match {
    pub(crate) rule: usize,
    /// Where the credential begins and ends, counted from the beginning of the haystack.
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) proof: Proof,
}

static ENGINE: LazyLock<Engine> = LazyLock::new(Engine::build);

impl Engine {
    /// The engine, built when it is asked for first.
    pub(crate) fn get() -> &'static Self {
        &ENGINE
    }

    fn build() -> Self {
        let rules: Vec<Ready> = rules::all()
            .map(|rule| Ready {
                rule,
                regex: OnceLock::new(),
            })
            .collect();
        let mut patterns: Vec<String> = Vec::new();
        let mut users: Vec<Vec<(usize, &'static str)>> = Vec::new();
        for (index, ready) in rules.iter().enumerate() {
            for keyword in ready.rule.keywords {
                let lower = keyword.to_ascii_lowercase();
                let at = match patterns.iter().position(|p| *p == lower) {
                    Some(at) => at,
                    None => {
                        patterns.push(lower);
                        users.push(Vec::new());
                        patterns.len() - 1
                    }
                };
                users[at].push((index, keyword));
            }
        }
        Self {
            keywords: Keywords::new(patterns),
            users,
            rules,
        }
    }

    pub(crate) fn rule(&self, index: usize) -> &'static Rule {
        self.rules[index].rule
    }

    /// Which rules look at a file like this one.
    pub(crate) fn enabled(&self, context: &Context) -> Vec<bool> {
        let looks = |ready: &Ready| match ready.rule.scope {
            Scope::Any => true,
            Scope::Settings => context.settings,
            Scope::Paths(ends) => ends.iter().any(|end| context.path_ends_with(end)),
        };
        self.rules.iter().map(looks).collect()
    }

    /// The rules that want the keyword as it stands at the beginning of `found`.
    pub(crate) fn users<'a>(
        &'a self,
        keyword: usize,
        found: &'a [u8],
    ) -> impl Iterator<Item = usize> + 'a {
        let fits = move |(index, keyword): &(usize, &'static str)| {
            !self.rules[*index].rule.exact || found.starts_with(keyword.as_bytes())
        };
        self.users[keyword]
            .iter()
            .filter(move |u| fits(u))
            .map(|u| u.0)
    }

    /// Holds one rule against the keyword at `at` of the haystack.
    pub(crate) fn judge(&self, index: usize, haystack: &[u8], at: usize) -> Option<Match> {
        let ready = self.rules.get(index)?;
        let rule = ready.rule;
        let regex = ready.regex.get_or_init(|| compile(rule)).as_ref()?;
        let from = at.saturating_sub(rule.back);
        let to = haystack.len().min(at + rule.reach);
        let window = haystack.get(from..to)?;
        if !regex.is_match(window) {
            return None;
        }
        let groups = regex.captures(window)?;
        let found = groups.name("s").or_else(|| groups.get(0))?;
        let (start, end) = (from + found.start(), from + found.end());
        // With room before the keyword, what was found may be another thing than it.
        if rule.back > 0 && groups.get(0)?.end() + from <= at {
            return None;
        }
        let value = found.as_bytes();
        if !stands_alone(haystack, start, end, rule) {
            return None;
        }
        // Rules without a least entropy judge by structure alone.
        let is_noise = |value| noise::is_placeholder(value) || noise::entropy(value) < rule.entropy;
        if rule.entropy > 0.0 && is_noise(value) {
            return None;
        }
        let proof = rule.check.map_or(Proof::Plain, |check| check(value));
        (proof != Proof::Refused).then_some(Match {
            rule: index,
            start,
            end,
            proof,
        })
    }
}

/// Bytes stand for themselves, and `\w` and `\b` mean ASCII: files have no encoding that
/// could be relied on.
fn compile(rule: &Rule) -> Option<Regex> {
    let anchored;
    let pattern = match rule.back {
        0 => {
            anchored = format!(r"\A(?:{})", rule.pattern);
            &anchored
        }
        _ => rule.pattern,
    };
    RegexBuilder::new(pattern)
        .unicode(false)
        .size_limit(4 << 20)
        .build()
        .ok()
}

/// Whether the credential is not a part of a longer word.
fn stands_alone(haystack: &[u8], start: usize, end: usize, rule: &Rule) -> bool {
    let value_begins_with_word = haystack.get(start).is_some_and(u8::is_ascii_alphanumeric);
    let before = start.checked_sub(1).and_then(|at| haystack.get(at));
    let joined_before = value_begins_with_word
        && before.is_some_and(u8::is_ascii_alphanumeric)
        && !is_escaped(&haystack[..start]);
    let value_ends_with_word = end
        .checked_sub(1)
        .and_then(|at| haystack.get(at))
        .is_some_and(u8::is_ascii_alphanumeric);
    let joined_after =
        value_ends_with_word && haystack.get(end).is_some_and(u8::is_ascii_alphanumeric);
    let open_ended = rule.id == "private-key";
    !joined_before && (open_ended || !joined_after)
}

/// Whether the text ends in `\n`, `\t`, `\r` of a string or `%3D` of an address: then its
/// last letter is none of a word.
fn is_escaped(before: &[u8]) -> bool {
    match before {
        [.., b'\\', b'n' | b't' | b'r'] => true,
        [.., b'%', a, b] => a.is_ascii_hexdigit() && b.is_ascii_hexdigit(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::keywords::SHORTEST;

    #[test]
    fn the_table_builds() {
        let engine = Engine::get();
        for ready in &engine.rules {
            let rule = ready.rule;
            assert!(compile(rule).is_some(), "{}: {}", rule.id, rule.pattern);
            assert!(!rule.keywords.is_empty(), "{}", rule.id);
            assert!(rule.reach <= MAX_REACH && rule.back <= 256, "{}", rule.id);
            for keyword in rule.keywords {
                assert!(
                    (SHORTEST..=MAX_KEYWORD).contains(&keyword.len()),
                    "{}",
                    rule.id
                );
            }
        }
    }
}
