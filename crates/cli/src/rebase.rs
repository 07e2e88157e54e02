//! `--rebase-on`: what an image would have on another base.

use std::collections::BTreeSet;

use anyhow::Context as _;

use lazaret_advisory::Db;
use lazaret_model::{Inventory, Rebase, Report};
use lazaret_policy::{IgnoreRules, difference, hide_known};
use lazaret_scan::rebased;

use crate::args::ScanArgs;
use crate::targets::Wants;
use crate::{base, errors, scan, targets};

/// What both sides are held against.
pub(crate) struct Rules<'a> {
    pub(crate) database: &'a Db,
    pub(crate) today: &'a str,
    pub(crate) ignore: &'a IgnoreRules,
    pub(crate) baseline: Option<&'a (Report, String)>,
}

/// What would change on the other base; `report` is of `image`, with rules of people applied.
///
/// # Errors
/// When which layers are the base's is not known, or the other base cannot be examined.
pub(crate) fn on(
    name: &str,
    args: &ScanArgs,
    image: &Inventory,
    report: &Report,
    rules: &Rules<'_>,
) -> anyhow::Result<Rebase> {
    if image.target.layers.iter().all(|layer| layer.base.is_none()) {
        let what = format!(
            "which layers of {} are its base's is not known",
            image.target.name
        );
        let next = format!("--base IMAGE --rebase-on {name}, with the image that it is built on");
        return Err(errors::refused(what, next));
    }
    let read = |name: &str| {
        let args = base::beside(&args.target, name, &image.target);
        targets::inventory(&args, Wants::default())
            .with_context(|| format!("examine the base {name}"))
    };
    let new = read(name)?;
    let old = base::target_of(&args.base, &image.target);
    let old = old.as_deref().map(read).transpose()?;
    let result = rebased(image, old.as_ref(), &new);
    let mut after = scan::examine(
        result.inventory,
        rules.database,
        &args.matching,
        rules.today,
    )?;
    // What is unused is told of the image itself.
    rules.ignore.apply(&mut after, rules.today);
    if let Some((baseline, name)) = rules.baseline {
        hide_known(&mut after, baseline, name);
    }
    let change = difference(report, &after);
    let gone: BTreeSet<String> = change.gone.into_iter().map(|c| c.finding.key).collect();
    Ok(Rebase {
        name: base::called(name, &new.target),
        digest: new.target.digest.iter().map(ToString::to_string).collect(),
        platform: new.target.platform.clone(),
        distro: new.target.distro.clone(),
        removed: gone.into_iter().collect(),
        added: change.new.into_iter().map(|c| c.finding).collect(),
        unchanged: change.unchanged,
        packages_now: report.packages.len(),
        packages_then: after.packages.len(),
        unknown: result.unknown,
        gaps: change.new_gaps,
    })
}
