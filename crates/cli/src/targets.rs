//! From what was typed to an inventory.

use std::cell::Cell;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use lazaret_image::credentials::{Credential, Keychain, Secret};
use lazaret_image::registry::{self, RegistryOptions};
use lazaret_image::{
    Choice, DaemonKind, Image, ImageRef, Platforms, TargetRef, containerd, daemon, is_compressed,
    open_archive, open_layout,
};
use lazaret_model::{Inventory, Target, TargetKind};
use lazaret_scan::{
    Cache, Look, Settings, Source, catalog, catalog_daemon, catalog_directory, catalog_stream,
};

use crate::args::{RegistryArgs, TargetArgs};
use crate::documents::{document, purls, read, sbom, sbom_or_file};
use crate::progress::Bar;
use crate::{advice, attached, console, errors, signing, single, stated};

/// What is looked for in a target.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wants {
    /// Beside packages, among its files.
    pub(crate) look: Look,
    /// Exploitability statements that are attached to it, which may ask a registry.
    pub(crate) attached: bool,
}

/// What is inside the target, where one platform of it is asked for.
pub(crate) fn inventory(args: &TargetArgs, wants: Wants) -> anyhow::Result<Inventory> {
    if args.platform == Some(Platforms::All) {
        let what = "this command looks at one platform";
        let next = "--platform linux/amd64, or any other one";
        return Err(errors::refused(what, next));
    }
    let found = inventories(args, wants)?.into_iter().next();
    found.context("the target holds nothing that can be examined")
}

/// What is inside the target, for each platform that was asked for; at least one.
pub(crate) fn inventories(args: &TargetArgs, wants: Wants) -> anyhow::Result<Vec<Inventory>> {
    found(args, Some(wants)).map_err(|error| advice::about(&args.target, error))
}

/// What the target says of itself: no layer is read of an image whose layers can be opened
/// one by one.
pub(crate) fn described(args: &TargetArgs) -> anyhow::Result<Target> {
    let found = found(args, None).map_err(|error| advice::about(&args.target, error))?;
    let found = found.into_iter().next();
    let found = found.context("the target holds nothing that can be examined")?;
    Ok(found.target)
}

/// The same for each platform that was asked for; at least one.
pub(crate) fn described_all(args: &TargetArgs) -> anyhow::Result<Vec<Target>> {
    let found = found(args, None).map_err(|error| advice::about(&args.target, error))?;
    Ok(found.into_iter().map(|one| one.target).collect())
}

/// `wants` is what is looked for, or `None` where nothing is to be read.
fn found(args: &TargetArgs, wants: Option<Wants>) -> anyhow::Result<Vec<Inventory>> {
    // What was typed wrongly is told whether it is needed or not.
    credential(args)?;
    let stated = stated::distro(args)?;
    let parsed = TargetRef::parse(&args.target)?;
    let mut settings = settings(args)?;
    settings.look = wants.unwrap_or_default().look;
    settings.locked = matches!(parsed, TargetRef::Dir(_));
    let bar = Bar::new();
    let source = Opened {
        args,
        settings: &settings,
        bar: &bar,
        reads: wants.is_some(),
        attached: wants.is_some_and(|w| w.attached),
        has_asked: Cell::new(false),
    };
    let input = args.target.as_str();
    let mut inventories = match parsed {
        TargetRef::Archive { file, selector } => source.archive(&file, selector)?,
        TargetRef::OciLayout { dir, selector } => source.layout(&dir, selector)?,
        TargetRef::Dir(path) | TargetRef::RootFs(path) => {
            vec![catalog_directory(&path, input, &settings, &bar)?]
        }
        TargetRef::Stdin => source.stream(std::io::stdin().lock(), "standard input", None)?,
        TargetRef::Sbom(path) => vec![document(sbom(&path, input)?, settings.look)],
        TargetRef::Purl(text) => vec![document(purls(&text, input)?, settings.look)],
        TargetRef::PurlFile(path) => vec![document(purls(&read(&path)?, input)?, settings.look)],
        TargetRef::Path(path) => source.path(&path)?,
        TargetRef::Registry(reference) => source.pull(&reference)?,
        TargetRef::Image(reference) => match source.local(&reference) {
            Some(found) => found,
            None => source.pull(&reference)?,
        },
        TargetRef::Daemon { kind, name } => match source.daemon(kind, &name)? {
            Some(found) => found,
            None => return Err(advice::absent(kind, &name)),
        },
    };
    if source.attached && !source.has_asked.get() {
        inventories.iter_mut().for_each(attached::nowhere);
    }
    for inventory in &mut inventories {
        if args.signing.is_some() && inventory.target.kind == TargetKind::Image {
            let signatures = &mut inventory.target.signatures;
            signatures.get_or_insert_with(signing::nowhere);
        }
        if let Some(chosen) = &stated {
            stated::overrule(inventory, chosen);
        }
    }
    Ok(inventories)
}

fn settings(args: &TargetArgs) -> anyhow::Result<Settings> {
    let mut settings = Settings {
        cache: cache(args)?,
        body_budget: args.max_memory.max(8) << 20,
        skip_dirs: args
            .skip_dirs
            .iter()
            .map(|p| p.trim_matches('/').to_owned())
            .collect(),
        skip_files: args
            .skip_files
            .iter()
            .map(|p| p.trim_matches('/').to_owned())
            .collect(),
        ..Settings::default()
    };
    if args.threads > 0 {
        settings.threads = args.threads;
    }
    Ok(settings)
}

fn cache(args: &TargetArgs) -> anyhow::Result<Option<Cache>> {
    let home = || home_dir("XDG_CACHE_HOME", ".cache");
    let Some(dir) = args.cache_dir.clone().or_else(home) else {
        console::detail(format_args!("cache: none, for there is no home directory"));
        return Ok(None);
    };
    if dir.as_os_str() == "none" {
        console::detail(format_args!("cache: none"));
        return Ok(None);
    }
    match Cache::open(&dir) {
        Ok(cache) => {
            console::detail(format_args!("cache: {}", dir.display()));
            Ok(Some(cache))
        }
        Err(error) if args.cache_dir.is_some() => {
            Err(anyhow::Error::from(error).context(errors::doing(
                "keep the facts of layers",
                "--cache-dir none, to keep nothing",
            )))
        }
        // Nobody asked for the one at home, so it is no reason to fail.
        Err(error) => {
            console::detail(format_args!("cache: none, for {error}"));
            Ok(None)
        }
    }
}

/// The program's own directory below a directory of the XDG base directory specification.
pub(crate) fn home_dir(variable: &str, fallback: &str) -> Option<PathBuf> {
    let base = std::env::var_os(variable)
        .filter(|v| Path::new(v).is_absolute())
        .map(PathBuf::from);
    let base = base.or_else(|| std::env::var_os("HOME").map(|h| Path::new(&h).join(fallback)))?;
    Some(base.join("lazaret"))
}

/// What every source of images is opened with.
struct Opened<'a> {
    args: &'a TargetArgs,
    settings: &'a Settings,
    bar: &'a Bar,
    /// Whether layers are read.
    reads: bool,
    /// Whether statements that are attached to the image are wanted.
    attached: bool,
    /// Whether the place that the image came from was asked for them.
    has_asked: Cell<bool>,
}

impl Opened<'_> {
    fn platforms(&self) -> Platforms {
        self.args.platform.clone().unwrap_or_default()
    }

    fn choice(&self, name: Option<String>) -> Choice {
        Choice {
            name,
            platforms: self.platforms(),
        }
    }

    fn images(&self, images: Vec<Image>) -> anyhow::Result<Vec<Inventory>> {
        let several = images.len() > 1;
        let of = |image: Image| {
            let platform = image.platform.as_ref().map(ToString::to_string);
            let digest = image.digest.as_ref().map(ToString::to_string);
            console::detail(format_args!(
                "image: {}, {}, {} layers",
                digest.as_deref().unwrap_or("no digest"),
                platform.as_deref().unwrap_or("no platform"),
                image.layers.len()
            ));
            let signatures = self.args.signing.as_ref();
            let signatures = signatures.map(|trust| trust.of_image(&image));
            let mut found = match self.reads {
                false => Inventory {
                    target: lazaret_scan::described(&image, &self.args.target),
                    ..Inventory::default()
                },
                true => {
                    let found = catalog(&image, &self.args.target, self.settings, self.bar);
                    match &image.platform {
                        Some(platform) if several => {
                            found.with_context(|| format!("for {platform}"))?
                        }
                        _ => found?,
                    }
                }
            };
            found.target.signatures = signatures;
            if self.attached && image.attachments().is_some() {
                self.has_asked.set(true);
                attached::add(&image, &mut found);
            }
            Ok(found)
        };
        images.into_iter().map(of).collect()
    }

    fn stream(
        &self,
        reader: impl std::io::Read,
        name: &str,
        selector: Option<String>,
    ) -> anyhow::Result<Vec<Inventory>> {
        let choice = self.choice(selector);
        let source = Source {
            name,
            choice: &choice,
        };
        let input = &self.args.target;
        Ok(catalog_stream(
            reader,
            source,
            input,
            self.settings,
            self.bar,
        )?)
    }

    fn archive(&self, path: &Path, selector: Option<String>) -> anyhow::Result<Vec<Inventory>> {
        if path.is_dir() {
            return self.layout(path, selector);
        }
        // What is packed as a whole can only be read from its beginning to its end.
        if is_compressed(path)? {
            let file = File::open(path).with_context(|| errors::read(path))?;
            return self.stream(file, &path.display().to_string(), selector);
        }
        let choice = self.choice(selector);
        self.images(open_archive(path, &choice, &self.settings.limits)?)
    }

    fn layout(&self, dir: &Path, selector: Option<String>) -> anyhow::Result<Vec<Inventory>> {
        let choice = self.choice(selector);
        self.images(open_layout(dir, &choice, &self.settings.limits)?)
    }

    /// A bare path: the content tells whether it is an archive or a bill of materials.
    fn path(&self, path: &Path) -> anyhow::Result<Vec<Inventory>> {
        let mut head = [0u8; 512];
        let mut file = File::open(path).with_context(|| errors::read(path))?;
        let n = file.read(&mut head).with_context(|| errors::read(path))?;
        let text = head[..n].iter().find(|b| !b.is_ascii_whitespace());
        if matches!(text, Some(b'{' | b'[')) || head[..n].starts_with(b"SPDXVersion") {
            return Ok(vec![sbom_or_file(
                path,
                &self.args.target,
                self.settings.look,
            )?]);
        }
        // A tar archive says so behind its first header; whatever else is compressed may
        // be one.
        if head[..n].get(257..262) == Some(b"ustar") || is_compressed(path)? {
            return self.archive(path, None);
        }
        let look = self.settings.look;
        Ok(vec![single::inventory(path, &self.args.target, look)?])
    }

    /// The image on a local daemon, in the order docker, podman, containerd; `None` when
    /// none has it. A daemon that does not answer, or has the image for another platform,
    /// is passed over: the registry may have the image. All platforms of an image are in
    /// the registry alone.
    fn local(&self, reference: &ImageRef) -> Option<Vec<Inventory>> {
        if self.platforms() == Platforms::All {
            return None;
        }
        let name = reference.to_string();
        DaemonKind::ALL.into_iter().find_map(|kind| {
            let found = self.daemon(kind, &name);
            let told = match &found {
                Ok(Some(_)) => "has it".to_owned(),
                Ok(None) => "does not have it, or is not there".to_owned(),
                Err(error) => format!("{error:#}"),
            };
            console::detail(format_args!("{}: {told}", kind.name()));
            found.ok().flatten()
        })
    }

    fn daemon(&self, kind: DaemonKind, name: &str) -> anyhow::Result<Option<Vec<Inventory>>> {
        if kind == DaemonKind::Containerd {
            let found = containerd::find(name, &self.platforms(), &self.settings.limits)?;
            return found.map(|images| self.images(images)).transpose();
        }
        let found = daemon::find(name, kind)?;
        let Some(found) = found else {
            return Ok(None);
        };
        found.check_platform(self.platforms().only())?;
        let inventory = catalog_daemon(&found, &self.args.target, self.settings, self.bar)?;
        Ok(Some(vec![inventory]))
    }

    fn pull(&self, reference: &ImageRef) -> anyhow::Result<Vec<Inventory>> {
        self.images(pull(reference, &self.platforms(), self.args)?)
    }
}

/// The arguments of a target that nobody typed: the environment and the defaults.
pub(crate) fn plain(target: &str) -> anyhow::Result<TargetArgs> {
    #[derive(clap::Parser)]
    struct Plain {
        #[command(flatten)]
        target: TargetArgs,
    }
    let parsed = <Plain as clap::Parser>::try_parse_from(["lazaret", "--", target]);
    Ok(parsed.context("settings of targets")?.target)
}

/// How the registry of a reference is reached.
///
/// # Errors
/// When the network is forbidden, or a password lacks its user.
pub(crate) fn reach(reference: &ImageRef, args: &TargetArgs) -> anyhow::Result<RegistryOptions> {
    let mut options = registry_options(reference, &args.registry)?;
    if let Some(credential) = credential(args)? {
        options.keychain = Keychain::from_environment().with(&reference.registry, credential);
    }
    Ok(options)
}

fn pull(
    reference: &ImageRef,
    platforms: &Platforms,
    args: &TargetArgs,
) -> anyhow::Result<Vec<Image>> {
    let options = reach(reference, args)?;
    let mirrors = options.mirrors.get(&reference.registry);
    for mirror in mirrors.into_iter().flatten() {
        console::detail(format_args!("registry: {mirror} is asked first"));
    }
    console::detail(format_args!("registry: asking for {reference}"));
    registry::open(reference, platforms, &options).map_err(|error| {
        let hint = error.hint();
        let error = anyhow::Error::from(error).context(format!("pull {reference}"));
        errors::advise(error, hint)
    })
}

/// How a registry is asked for a reference, with what is laid up for it alone.
///
/// # Errors
/// When the network is forbidden.
pub(crate) fn registry_options(
    reference: &ImageRef,
    args: &RegistryArgs,
) -> anyhow::Result<RegistryOptions> {
    if args.offline {
        let what = format!("{reference} is in a registry, and --offline forbids asking it");
        let next = "an image that is here: oci-archive:FILE, docker:NAME, dir:PATH";
        return Err(errors::refused(what, next));
    }
    let mut options = RegistryOptions::default();
    options.ca_files.extend(args.registry_ca.iter().cloned());
    options.plain_http.extend(args.plain_http.iter().cloned());
    for (host, mirror) in &args.registry_mirror {
        let mirrors = options.mirrors.entry(host.clone()).or_default();
        mirrors.push(mirror.clone());
    }
    Ok(options)
}

/// What was typed to be shown to the registry.
fn credential(args: &TargetArgs) -> anyhow::Result<Option<Credential>> {
    Ok(
        match (&args.username, &args.password, &args.registry_token) {
            (_, _, Some(token)) => Some(Credential::RegistryToken(Secret::new(token))),
            (Some(name), Some(password), None) => Some(Credential::Basic {
                username: name.clone(),
                password: Secret::new(password),
            }),
            (None, None, None) => None,
            _ => {
                let next = "--username NAME --password PASSWORD, or docker login HOST";
                return Err(errors::refused(
                    "--username and --password go together",
                    next,
                ));
            }
        },
    )
}
