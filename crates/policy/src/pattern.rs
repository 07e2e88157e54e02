//! Patterns of ignore files and policies, compiled: globs of paths, and names that may be expressions.

use regex::{Regex, RegexBuilder};

/// Most memory that one compiled pattern may take, in bytes.
const MAX_COMPILED: usize = 1 << 20;

fn compile(expression: &str) -> Result<Regex, String> {
    RegexBuilder::new(expression)
        .size_limit(MAX_COMPILED)
        .dot_matches_new_line(true)
        .build()
        .map_err(|error| error.to_string())
}

/// A regular expression that some part of a text has to fulfil.
pub(crate) fn expression(text: &str) -> Result<Regex, String> {
    compile(text)
}

/// A glob that a whole path has to fulfil: `*` and `?` stay within a segment, `**`
/// does not, `[a-z]` is one of a set, `{a,b}` one of several. A leading slash says nothing.
///
/// The language is that of the doublestar library, which Trivy and Grype use.
pub(crate) fn glob(text: &str) -> Result<Regex, String> {
    let mut out = String::from("^");
    let mut rest = text
        .trim_start_matches("./")
        .trim_start_matches('/')
        .chars()
        .peekable();
    let mut alternatives = 0;
    while let Some(c) = rest.next() {
        match c {
            '*' if rest.peek() == Some(&'*') => {
                rest.next();
                match rest.peek() {
                    // `a/**/b` is `a/b`, too.
                    Some('/') => {
                        rest.next();
                        out.push_str("(?:.*/)?");
                    }
                    _ => out.push_str(".*"),
                }
            }
            '*' => out.push_str("[^/]*"),
            '?' => out.push_str("[^/]"),
            '{' => {
                alternatives += 1;
                out.push_str("(?:");
            }
            '}' if alternatives > 0 => {
                alternatives -= 1;
                out.push(')');
            }
            ',' if alternatives > 0 => out.push('|'),
            '[' => {
                let set: String = rest.by_ref().take_while(|c| *c != ']').collect();
                let set = set.replace('\\', "\\\\").replace('[', "\\[");
                let set = set
                    .strip_prefix('!')
                    .map_or(set.clone(), |s| format!("^{s}"));
                out.push_str(&format!("[{set}]"));
            }
            '\\' => {
                if let Some(next) = rest.next() {
                    out.push_str(&regex::escape(&next.to_string()));
                }
            }
            other => out.push_str(&regex::escape(&other.to_string())),
        }
    }
    out.push('$');
    // `dir/**` is the directory itself, too.
    compile(&out.replace("/.*$", "(?:/.*)?$")).map_err(|e| format!("the pattern `{text}`: {e}"))
}

/// A name, or a regular expression for the whole name, as Grype reads it. What it says
/// literally is always meant, too: `libstdc++` is a name and an expression for others.
#[derive(Debug, Clone)]
pub(crate) struct Name {
    text: String,
    /// Nothing where the text is no good expression.
    expression: Option<Regex>,
}

impl Name {
    pub(crate) fn new(text: String) -> Self {
        let expression = compile(&format!("^(?:{text})$")).ok();
        Self { text, expression }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn is_match(&self, name: &str) -> bool {
        self.text == name || self.expression.as_ref().is_some_and(|e| e.is_match(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, path: &str, expected: bool) {
        let glob = glob(pattern).expect("a good pattern");
        assert_eq!(glob.is_match(path), expected, "{pattern} on {path}: {glob}");
    }

    #[test]
    fn a_glob_is_about_the_whole_path() {
        check("usr/lib/a.jar", "usr/lib/a.jar", true);
        check("/usr/lib/a.jar", "usr/lib/a.jar", true);
        check("usr/lib", "usr/lib/a.jar", false);
        check("usr/*/a.jar", "usr/lib/a.jar", true);
        check("usr/*", "usr/lib/a.jar", false);
        check("usr/**", "usr/lib/a.jar", true);
        check("**/a.jar", "usr/lib/a.jar", true);
        check("**/a.jar", "a.jar", true);
        check("usr/**/a.jar", "usr/a.jar", true);
        check("**/*.{jar,war}", "usr/a.war", true);
        check("usr/lib/[a-c].jar", "usr/lib/b.jar", true);
        check("usr/lib/[!a-c].jar", "usr/lib/b.jar", false);
        check("usr/a?.jar", "usr/ab.jar", true);
        check("usr/a.jar", "usr/aXjar", false);
    }

    #[test]
    fn a_name_may_be_an_expression_and_need_not_be() {
        let is = |pattern: &str, text: &str| Name::new(pattern.to_owned()).is_match(text);
        assert!(is("linux(-.*)?-headers-.*", "linux-headers-6.1"));
        assert!(!is("curl", "libcurl"));
        assert!(is("libstdc++", "libstdc++"));
    }
}
