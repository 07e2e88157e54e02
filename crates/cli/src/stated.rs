//! What the caller knows better than the target.

use lazaret_ecosystem::distro as distributions;
use lazaret_model::{Distro, Inventory};

use crate::args::TargetArgs;
use crate::errors;
use lazaret_model::nearest;

/// The distribution that the caller knows better, if there is one.
pub(crate) fn distro(args: &TargetArgs) -> anyhow::Result<Option<Distro>> {
    let Some(text) = &args.distro else {
        return Ok(None);
    };
    // A name that nobody has heard of would be scanned against nothing.
    let known = |found: &Distro| text.contains(':') || distributions::family(&found.id).is_some();
    match distributions::parse(text).filter(known) {
        Some(found) => Ok(Some(found)),
        None => {
            let ids = distributions::FAMILIES.iter().map(|family| family.id);
            let next = match nearest(text, ids) {
                Some(near) => format!("--distro {near}, or --distro {near}:VERSION"),
                None => "--distro debian:12, or another ID:VERSION of os-release".to_owned(),
            };
            Err(errors::refused(
                format!("`{text}` is no distribution that is known"),
                next,
            ))
        }
    }
}

/// Puts what the caller knows better in the place of what was found.
pub(crate) fn overrule(inventory: &mut Inventory, chosen: &Distro) {
    for package in &mut inventory.packages {
        distributions::finish(package, Some(chosen));
    }
    inventory.target.distro = Some(chosen.clone());
}
