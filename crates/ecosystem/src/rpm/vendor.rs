//! Who built an RPM package.
//!
//! The vendor tag of packages of distributions begins with one of a few names. A package
//! without the tag is taken for the distribution's: a finding too many can be explained,
//! one too few cannot be seen.

/// Beginnings of the vendor tag of distributions.
const DISTRIBUTIONS: &[&str] = &[
    "AlmaLinux",
    "Amazon",
    "CentOS",
    "CloudLinux",
    "Fedora Project",
    "Koji",
    "Mageia",
    "Microsoft Corporation",
    "obs://build.opensuse.org",
    "openEuler",
    "openSUSE",
    "Oracle America",
    "Photon",
    "Red Hat",
    "Rocky",
    "Scientific Linux",
    "SUSE",
    "VMware",
    "http://openeuler.org",
    "https://www.suse.com",
];

pub(super) fn is_third_party(vendor: Option<&str>) -> bool {
    vendor.is_some_and(|v| {
        !v.is_empty() && v != "(none)" && !DISTRIBUTIONS.iter().any(|d| v.starts_with(d))
    })
}
