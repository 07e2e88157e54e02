//! What the configuration of an image gives away: variables, labels, commands, build steps.

use lazaret_image::ImageConfig;
use lazaret_model::{Digest, Secret, SecretPlace};

use crate::look;

/// Most texts of one configuration that are looked through.
const MAX_TEXTS: usize = 5_000;

/// The credentials in an image's configuration.
pub(crate) fn secrets(config: &ImageConfig) -> Vec<Secret> {
    let mut all = Vec::new();
    let settings = &config.settings;
    for variable in settings.environment.iter().take(MAX_TEXTS) {
        let name = variable.split('=').next().unwrap_or_default();
        let place = format!("Env:{name}");
        all.extend(look::of_text(SecretPlace::Environment, &place, variable));
    }
    for (name, value) in settings.labels.iter().take(MAX_TEXTS) {
        let text = format!("{name}={value}");
        let place = format!("Label:{name}");
        all.extend(look::of_text(SecretPlace::Label, &place, &text));
    }
    let commands = [
        ("Entrypoint", &settings.entry_point),
        ("Cmd", &settings.command),
        ("Healthcheck", &settings.health_check.test),
    ];
    for (name, words) in commands {
        let text = words.join(" ");
        all.extend(look::of_text(SecretPlace::Command, name, &text));
    }
    let mut layers = config.rootfs.diff_ids.iter();
    for (number, step) in config.history.iter().enumerate().take(MAX_TEXTS) {
        let layer: Option<&Digest> = match step.empty_layer {
            true => None,
            false => layers.next(),
        };
        let text = step.created_by.as_deref().unwrap_or_default();
        let place = format!("History[{number}]");
        let found = look::of_text(SecretPlace::History, &place, text).into_iter();
        all.extend(found.map(|secret| Secret {
            layer: layer.cloned(),
            ..secret
        }));
    }
    all
}
