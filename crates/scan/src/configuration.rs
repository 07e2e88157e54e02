//! What the configuration of an image gives away: variables, labels, commands, build steps;
//! and what is wrong with it.

use lazaret_check::image::{Facts, Place, Step, answers};
use lazaret_image::ImageConfig;
use lazaret_model::{Digest, Misconfiguration, Secret, SecretPlace};

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

/// What the checks say about an image's configuration and those of its files that they ask
/// about. `name` is the image's for people.
pub(crate) fn misconfigurations(
    config: &ImageConfig,
    places: Vec<Place>,
    name: &str,
) -> Vec<Misconfiguration> {
    let settings = &config.settings;
    let texts = |list: &[String]| -> Vec<String> { list.iter().take(MAX_TEXTS).cloned().collect() };
    let test = &settings.health_check.test;
    let step = |step: &lazaret_image::History| Step {
        created_by: step.created_by.clone().unwrap_or_default(),
        empty_layer: step.empty_layer,
    };
    let facts = Facts {
        os: config.os.clone(),
        user: settings.user.clone(),
        env: texts(&settings.environment),
        labels: settings.labels.clone(),
        exposed_ports: settings.exposed_ports.keys().cloned().collect(),
        volumes: settings.volumes.keys().cloned().collect(),
        healthcheck: (!test.is_empty()).then(|| test.clone()),
        entrypoint: settings.entry_point.clone(),
        cmd: settings.command.clone(),
        history: config.history.iter().take(MAX_TEXTS).map(step).collect(),
        places,
    };
    answers(&facts, name)
}
