//! Signatures on images: who is trusted, what lies beside an image, and `verify`.

mod beside;
mod trust;
mod verify;

pub(crate) use beside::nowhere;
pub(crate) use trust::Trust;
pub(crate) use verify::run;
