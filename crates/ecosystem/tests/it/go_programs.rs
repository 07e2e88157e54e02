//! Go programs: which version the main module has, and what the toolchain is called.

use crate::binaries::{program, told};

/// A Go program with that module list.
fn go_program(content: &str, list: &str) -> Vec<u8> {
    const OPEN: &[u8] = b"\x30\x77\xaf\x0c\x92\x74\x08\x02\x41\xe1\xc1\x07\xe6\xd6\x18\xe6";
    const CLOSE: &[u8] = b"\xf9\x32\x43\x31\x86\x18\x20\x72\x00\x82\x42\x10\x41\x16\xd8\xf2";
    let mut bytes = program(content);
    bytes.extend_from_slice(b"\xff Go buildinf:\x08\x02");
    bytes.extend_from_slice(&[0; 16]);
    bytes.extend_from_slice(b"\x1cgo1.22.3-X:systemcrypto-fips");
    bytes.extend_from_slice(OPEN);
    bytes.extend_from_slice(list.as_bytes());
    bytes.extend_from_slice(CLOSE);
    bytes.resize(bytes.len() + 2048, 0);
    bytes
}

#[track_caller]
fn check_go(path: &str, content: &str, list: &str, expected: &[&str]) {
    let packages = told(path, &go_program(content, list), 4096);
    let purls: Vec<String> = packages.iter().map(|p| p.purl.to_string()).collect();
    assert_eq!(purls, expected, "{list}");
}

#[test]
fn the_main_module_of_a_go_program_takes_its_version_from_where_it_stands() {
    let stdlib = "pkg:golang/stdlib@1.22.3";
    let traefik = "mod\tgithub.com/traefik/traefik/v3\t(devel)\t\n";
    let check = |path, content, list: &str, version| {
        let main = format!("pkg:golang/github.com/traefik/traefik/v3@{version}");
        check_go(path, content, list, &[stdlib, &main]);
    };
    let linked =
        format!("{traefik}build\t-ldflags=\"-s -X main.Version=3.0.4 -X main.goVersion=1.22.3\"\n");
    check("x", "", &linked, "v3.0.4");
    let two = format!(
        "{traefik}build\t-ldflags=\"-X a/version.Version=1.0.1 -X b/version.Version=2.0.1\"\n"
    );
    check("x", "", &two, "%28devel%29");
    let command = "build\t-ldflags=-X github.com/traefik/traefik/v3/cmd/x.version=v3.1.0 -X other.version=9.9.9\n";
    check("x", "", &format!("{traefik}{command}"), "v3.1.0");
    check(
        "bin/traefik",
        "runtime.goexit\0\x003.0.4\0",
        traefik,
        "v3.0.4",
    );
    let released = "mod\tgithub.com/traefik/traefik/v3\tv3.2.0\th1:\n";
    check(
        "bin/traefik",
        "runtime.goexit\0\x003.0.4\0",
        released,
        "v3.2.0",
    );
}

#[test]
fn the_main_module_has_the_cpe_names_of_its_row() {
    let list = "mod\tgithub.com/traefik/traefik/v3\tv3.2.0\th1:\n";
    let packages = told("srv/any-name", &go_program("", list), 4096);
    assert_eq!(
        packages[1].cpes,
        ["cpe:2.3:a:traefik:traefik:3.2.0:*:*:*:*:*:*:*"]
    );
}

#[test]
fn the_go_command_is_the_toolchain() {
    let expected = ["pkg:golang/stdlib@1.22.3", "pkg:golang/toolchain@1.22.3"];
    check_go(
        "usr/local/go/bin/go",
        "",
        "path\tcmd/go\nbuild\t-compiler=gc\n",
        &expected,
    );
}
