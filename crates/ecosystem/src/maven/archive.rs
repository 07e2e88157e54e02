//! Java archives, also inside each other.
//!
//! Nothing is unpacked to disk. A member inflates to no more than a limit, all members
//! together to no more than another, and archives are followed sixteen levels down; what
//! lies beyond becomes a gap. Format: the ZIP application note and the JAR specification.
//!
//! Every `pom.properties` counts, so an archive that others were merged into lists them
//! all, also where their classes were relocated. Where none is the archive's own, its
//! manifest and its file name tell what it is.

use std::io::{Cursor, Read};

use lazaret_model::{GapKind, Package};
use zip::ZipArchive;

use super::coordinates::{Coordinates, FileName, descriptor, guessed, properties};
use super::manifest::Manifest;
use super::pom;
use crate::document::file_name;
use crate::{Found, Input, ReadError};

/// Levels of archives in archives below the file itself.
const MAX_DEPTH: usize = 16;
/// Most members of one archive that are looked at.
const MAX_MEMBERS: usize = 200_000;
/// Largest `pom.properties`, `pom.xml` or manifest, in bytes.
const MAX_TEXT: u64 = 1 << 20;
/// Largest archive inside an archive, in bytes.
const MAX_INNER: u64 = 256 << 20;
/// All inflated bytes of one file.
const MAX_TOTAL: u64 = 1 << 30;

const ENDINGS: &[&str] = &[
    ".jar", ".war", ".ear", ".par", ".sar", ".nar", ".jpi", ".hpi", ".lpkg", ".rar", ".kar",
];

pub(super) fn is_archive(path: &str) -> bool {
    let name = file_name(path).as_bytes();
    ENDINGS.iter().any(|ending| {
        let tail = name
            .len()
            .checked_sub(ending.len())
            .and_then(|at| name.get(at..));
        tail.is_some_and(|tail| tail.eq_ignore_ascii_case(ending.as_bytes()))
    })
}

struct Walk {
    found: Found,
    room: u64,
}

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let mut walk = Walk {
        found: Found::default(),
        room: MAX_TOTAL,
    };
    walk.archive(input.bytes, input.path, 0)
        .map_err(ReadError::new)?;
    Ok(walk.found)
}

impl Walk {
    fn archive(&mut self, bytes: &[u8], place: &str, depth: usize) -> Result<(), String> {
        let mut zip =
            ZipArchive::new(Cursor::new(bytes)).map_err(|e| format!("not a ZIP archive: {e}"))?;
        if zip.len() > MAX_MEMBERS {
            self.gap(GapKind::Limit, place, "more members than are looked at");
        }
        let mut told: Vec<Coordinates> = Vec::new();
        let (mut manifest, mut projects) = (Manifest::default(), Vec::new());
        for index in 0..zip.len().min(MAX_MEMBERS) {
            let Some(Ok(name)) = zip.name_for_index(index).map(|n| n.map(|n| n.into_owned()))
            else {
                self.gap(
                    GapKind::Unreadable,
                    place,
                    "a member without a readable name",
                );
                continue;
            };
            if file_name(&name) == "pom.properties" {
                let bytes = self.inflate(&mut zip, index, MAX_TEXT, place);
                told.extend(bytes.and_then(|b| properties(&b, &name)));
            } else if name.ends_with("/pom.xml") {
                projects.extend(descriptor(&name).map(|(g, a)| (index, format!("{g}:{a}"))));
            } else if name.eq_ignore_ascii_case("META-INF/MANIFEST.MF") {
                let bytes = self.inflate(&mut zip, index, MAX_TEXT, place);
                manifest = bytes.map(|b| Manifest::new(&b)).unwrap_or_default();
            } else if is_archive(&name) {
                self.inner(&mut zip, index, &format!("{place}!{name}"), depth);
            }
        }
        // Some builds write the project file and leave the properties out.
        for (index, name) in projects {
            if told.iter().all(|c| c.name() != name) {
                let bytes = self.inflate(&mut zip, index, MAX_TEXT, place);
                told.extend(bytes.and_then(|b| pom::coordinates(&b)));
            }
        }
        let member = place.rsplit_once('!').map_or(place, |(_, member)| member);
        let file = FileName::new(file_name(member));
        let own = match told.as_slice() {
            [] => false,
            // A renamed archive.
            [_] => true,
            several => file.version.is_none() || several.iter().any(|c| c.is_called(&file)),
        };
        if !own {
            told.extend(guessed(&manifest, &file));
        }
        for coordinates in told {
            self.add(&coordinates, place, depth);
        }
        Ok(())
    }

    fn inner(
        &mut self,
        zip: &mut ZipArchive<Cursor<&[u8]>>,
        index: usize,
        place: &str,
        depth: usize,
    ) {
        if depth >= MAX_DEPTH {
            self.gap(GapKind::Limit, place, "archives nested too deep");
            return;
        }
        if let Some(bytes) = self.inflate(zip, index, MAX_INNER, place)
            && let Err(reason) = self.archive(&bytes, place, depth + 1)
        {
            self.gap(GapKind::Unreadable, place, &reason);
        }
    }

    /// The content of a member, or a gap and nothing.
    fn inflate(
        &mut self,
        zip: &mut ZipArchive<Cursor<&[u8]>>,
        index: usize,
        limit: u64,
        place: &str,
    ) -> Option<Vec<u8>> {
        let limit = limit.min(self.room);
        let mut bytes = Vec::new();
        let outcome = match zip.by_index(index) {
            Ok(member) => member
                .take(limit.saturating_add(1))
                .read_to_end(&mut bytes)
                .map_err(|e| e.to_string()),
            Err(error) => Err(error.to_string()),
        };
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.room = self.room.saturating_sub(size);
        if let Err(reason) = outcome {
            self.gap(GapKind::Unreadable, place, &reason);
            return None;
        }
        if size > limit {
            self.gap(
                GapKind::Limit,
                place,
                "a member inflates to more than is read",
            );
            return None;
        }
        Some(bytes)
    }

    fn add(&mut self, coordinates: &Coordinates, place: &str, depth: usize) {
        let name = coordinates.name();
        let mut package = Package::new("maven", name, coordinates.version.as_str());
        // The file itself is located by the caller; a member only here.
        if depth > 0 {
            package = package.at(place);
        }
        crate::document::add(&mut self.found, package);
    }

    fn gap(&mut self, kind: GapKind, place: &str, reason: &str) {
        if self.found.gaps.len() < 100 {
            self.found.gaps.push((kind, format!("{place}: {reason}")));
        }
    }
}
