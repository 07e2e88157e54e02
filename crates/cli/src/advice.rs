//! What to type next when a target could not be examined.

use std::io::ErrorKind;

use anyhow::Error;

use lazaret_image::daemon::{self, DaemonError};
use lazaret_image::registry::RegistryError;
use lazaret_image::{DaemonKind, ImageError, InvalidTarget};
use lazaret_scan::CatalogError;

use crate::errors;

/// Says which target the error is about, and what to try.
pub(crate) fn about(target: &str, error: Error) -> Error {
    let next = next(target, &error);
    if error.downcast_ref::<InvalidTarget>().is_some()
        || error.downcast_ref::<errors::Doing>().is_some()
    {
        return errors::advise(error, next);
    }
    let what = format!("examine {target}");
    if let Some(ImageError::File { path, source }) = image_error(&error)
        && source.kind() != ErrorKind::NotADirectory
    {
        let path = path.clone();
        return error.context(errors::doing_with(what, &path));
    }
    match next {
        Some(next) => error.context(errors::doing(what, next)),
        None => error.context(what),
    }
}

fn next(target: &str, error: &Error) -> Option<String> {
    if let Some(invalid) = error.downcast_ref::<InvalidTarget>() {
        return Some(match invalid {
            InvalidTarget::NoSuchPath(path) => {
                let folder = std::path::Path::new(path).ancestors().skip(1);
                let there = folder
                    .filter(|dir| dir.is_dir())
                    .map(|d| d.display().to_string());
                format!("ls {}", there.into_iter().next().unwrap_or_default())
            }
            InvalidTarget::Empty { scheme, .. } => example(scheme),
            _ => "lazaret scan --help, for the forms of targets".to_owned(),
        });
    }
    match find::<RegistryError>(error) {
        Some(RegistryError::Image(error)) => return of_image(target, error),
        Some(error) => return error.hint(),
        None => {}
    }
    if let Some(error) = find::<DaemonError>(error)
        && let Some(hint) = error.hint()
    {
        return Some(hint);
    }
    let is_tree = target.starts_with("dir:") || target.starts_with("rootfs:");
    if is_tree && errors::kind(error) == Some(ErrorKind::NotADirectory) {
        let file = target.split_once(':').map_or(target, |(_, file)| file);
        return Some(format!("lazaret scan {file}, for it is a file"));
    }
    image_error(error).and_then(|error| of_image(target, error))
}

fn example(scheme: &str) -> String {
    let rest = match scheme {
        "registry" | "docker" | "podman" | "containerd" => "alpine:3.20",
        "dir" | "rootfs" | "oci-layout" => ".",
        "sbom" => "app.cdx.json",
        "purl" => "packages.txt",
        "pkg" => "npm/lodash@4.17.11",
        _ => "image.tar",
    };
    format!("lazaret scan {scheme}:{rest}")
}

fn of_image(target: &str, error: &ImageError) -> Option<String> {
    let path = |path: &std::path::Path| path.display().to_string();
    Some(match error {
        ImageError::NoPlatform { offered, .. } => {
            let first = offered.split([',', ' ']).next().unwrap_or_default();
            match first.contains('/') {
                true => format!("lazaret scan {target} --platform {first}"),
                false => return None,
            }
        }
        ImageError::NotAnImage { path: place, .. } if place.is_dir() => {
            format!("lazaret scan dir:{}", path(place))
        }
        ImageError::NotAnImage { path: place, .. } if target.starts_with("oci-layout:") => {
            format!("lazaret scan {}", path(place))
        }
        ImageError::NotAnImage { .. } if target == "-" => {
            "docker save IMAGE | lazaret scan -".to_owned()
        }
        ImageError::NotAnImage { path: place, .. } => format!(
            "mkdir root && tar -C root -xf {0} && lazaret scan rootfs:root, if {0} is no image but files",
            path(place)
        ),
        ImageError::NoSuchImage {
            path: place,
            offered,
            ..
        }
        | ImageError::SeveralImages {
            path: place,
            offered,
        } => {
            let first = offered.trim_start_matches("there are ");
            let first = first.split([',', ' ']).next().unwrap_or_default();
            {
                let file = path(place);
                let scheme = match target.find(&file).map_or("", |at| &target[..at]) {
                    "" if place.is_dir() => "oci-layout:",
                    "" => "docker-archive:",
                    typed => typed,
                };
                format!("lazaret scan {scheme}{file}:{first}")
            }
        }
        ImageError::Tar { entry: 0, .. } if target != "-" => {
            let file = target.split_once(':').map_or(target, |(_, file)| file);
            format!("file {file}: it is no archive")
        }
        ImageError::Tar { .. } | ImageError::Read { .. } => format!(
            "saving or copying it again, then lazaret scan {target}: it is damaged or was cut short"
        ),
        ImageError::DigestMismatch { .. }
        | ImageError::SizeMismatch { .. }
        | ImageError::MissingBlob { .. } => {
            "getting the image again from where it was built, and do not run it until then".into()
        }
        ImageError::Artifact { .. } => "the reference of an image".to_owned(),
        _ => return None,
    })
}

fn find<T: std::error::Error + 'static>(error: &Error) -> Option<&T> {
    error.chain().find_map(|cause| cause.downcast_ref())
}

/// The image's own error: transparent wrappers are no link of the chain.
fn image_error(error: &Error) -> Option<&ImageError> {
    error.chain().find_map(|cause| {
        if let Some(found) = cause.downcast_ref() {
            return Some(found);
        }
        match cause.downcast_ref()? {
            CatalogError::Source(found) => Some(found),
            CatalogError::Daemon(DaemonError::Image(found)) => Some(found),
            _ => None,
        }
    })
}

/// Why a daemon has not given an image.
pub(crate) fn absent(kind: DaemonKind, name: &str) -> Error {
    let (what, next) = match daemon::sockets(kind).first() {
        None => (
            format!("there is no socket of {} on this machine", kind.name()),
            match kind {
                DaemonKind::Docker => "docker info, and DOCKER_HOST=unix:///path".to_owned(),
                DaemonKind::Podman => "systemctl --user start podman.socket".to_owned(),
                DaemonKind::Containerd => {
                    "CONTAINERD_ADDRESS=/path/to/containerd.sock, if it is elsewhere".to_owned()
                }
            },
        ),
        Some(socket) => (
            format!(
                "{} at {} has no image {name}",
                kind.name(),
                socket.display()
            ),
            match kind {
                DaemonKind::Containerd => "ctr --namespace k8s.io images list".to_owned(),
                _ => format!("{} images", kind.name()),
            },
        ),
    };
    anyhow::anyhow!(what).context(errors::doing(
        format!("examine {}:{name}", kind.name()),
        next,
    ))
}
