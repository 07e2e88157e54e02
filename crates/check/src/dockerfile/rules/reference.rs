//! References to images in Dockerfiles, taken apart.

use std::ops::Range;

use super::prelude::*;
use crate::dockerfile::stages;

/// An image that is not a stage of the file.
pub(super) struct External {
    /// The reference, variables filled in.
    pub(super) reference: String,
    /// Index of the instruction.
    pub(super) instruction: usize,
    /// Bytes of the reference in the file.
    pub(super) span: Range<usize>,
}

/// The images that a file builds upon or copies from.
pub(super) fn external(file: &Dockerfile<'_>) -> Vec<External> {
    let mut found = Vec::new();
    for stage in &file.stages {
        if let (Base::Image(image), Some(word)) = (&stage.base, &stage.image) {
            found.push(External {
                reference: image.clone(),
                instruction: stage.from,
                span: word.span.clone(),
            });
        }
    }
    for (index, instruction) in file.instructions.iter().enumerate() {
        let before = instruction.stage.unwrap_or(0);
        for name in stages::copied_from(instruction) {
            let is_stage = stages::find(&file.stages, &name, before).is_some();
            let is_number = name.bytes().all(|b| b.is_ascii_digit());
            if !is_stage && !is_number && !name.contains('$') {
                let flag = instruction.flags.iter().find(|f| f.value.contains(&name));
                found.push(External {
                    reference: name,
                    instruction: index,
                    span: flag.map_or(instruction.line_span.clone(), |f| f.span.clone()),
                });
            }
        }
    }
    found
}

/// A reference in its parts, Docker's defaults filled in.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts {
    /// `docker.io` where none is written.
    pub(super) registry: String,
    /// Parts of the path; `library` before a lone name of `docker.io`.
    pub(super) path: Vec<String>,
    /// The tag.
    pub(super) tag: Option<String>,
    /// The digest.
    pub(super) digest: Option<String>,
}

impl Parts {
    /// Takes a reference apart. Nothing is refused: what makes no sense simply matches
    /// nothing.
    pub(super) fn of(reference: &str) -> Self {
        let (rest, digest) = match reference.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest.to_owned())),
            None => (reference, None),
        };
        let last_slash = rest.rfind('/').map_or(0, |at| at + 1);
        let (name, tag) = match rest.get(last_slash..).and_then(|last| last.find(':')) {
            Some(at) => {
                let (name, tag) = rest.split_at(last_slash + at);
                (name, Some(tag.trim_start_matches(':').to_owned()))
            }
            None => (rest, None),
        };
        let mut path: Vec<String> = name.split('/').map(str::to_owned).collect();
        let first = path.first().cloned().unwrap_or_default();
        let is_registry = path.len() > 1 && (first.contains(['.', ':']) || first == "localhost");
        let registry = match is_registry {
            true => path.remove(0).to_ascii_lowercase(),
            false => "docker.io".to_owned(),
        };
        let registry = match registry.as_str() {
            "index.docker.io" | "registry-1.docker.io" => "docker.io".to_owned(),
            _ => registry,
        };
        if registry == "docker.io" && path.len() == 1 {
            path.insert(0, "library".to_owned());
        }
        Self {
            registry,
            path,
            tag,
            digest,
        }
    }

    /// Whether the reference is what `rule` names, or lies below it. A rule is a registry
    /// (`*.` before it for those below a domain), a registry with a path, or a reference
    /// with a tag or digest. Parts are compared whole.
    pub(super) fn is_or_is_below(&self, rule: &str) -> bool {
        let rule = rule.trim().trim_end_matches('/');
        if rule == "*" {
            return true;
        }
        let is_registry = |text: &str| {
            let host = text.split('/').next().unwrap_or(text);
            host.contains('.') || host == "localhost" || host.contains(':') && text.contains('/')
        };
        let is_host_alone = !rule.contains('/') && rule.contains('.') && !rule.contains('@');
        if is_host_alone {
            let rule = rule.to_ascii_lowercase();
            return match rule.strip_prefix("*.") {
                Some(domain) => self
                    .registry
                    .strip_suffix(domain)
                    .is_some_and(|head| head.ends_with('.')),
                None => self.registry == rule,
            };
        }
        let written = match is_registry(rule) {
            true => rule.to_owned(),
            false => format!("docker.io/{rule}"),
        };
        let mut wanted = Self::of(&written);
        if wanted.path == ["library", "library"] {
            wanted.path.pop();
        }
        let registry = match wanted.registry.strip_prefix("*.") {
            Some(domain) => self
                .registry
                .strip_suffix(domain)
                .is_some_and(|head| head.ends_with('.')),
            None => self.registry == wanted.registry,
        };
        // A rule without a registry may name an organisation, which is no image of its own.
        let path = self.path.starts_with(&wanted.path)
            || (!rule.contains('/')
                && self.registry == "docker.io"
                && self.path.first().is_some_and(|p| p == rule));
        registry
            && path
            && (wanted.tag.is_none() || wanted.tag == self.tag)
            && (wanted.digest.is_none() || wanted.digest == self.digest)
    }
}

#[cfg(test)]
mod tests {
    use super::Parts;

    #[track_caller]
    fn check(reference: &str, rule: &str, expected: bool) {
        assert_eq!(
            Parts::of(reference).is_or_is_below(rule),
            expected,
            "{reference} in {rule}"
        );
    }

    #[test]
    fn parts_are_compared_whole() {
        check("registry.example.com/app:1", "registry.example.com", true);
        check(
            "registry.example.com.evil.net/app:1",
            "registry.example.com",
            false,
        );
        check(
            "registry.example.com/team/app:1",
            "registry.example.com/team",
            true,
        );
        check(
            "registry.example.com/team-evil/app:1",
            "registry.example.com/team",
            false,
        );
        check("debian:12", "docker.io", true);
        check("debian", "docker.io/library", true);
        check("debian:12", "debian", true);
        check("debian:12", "debian:11", false);
        check("foo.random.com/debian", "*.random.com", true);
        check("foorandom.com/debian", "*.random.com", false);
        check("bitnami/redis", "bitnami", true);
    }
}
