//! From what was typed to an inventory.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use lazaret_ecosystem::distro;
use lazaret_image::credentials::{Credential, Keychain, Secret};
use lazaret_image::registry::{self, RegistryOptions};
use lazaret_image::{DaemonKind, Image, ImageRef, Limits, TargetRef, containerd, daemon};
use lazaret_model::{Inventory, Package, Purl, Target, TargetKind};
use lazaret_scan::{Cache, Settings, catalog, catalog_daemon, catalog_directory, catalog_stream};

use crate::args::TargetArgs;
use crate::progress::Bar;

/// What is inside the target.
pub(crate) fn inventory(args: &TargetArgs) -> anyhow::Result<Inventory> {
    let parsed = TargetRef::parse(&args.target)?;
    let mut settings = settings(args)?;
    let bar = Bar::new(args.no_progress || args.quiet);
    let platform = args.platform.as_ref();
    let input = args.target.as_str();
    let of_image = |image: Image, settings: &Settings| -> anyhow::Result<Inventory> {
        Ok(catalog(&image, input, settings, &bar)?)
    };
    let mut inventory = match parsed {
        TargetRef::DockerArchive(path) | TargetRef::OciArchive(path) => {
            of_image(archive(&path, args)?, &settings)?
        }
        TargetRef::OciLayout { dir, selector } => {
            let image =
                lazaret_image::open_layout(&dir, selector.as_deref(), platform, &settings.limits)?;
            of_image(image, &settings)?
        }
        TargetRef::Dir(path) => {
            settings.locked = true;
            catalog_directory(&path, input, &settings, &bar)?
        }
        TargetRef::RootFs(path) => catalog_directory(&path, input, &settings, &bar)?,
        TargetRef::Stdin => catalog_stream(std::io::stdin().lock(), input, &settings, &bar)?,
        TargetRef::Sbom(path) => sbom(&path, input)?,
        TargetRef::Purl(text) => purls(&text, input)?,
        TargetRef::PurlFile(path) => purls(&read(&path)?, input)?,
        TargetRef::Path(path) => of_path(&path, args, &of_image, &settings)?,
        TargetRef::Registry(reference) => of_image(pull(&reference, args)?, &settings)?,
        TargetRef::Image(reference) => match local(&reference, args, &settings, &bar)? {
            Some(inventory) => inventory,
            None => of_image(pull(&reference, args)?, &settings)?,
        },
        TargetRef::Daemon { kind, name } => of_daemon(kind, &name, args, &settings, &bar)?
            .with_context(|| {
                format!(
                    "no {} daemon that can be reached has an image {name}",
                    kind.name()
                )
            })?,
    };
    if let Some(text) = &args.distro {
        let chosen = distro::parse(text)
            .with_context(|| format!("`{text}` is no distribution; write it as debian:12"))?;
        for package in &mut inventory.packages {
            distro::finish(package, Some(&chosen));
        }
        inventory.target.distro = Some(chosen);
    }
    Ok(inventory)
}

fn settings(args: &TargetArgs) -> anyhow::Result<Settings> {
    let cache = match &args.cache_dir {
        Some(dir) if dir.as_os_str() == "none" => None,
        Some(dir) => Some(Cache::open(dir)?),
        // Without a home there is nowhere to keep anything, which is no reason to fail.
        None => home_dir("XDG_CACHE_HOME", ".cache").and_then(|dir| Cache::open(&dir).ok()),
    };
    let mut settings = Settings {
        cache,
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

/// The program's own directory below a directory of the XDG base directory specification.
pub(crate) fn home_dir(variable: &str, fallback: &str) -> Option<PathBuf> {
    let base = std::env::var_os(variable)
        .filter(|v| Path::new(v).is_absolute())
        .map(PathBuf::from);
    let base = base.or_else(|| std::env::var_os("HOME").map(|h| Path::new(&h).join(fallback)))?;
    Some(base.join("lazaret"))
}

fn archive(path: &Path, args: &TargetArgs) -> anyhow::Result<Image> {
    if path.is_dir() {
        return Ok(lazaret_image::open_layout(
            path,
            None,
            args.platform.as_ref(),
            &Limits::default(),
        )?);
    }
    Ok(lazaret_image::open_archive(
        path,
        None,
        args.platform.as_ref(),
        &Limits::default(),
    )?)
}

/// A bare path: the content tells whether it is an archive or a bill of materials.
fn of_path(
    path: &Path,
    args: &TargetArgs,
    of_image: &dyn Fn(Image, &Settings) -> anyhow::Result<Inventory>,
    settings: &Settings,
) -> anyhow::Result<Inventory> {
    let mut head = [0u8; 512];
    let mut file = std::fs::File::open(path).with_context(|| format!("read {}", path.display()))?;
    let n = file
        .read(&mut head)
        .with_context(|| format!("read {}", path.display()))?;
    let text = head[..n].iter().find(|b| !b.is_ascii_whitespace());
    if matches!(text, Some(b'{' | b'[')) || head[..n].starts_with(b"SPDXVersion") {
        return sbom(path, &args.target);
    }
    of_image(archive(path, args)?, settings)
}

/// The image on a local daemon, in the order docker, podman, containerd; `None` when none
/// has it. A daemon that does not answer is passed over: the registry may have the image.
fn local(
    reference: &ImageRef,
    args: &TargetArgs,
    settings: &Settings,
    bar: &Bar,
) -> anyhow::Result<Option<Inventory>> {
    for kind in DaemonKind::ALL {
        if let Ok(Some(inventory)) = of_daemon(kind, &reference.to_string(), args, settings, bar) {
            return Ok(Some(inventory));
        }
    }
    Ok(None)
}

fn of_daemon(
    kind: DaemonKind,
    name: &str,
    args: &TargetArgs,
    settings: &Settings,
    bar: &Bar,
) -> anyhow::Result<Option<Inventory>> {
    let input = args.target.as_str();
    if kind == DaemonKind::Containerd {
        let found = containerd::find(name, args.platform.as_ref(), &settings.limits)?;
        return found
            .map(|image| Ok(catalog(&image, input, settings, bar)?))
            .transpose();
    }
    let found = daemon::find(name, kind).map_err(|error| {
        let hint = error.hint();
        let error = anyhow::Error::from(error);
        match hint {
            Some(hint) => error.context(format!("ask {} for {name}; {hint}", kind.name())),
            None => error,
        }
    })?;
    let Some(found) = found else {
        return Ok(None);
    };
    found.check_platform(args.platform.as_ref())?;
    Ok(Some(catalog_daemon(&found, input, settings, bar)?))
}

fn pull(reference: &ImageRef, args: &TargetArgs) -> anyhow::Result<Image> {
    if args.offline {
        bail!("{reference} is in a registry, and --offline forbids asking it");
    }
    let mut options = RegistryOptions::default();
    options.ca_files.extend(args.registry_ca.iter().cloned());
    options.plain_http.extend(args.plain_http.iter().cloned());
    for (host, mirror) in &args.registry_mirror {
        let mirrors = options.mirrors.entry(host.clone()).or_default();
        mirrors.push(mirror.clone());
    }
    if let Some(credential) = credential(args)? {
        options.keychain = Keychain::from_environment().with(&reference.registry, credential);
    }
    registry::open(reference, args.platform.as_ref(), &options).map_err(|error| {
        let hint = error.hint();
        let error = anyhow::Error::from(error);
        match hint {
            Some(hint) => error.context(format!("pull {reference}; {hint}")),
            None => error.context(format!("pull {reference}")),
        }
    })
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
            _ => bail!("--username and --password go together"),
        },
    )
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()))
}

fn sbom(path: &Path, input: &str) -> anyhow::Result<Inventory> {
    let bytes = std::fs::read(path).with_context(|| format!("read {}", path.display()))?;
    let name = path
        .file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default();
    let mut inventory = lazaret_report::sbom::read(&bytes, &name)
        .with_context(|| format!("understand {} as a bill of materials", path.display()))?;
    adopt(&mut inventory);
    if inventory.target.input.is_empty() {
        input.clone_into(&mut inventory.target.input);
    }
    Ok(inventory)
}

/// Fills in what a foreign document says only in its purls.
fn adopt(inventory: &mut Inventory) {
    if let Some(found) = &inventory.target.distro
        && found.pretty_name.is_none()
        && found.like.is_empty()
    {
        inventory.target.distro = Some(distro::from_id(&found.id, &found.version));
    }
    for package in &mut inventory.packages {
        if package.source.is_none() && package.architecture.is_none() && package.epoch.is_none() {
            let told = distro::from_purl(&package.purl);
            if !matches!(package.kind(), "deb" | "rpm" | "apk" | "alpm") {
                continue;
            }
            package.source = told.source;
            package.architecture = told.architecture;
            package.epoch = told.epoch;
            package.module = package.module.take().or(told.module);
            if !told.version.is_empty() {
                package.version = told.version;
            }
        }
    }
    if inventory.target.distro.is_none() {
        inventory.target.distro = inventory
            .packages
            .iter()
            .find_map(|p| distro::distro_of_purl(&p.purl));
    }
}

fn purls(text: &str, input: &str) -> anyhow::Result<Inventory> {
    let mut packages = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let purl: Purl = line
            .parse()
            .with_context(|| format!("line {}", number + 1))?;
        let told: Package = distro::from_purl(&purl);
        packages.push(Package {
            reference: Some(line.to_owned()),
            ..told
        });
    }
    packages.sort_by_cached_key(|p| p.purl.to_string());
    let target = Target {
        input: input.to_owned(),
        kind: TargetKind::Purls,
        name: input.to_owned(),
        ..Target::default()
    };
    let mut inventory = Inventory {
        target,
        packages,
        gaps: Vec::new(),
    };
    adopt(&mut inventory);
    Ok(inventory)
}
