//! `.egg` and `.whl`: distributions as ZIP archives, which hold their metadata.
//!
//! An egg is imported as it is and so counts as installed. A wheel is what pip installs
//! from; it counts when a person names it. An archive without metadata tells nothing.
//! Format: setuptools' documentation, "The Internal Structure of Python Eggs", and the
//! specification "Binary distribution format".

use crate::archive::Members;
use crate::{Found, Input, ReadError};

/// Largest metadata that is read, in bytes.
const MAX_METADATA: u64 = 4 << 20;

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let mut members = Members::open(input.bytes)?;
    for index in 0..members.len() {
        let Some(name) = members.name(index) else {
            continue;
        };
        let of_egg = name == "EGG-INFO/PKG-INFO";
        let of_wheel = name.ends_with(".dist-info/METADATA") && name.matches('/').count() == 1;
        if of_egg || of_wheel {
            let bytes = members.read(index, MAX_METADATA)?;
            return super::installed::read(Input {
                path: &name,
                bytes: &bytes,
            });
        }
    }
    Ok(Found::default())
}
