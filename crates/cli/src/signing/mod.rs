//! Signatures on images: who is trusted, what lies beside an image, and `verify`.

mod beside;
mod trust;
mod verify;

pub(crate) use beside::nowhere;
pub(crate) use trust::Trust;
pub(crate) use verify::run;

use lazaret_model::Signatures;

/// Whether an image is signed, in a line: by whom, else what was found, or where nothing was.
pub(crate) fn told(signatures: &Signatures) -> String {
    match signatures.is_signed() {
        Ok(true) => return format!("signed by {}", signatures.signers.join(", ")),
        Err(why) => return format!("whether it is signed is not known: {why}"),
        Ok(false) => {}
    }
    let found = signatures.found.iter();
    let mut found = found.map(|one| format!("{} in {}: {}", one.format, one.place, one.detail));
    let number = signatures.found.len();
    match (found.next(), number) {
        (None, _) => format!(
            "no signature was found: looked for {}",
            signatures.looked.join(", ")
        ),
        (Some(first), 1) => format!("no signature counts: {first}"),
        (Some(first), _) => format!("none of {number} signatures counts: {first}"),
    }
}
