//! The bodies of files: which of them are read whole, which stream by, and for what.

use std::io::Read;

use lazaret_ecosystem::executable::{self, Probe};
use lazaret_ecosystem::{Found, Input, Reader, readers_for, store};
use lazaret_image::{Entry, SinkError};
use lazaret_inspect::secrets::{self, Scan};
use lazaret_inspect::{licenses, signs};
use lazaret_model::GapKind;

use super::Collector;
use crate::behind::Name;
use crate::{look, statements};

/// Size of the chunks that executables are probed in.
const CHUNK: usize = 64 << 10;

impl Collector<'_> {
    pub(super) fn file(
        &mut self,
        path: &str,
        names: &[Name],
        entry: &Entry<'_>,
        body: &mut dyn Read,
    ) -> Result<(), SinkError> {
        let readers: Vec<(&Name, &'static Reader)> = names
            .iter()
            .flat_map(|n| readers_for(&n.wanted, self.settings.locked).map(move |r| (n, r)))
            .collect();
        let sums = self.sum_readers(names);
        if readers.is_empty() && sums.is_empty() {
            self.store(path);
            return self.stream(path, entry, body);
        }
        let of_sums = sums.iter().map(|(_, r)| r.max_bytes);
        let limits = readers.iter().map(|(_, r)| r.max_bytes).chain(of_sums);
        let limit = limits.max().unwrap_or(0).min(self.settings.max_file_size);
        if entry.size > limit {
            let detail = format!("{} bytes, more than the {limit} that are read", entry.size);
            self.gap(GapKind::Limit, path, detail);
            self.settle(path);
            return Ok(());
        }
        let share = self.budget.take(entry.size);
        let mut bytes = Vec::with_capacity(usize::try_from(entry.size).unwrap_or(0));
        body.take(limit).read_to_end(&mut bytes)?;
        if self.looks_for_secrets(path, entry.size) && !secrets::is_binary(path, &bytes) {
            let context = secrets::context(path).beginning(&bytes);
            self.keep_secrets(path, secrets::find(&bytes, &context));
        }
        self.hash_whole(path, entry, &bytes);
        self.read_sums(&sums, &bytes);
        for (name, reader) in readers {
            if entry.size > reader.max_bytes {
                continue;
            }
            match (reader.read)(Input {
                path: &name.wanted,
                bytes: &bytes,
            }) {
                Ok(found) => self.keep(name, found),
                Err(error) => {
                    let detail = format!("{}: {error}", reader.id);
                    self.gap(GapKind::Unreadable, &name.place, detail);
                }
            }
        }
        drop(share);
        for place in names.iter().map(|n| n.place.as_str()).chain([path]) {
            if !self.files.contains_key(place) {
                self.settle(place);
            }
        }
        Ok(())
    }

    /// Takes the package of a folder of the Nix or Guix store, once for each folder: a
    /// file in it is the evidence, and goes with it.
    pub(super) fn store(&mut self, path: &str) {
        let Some((root, package)) = store::package(path) else {
            return;
        };
        if self.behind.is_none() && self.stores.insert(root.to_owned()) {
            let packages = vec![package.at(root)];
            let found = Found {
                packages,
                ..Found::default()
            };
            self.keep(&Name::own(path), found);
        }
    }

    /// A file that no reader wants: as it streams by, it is probed for what executables
    /// tell, or looked through for credentials.
    fn stream(
        &mut self,
        path: &str,
        entry: &Entry<'_>,
        body: &mut dyn Read,
    ) -> Result<(), SinkError> {
        let probes = self.behind.is_none() && executable::wants(path, entry.mode, entry.size);
        let looks = self.looks_for_secrets(path, entry.size);
        if self.looks_for_statements(path, entry.size) {
            return self.statements(path, looks, entry, body);
        }
        if self.looks_for_license(path, entry.size) {
            return self.license_text(path, looks, entry, body);
        }
        let judged = self.settings.look.signs && self.behind.is_none();
        if !probes && !looks && !judged {
            return Ok(());
        }
        let mut chunk = std::mem::take(&mut self.chunk);
        chunk.resize(CHUNK, 0);
        let wanted = Wanted {
            probes,
            looks,
            judged: judged.then_some(entry.mode),
        };
        let streamed = self.stream_chunks(path, wanted, body, &mut chunk);
        self.chunk = chunk;
        streamed
    }

    fn stream_chunks(
        &mut self,
        path: &str,
        wanted: Wanted,
        body: &mut dyn Read,
        chunk: &mut [u8],
    ) -> Result<(), SinkError> {
        let mut filled = fill(body, chunk)?;
        let head = &chunk[..filled];
        let mut digester = None;
        if let Some(mode) = wanted.judged {
            if signs::wants(path, mode) {
                self.signs.extend(signs::of_head(path, head));
            }
            digester = self.digester(path, mode, head);
        }
        let mut probe = wanted.probes.then(|| Probe::new(path, head)).flatten();
        let looks = wanted.looks && !secrets::is_binary(path, head);
        let context = looks.then(|| secrets::context(path).beginning(head));
        let mut scan = context.as_ref().map(Scan::new);
        if probe.is_none() && scan.is_none() && digester.is_none() {
            return Ok(());
        }
        while filled > 0 {
            if let Some(probe) = &mut probe {
                probe.feed(&chunk[..filled]);
            }
            if let Some(scan) = &mut scan {
                scan.feed(&chunk[..filled]);
            }
            if let Some(digester) = &mut digester {
                digester.feed(&chunk[..filled]);
            }
            filled = fill(body, chunk)?;
        }
        if let Some(scan) = scan {
            self.keep_secrets(path, scan.finish());
        }
        if let Some(digester) = digester {
            self.programs.insert(path.to_owned(), digester.finish());
        }
        match probe.map(Probe::finish) {
            Some(Ok(found)) => self.keep(&Name::own(path), found),
            Some(Err(error)) => {
                self.gap(GapKind::Unreadable, path, format!("executable: {error}"));
            }
            None => {}
        }
        Ok(())
    }

    fn looks_for_license(&self, path: &str, size: u64) -> bool {
        self.settings.look.licenses
            && self.behind.is_none()
            && (1..=licenses::MAX_BYTES).contains(&size)
            && licenses::wants(path)
            && self.license_texts.len() < look::MAX_TEXTS
    }

    /// A file that is by its name the text of a licence.
    fn license_text(
        &mut self,
        path: &str,
        looks: bool,
        entry: &Entry<'_>,
        body: &mut dyn Read,
    ) -> Result<(), SinkError> {
        let share = self.budget.take(entry.size);
        let mut bytes = Vec::new();
        body.take(licenses::MAX_BYTES).read_to_end(&mut bytes)?;
        if looks && !secrets::is_binary(path, &bytes) {
            let context = secrets::context(path).beginning(&bytes);
            self.keep_secrets(path, secrets::find(&bytes, &context));
        }
        if let Some(text) = look::license_text(path, &bytes) {
            self.license_texts.push(text);
        }
        drop(share);
        Ok(())
    }

    /// Whether a file may be a document of exploitability statements; one that is too large,
    /// or for which there is no room, becomes a gap.
    fn looks_for_statements(&mut self, path: &str, size: u64) -> bool {
        if !self.settings.look.statements || self.behind.is_some() || !statements::wants(path) {
            return false;
        }
        let kept: usize = self.statements.values().map(String::len).sum();
        let room = statements::MAX_LAYER_BYTES.saturating_sub(kept as u64);
        let most = statements::MAX_BYTES.min(room);
        if size > most {
            let detail = format!("{size} bytes of statements, more than the {most} that are read");
            self.gap(GapKind::Limit, path, detail);
        }
        size <= most
    }

    /// A file that is by its name a document of exploitability statements.
    fn statements(
        &mut self,
        path: &str,
        looks: bool,
        entry: &Entry<'_>,
        body: &mut dyn Read,
    ) -> Result<(), SinkError> {
        let share = self.budget.take(entry.size);
        let mut bytes = Vec::new();
        body.take(statements::MAX_BYTES).read_to_end(&mut bytes)?;
        if looks && !secrets::is_binary(path, &bytes) {
            let context = secrets::context(path).beginning(&bytes);
            self.keep_secrets(path, secrets::find(&bytes, &context));
        }
        match String::from_utf8(bytes) {
            Ok(text) => {
                self.statements.insert(path.to_owned(), text);
            }
            Err(_) => self.gap(GapKind::Unreadable, path, "statements: it is not text"),
        }
        drop(share);
        Ok(())
    }

    fn looks_for_secrets(&mut self, path: &str, size: u64) -> bool {
        if !self.settings.look.secrets || self.behind.is_some() {
            return false;
        }
        if size > secrets::MAX_BYTES {
            let most = secrets::MAX_BYTES;
            let detail = format!("{size} bytes; secrets are looked for in up to {most}");
            self.gap(GapKind::Limit, path, detail);
        }
        secrets::wants(path, size)
    }
}

/// What is wanted of a file that streams by.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    /// To be probed as an executable.
    probes: bool,
    /// To be looked through for credentials.
    looks: bool,
    /// To be judged by its beginning and to be hashed, with its permission bits.
    judged: Option<u32>,
}

/// Fills `chunk` as far as the body reaches; the number of bytes filled.
fn fill(body: &mut dyn Read, chunk: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < chunk.len() {
        match body.read(&mut chunk[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
