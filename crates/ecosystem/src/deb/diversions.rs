//! `var/lib/dpkg/diversions`: three lines for each file that lies elsewhere than packages
//! say.
//!
//! The path, where the file of every other package lies instead, and the package that the
//! path is kept for; `:` where the administrator made the diversion. Source:
//! dpkg-divert(1), and dpkg's `db-fsys-divert.c`.

use lazaret_model::GapKind;

use crate::{Diversion, Found, Input, ReadError};

/// Most diversions that are kept. Systems have about ten.
const MAX: usize = 20_000;

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let text = String::from_utf8_lossy(input.bytes);
    let mut lines = text.lines().map(str::trim_end);
    let mut found = Found::default();
    while let Some(from) = lines.next() {
        let (Some(to), Some(by)) = (lines.next(), lines.next()) else {
            let detail = "a diversion that breaks off".to_owned();
            found.gaps.push((GapKind::Unreadable, detail));
            break;
        };
        if found.diverted.len() == MAX {
            let detail = format!("more than {MAX} diversions");
            found.gaps.push((GapKind::Limit, detail));
            break;
        }
        let path = |path: &str| path.trim_start_matches('/').to_owned();
        found.diverted.push(Diversion {
            from: path(from),
            to: path(to),
            by: by.trim_matches(':').to_owned(),
        });
    }
    Ok(found)
}
