//! From where the workloads of an image can be reached, by the manifests that deploy it.

use std::path::PathBuf;

use lazaret_check::Source;
use lazaret_check::exposure::{Class, Exposure as Workload, exposures};
use lazaret_check::walk::Gathered;
use lazaret_image::ImageRef;
use lazaret_model::Target;
use lazaret_policy::Exposure;

/// Workloads, each with the class of its exposure and its images.
#[derive(Default)]
pub(crate) struct Deployed {
    workloads: Vec<Workload>,
}

impl Deployed {
    /// The workloads of manifests.
    ///
    /// # Errors
    /// When a path cannot be read.
    pub(crate) fn read(paths: &[PathBuf]) -> anyhow::Result<Self> {
        let mut gathered = Gathered::default();
        for path in paths {
            gathered.add(path)?;
        }
        Ok(Self::of(&gathered.sources))
    }

    /// The workloads of files that were read.
    pub(crate) fn of(sources: &[Source]) -> Self {
        Self {
            workloads: exposures(sources).0,
        }
    }

    /// The widest class of all workloads; `None` where there are none, or where it is unknown.
    pub(crate) fn widest(&self) -> Option<Exposure> {
        class(self.workloads.iter())
    }

    /// The widest class of the workloads that run what was examined.
    pub(crate) fn of_image(&self, target: &Target) -> Option<Exposure> {
        let names = [&target.name, &target.input];
        let own: Vec<ImageRef> = names.into_iter().filter_map(|n| n.parse().ok()).collect();
        class(self.workloads.iter().filter(|workload| {
            let images = workload.images.iter();
            let mut images = images.filter_map(|image| image.parse::<ImageRef>().ok());
            images.any(|image| match (&image.digest, &target.digest) {
                (Some(asked), Some(digest)) if asked == digest => true,
                _ => own.iter().any(|own| is_same(own, &image)),
            })
        }))
    }
}

/// Whether two references are one image as far as they tell.
fn is_same(one: &ImageRef, other: &ImageRef) -> bool {
    let by_digest = match (&one.digest, &other.digest) {
        (Some(one), Some(other)) => Some(one == other),
        _ => None,
    };
    let by_tag = || one.tag.is_some() && one.tag == other.tag;
    one.name() == other.name() && by_digest.unwrap_or_else(by_tag)
}

/// The widest class; what is not known may be the widest.
fn class<'a>(workloads: impl Iterator<Item = &'a Workload>) -> Option<Exposure> {
    match workloads.map(|one| one.class).max()? {
        Class::Isolated => Some(Exposure::Isolated),
        Class::Cluster => Some(Exposure::Cluster),
        Class::Intranet => Some(Exposure::Intranet),
        Class::Internet => Some(Exposure::Internet),
        Class::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{ImageRef, is_same};

    #[track_caller]
    fn check(one: &str, other: &str, same: bool) {
        let read = |text: &str| text.parse::<ImageRef>().expect("a reference");
        assert_eq!(is_same(&read(one), &read(other)), same, "{one} {other}");
    }

    #[test]
    fn references_are_compared_as_far_as_they_tell() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let other = format!("sha256:{}", "b".repeat(64));
        check("nginx", "docker.io/library/nginx:latest", true);
        check("nginx:1.27", "nginx:1.28", false);
        check("registry.example/nginx:1", "nginx:1", false);
        let pinned = format!("nginx:1.27@{digest}");
        check("nginx:1.27", &pinned, true);
        check(&pinned, &format!("nginx:1.27@{other}"), false);
        check(&format!("nginx@{digest}"), "nginx", false);
    }
}
