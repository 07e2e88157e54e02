//! Facts of layers, put together to the inventory of a target.

use lazaret_ecosystem::distro;
use lazaret_image::Image;
use lazaret_model::{Gap, GapKind, Inventory, Target};

use crate::catalog::described;
use crate::facts::LayerFacts;
use crate::merge;
use crate::ownership::{Names, Owners};
use crate::squash::{self, Aliases, Visible};
use crate::tree::Tree;
use crate::{Settings, changed, configuration, licenses, look, statements};

/// Puts the layers of an image on top of each other, and its configuration beside them.
pub(crate) fn assemble_image(
    image: &Image,
    input: &str,
    layers: Vec<LayerFacts>,
    unread: Vec<Gap>,
    settings: &Settings,
) -> Inventory {
    let places = match settings.look.misconfigurations {
        true => look::places(&layers),
        false => Vec::new(),
    };
    let mut inventory = assemble(described(image, input), layers, unread, settings);
    if settings.look.secrets {
        inventory
            .secrets
            .extend(configuration::secrets(&image.config));
        look::number(&mut inventory.secrets);
    }
    if settings.look.misconfigurations {
        inventory.misconfigurations =
            configuration::misconfigurations(&image.config, places, &inventory.target.name);
    }
    inventory
}

/// Puts the layers on top of each other. `unread` is what stands behind links and was not
/// read.
pub(crate) fn assemble(
    mut target: Target,
    mut layers: Vec<LayerFacts>,
    unread: Vec<Gap>,
    settings: &Settings,
) -> Inventory {
    let tree = Tree::of(&layers);
    let aliases = Aliases::of(&tree);
    let visible = squash::visible(&layers, &tree, &aliases);
    let hints: Vec<_> = visible.iter().flat_map(|v| v.file.hints()).collect();
    target.distro = distro::identify(&hints);
    let names = Names::of(&tree, &aliases, &visible);
    let owners = Owners::of(&layers, &visible, &names, |p| !is_system(p.kind()));
    let mut gaps = gaps_of(&layers, &visible, &tree);
    let mut secrets = look::gather(&layers, &visible, &tree, &names, target.kind);
    look::number(&mut secrets);
    let mut signs = look::signs(&layers, &visible, &tree, &names, target.kind);
    let (changed, unsaid) = changed::changed(&layers, &visible, &tree, &names, target.kind);
    gaps.extend(unsaid);
    let license_texts = licenses::texts(&layers, &tree, target.kind);
    let vex = statements::visible(&layers, &tree);
    let picks = merge::picks(&visible, &layers, &owners);
    let mut packages = merge::merged(&mut layers, picks, &target);
    signs.extend(changed::named(changed, &packages));
    signs.sort_by(|a, b| (&a.path, a.kind).cmp(&(&b.path, b.kind)));
    distro::set_repositories(&mut packages, &hints);
    target.attribute(&mut packages);

    gaps.extend(unread);
    for skipped in settings.skip_dirs.iter().chain(&settings.skip_files) {
        gaps.push(Gap::new(
            GapKind::Skipped,
            skipped,
            "left out because the caller asked for it",
        ));
    }
    gaps.sort();
    gaps.dedup();
    Inventory {
        target,
        packages,
        secrets,
        license_texts,
        signs,
        vex,
        gaps,
        ..Inventory::default()
    }
}

/// Whether packages of this kind are installed by a distribution's package manager.
pub(crate) fn is_system(kind: &str) -> bool {
    matches!(kind, "deb" | "rpm" | "apk" | "alpm" | "ebuild" | "opkg")
}

/// Gaps that still concern the image: a file that an upper layer took away is no gap.
fn gaps_of(layers: &[LayerFacts], visible: &[Visible<'_>], tree: &Tree<'_>) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = visible
        .iter()
        .flat_map(|v| v.file.gaps.iter().cloned())
        .collect();
    for (index, layer) in layers.iter().enumerate() {
        for gap in &layer.gaps {
            let whole = gap.subject == layer.diff_id.to_string();
            if whole || !tree.hidden(index, &gap.subject) {
                gaps.push(gap.clone());
            }
        }
    }
    gaps
}
