//! Who brought what: the base image, or the application that is built on it.

use lazaret_model::{Digest, Finding, Report, Suppression, Target};

/// Who brought something into an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Owner {
    /// The base image.
    Base,
    /// The application.
    App,
}

impl Owner {
    /// Every owner.
    pub const ALL: [Self; 2] = [Self::Base, Self::App];

    /// The name used in conditions.
    pub fn name(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::App => "app",
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Base => "the base image",
            Self::App => "the application",
        }
    }

    fn of(is_base: Option<bool>, target: &Target) -> Option<Self> {
        // A guess is nothing that a gate may let pass for.
        if target.is_base_guessed() {
            return None;
        }
        Some(match is_base? {
            true => Self::Base,
            false => Self::App,
        })
    }

    /// Who brought the package of a finding; `None` where that is not known or is guessed.
    pub fn of_finding(target: &Target, finding: &Finding) -> Option<Self> {
        Self::of(finding.from_base, target)
    }

    /// The same for what is in a layer.
    pub(super) fn of_layer(target: &Target, layer: Option<&Digest>) -> Option<Self> {
        Self::of(layer.and_then(|layer| target.is_of_base(layer)), target)
    }

    /// Whether it may have been this one.
    pub(super) fn may_be(self, known: Option<Self>) -> bool {
        known.is_none_or(|known| known == self)
    }
}

/// Marks what others than `only` are known to have brought; it stays in the report.
pub(super) fn hide_others(report: &mut Report, only: Owner) {
    let target = &report.target;
    let hide = |owner: Option<Owner>, suppressed: &mut Option<Suppression>| {
        let other = owner.filter(|owner| *owner != only);
        if let (Some(other), None) = (other, &suppressed) {
            *suppressed = Some(Suppression {
                by: other.name().into(),
                reason: format!("{} brought it", other.words()),
                rule: None,
            });
        }
    };
    for finding in &mut report.findings {
        hide(Owner::of_finding(target, finding), &mut finding.suppressed);
    }
    let of = |layer: &Option<Digest>| Owner::of_layer(target, layer.as_ref());
    for secret in &mut report.secrets {
        hide(of(&secret.layer), &mut secret.suppressed);
    }
    for license in report.licenses.iter_mut().filter(|l| l.forbidden) {
        hide(of(&license.layer), &mut license.suppressed);
    }
    for sign in &mut report.signs {
        hide(of(&sign.layer), &mut sign.suppressed);
    }
}
