//! .NET assemblies: a file names the assembly that it is and those that it was linked
//! against, each with its assembly version.
//!
//! An assembly is called as its file (`Newtonsoft.Json.dll`): its version is not the one
//! of the package that brought it. A program without metadata of its own, such as the
//! host of an application, tells in its version resource what it starts. Formats:
//! Microsoft's "PE Format", and ECMA-335, partition II.

mod image;
mod resource;
mod tables;

use lazaret_model::Package;

use crate::document::{add, unique};
use crate::{Found, Input, ReadError};
use image::Image;

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let image = Image::new(input.bytes)
        .ok_or_else(|| ReadError::new("the headers of the program cannot be read"))?;
    let mut found = Found::default();
    if let Some(metadata) = image.metadata() {
        let assemblies = tables::assemblies(metadata)
            .ok_or_else(|| ReadError::new("the metadata of the assembly cannot be read"))?;
        for (name, version) in assemblies {
            add(
                &mut found,
                Package::new("nuget", format!("{name}.dll"), version),
            );
        }
    }
    if found.packages.is_empty()
        && let Some(name) = resource::text(input.bytes, "InternalName")
        && let Some(version) = resource::text(input.bytes, "Assembly Version")
    {
        add(&mut found, Package::new("nuget", name, version));
    }
    Ok(unique(found))
}
