//! Reads SPDX 2.2 and 2.3 tag-value.
//!
//! Only the tags that tell packages are read; `<text>` blocks are skipped whole, so that
//! a tag inside a licence text is not taken for one.

use lazaret_model::{Inventory, TargetKind};

use super::foreign::Collector;
use super::spdx_read::{Entry, External, take};

pub(super) fn read(text: &str, name: &str) -> Inventory {
    let mut collector = Collector::new(name, TargetKind::Sbom);
    let mut entries: Vec<Entry> = Vec::new();
    let mut roots = Vec::new();
    let mut in_package = false;
    let mut in_text = false;
    for line in text.lines() {
        if in_text {
            in_text = !line.contains("</text>");
            continue;
        }
        let Some((tag, value)) = line.split_once(':') else {
            continue;
        };
        let (tag, value) = (tag.trim(), value.trim());
        in_text = value.contains("<text>") && !value.contains("</text>");
        match tag {
            "DocumentName" => collector.target().name = value.to_owned(),
            "PackageName" => {
                in_package = true;
                entries.push(Entry::named(value));
            }
            "FileName" | "SnippetSPDXID" | "LicenseID" => in_package = false,
            "Relationship" => {
                if let Some((_, root)) = value.split_once(" DESCRIBES ") {
                    roots.push(root.trim().to_owned());
                }
            }
            _ => {
                if let Some(entry) = entries.last_mut().filter(|_| in_package) {
                    tag_of_package(entry, tag, value);
                }
            }
        }
    }
    for entry in entries {
        take(&mut collector, entry, &roots);
    }
    collector.finish()
}

fn tag_of_package(entry: &mut Entry, tag: &str, value: &str) {
    match tag {
        "SPDXID" => entry.id = value.to_owned(),
        "PackageVersion" => entry.version = Some(value.to_owned()),
        "PrimaryPackagePurpose" => entry.purpose = Some(value.to_owned()),
        "PackageLicenseDeclared" => entry.license = Some(value.to_owned()),
        "ExternalRef" => {
            let mut words = value.split_whitespace().skip(1);
            if let (Some(kind), Some(locator)) = (words.next(), words.next()) {
                entry.external.push(External {
                    kind: kind.to_owned(),
                    locator: locator.to_owned(),
                });
            }
        }
        _ => {}
    }
}
