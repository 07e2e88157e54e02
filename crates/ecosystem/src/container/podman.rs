//! The images of podman's containers, running or not.
//!
//! Since podman 4.8 the state is `db.sql`, table `ContainerConfig`; before it is
//! `bolt_state.db`, bucket `ctr`. Both keep each container's configuration as the same
//! JSON, which names the image as the user did and by its id. Source: podman
//! `libpod/{sqlite_state_internal,boltdb_state_internal,container_config}.go`.

use lazaret_model::{GapKind, Package};
use serde::Deserialize;

use super::bolt::{self, Item, Store};
use super::reference::image;
use crate::document::{add, file_name, unique};
use crate::sqlite::Database;
use crate::{Found, Input, ReadError};

#[derive(Deserialize)]
struct Configuration {
    #[serde(default, rename = "RawImageName")]
    asked: String,
    #[serde(default, rename = "rootfsImageName")]
    name: String,
    #[serde(default, rename = "rootfsImageID")]
    id: String,
}

/// A store of bbolt with podman's buckets of containers.
pub(super) fn is_state(input: Input<'_>) -> bool {
    let named = file_name(input.path).contains("bolt_state");
    bolt::is_one(input.bytes)
        && (named || memchr::memmem::find(input.bytes, b"runtime-config").is_some())
}

pub(super) fn bolt(input: Input<'_>) -> Result<Found, ReadError> {
    let store = Store::open(input.bytes)?;
    let containers = store
        .bucket(store.root(), b"ctr")
        .ok_or_else(|| ReadError::new("no bucket of containers"))?;
    let mut found = Found::default();
    for (_, item) in store.items(containers) {
        if let Item::Bucket(container) = item {
            take(
                &mut found,
                store.value(container, b"config").unwrap_or_default(),
            );
        }
    }
    Ok(unique(found))
}

pub(super) fn sqlite(input: Input<'_>) -> Result<Found, ReadError> {
    let mut database = Database::open(input.bytes)?;
    let containers = database
        .table("ContainerConfig")
        .ok_or_else(|| ReadError::new("no table of containers"))?;
    let mut found = Found::default();
    for row in &containers.rows {
        let json = containers.text(row, "JSON").unwrap_or_default();
        take(&mut found, json.as_bytes());
    }
    found.gaps.extend(database.gaps());
    Ok(unique(found))
}

fn take(found: &mut Found, json: &[u8]) {
    let configuration: Configuration = match serde_json::from_slice(json) {
        Ok(configuration) => configuration,
        Err(error) => {
            if found.gaps.len() < 20 {
                let detail = format!("the configuration of a container: {error}");
                found.gaps.push((GapKind::Unreadable, detail));
            }
            return;
        }
    };
    // A container on a plain root file system has no image.
    let told = [configuration.asked, configuration.name];
    let named = told.iter().find(|name| !name.is_empty());
    if let Some(package) = named.and_then(|name| image(name)) {
        add(
            found,
            Package::new("docker", package.name, configuration.id),
        );
    }
}
