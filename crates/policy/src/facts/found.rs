//! Facts about misconfigurations, secrets, licences and signs of tampering.

use lazaret_model::{License, Misconfiguration, Secret, Sign};

use super::package::texts;
use super::schema::{CATEGORY, CHECKED, CONFIDENCE, SEVERITY, SIGN_KIND};
use crate::cel::{Item, Value};

const NONE: &str = "there is no such fact";

/// An answer of a configuration check.
pub(super) struct MisconfigurationItem<'a>(pub(super) &'a Misconfiguration);

impl<'a> Item<'a> for MisconfigurationItem<'a> {
    fn fact(&self, name: &str) -> Value<'a> {
        let answer = self.0;
        match name {
            "id" => Value::text(answer.id.as_str()),
            "aliases" => texts(&answer.aliases),
            "title" => Value::text(answer.title.as_str()),
            "severity" => Value::level(&SEVERITY, answer.severity.name()),
            "status" => Value::level(&CHECKED, answer.status.name()),
            "target" => Value::text(answer.target.as_str()),
            "resource" => Value::text(answer.resource.as_str()),
            "message" => Value::text(answer.message.as_str()),
            "fix" => Value::text(answer.fix.name()),
            _ => Value::unknown(NONE),
        }
    }

    fn label(&self) -> String {
        format!("{} in {}:{}", self.0.id, self.0.target, self.0.line)
    }
}

/// A credential.
pub(super) struct SecretItem<'a>(pub(super) &'a Secret);

impl<'a> Item<'a> for SecretItem<'a> {
    fn fact(&self, name: &str) -> Value<'a> {
        let secret = self.0;
        match name {
            "id" => Value::text(secret.rule.as_str()),
            "title" => Value::text(secret.title.as_str()),
            "severity" => Value::level(&SEVERITY, secret.severity.name()),
            "confidence" => Value::level(&CONFIDENCE, secret.confidence.name()),
            "path" => Value::text(secret.path.as_str()),
            "deleted" => Value::Bool(secret.deleted_in.is_some()),
            _ => Value::unknown(NONE),
        }
    }

    fn label(&self) -> String {
        format!("{} in {}", self.0.rule, self.0.position())
    }
}

/// A licence.
pub(super) struct LicenseItem<'a>(pub(super) &'a License);

impl<'a> Item<'a> for LicenseItem<'a> {
    fn fact(&self, name: &str) -> Value<'a> {
        let license = self.0;
        match name {
            "id" => Value::text(license.license.as_str()),
            "expression" => Value::text(license.expression.as_str()),
            "category" => Value::level(&CATEGORY, license.category.name()),
            "severity" => Value::level(&SEVERITY, license.severity.name()),
            "confidence" => Value::level(&CONFIDENCE, license.confidence.name()),
            "package" => Value::text(license.package.as_deref().unwrap_or_default()),
            "path" => Value::text(license.path.as_str()),
            "optional" => Value::Bool(license.optional),
            "forbidden" => Value::Bool(license.forbidden),
            _ => Value::unknown(NONE),
        }
    }

    fn label(&self) -> String {
        format!("{} of {}", self.0.license, self.0.subject())
    }
}

/// A sign of tampering.
pub(super) struct SignItem<'a>(pub(super) &'a Sign);

impl<'a> Item<'a> for SignItem<'a> {
    fn fact(&self, name: &str) -> Value<'a> {
        let sign = self.0;
        match name {
            "kind" => Value::level(&SIGN_KIND, sign.kind.name()),
            "severity" => Value::level(&SEVERITY, sign.severity.name()),
            "confidence" => Value::level(&CONFIDENCE, sign.confidence.name()),
            "path" => Value::text(sign.path.as_str()),
            "package" => Value::text(sign.package.as_deref().unwrap_or_default()),
            "message" => Value::text(sign.message.as_str()),
            _ => Value::unknown(NONE),
        }
    }

    fn label(&self) -> String {
        format!("{} of {}", self.0.kind, self.0.path)
    }
}
