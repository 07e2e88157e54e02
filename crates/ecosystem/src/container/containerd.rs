//! The images that containerd's containers run, from its metadata store.
//!
//! `v1/<namespace>/containers/<id>/image` names an image of the same namespace, whose
//! digest is at `images/<name>/target/digest`. Source: containerd, `core/metadata/buckets.go`.

use lazaret_model::Package;

use super::bolt::{Bucket, Item, Store};
use crate::document::{add, unique};
use crate::{Found, Input, ReadError};

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let store = Store::open(input.bytes)?;
    let mut found = Found::default();
    let Some(version) = store.bucket(store.root(), b"v1") else {
        return Ok(found);
    };
    for namespace in buckets(&store, version) {
        let images = store.bucket(namespace, b"images");
        let Some(containers) = store.bucket(namespace, b"containers") else {
            continue;
        };
        for container in buckets(&store, containers) {
            let Some(name) = store.value(container, b"image") else {
                continue;
            };
            let digest = images
                .and_then(|images| store.bucket(images, name))
                .and_then(|image| store.bucket(image, b"target"))
                .and_then(|target| store.value(target, b"digest"))
                .unwrap_or_default();
            let (Ok(name), Ok(digest)) = (std::str::from_utf8(name), std::str::from_utf8(digest))
            else {
                continue;
            };
            add(&mut found, Package::new("docker", name, digest));
        }
    }
    Ok(unique(found))
}

fn buckets<'a>(store: &Store<'a>, bucket: Bucket<'a>) -> Vec<Bucket<'a>> {
    let items = store.items(bucket).into_iter();
    items
        .filter_map(|(_, item)| match item {
            Item::Bucket(inner) => Some(inner),
            Item::Value(_) => None,
        })
        .collect()
}
