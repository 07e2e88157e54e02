//! Credentials in layers, in the configuration, and in what was deleted.

use lazaret_inspect::secrets::example;
use lazaret_model::{Inventory, SecretPlace};
use lazaret_scan::{Cache, Look, Settings};

use crate::images::{self, Make, dpkg};

fn settings() -> Settings {
    Settings {
        look: Look {
            secrets: true,
            ..Look::default()
        },
        ..Settings::default()
    }
}

/// The inventory of an image, which is the same when its layers come from the cache.
fn of(layers: &[Make<'_>]) -> Inventory {
    let layout = images::layout(layers);
    let cache = tempfile::tempdir().expect("a folder");
    let cold = images::inventory(layout.path(), &settings());
    let cached = Settings {
        cache: Some(Cache::open(cache.path()).expect("opens")),
        ..settings()
    };
    assert_eq!(images::inventory(layout.path(), &cached), cold);
    assert_eq!(images::inventory(layout.path(), &cached), cold, "warm");
    let plain = images::inventory(layout.path(), &Settings::default());
    assert_eq!(plain.secrets, [], "nobody asked");
    assert_eq!(plain.packages, cold.packages);
    cold
}

fn found(inventory: &Inventory) -> Vec<(&str, &str)> {
    inventory
        .secrets
        .iter()
        .map(|s| (s.rule.as_str(), s.path.as_str()))
        .collect()
}

#[test]
fn a_deleted_secret_is_still_leaked() {
    let token = example("token=ghp_{github}\n");
    let inventory = of(&[
        &|l| l.file("srv/token", 0o644, token.as_bytes()),
        &|l| l.file("srv/.wh.token", 0o644, b""),
        &|l| l.file("srv/notes", 0o644, b"nothing to see"),
    ]);
    assert_eq!(found(&inventory), [("github-pat", "srv/token")]);
    let secret = &inventory.secrets[0];
    let layers = &inventory.target.layers;
    assert_eq!(secret.layer.as_ref(), Some(&layers[0].diff_id));
    assert_eq!(secret.deleted_in.as_ref(), Some(&layers[1].diff_id));
    assert_eq!((secret.line, secret.column), (1, 7));
}

#[test]
fn files_that_readers_want_are_looked_through_too() {
    let text = example(r#"{"name":"x","version":"1.0.0","token":"glpat-{u:20}"}"#);
    let inventory = of(&[&|l| l.file("srv/node_modules/x/package.json", 0o644, text.as_bytes())]);
    assert_eq!(inventory.packages.len(), 1);
    assert_eq!(found(&inventory).len(), 1);
}

#[test]
fn a_large_file_streams_by_and_a_program_is_left_out() {
    let noise = "nothing of interest in this line\n".repeat(40_000);
    let text = noise.clone() + &example("AGE-SECRET-KEY-1{q:58}\n") + &noise;
    let mut program = b"\x7fELF\0\0\0".to_vec();
    program.extend(example("ghp_{github}").bytes());
    let inventory = of(&[&|l| {
        l.file("srv/big.log", 0o644, text.as_bytes())?;
        l.file("srv/program", 0o755, &program)
    }]);
    assert_eq!(found(&inventory), [("age-secret-key", "srv/big.log")]);
    assert_eq!(inventory.secrets[0].line, 40_001);
}

#[test]
fn what_a_distribution_ships_is_no_secret_and_what_its_user_wrote_is() {
    let key =
        example("-----BEGIN PRIVATE KEY-----\nMIIE{b:60}\n{b:64}\n-----END PRIVATE KEY-----\n");
    let status = dpkg("snakeoil", "1.0");
    let list = "/.\n/usr\n/usr/share\n/usr/share/snakeoil\n/usr/share/snakeoil/key.pem\n/etc/snakeoil.key\n";
    let inventory = of(&[&|l| {
        l.file("var/lib/dpkg/status", 0o644, status.as_bytes())?;
        l.file("var/lib/dpkg/info/snakeoil.list", 0o644, list.as_bytes())?;
        l.file("usr/share/snakeoil/key.pem", 0o644, key.as_bytes())?;
        l.file("etc/snakeoil.key", 0o644, key.as_bytes())?;
        l.file("srv/key.pem", 0o644, key.as_bytes())
    }]);
    let by: Vec<_> = inventory
        .secrets
        .iter()
        .map(|s| {
            (
                s.path.as_str(),
                s.suppressed.as_ref().map(|s| s.by.as_str()),
            )
        })
        .collect();
    assert_eq!(
        by,
        [
            ("etc/snakeoil.key", None),
            ("srv/key.pem", None),
            ("usr/share/snakeoil/key.pem", Some("owner")),
        ]
    );
}

#[test]
fn keys_tell_several_of_one_kind_apart() {
    let text = example("a: glpat-{u:20}\nb: glpat-{w:20}\n");
    let inventory = of(&[&|l| l.file("srv/tokens", 0o644, text.as_bytes())]);
    let keys: Vec<&str> = inventory.secrets.iter().map(|s| s.key.as_str()).collect();
    assert_eq!(
        keys,
        [
            "secret|gitlab-pat|srv/tokens",
            "secret|gitlab-pat|srv/tokens|2"
        ]
    );
    assert!(
        inventory
            .secrets
            .iter()
            .all(|s| s.place == SecretPlace::File)
    );
}
