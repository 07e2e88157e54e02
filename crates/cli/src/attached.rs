//! Exploitability statements that are attached to an image where it is kept.
//!
//! What is attached is read from whatever carries it: the artifact itself, cosign's
//! attestations and bundles, BuildKit's attestations in the index. Signatures are not
//! verified here, and the report says so. What cannot be read is a gap: a finding that a
//! statement might have cleared stays.

use lazaret_image::Image;
use lazaret_image::referrers::{AttachedBlob, Attachment, Attachments, Found, Referrer, Wanted};
use lazaret_model::{Digest, Gap, GapKind, Inventory, VexDocument, VexOrigin};
use lazaret_vex::{carried, is_about_vex};

use crate::console;

/// Most artifacts of one image that are opened.
const MAX_ARTIFACTS: usize = 500;

/// Largest attached blob that is read, in bytes; bills of materials are among them.
const MAX_BYTES: u64 = 32 << 20;

/// Most bytes of attached blobs that are read for one image.
const MAX_TOTAL: u64 = 256 << 20;

/// Adds the documents that are attached to the image, or to an index that offers it.
pub(crate) fn add(image: &Image, inventory: &mut Inventory) {
    let Some(attachments) = image.attachments() else {
        return nowhere(inventory);
    };
    let wanted = Wanted {
        artifact_type: None,
        cosign: &["att"],
    };
    let mut reading = Reading {
        attachments,
        subjects: image.digest.iter().chain(&image.indexes).cloned().collect(),
        left: MAX_TOTAL,
        inventory,
    };
    let found = match image.referrers(&wanted) {
        Ok(found) => found,
        Err(error) => {
            let detail = format!("what is attached to the image cannot be listed: {error}");
            return reading.gap(GapKind::Unreadable, "attached statements", detail);
        }
    };
    let may = found.list.iter().filter(|r| may_hold(r));
    let number = may.clone().count();
    console::detail(format_args!(
        "attached: {} artifacts, {number} of them may hold statements",
        found.list.len()
    ));
    if found.has_more || number > MAX_ARTIFACTS {
        let detail = format!("more artifacts are attached than the {MAX_ARTIFACTS} that are read");
        reading.gap(GapKind::Limit, "attached statements", detail);
    }
    for referrer in may.take(MAX_ARTIFACTS) {
        reading.artifact(referrer);
    }
    reading.inventory.gaps.sort();
}

/// Says that nothing can be attached where the target came from.
pub(crate) fn nowhere(inventory: &mut Inventory) {
    if inventory
        .vex
        .iter()
        .any(|v| v.origin == VexOrigin::Attached)
    {
        return;
    }
    let detail = "statements are attached in registries and OCI layouts, and the target is from \
                  neither: registry:IMAGE asks the registry";
    let gap = Gap::new(GapKind::Unsupported, "attached statements", detail);
    inventory.gaps.push(gap);
    inventory.gaps.sort();
}

/// What is read for one image.
struct Reading<'a> {
    attachments: &'a Attachments,
    subjects: Vec<Digest>,
    left: u64,
    inventory: &'a mut Inventory,
}

impl Reading<'_> {
    fn gap(&mut self, kind: GapKind, subject: &str, detail: String) {
        self.inventory.gaps.push(Gap::new(kind, subject, detail));
    }

    fn artifact(&mut self, referrer: &Referrer) {
        let name = referrer.digest.to_string();
        let manifest = match self.attachments.manifest(referrer) {
            Ok(manifest) => manifest,
            Err(error) => {
                let detail = format!("attached, and not read: {error}");
                return self.gap(GapKind::Unreadable, &name, detail);
            }
        };
        let several = manifest.blobs.len() > 1;
        for (number, blob) in (1..).zip(&manifest.blobs) {
            if may_state(&manifest, blob) {
                let name = match several {
                    true => format!("{name} blob {number}"),
                    false => name.clone(),
                };
                self.blob(&name, &manifest, blob);
            }
        }
    }

    fn blob(&mut self, name: &str, manifest: &Attachment, blob: &AttachedBlob) {
        let limit = MAX_BYTES.min(self.left);
        let bytes = match self.attachments.blob(blob, limit) {
            Ok(bytes) => bytes,
            Err(error) => {
                let kind = match blob.size > limit {
                    true => GapKind::Limit,
                    false => GapKind::Unreadable,
                };
                return self.gap(kind, name, format!("attached, and not read: {error}"));
            }
        };
        self.left = self.left.saturating_sub(blob.size);
        match carried(name, &bytes, &self.subjects) {
            Ok(Some(text)) => self.keep(name, text),
            Ok(None) => {}
            Err(error) => {
                // Any JSON may be attached; only what says to be statements is missed.
                let kinds = [manifest.artifact_type.as_deref(), Some(&blob.media_type)];
                if predicate(manifest, blob).is_some()
                    || kinds.into_iter().flatten().any(is_about_vex)
                {
                    self.gap(GapKind::Unreadable, name, format!("attached: {error}"));
                }
            }
        }
    }

    /// Keeps a document once: the same may be attached to image and index, in two ways.
    fn keep(&mut self, name: &str, text: String) {
        let known = &mut self.inventory.vex;
        let is_attached = |v: &&VexDocument| v.origin == VexOrigin::Attached;
        if known.iter().filter(is_attached).any(|v| v.text == text) {
            return;
        }
        console::detail(format_args!("attached: statements in {name}"));
        known.push(VexDocument {
            origin: VexOrigin::Attached,
            name: name.to_owned(),
            subjects: self.subjects.clone(),
            text,
        });
    }
}

/// What attestations are carried in.
const CARRIERS: [&str; 4] = ["in-toto", "dsse", "sigstore.bundle", "attestation"];

/// Whether an artifact may hold statements, by what the listing tells.
fn may_hold(referrer: &Referrer) -> bool {
    if let Some(kind) = referrer
        .annotations
        .get("dev.sigstore.bundle.predicateType")
    {
        return is_about_vex(kind);
    }
    match (&referrer.found, &referrer.artifact_type) {
        (Found::Tag(_) | Found::Index, _) | (_, None) => true,
        (_, Some(kind)) => {
            // What names itself after an image, or after nothing, says nothing.
            let says_nothing = kind.contains("image.config") || kind.contains("oci.empty");
            says_nothing || is_about_vex(kind) || CARRIERS.iter().any(|c| kind.contains(c))
        }
    }
}

/// What is attested, where the annotations of cosign, BuildKit or the bundle tell.
fn predicate<'a>(manifest: &'a Attachment, blob: &'a AttachedBlob) -> Option<&'a String> {
    let of_blob = ["predicateType", "in-toto.io/predicate-type"];
    of_blob
        .iter()
        .find_map(|key| blob.annotations.get(*key))
        .or_else(|| {
            manifest
                .annotations
                .get("dev.sigstore.bundle.predicateType")
        })
}

/// Whether a blob may hold statements.
fn may_state(manifest: &Attachment, blob: &AttachedBlob) -> bool {
    match predicate(manifest, blob) {
        Some(kind) => is_about_vex(kind),
        None => {
            let kind = blob.media_type.as_str();
            is_about_vex(kind) || kind.contains("json") || CARRIERS.iter().any(|c| kind.contains(c))
        }
    }
}
