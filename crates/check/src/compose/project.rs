//! Files that make one project: the file itself, what overrides it, what its services extend.
//!
//! Source: Compose specification, "Merge and override", "Extend", "Include", "Interpolation".

use std::collections::{BTreeSet, HashMap};

use lazaret_model::{Gap, GapKind};

use super::service::interpolate;
use crate::Source;
use crate::manifest::node::{Node, Value};
use crate::manifest::yaml;

/// Services that extend each other, one after the other.
const MAX_EXTENDS: usize = 8;

/// Values that extending may add to one file.
const MAX_EXTENDED: usize = 1_000_000;

/// Values that all projects of a run may be put together from.
const MAX_NODES: usize = 50_000_000;

/// Values of projects that are judged at once.
const AT_ONCE: usize = 4_000_000;

/// Names of the file that Compose takes without being told.
const DEFAULTS: &[&str] = &["compose", "docker-compose"];

/// A file that was read.
struct File<'a> {
    source: &'a Source,
    document: Node,
    /// Its number of values.
    size: usize,
}

/// Every file of a run.
pub(super) struct Projects<'a> {
    files: Vec<File<'a>>,
    by_path: HashMap<&'a str, usize>,
    /// The next file, and how many values may still be put together.
    next: usize,
    left: usize,
    /// What could not be read, and what a file names and is not there.
    pub(super) gaps: Vec<Gap>,
}

/// What is judged: a document, and the number of the file that answers are about; without one
/// all that it was put together from.
pub(super) struct Project {
    /// The file, with what overrides it and what its services extend.
    pub(super) document: Node,
    /// The file that is meant, where the document is only put together to understand it.
    pub(super) only: Option<u32>,
}

impl<'a> Projects<'a> {
    /// Reads files; `others` may hold the `.env` beside them.
    pub(super) fn read(sources: &[&'a Source], others: &[Source]) -> Self {
        let mut all = Self {
            files: Vec::new(),
            by_path: HashMap::new(),
            next: 0,
            left: MAX_NODES,
            gaps: Vec::new(),
        };
        let settings: HashMap<&str, HashMap<&str, &str>> = others
            .iter()
            .filter(|one| one.file_name() == ".env")
            .map(|one| (one.directory(), variables(&one.text)))
            .collect();
        let nothing = HashMap::new();
        for (index, source) in sources.iter().enumerate() {
            let number = u32::try_from(index).unwrap_or(u32::MAX);
            let read = yaml::read(&source.text, number);
            if let Some(error) = read.error {
                let path = source.path.clone();
                let gap = Gap::new(GapKind::Unreadable, path, error.to_string());
                all.gaps.push(gap);
            }
            let known = settings.get(source.directory()).unwrap_or(&nothing);
            // Of several documents Compose takes one project, later ones overriding.
            let document = read.documents.into_iter().reduce(|mut base, over| {
                merge(&mut base, over);
                base
            });
            let mut document = document.unwrap_or_default();
            interpolate(&mut document, known);
            all.by_path.insert(&source.path, index);
            let size = document.size();
            all.files.push(File {
                source,
                document,
                size,
            });
        }
        all
    }

    /// Whether every file had its turn.
    pub(super) fn is_done(&self) -> bool {
        self.next >= self.files.len()
    }

    /// The next projects in the order of the files, as many as memory is spent on at once.
    pub(super) fn some(&mut self) -> Vec<Project> {
        let mut projects = Vec::new();
        let before = self.left;
        while self.next < self.files.len() && before - self.left < AT_ONCE {
            projects.extend(self.project(self.next));
            self.next += 1;
        }
        projects
    }

    /// Whether the values of a file may be taken once more.
    fn spend(&mut self, index: usize) -> bool {
        let size = self.files.get(index).map_or(0, |file| file.size);
        let is_enough = self.left > size;
        if is_enough {
            self.left -= size;
        } else if let Some(file) = self.files.get(index) {
            let detail = "files that override it multiply beyond the bound; the rest is left out";
            let gap = Gap::new(GapKind::Limit, file.source.path.clone(), detail);
            if !self.gaps.contains(&gap) {
                self.gaps.push(gap);
            }
        }
        is_enough
    }

    fn project(&mut self, index: usize) -> Option<Project> {
        let file = self.files.get(index)?;
        let name = file.source.file_name();
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        let beside = |name: &str| {
            let path = join(file.source.directory(), name);
            self.by_path.get(path.as_str()).copied()
        };
        let base = DEFAULTS.iter().find(|name| {
            stem.strip_prefix(*name)
                .is_some_and(|rest| rest.starts_with('.'))
        });
        let base = base.and_then(|name| {
            let ends = [extension, "yaml", "yml"].into_iter();
            ends.filter_map(|end| beside(&format!("{name}.{end}")))
                .next()
        });
        if base.is_some() && stem.ends_with(".override") {
            // It is judged with the file that it overrides.
            return None;
        }
        let over = DEFAULTS.contains(&stem).then(|| {
            let ends = ["yaml", "yml"].into_iter();
            ends.filter_map(|end| beside(&format!("{stem}.override.{end}")))
                .next()
        });
        let over = over.flatten();
        let parts = [Some(index), base, over];
        if !parts.into_iter().flatten().all(|part| self.spend(part)) {
            return None;
        }
        let only = base.map(|_| u32::try_from(index).unwrap_or(u32::MAX));
        let mut document = match base {
            Some(base) => self.whole(base),
            None => self.whole(index),
        };
        match (base, over) {
            (Some(_), _) => merge(&mut document, self.whole(index)),
            (None, Some(over)) => merge(&mut document, self.whole(over)),
            (None, None) => {}
        }
        self.included(index);
        Some(Project { document, only })
    }

    /// A file with what its services extend.
    fn whole(&mut self, index: usize) -> Node {
        let Some(file) = self.files.get(index) else {
            return Node::default();
        };
        let mut document = file.document.clone();
        let mut gaps = BTreeSet::new();
        let mut left = MAX_EXTENDED;
        if let Value::Map(entries) = &mut document.value {
            for (_, services) in entries
                .iter_mut()
                .filter(|(key, _)| key.as_str() == Some("services"))
            {
                if let Value::Map(services) = &mut services.value {
                    for (_, service) in services {
                        *service = self.extended(index, service, &mut left, &mut gaps);
                    }
                }
            }
        }
        self.gaps.extend(gaps);
        self.left = self.left.saturating_sub(MAX_EXTENDED - left);
        document
    }

    /// A service with the settings of those it extends, in the same file or another one; its
    /// own overrule.
    fn extended(
        &self,
        index: usize,
        service: &Node,
        left: &mut usize,
        gaps: &mut BTreeSet<Gap>,
    ) -> Node {
        let (mut at, mut next, mut whole) = (index, service, service.clone());
        for _ in 0..MAX_EXTENDS {
            let Some(extends) = next.get("extends") else {
                break;
            };
            let Some(file) = self.files.get(at) else {
                break;
            };
            let name = extends.as_str().or_else(|| extends.str_at("service"));
            if let Some(path) = extends.str_at("file") {
                let target = join(file.source.directory(), path);
                match self.by_path.get(target.as_str()) {
                    Some(found) => at = *found,
                    None => {
                        gaps.insert(missing(file.source, path));
                        break;
                    }
                }
            }
            let services = self
                .files
                .get(at)
                .and_then(|file| file.document.get("services"));
            let Some(base) = name.and_then(|name| services?.get(name)) else {
                break;
            };
            *left = left.saturating_sub(base.size());
            if *left == 0 {
                let detail = "services that extend each other become too large";
                gaps.insert(Gap::new(GapKind::Limit, file.source.path.clone(), detail));
                break;
            }
            let mut below = base.clone();
            merge(&mut below, whole);
            whole = below;
            next = base;
        }
        whole
    }

    /// Files that a file includes are judged as they are; those that are not there are told.
    fn included(&mut self, index: usize) {
        let Some(file) = self.files.get(index) else {
            return;
        };
        let mut paths: Vec<&str> = Vec::new();
        for one in file.document.list("include") {
            let path = one.get("path");
            paths.extend(one.as_str());
            paths.extend(path.and_then(Node::as_str));
            let several = path.map_or(&[][..], Node::items);
            paths.extend(several.iter().filter_map(Node::as_str));
        }
        let is_there = |path: &str| {
            let target = join(file.source.directory(), path);
            self.by_path.contains_key(target.as_str())
        };
        // What comes from an address is told by LZ-CP-020.
        let gone = paths
            .into_iter()
            .filter(|path| !is_there(path) && !path.contains("://") && !path.contains('$'));
        let gaps: Vec<Gap> = gone.map(|path| missing(file.source, path)).collect();
        self.gaps.extend(gaps);
    }
}

fn missing(source: &Source, path: &str) -> Gap {
    let detail = format!("`{path}` is not among the files");
    Gap::new(GapKind::Skipped, source.path.clone(), detail)
}

/// `NAME=value` of a file beside the project.
fn variables(text: &str) -> HashMap<&str, &str> {
    let lines = text.lines().map(str::trim);
    lines
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.strip_prefix("export ").unwrap_or(line).split_once('='))
        .map(|(name, value)| (name.trim(), value.trim().trim_matches(['"', '\''])))
        .collect()
}

/// A path below a directory, `.` and `..` resolved; one that leaves the root stays as it is.
fn join(dir: &str, path: &str) -> String {
    let mut parts: Vec<&str> = dir.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                if parts.pop().is_none() {
                    return path.to_owned();
                }
            }
            _ => parts.push(part),
        }
    }
    let root = if dir.starts_with('/') { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}

/// Keys whose lists the later file replaces.
const REPLACED: &[&str] = &["command", "entrypoint", "test"];

/// Keys that are maps or lists of `NAME=value`.
const PAIRS: &[&str] = &["environment", "labels", "args", "extra_hosts", "sysctls"];

/// Lays one document over another: maps by key, lists one after the other, and everything else
/// as the later one has it.
fn merge(base: &mut Node, over: Node) {
    let Value::Map(entries) = &mut base.value else {
        *base = over;
        return;
    };
    let Value::Map(changes) = over.value else {
        // An empty service leaves what is there.
        if !over.is_null() {
            base.value = over.value;
            base.span = over.span;
        }
        return;
    };
    for (key, mut value) in changes {
        let name = key.as_str().unwrap_or_default().to_owned();
        let own = entries
            .iter_mut()
            .find(|(own, _)| own.as_str() == key.as_str());
        let Some((_, own)) = own else {
            entries.push((key, value));
            continue;
        };
        if PAIRS.contains(&name.as_str()) {
            as_map(own);
            as_map(&mut value);
        }
        match (&mut own.value, value.value) {
            (Value::Seq(items), Value::Seq(more)) if !REPLACED.contains(&name.as_str()) => {
                items.extend(more);
            }
            (_, changed) => merge(
                own,
                Node {
                    value: changed,
                    span: value.span,
                },
            ),
        }
    }
}

/// A list of `NAME=value` as a map.
fn as_map(node: &mut Node) {
    let Value::Seq(items) = &node.value else {
        return;
    };
    let pairs = items.iter().filter_map(|item| {
        let (name, value) = item.as_str()?.split_once('=')?;
        let part = |text: &str| Node {
            span: item.span,
            ..Node::text(text)
        };
        Some((part(name), part(value)))
    });
    node.value = Value::Map(pairs.collect());
}
