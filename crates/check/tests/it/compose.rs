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
