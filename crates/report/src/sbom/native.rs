//! The program's own JSON: an inventory, or a report that has one inside.

use std::io;

use lazaret_model::{Gap, GapKind, Inventory};
use serde_json::Value;

/// The value of `schema` in a stored inventory.
pub(super) const INVENTORY_SCHEMA: &str = "lazaret.inventory/1";

pub(super) fn of_inventory(inventory: &Inventory) -> io::Result<Value> {
    let mut value = serde_json::to_value(inventory)?;
    if let Some(map) = value.as_object_mut() {
        map.insert("schema".into(), INVENTORY_SCHEMA.into());
    }
    Ok(value)
}

/// Reads an inventory; a report's findings are ignored, and so are the gaps that its
/// database had, because the inventory will be judged by another one.
pub(super) fn read(bytes: &[u8], is_report: bool) -> Result<Inventory, serde_json::Error> {
    let mut inventory: Inventory = serde_json::from_slice(bytes)?;
    if is_report {
        forget_database(&mut inventory.gaps);
    }
    Ok(inventory)
}

/// Removes the gaps that speak of a report's database and not of its target.
pub(super) fn forget_database(gaps: &mut Vec<Gap>) {
    gaps.retain(|gap| {
        !matches!(
            gap.kind,
            GapKind::StarterDatabase
                | GapKind::StaleDatabase
                | GapKind::NoAdvisories
                | GapKind::EndOfLife
        )
    });
}
