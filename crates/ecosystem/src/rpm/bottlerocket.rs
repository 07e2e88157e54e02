//! The inventory of a Bottlerocket image, which has no package database.
//!
//! `Content` lists applications with name, version, release, epoch and architecture; they
//! are the rpm packages that the image was built from. Source: bottlerocket's twoliter,
//! `tools/rpm2img`, "application-inventory.json".

use lazaret_model::Package;

use super::header;
use crate::document::{self, Value, add, items, string};
use crate::{Found, Input, ReadError};

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let inventory = document::json(input.bytes)?;
    if !inventory.get("Content").is_some_and(Value::is_array) {
        return Err(ReadError::new("the inventory has no content"));
    }
    let mut found = Found::default();
    for entry in items(&inventory, "Content") {
        let text = |key: &str| string(entry, key);
        let some = |key: &str| Some(text(key).to_owned()).filter(|v| !v.is_empty());
        let epoch = text("Epoch").parse::<u32>().ok();
        let version = header::full_version(epoch, text("Version"), text("Release"));
        let mut package = Package::new("rpm", text("Name"), version);
        package.epoch = epoch;
        package.architecture = some("Architecture");
        package.vendor = some("Publisher");
        add(&mut found, package);
    }
    Ok(found)
}
