//! Which reader takes a file that a person names, over all collected parser cases.

use std::collections::BTreeMap;

use lazaret_ecosystem::{Input, recognise};

use crate::parsers::cases;

/// Words of a parser's name, and the first words of the readers that may be the likeliest
/// for its files. The first row that fits counts.
const EXPECTED: &[(&str, &[&str])] = &[
    ("condameta", &["conda"]),
    ("conda/", &["conda"]),
    ("conanlock", &["conan"]),
    ("c/conan", &["conan"]),
    ("vscodeextensions", &["vscode-extension"]),
    ("vsix", &["vscode-extension"]),
    ("wordpress", &["wordpress"]),
    ("denotssource", &["jsr"]),
    ("javascript/", &["npm"]),
    ("nodejs/", &["npm"]),
    ("language/python/", &["pypi"]),
    ("python", &["pypi"]),
    ("ruby/", &["gem"]),
    ("composer", &["composer"]),
    ("syft/php", &["pear"]),
    ("perl/", &["cpan"]),
    ("julia/", &["julia"]),
    ("language/r/", &["cran"]),
    ("dart/", &["pub"]),
    ("dotnet", &["nuget"]),
    ("nuget", &["nuget"]),
    ("elixir", &["hex"]),
    ("erlang", &["hex"]),
    ("hex/", &["hex"]),
    ("haskell", &["hackage"]),
    ("java/", &["maven"]),
    ("gradle", &["maven"]),
    ("sbt", &["maven"]),
    ("bazelmaven", &["maven"]),
    ("rust", &["cargo"]),
    ("swift", &["swift", "cocoapods"]),
    ("golang", &["golang"]),
    ("os/apk", &["apk", "distro"]),
    ("os/dpkg", &["deb", "opkg"]),
    ("debian", &["deb"]),
    ("os/rpm", &["rpm"]),
    ("redhat", &["rpm"]),
];

#[test]
fn the_likeliest_reader_is_of_the_ecosystem_that_the_file_is_of() {
    let Some(cases) = cases() else {
        return;
    };
    let mut wrong: BTreeMap<String, String> = BTreeMap::new();
    let mut taken = 0;
    for case in cases {
        let parser = format!("{}/{}", case.origin, case.parser);
        let Some((_, kinds)) = EXPECTED.iter().find(|(words, _)| parser.contains(words)) else {
            continue;
        };
        let input = Input {
            path: &case.path,
            bytes: &case.bytes,
        };
        if let Some(reader) = recognise(input).first() {
            taken += 1;
            let kind = reader.id.split('/').next().unwrap_or_default();
            if !kinds.contains(&kind) {
                wrong.insert(case.path, reader.id.to_owned());
            }
        }
    }
    println!("{taken} files are taken by a reader");
    assert_eq!(wrong, BTreeMap::new());
}
