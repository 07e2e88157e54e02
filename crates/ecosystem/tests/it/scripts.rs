//! Formats of the smaller scripting ecosystems.

use crate::told::{lines, read};

#[test]
fn a_gem_of_a_platform_has_the_version_before_it() {
    let text = "GIT\n  remote: https://forge.example/a.git\n  revision: 0\n  specs:\n    a (1.0.0)\n\n\
        GEM\n  remote: https://rubygems.org/\n  specs:\n    b (2.0.0-x86_64-linux-gnu)\n      c (>= 1)\n    \
        b (2.0.0-java)\n    c (1.0.0.pre.1)\n\nPLATFORMS\n  ruby\n\nCHECKSUMS\n  b (2.0.0) sha256=0\n";
    let found = read("Gemfile.lock", text).expect("a lock file");
    let names: Vec<_> = found
        .packages
        .iter()
        .map(|p| format!("{} {}", p.name, p.version))
        .collect();
    assert_eq!(names, ["a 1.0.0", "b 2.0.0", "c 1.0.0.pre.1"]);
}

#[test]
fn a_constant_of_the_same_file_is_the_version_of_a_gemspec() {
    let text = "module A\n  VERSION = '1.2.3'.freeze\nend\nGem::Specification.new do |s|\n  \
        s.name = 'a'\n  s.version = A::VERSION\nend\n";
    assert_eq!(lines("a.gemspec", text), ["pkg:gem/a@1.2.3"]);
    let elsewhere = "require 'a/version'\nGem::Specification.new do |s|\n  s.name = 'a'\n  \
        s.version = A::VERSION\nend\n";
    assert!(read("a.gemspec", elsewhere).is_err());
}

#[test]
fn conda_takes_a_prefix_of_a_version_for_a_requirement() {
    let text = "name: x\nchannels: [conda-forge]\ndependencies:\n  - python=3.11\n  \
        - conda-forge::numpy=1.26.4=py311_0\n  - zlib==1.3\n  - xz 5.4 h0\n  - openssl>=3,<4\n  \
        - curl\n  - pip:\n    - a==1.0\n";
    assert_eq!(
        lines("environment.yml", text),
        [
            "pkg:conda/curl asked ``",
            "pkg:conda/numpy@1.26.4?build=py311_0",
            "pkg:conda/openssl asked `>=3,<4`",
            "pkg:conda/python@3.11 asked `=3.11`",
            "pkg:conda/xz@5.4?build=h0",
            "pkg:conda/zlib@1.3",
            "pkg:pypi/a@1.0"
        ]
    );
}

#[test]
fn an_installed_r_package_says_what_it_was_built_with() {
    let path = "usr/lib/R/library/x/DESCRIPTION";
    let text = "Package: x\nVersion: 1.2-3\nLicense: GPL-2\nBuilt: R 4.3.1; ; 2024-01-01; unix\n";
    assert_eq!(lines(path, text), ["pkg:cran/x@1.2-3"]);
    assert_eq!(lines(path, "Package: x\nVersion: 1.2-3\n"), [""; 0]);
}

#[test]
fn the_standard_library_of_julia_has_the_version_of_julia() {
    let text = "julia_version = \"1.9.0\"\nmanifest_format = \"2.0\"\n[[deps.Dates]]\nuuid = \"u\"\n\
        [[deps.Own]]\npath = \"x\"\nuuid = \"v\"\n[[deps.A]]\nuuid = \"w\"\nversion = \"1.0.0\"\n\
        git-tree-sha1 = \"0\"\ndeps = [\"Dates\"]\n";
    assert_eq!(
        lines("Manifest.toml", text),
        [
            "pkg:julia/A@1.0.0?uuid=w",
            "pkg:julia/Dates@1.9.0?uuid=u",
            "pkg:julia/Own?uuid=v"
        ]
    );
    assert!(read("Manifest.toml", "[[A]]\ndeps = [\"B\"]\nuuid = \"x\"\n").is_err());
}

#[test]
fn perl_distributions_have_names_of_distributions() {
    let install = r#"{ "name": "Foo::Bar", "version": "1.02", "dist": "Foo-Bar-1.02",
        "pathname": "A/AB/ABC/Foo-Bar-1.02.tar.gz" }"#;
    let path = "usr/share/perl5/x86_64-linux/.meta/Foo-Bar-1.02/install.json";
    assert_eq!(lines(path, install), ["pkg:cpan/Foo-Bar@1.02"]);
    let local = "=head2 Mon: C<Module> L<Foo::Bar|Foo::Bar>\n\n=item *\n\nC<VERSION: 1.02>\n";
    assert_eq!(lines("lib/perllocal.pod", local), ["pkg:cpan/Foo-Bar@1.02"]);
}

#[test]
fn a_rockspec_may_assign_its_version_from_a_local() {
    let path = "usr/local/lib/luarocks/rocks-5.3/a/1.0-2/a-1.0-2.rockspec";
    let text =
        "local v = \"1.0-2\"\npackage = 'a'\nversion = v\ndescription = {\n license = \"MIT\"\n}\n";
    assert_eq!(lines(path, text), ["pkg:luarocks/a@1.0-2"]);
}

#[test]
fn both_shapes_of_a_pear_record_are_read() {
    let path = "usr/share/php/.registry/a.reg";
    let second = r#"a:3:{s:4:"name";s:1:"a";s:7:"channel";s:12:"pecl.php.net";s:7:"version";a:1:{s:7:"release";s:5:"1.2.0";}}"#;
    assert_eq!(
        lines(path, second),
        ["pkg:pear/a@1.2.0?channel=pecl.php.net"]
    );
    let first = r#"a:2:{s:7:"package";s:1:"a";s:7:"version";s:5:"1.2.0";}"#;
    assert_eq!(lines(path, first), ["pkg:pear/a@1.2.0"]);
    assert!(read(path, r#"a:999999999:{s:1:"x";"#).is_err());
    assert!(read(path, &"a:1:{i:0;".repeat(100_000)).is_err());
}

#[test]
fn wordpress_and_its_plugins_state_versions_in_comments_and_code() {
    let core =
        "<?php\n/*\n$wp_version = '1.0';\n*/\n// $wp_version = '2.0';\n$wp_version = '6.4.2';\n";
    assert_eq!(
        lines("srv/wp-includes/version.php", core),
        ["pkg:wordpress/wordpress@6.4.2"]
    );
    let plugin = "<?php\n/**\n * Plugin Name: A thing\n * Version: 1.2\n */\n";
    assert_eq!(
        lines("srv/wp-content/plugins/thing/thing.php", plugin),
        ["pkg:wordpress/A%20thing@1.2"]
    );
    assert_eq!(
        lines("srv/wp-content/plugins/thing/x.php", "<?php\n"),
        [""; 0]
    );
}

#[test]
fn extensions_of_an_editor_have_a_publisher() {
    let text = r#"[{ "identifier": { "id": "ms-python.python" }, "version": "2024.1.0",
        "metadata": { "targetPlatform": "linux-x64" } }]"#;
    assert_eq!(
        lines("root/.vscode-server/extensions/extensions.json", text),
        ["pkg:vscode-extension/ms-python/python@2024.1.0?platform=linux-x64"]
    );
}

#[test]
fn a_deno_lock_of_every_version_names_its_packages() {
    for text in [
        r#"{ "version": "2", "remote": {}, "npm": { "specifiers": {},
            "packages": { "a@1.0.0_b@2.0.0": {}, "@s/c@3.0.0": {} } } }"#,
        r#"{ "version": "3", "packages": { "specifiers": {},
            "npm": { "a@1.0.0": {}, "@s/c@3.0.0": {} } }, "remote": {} }"#,
        r#"{ "version": "5", "specifiers": {}, "npm": { "a@1.0.0": {}, "@s/c@3.0.0": {} } }"#,
    ] {
        assert_eq!(
            lines("deno.lock", text),
            ["pkg:npm/%40s/c@3.0.0", "pkg:npm/a@1.0.0"]
        );
    }
    let addresses = r#"{ "https://deno.land/std@0.200.0/fs/mod.ts": "0",
        "https://esm.sh/a@1.0.0/x.js": "0", "https://deno.land/x/b@v2.0.0/mod.ts": "0" }"#;
    assert_eq!(
        lines("deno.lock", addresses),
        [
            "pkg:deno/b@2.0.0",
            "pkg:deno/std@0.200.0",
            "pkg:npm/a@1.0.0"
        ]
    );
}

#[test]
fn an_import_in_a_comment_is_none() {
    let text = "// import a from \"npm:a@1.0.0\";\nimport b from \"npm:b@2.0.0\";\n\
        const c = await import('jsr:@s/c@^3.0.0'); const d = \"npm:d@4.0.0\";\n";
    assert_eq!(
        lines("main.ts", text),
        ["pkg:jsr/s/c@3.0.0 asked `^3.0.0`", "pkg:npm/b@2.0.0"]
    );
}
