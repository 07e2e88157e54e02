//! Lock files of npm, Yarn, pnpm and Bun.

use crate::told::{lines, read};

#[test]
fn a_package_lock_of_version_1_keeps_what_has_no_version() {
    let text = r#"{ "lockfileVersion": 1, "dependencies": {
        "kept": { "version": "git+ssh://git@forge.example/a/kept.git#0123" },
        "local": { "version": "file:packages/local" },
        "other": { "version": "npm:@scope/real@2.0.0", "dev": true,
                   "dependencies": { "below": { "version": "1.0.0", "bundled": true } } } } }"#;
    assert_eq!(
        lines("package-lock.json", text),
        [
            "pkg:npm/%40scope/real@2.0.0 dev",
            "pkg:npm/below@1.0.0",
            "pkg:npm/kept",
            "pkg:npm/local"
        ]
    );
}

#[test]
fn a_workspace_counts_under_the_name_of_its_link_and_the_project_does_not() {
    let text = r#"{ "name": "project", "version": "9.0.0", "lockfileVersion": 3, "packages": {
        "": { "name": "project", "version": "9.0.0", "workspaces": ["packages/*"] },
        "packages/a": { "version": "1.2.0" },
        "packages/unused": { "version": "5.0.0" },
        "node_modules/@scope/a": { "resolved": "packages/a", "link": true },
        "node_modules/x": { "version": "1.0.0", "dev": true },
        "node_modules/x/node_modules/y": { "name": "z", "version": "2.0.0", "optional": true },
        "node_modules/placeholder": { "optional": true } } }"#;
    assert_eq!(
        lines("srv/package-lock.json", text),
        [
            "pkg:npm/%40scope/a@1.2.0",
            "pkg:npm/x@1.0.0 dev",
            "pkg:npm/z@2.0.0"
        ]
    );
}

#[test]
fn yarn_names_the_real_package_of_an_alias_and_of_a_patch() {
    let classic = "# yarn lockfile v1\n\n\"alias@npm:@scope/real@^1.0.0\":\n  version \"1.2.0\"\n\n\
        a@^1.0.0, a@^1.1.0:\n  \"version\" \"1.1.0\"\n  dependencies:\n    version \"^9.0.0\"\n";
    assert_eq!(
        lines("yarn.lock", classic),
        ["pkg:npm/%40scope/real@1.2.0", "pkg:npm/a@1.1.0"]
    );
    let berry = "__metadata:\n  version: 8\n\n\
        \"alias@npm:real@^1.0.0\":\n  version: 1.2.0\n  resolution: \"real@npm:1.2.0\"\n\n\
        \"p@patch:p@npm%3A2.0.0#~/.yarn/patches/p.patch\":\n  version: 2.0.0\n  \
        resolution: \"p@patch:p@npm%3A2.0.0#~/.yarn/patches/p.patch::version=2.0.0&hash=0\"\n\n\
        \"me@workspace:.\":\n  version: 0.0.0-use.local\n  resolution: \"me@workspace:.\"\n";
    assert_eq!(
        lines("yarn.lock", berry),
        ["pkg:npm/p@2.0.0", "pkg:npm/real@1.2.0"]
    );
}

#[test]
fn dependency_paths_of_every_version_of_pnpm_are_read() {
    for (version, key, expected) in [
        ("5.4", "/a/1.0.0_b@2.0.0", "pkg:npm/a@1.0.0"),
        ("5.4", "/@s/a/1.0.0", "pkg:npm/%40s/a@1.0.0"),
        ("5.3", "registry.example/@s/a/1.0.0", "pkg:npm/%40s/a@1.0.0"),
        ("'6.0'", "/a@1.0.0(@s/b@2.0.0)(c@3.0.0)", "pkg:npm/a@1.0.0"),
        ("'6.0'", "/@s/a@1.0.0-rc.1", "pkg:npm/%40s/a@1.0.0-rc.1"),
        ("'9.0'", "'@s/a@1.0.0'", "pkg:npm/%40s/a@1.0.0"),
        ("'9.0'", "socket.io@1.0.0", "pkg:npm/socket.io@1.0.0"),
        (
            "'9.0'",
            "a@https://codeload.example/x/tar.gz/0",
            "pkg:npm/a",
        ),
    ] {
        let text =
            format!("lockfileVersion: {version}\npackages:\n  {key}:\n    resolution: {{}}\n");
        assert_eq!(lines("pnpm-lock.yaml", &text), [expected], "{key}");
    }
}

#[test]
fn pnpm_9_tells_by_its_graph_what_is_for_development() {
    let text = "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      a:\n        \
        specifier: ^1.0.0\n        version: 1.0.0(b@2.0.0)\n    devDependencies:\n      d:\n        \
        specifier: ^4.0.0\n        version: 4.0.0\npackages:\n  a@1.0.0:\n    x: 1\n  b@2.0.0:\n    \
        x: 1\n  d@4.0.0:\n    x: 1\nsnapshots:\n  a@1.0.0(b@2.0.0):\n    dependencies:\n      \
        b: 2.0.0\n  b@2.0.0: {}\n  d@4.0.0: {}\n";
    assert_eq!(
        lines("pnpm-lock.yaml", text),
        ["pkg:npm/a@1.0.0", "pkg:npm/b@2.0.0", "pkg:npm/d@4.0.0 dev"]
    );
}

#[test]
fn a_bun_lock_with_comments_names_packages_and_not_their_keys() {
    let text = r#"{ // Bun
        "lockfileVersion": 1, /* , ] */
        "workspaces": {
            "": { "name": "me", "dependencies": { "a": "^1.0.0", "w": "workspace:*" }, },
            "packages/w": { "name": "w", "version": "0.3.0" }, },
        "packages": {
            "a": ["a@1.0.0", "", { "dependencies": { "b": "2" } }, "sha512-,}"],
            "a/b": ["b@2.0.0", "", {}, "sha512-x"],
            "b": ["b@3.0.0", "", {}, "sha512-y"],
            "alias": ["real@github:o/real#0123", {}, "o-real-0123"],
            "w": ["w@workspace:packages/w"],
        }, }"#;
    assert_eq!(
        lines("bun.lock", text),
        [
            "pkg:npm/a@1.0.0",
            "pkg:npm/b@2.0.0",
            "pkg:npm/b@3.0.0 dev",
            "pkg:npm/real dev",
            "pkg:npm/w@0.3.0"
        ]
    );
    assert!(
        read(
            "bun.lock",
            r#"{ "lockfileVersion": 1, "packages": { "a": [1] } }"#
        )
        .is_err()
    );
}

#[test]
fn a_manifest_of_an_editor_extension_is_no_npm_package() {
    let project = r#"{ "name": "a", "version": "1.0.0", "scripts": {} }"#;
    assert_eq!(lines("srv/package.json", project), ["pkg:npm/a@1.0.0"]);
    let extension = r#"{ "name": "a", "version": "1.0.0", "engines": { "vscode": "^1" } }"#;
    assert_eq!(lines("srv/package.json", extension), [""; 0]);
    assert_eq!(
        lines("node_modules/a/package.json", extension),
        ["pkg:npm/a@1.0.0"]
    );
}
