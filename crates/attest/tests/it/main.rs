//! Signatures, from the bytes that lie beside an image to what they are worth.

mod bundles;
mod hostile;
mod keyed;
mod keyless;
mod notary;
mod real;
mod roots;
mod world;
mod written;
