//! Compose files at the crate's boundary: short and long forms, extension, defaults.

use lazaret_check::{Answers, Settings, Source, answers};
use lazaret_model::CheckStatus;

fn examine(service: &str) -> Answers {
    let text = format!("services:\n  web:\n    image: registry.example/web:1.4.2\n{service}");
    answers(
        &[Source::new("deploy/stack.yml", text)],
        &Settings::default(),
    )
}

#[track_caller]
fn check(service: &str, id: &str, fires: bool) {
    let found = examine(service);
    let failed = found
        .misconfigurations
        .iter()
        .filter(|one| one.status == CheckStatus::Fail);
    let ids: Vec<&str> = failed.map(|one| one.id.as_str()).collect();
    assert_eq!(ids.contains(&id), fires, "{id} in {ids:?}");
}

#[test]
fn ports_of_every_form_are_read() {
    for everywhere in [
        "\"80\"",
        "\"8080:80\"",
        "\"0.0.0.0:8080:80/tcp\"",
        "{target: 80, published: 8080}",
        "\"[::]:8080:80\"",
    ] {
        check(&format!("    ports: [{everywhere}]\n"), "LZ-CP-010", true);
    }
    for one in [
        "\"127.0.0.1:8080:80\"",
        "\"[::1]:8080:80\"",
        "{target: 80, published: 8080, host_ip: 10.0.0.1}",
    ] {
        check(&format!("    ports: [{one}]\n"), "LZ-CP-010", false);
    }
}

#[test]
fn mounts_of_every_form_are_read() {
    for socket in [
        "\"/run/docker.sock:/s\"",
        "{type: bind, source: /var/run/docker.sock, target: /s}",
        "\"/var/run/../run/docker.sock:/s:ro\"",
    ] {
        check(&format!("    volumes: [{socket}]\n"), "LZ-CP-002", true);
    }
    check(
        "    volumes: [\"/etc/localtime:/etc/localtime:ro\", \"data:/etc\"]\n",
        "LZ-CP-003",
        false,
    );
}

#[test]
fn environments_of_every_form_are_read() {
    check(
        "    environment: [\"API_TOKEN=abcdef0123456789\"]\n",
        "LZ-CP-012",
        true,
    );
    check(
        "    environment: {API_TOKEN: \"${API_TOKEN}\"}\n",
        "LZ-CP-012",
        false,
    );
    check("    environment: [API_TOKEN]\n", "LZ-CP-012", false);
    // The default is what is used when nobody sets the variable.
    check(
        "    environment: {API_TOKEN: \"${API_TOKEN:-abcdef0123456789}\"}\n",
        "LZ-CP-012",
        true,
    );
}

#[test]
fn what_is_extended_counts_and_what_is_said_overrules() {
    let base = "  base:\n    privileged: true\n    read_only: true\n";
    check(&format!("    extends: base\n{base}"), "LZ-CP-001", true);
    let found = examine(&format!(
        "    extends: {{service: base}}\n    privileged: false\n{base}"
    ));
    assert!(
        !found
            .misconfigurations
            .iter()
            .any(|one| one.id == "LZ-CP-001" && one.resource == "web")
    );
    assert!(
        !found
            .misconfigurations
            .iter()
            .any(|one| one.id == "LZ-CP-008" && one.resource == "web")
    );
}

#[test]
fn without_a_user_only_the_image_could_tell() {
    let found = examine("    read_only: true\n");
    let user = found
        .misconfigurations
        .iter()
        .find(|one| one.id == "LZ-CP-015")
        .expect("speaks");
    assert_eq!(user.status, CheckStatus::Unknown);
}

#[test]
fn other_files_with_services_are_left_alone() {
    let workflow = "jobs:\n  test:\n    services:\n      db: {image: db}\n";
    let found = answers(&[Source::new("ci.yml", workflow)], &Settings::default());
    assert_eq!(found.files, 0);
}

fn told(files: &[(&str, &str)]) -> Vec<(String, String, u32)> {
    let sources: Vec<Source> = files
        .iter()
        .map(|(path, text)| Source::new(*path, *text))
        .collect();
    let answers = answers(&sources, &Settings::default());
    assert_eq!(answers.gaps, []);
    let failed = answers
        .misconfigurations
        .into_iter()
        .filter(|one| one.status == CheckStatus::Fail);
    failed.map(|one| (one.id, one.target, one.line)).collect()
}

fn says(all: &[(String, String, u32)], id: &str, path: &str, line: u32) -> bool {
    all.iter()
        .any(|one| (one.0.as_str(), one.1.as_str(), one.2) == (id, path, line))
}

const BASE: &str = "services:\n  web:\n    image: registry.example/web:1.4.2\n    privileged: true\n    ports: [\"80:80\"]\n";

#[test]
fn a_file_is_judged_with_the_one_that_overrides_it() {
    let mended =
        "services:\n  web:\n    privileged: false\n    volumes: [/var/run/docker.sock:/s]\n";
    let all = told(&[("a/compose.yaml", BASE), ("a/compose.override.yml", mended)]);
    assert!(!all.iter().any(|one| one.0 == "LZ-CP-001"), "{all:?}");
    assert!(
        says(&all, "LZ-CP-002", "a/compose.override.yml", 4),
        "{all:?}"
    );
    assert!(says(&all, "LZ-CP-010", "a/compose.yaml", 5), "{all:?}");
    let alone = told(&[("a/compose.yaml", BASE), ("b/compose.override.yml", mended)]);
    assert!(says(&alone, "LZ-CP-001", "a/compose.yaml", 4));
}

#[test]
fn one_for_an_environment_is_understood_with_its_base() {
    let prod = "services:\n  web:\n    pid: host\n";
    let all = told(&[
        ("docker-compose.yml", BASE),
        ("docker-compose.prod.yml", prod),
    ]);
    assert!(says(&all, "LZ-CP-001", "docker-compose.yml", 4), "{all:?}");
    let of_prod: Vec<_> = all
        .iter()
        .filter(|one| one.1 == "docker-compose.prod.yml")
        .collect();
    assert_eq!(of_prod.len(), 1, "only what it says itself: {of_prod:?}");
    assert_eq!(of_prod[0].0, "LZ-CP-004");
}

#[test]
fn services_of_other_files_are_extended() {
    let common = "services:\n  base:\n    image: registry.example/web:1.4.2\n    privileged: true\n    environment: [A=b]\n";
    let app = "services:\n  web:\n    extends: {file: ../common.yml, service: base}\n    privileged: false\n    environment: {DB_PASSWORD: correct-horse}\n";
    let all = told(&[("app/compose.yaml", app), ("common.yml", common)]);
    let of_app: Vec<_> = all
        .iter()
        .filter(|one| one.1 == "app/compose.yaml")
        .collect();
    assert!(says(&all, "LZ-CP-001", "common.yml", 4));
    assert!(!of_app.iter().any(|one| one.0 == "LZ-CP-001"), "{all:?}");
    assert!(says(&all, "LZ-CP-012", "app/compose.yaml", 5), "{all:?}");
}

#[test]
fn what_is_extended_or_included_and_not_there_is_a_gap() {
    for text in [
        "services:\n  web:\n    extends: {file: gone.yml, service: base}\n",
        "include: [gone.yml]\nservices: {}\n",
        "include:\n  - path: [gone.yml]\nservices: {}\n",
    ] {
        let answers = answers(&[Source::new("compose.yaml", text)], &Settings::default());
        assert_eq!(answers.gaps.len(), 1, "{text}");
        assert!(answers.gaps[0].detail.contains("gone.yml"));
    }
}

#[test]
fn variables_are_those_beside_the_file() {
    let text = "services:\n  web:\n    image: registry.example/web:${TAG:-1.4.2}\n    environment: {DB_PASSWORD: \"${DB_PASSWORD}\"}\n";
    let env = (
        ".env",
        "# tags\nTAG=latest\nDB_PASSWORD=correct-horse-battery\n",
    );
    let rolling = |files: &[(&str, &str)]| {
        told(files)
            .iter()
            .any(|one| one.0 == "LZ-CP-013" && one.2 == 3)
    };
    assert!(rolling(&[("compose.yaml", text), env]));
    let all = told(&[("compose.yaml", text), env]);
    assert!(
        !all.iter().any(|one| one.0 == "LZ-CP-012"),
        "the credential is not in the file"
    );
}
