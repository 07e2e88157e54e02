//! What an image is built on: the base that was named, or one of those that were laid out.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use lazaret_image::{
    Choice, ImageRef, InvalidReference, Limits, Platforms, TargetRef, open_layout,
};
use lazaret_model::{Base, BaseSource, Digest, Gap, GapKind, Inventory, Target, TargetKind};
use lazaret_scan::{KnownBase, built_on, built_on_named, described, recognised};

use crate::args::{BaseArgs, GateArgs, TargetArgs};
use crate::{console, documents, errors, targets};

/// Most images that are laid out.
const MOST: usize = 10_000;

/// Says of every layer and package whether the base brought it.
///
/// # Errors
/// When the base that was named cannot be opened, or what was laid out cannot be read.
pub(crate) fn attribute(
    args: &BaseArgs,
    target: &TargetArgs,
    inventories: &mut [Inventory],
) -> anyhow::Result<()> {
    let known = laid_out(&args.base_from)?;
    for inventory in inventories {
        if !known.is_empty() && args.base.is_none() {
            recognised(inventory, &known);
        }
        let args_base = args.base.as_deref();
        let named = match args_base {
            Some(LABEL) => by_label(inventory),
            other => other.map(str::to_owned),
        };
        if let Some(name) = &named {
            let args = beside(target, name, &inventory.target);
            let base =
                targets::described(&args).with_context(|| format!("open the base {name}"))?;
            let called = called(name, &base);
            let base = KnownBase::of(&base).with_context(|| {
                format!("{name} tells no layers, so nothing can be built on it; an image does")
            })?;
            let base = KnownBase {
                name: called,
                ..base
            };
            match args_base {
                Some(LABEL) => built_on_named(inventory, &base),
                _ => built_on(inventory, &base),
            }
        }
        tell(&inventory.target);
    }
    Ok(())
}

/// In place of a base's name: the one that the image names itself.
const LABEL: &str = "label";

/// The base that the image names, as a target in a registry; a gap where it names none that
/// can be asked for.
///
/// A label is foreign: it may name an image in a registry, and never a file here.
fn by_label(inventory: &mut Inventory) -> Option<String> {
    let base = inventory.target.base.as_ref();
    let base = base.filter(|base| base.source == BaseSource::Label && !base.name.is_empty());
    let why = match base {
        None => "the image names no base, so --base label compares it with none".to_owned(),
        Some(base) => match reference(base) {
            Ok(reference) => return Some(format!("registry:{reference}")),
            Err(error) => format!("the base that the image names cannot be asked for: {error}"),
        },
    };
    let gap = Gap::new(GapKind::Unsupported, "base image", why);
    inventory.gaps.push(gap);
    inventory.gaps.sort();
    None
}

/// The base of an image whose owners are told, as a target; `None` where none was named.
pub(crate) fn target_of(args: &BaseArgs, image: &Target) -> Option<String> {
    match args.base.as_deref() {
        Some(LABEL) => {
            let base = image.base.as_ref().filter(|base| !base.name.is_empty())?;
            reference(base).ok().map(|name| format!("registry:{name}"))
        }
        other => other.map(str::to_owned),
    }
}

/// The reference that labels mean: at the digest, where they have one.
fn reference(base: &Base) -> Result<ImageRef, InvalidReference> {
    let named: ImageRef = base.name.parse()?;
    Ok(match base.digest.parse() {
        Ok(digest) => ImageRef {
            digest: Some(digest),
            ..named
        },
        Err(_) => named,
    })
}

/// How another image is opened beside the target: for the same platform. What was typed for
/// the target's registry is shown to no other.
pub(crate) fn beside(args: &TargetArgs, name: &str, of: &Target) -> TargetArgs {
    let registry = |text: &str| match TargetRef::parse(text) {
        Ok(TargetRef::Registry(reference) | TargetRef::Image(reference)) => {
            Some(reference.registry)
        }
        _ => None,
    };
    let same = registry(name).is_some() && registry(name) == registry(&args.target);
    let typed = |text: &Option<String>| text.clone().filter(|_| same);
    TargetArgs {
        platform: of.platform.clone().map(Platforms::Only),
        cache_dir: args.cache_dir.clone(),
        max_memory: args.max_memory,
        threads: args.threads,
        username: typed(&args.username),
        password: typed(&args.password),
        registry_token: typed(&args.registry_token),
        ..TargetArgs::of(name.to_owned(), args.registry.clone())
    }
}

/// What a base is called: the whole reference, else what was typed, which tells one image
/// of a layout from another.
pub(crate) fn called(typed: &str, base: &Target) -> String {
    match TargetRef::parse(typed) {
        Ok(TargetRef::Registry(_) | TargetRef::Image(_)) => base.name.clone(),
        _ => typed.to_owned(),
    }
}

fn tell(target: &Target) {
    let Some(base) = &target.base else {
        return console::detail(format_args!("base: not known"));
    };
    console::detail(format_args!(
        "base: {} ({}), {} of {} layers: {}",
        base.name,
        base.source.name(),
        base.layers.map_or("?".to_owned(), |n| n.to_string()),
        target.layers.len(),
        base.why
    ));
}

/// Says where a wish about owners comes to nothing.
pub(crate) fn warn(gate: &GateArgs, inventories: &[Inventory]) -> anyhow::Result<()> {
    let asked = [
        (gate.ignore_base, "--ignore-base"),
        (gate.only_base, "--only-base"),
        (
            gate.fail_on.iter().any(|c| c.contains(':')),
            "--fail-on with base: or app:",
        ),
    ];
    let asked = asked.into_iter().find(|(is_asked, _)| *is_asked);
    let Some((_, option)) = asked.filter(|_| !console::is_quiet()) else {
        return Ok(());
    };
    let sure = |target: &Target| {
        let knows = target.layers.iter().any(|layer| layer.base.is_some());
        knows && !target.is_base_guessed()
    };
    if let Some(unsure) = inventories.iter().find(|i| !sure(&i.target)) {
        let why = match unsure.target.is_base_guessed() {
            true => "only guessed, and nothing is let pass for a guess",
            false => "not known",
        };
        writeln!(
            anstream::stderr(),
            "warning: {option} changes nothing: which layers of {} are the base's is {why}; \
             --base IMAGE names the base",
            unsure.target.name
        )?;
    }
    Ok(())
}

/// The images that were laid out, in the order of their places.
fn laid_out(places: &[PathBuf]) -> anyhow::Result<Vec<KnownBase>> {
    let mut known = Vec::new();
    for place in places {
        if place.join("index.json").is_file() {
            known.extend(of_layout(place)?);
        } else if place.is_dir() {
            known.extend(of_folder(place)?);
        } else {
            known.extend(of_document(place)?);
        }
        if known.len() > MOST {
            bail!("more than {MOST} images to recognise a base among");
        }
    }
    Ok(known)
}

/// The documents of a folder. What else is in it is no concern.
fn of_folder(folder: &Path) -> anyhow::Result<Vec<KnownBase>> {
    let doing = || errors::read(folder);
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(doing)? {
        let path = entry.with_context(doing)?.path();
        if path.extension().is_some_and(|e| e == "json") && path.is_file() {
            paths.push(path);
        }
    }
    paths.sort();
    let mut known = Vec::new();
    for path in paths.iter().take(MOST) {
        match of_document(path) {
            Ok(base) => known.extend(base),
            Err(error) => console::detail(format_args!("base: not one of them: {error:#}")),
        }
    }
    Ok(known)
}

fn of_document(path: &Path) -> anyhow::Result<Option<KnownBase>> {
    let input = path.display().to_string();
    let found = documents::sbom(path, &input)?.target;
    let base = KnownBase::of(&found).filter(|_| found.kind == TargetKind::Image);
    if base.is_none() {
        console::detail(format_args!("base: {input} tells no layers"));
    }
    Ok(base)
}

/// Every image of a layout, by its tag where it has one.
fn of_layout(folder: &Path) -> anyhow::Result<Vec<KnownBase>> {
    let bytes = std::fs::read(folder.join("index.json")).with_context(|| errors::read(folder))?;
    let index: Index = serde_json::from_slice(&bytes)
        .with_context(|| format!("understand the index of {}", folder.display()))?;
    let mut known = Vec::new();
    for entry in index.manifests.into_iter().take(MOST) {
        let choice = Choice {
            name: Some(entry.digest.clone()),
            platforms: Platforms::All,
        };
        let images = match open_layout(folder, &choice, &Limits::default()) {
            Ok(images) => images,
            // An index holds signatures and bills of materials as well.
            Err(error) => {
                console::detail(format_args!("base: {} is none: {error}", entry.digest));
                continue;
            }
        };
        for image in images {
            let name = entry.name(folder);
            let target = described(&image, &name);
            let base = KnownBase::of(&target);
            // An entry that is the manifest itself is no index of it.
            let index: Option<Digest> = entry.digest.parse().ok();
            let index = index.filter(|digest| target.digest.as_ref() != Some(digest));
            known.extend(base.map(|base| KnownBase {
                name,
                index,
                ..base
            }));
        }
    }
    Ok(known)
}

#[derive(serde::Deserialize)]
struct Index {
    #[serde(default)]
    manifests: Vec<Entry>,
}

#[derive(serde::Deserialize)]
struct Entry {
    digest: String,
    #[serde(default)]
    annotations: std::collections::BTreeMap<String, String>,
}

impl Entry {
    /// The whole reference where the layout tells it, else place and tag.
    fn name(&self, folder: &Path) -> String {
        let told = |key: &str| self.annotations.get(key);
        let tag = told("org.opencontainers.image.ref.name");
        let whole = [told("io.containerd.image.name"), tag]
            .into_iter()
            .flatten();
        let is_whole = |name: &&String| name.contains('/') && name.parse::<ImageRef>().is_ok();
        let place = folder.display();
        match (whole.into_iter().find(is_whole), tag) {
            (Some(name), _) => name.clone(),
            (None, Some(tag)) => format!("{place}:{tag}"),
            (None, None) => format!("{place}@{}", self.digest),
        }
    }
}
