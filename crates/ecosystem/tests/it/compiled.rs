//! Readers of the languages that are compiled: what their project and lock files tell.

use std::io::{Cursor, Write};

use lazaret_ecosystem::{Found, Input, readers, recognise};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

fn read(path: &str, text: &str) -> Found {
    let input = Input {
        path,
        bytes: text.as_bytes(),
    };
    let reader = recognise(input).into_iter().next().expect("a reader");
    (reader.read)(input).expect("a readable file")
}

/// `name version`, with `?` before the version that is only asked for and `!` behind
/// what serves development.
#[track_caller]
fn check(path: &str, text: &str, expected: &[&str]) {
    let found = read(path, text);
    let told: Vec<String> = found
        .packages
        .iter()
        .map(|p| {
            let asked = if p.requirement().is_some() { "?" } else { "" };
            let development = if p.development { "!" } else { "" };
            format!("{} {asked}{}{development}", p.name, p.version)
        })
        .collect();
    assert_eq!(told, expected);
}

#[test]
fn a_module_file_is_replaced_and_excluded_as_go_does() {
    let text = "module a.b/own\ngo 1.22\ntoolchain go1.22.5\nrequire (\n\ta.b/c v1.0.0\n\
                \ta.b/d v1.1.0 // indirect\n\ta.b/e v1.0.0\n\ta.b/f v1.0.0\n)\n\
                replace a.b/c => a.b/fork v1.0.1\nreplace a.b/e => ../e\nexclude a.b/f v1.0.0\n";
    check(
        "go.mod",
        text,
        &["a.b/d v1.1.0", "a.b/fork v1.0.1", "a.b/own "],
    );
    assert!(read("go.mod", text).packages.iter().any(|p| p.is_project()));
}

#[test]
fn of_several_sums_the_highest_version_is_built() {
    let text = "a.b/c v1.9.0 h1:x=\na.b/c v1.10.0 h1:x=\na.b/c v1.11.0/go.mod h1:x=\n";
    check("go.sum", text, &["a.b/c v1.10.0"]);
}

#[test]
fn a_project_file_of_maven_fills_in_what_it_states_itself() {
    let text = r#"<?xml version="1.0"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <parent><groupId>g</groupId><artifactId>p</artifactId><version>3</version></parent>
  <properties><v>1.${minor}</v><minor>4</minor><loop>${loop}</loop></properties>
  <dependencyManagement><dependencies>
    <dependency><groupId>g</groupId><artifactId>managed</artifactId><version>2</version></dependency>
    <dependency><groupId>g</groupId><artifactId>unused</artifactId><version>2</version></dependency>
  </dependencies></dependencyManagement>
  <dependencies>
    <dependency><groupId>g</groupId><artifactId>a</artifactId><version>${v}</version></dependency>
    <dependency><groupId>${project.groupId}</groupId><artifactId>b</artifactId><version>${project.version}</version><scope>test</scope></dependency>
    <dependency><groupId>g</groupId><artifactId>managed</artifactId></dependency>
    <dependency><groupId>g</groupId><artifactId>open</artifactId><version>${elsewhere}</version></dependency>
    <dependency><groupId>g</groupId><artifactId>endless</artifactId><version>${loop}</version></dependency>
    <dependency><groupId>g</groupId><artifactId>pinned</artifactId><version>[1.5]</version></dependency>
    <dependency><groupId>g</groupId><artifactId>range</artifactId><version>[1.0,2.0)</version></dependency>
  </dependencies>
</project>"#;
    let expected = [
        "g:a 1.4",
        "g:b 3!",
        "g:endless ?",
        "g:managed 2",
        "g:open ?",
        "g:pinned 1.5",
        "g:range ?1.0",
    ];
    check("pom.xml", text, &expected);
}

#[test]
fn a_document_in_latin_1_is_read() {
    let mut bytes = br#"<?xml version="1.0" encoding="ISO-8859-1"?><project><!-- "#.to_vec();
    bytes.push(0xe9);
    bytes.extend_from_slice(b" --></project>");
    let reader = readers().find(|r| r.id == "maven/pom").expect("a reader");
    let path = "pom.xml";
    assert!(
        (reader.read)(Input {
            path,
            bytes: &bytes
        })
        .is_ok()
    );
}

#[test]
fn the_files_of_gradle_are_read() {
    check(
        "gradle.lockfile",
        "# note\ng:a:1.0=compileClasspath,testRuntimeClasspath\ng:t:2=testCompileClasspath\nempty=x\n",
        &["g:a 1.0", "g:t 2!"],
    );
    let catalogue = "[versions]\nv = \"1.2\"\nrich = { strictly = \"[1,2[\", prefer = \"1.5\" }\n\
                     [libraries]\na = \"g:a:1.0\"\nb = { module = \"g:b\", version.ref = \"v\" }\n\
                     c = { group = \"g\", name = \"c\", version.ref = \"rich\" }\n\
                     d = { module = \"g:d\", version = \"1.+\" }\n";
    check(
        "gradle/libs.versions.toml",
        catalogue,
        &["g:a 1.0", "g:b 1.2", "g:c ?1", "g:d ?"],
    );
}

#[test]
fn artifacts_of_bazel_are_those_of_its_rules_for_maven() {
    let text = r#"
bazel_dep(name = "rules_jvm_external", version = "6.3", repo_name = "rje")
maven = use_extension("@rje//:extensions.bzl", "maven")
MORE = ["g:b:jar:sources:2"] + ["g:c:%s" % V for V in X]
maven.install(artifacts = ["g:a:" + "1"] + MORE, repositories = ["https://r"])
maven.artifact(group = "g", artifact = "d", version = "4")
load("@other//:defs.bzl", "maven_install")
maven_install(artifacts = ["g:never:1"])
"#;
    check("MODULE.bazel", text, &["g:a 1", "g:b 2", "g:d 4"]);
}

#[test]
fn lists_that_double_stay_within_bounds() {
    let line = "a = a + a\nb = [b, b]\n".repeat(200);
    check("MODULE.bazel", &format!("a = [\"x\"]\n{line}"), &[]);
}

#[test]
fn a_manifest_of_cargo_only_asks() {
    let text = "[package]\nname = \"own\"\nversion = \"0.1.0\"\n[dependencies]\na = \"1.2\"\n\
                b = { version = \"=2.0.1\" }\nc = { git = \"https://x\" }\n[dev-dependencies]\nd = \"3\"\n";
    let expected = ["a ?1.2", "b 2.0.1", "d ?3!", "own 0.1.0"];
    check("Cargo.toml", text, &expected);
}

#[test]
fn the_oldest_lock_file_of_cargo_has_its_own_package_apart() {
    let text = "[root]\nname = \"own\"\nversion = \"0.1.0\"\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n";
    check("Cargo.lock", text, &["a 1.0.0", "own 0.1.0"]);
}

#[test]
fn an_application_of_dotnet_lists_what_it_loads() {
    let text = r#"{"runtimeTarget":{"name":"t"},"targets":{"t":{
        "Own/1.0":{"runtime":{"Own.dll":{}}},"A/1":{"runtime":{"a.dll":{}}},"Compile/1":{},
        "runtimepack.R/8":{"native":{"r":{}}}}},
      "libraries":{"Own/1.0":{"type":"project"},"A/1":{"type":"package"},"Compile/1":{"type":"package"},
        "runtimepack.R/8":{"type":"runtimepack"},"broken":{"type":"package"}}}"#;
    check("app.deps.json", text, &["A 1", "Own 1.0", "R 8"]);
}

#[test]
fn a_project_of_dotnet_names_lowest_versions_and_ranges() {
    let text = r#"<Project><PropertyGroup><V>3.1</V></PropertyGroup><ItemGroup>
        <PackageReference Include="A" Version="1.0" /><PackageVersion Include="B" Version="$(V)" />
        <PackageReference Include="C" Version="[1.0,2.0)" /><PackageReference Include="D" Version="4.*" />
        <PackageReference Include="E" PrivateAssets="all"><Version>[5.0]</Version></PackageReference>
        <PackageReference Include="F" /><PackageReference Include="G" Version="$(Elsewhere)" />
        </ItemGroup></Project>"#;
    let expected = ["A 1.0", "B 3.1", "C ?1.0", "D ?4.*", "E 5.0!"];
    check("x.csproj", text, &expected);
    assert_eq!(read("x.csproj", text).gaps.len(), 1);
}

#[test]
fn the_files_of_paket_are_read() {
    let lock = "NUGET\n  remote: https://x\n    A (5.1)\n      B (>= 4.3)\n    B (4.7) - redirects: force\n\
                GITHUB\n  remote: o/r\n    o/r (1.2)\n";
    check("paket.lock", lock, &["A 5.1", "B 4.7", "o/r 1.2"]);
    let asked = "source https://x\nnuget A 1.2\nnuget B ~> 2.6.3\nnuget C\n";
    let expected = ["A 1.2", "B ?2.6.3", "C ?"];
    check("paket.dependencies", asked, &expected);
}

#[test]
fn both_kinds_of_lock_files_of_conan_are_read() {
    let first = r#"{"graph_lock":{"nodes":{"0":{"ref":"own/1","path":"conanfile.py","requires":["1"],"build_requires":["2"]},
        "1":{"ref":"zlib/1.2.11#rev"},"2":{"ref":"ninja/1.11@u/c"}}}}"#;
    check("conan.lock", first, &["ninja 1.11!", "zlib 1.2.11"]);
    let second = r#"{"version":"0.5","requires":["zlib/1.3#a%1.2"],"build_requires":["cmake/3.1"],"python_requires":[]}"#;
    check("conan.lock", second, &["cmake 3.1!", "zlib 1.3"]);
    let manifest = "[requires]\nzlib/1.2.11\nfmt/[>=8 <10]\n[tool_requires]\ncmake/3.1\n";
    let expected = ["cmake 3.1!", "fmt ?8", "zlib 1.2.11"];
    check("conanfile.txt", manifest, &expected);
}

#[test]
fn lock_files_of_mix_rebar_and_gleam_are_read() {
    let mix = "%{\n  \"a\": {:hex, :a_pkg, \"1.0.0\", \"h\", [:mix], [{:b, \"~> 2\", [hex: :b]}], \"hexpm\", \"h\"},\n  \
               \"g\": {:git, \"https://x\", \"c\", []},\n}\n";
    check("mix.lock", mix, &["a_pkg 1.0.0"]);
    assert_eq!(read("mix.lock", mix).gaps.len(), 1);
    let rebar =
        "{\"1.2.0\",\n[{<<\"a\">>,{pkg,<<\"a_pkg\">>,<<\"1.0\">>},0}]}.\n[{pkg_hash,[]}].\n";
    check("rebar.lock", rebar, &["a_pkg 1.0"]);
    let gleam = "packages = [{ name = \"a\", version = \"1.0\", build_tools = [\"gleam\"], source = \"hex\" }]\n";
    check("manifest.toml", gleam, &["a 1.0"]);
}

#[test]
fn pins_of_swift_are_named_by_their_repository() {
    let third = r#"{"pins":[{"location":"https://github.com/o/r.git","state":{"version":"1.0"}},
        {"location":"git@github.com:o/s.git","state":{"branch":"main"}},{"identity":"m.List","location":"","state":{"version":"2.0"}}],"version":3}"#;
    let expected = ["github.com/o/r 1.0", "github.com/o/s ?main", "m.List 2.0"];
    check("Package.resolved", third, &expected);
    let first = r#"{"object":{"pins":[{"repositoryURL":"https://github.com/o/r","state":{"version":"1.0"}}]},"version":1}"#;
    check("Package.resolved", first, &["github.com/o/r 1.0"]);
}

#[test]
fn freeze_files_and_lock_files_of_haskell_dart_pods_and_ocaml_are_read() {
    let freeze = "active-repositories: x\nconstraints: any.a ==1.0,\n             b +flag,\n             c ==2\nindex-state: x\n";
    check("cabal.project.freeze", freeze, &["a 1.0", "c 2"]);
    let stack = "packages:\n- completed:\n    hackage: a-b-1.0@sha256:x,1\n- completed:\n    name: c\n    version: '2'\n";
    check("stack.yaml.lock", stack, &["a-b 1.0", "c 2"]);
    let dart = "packages:\n  a:\n    dependency: \"direct dev\"\n    source: hosted\n    version: \"1.0\"\n";
    check("pubspec.lock", dart, &["a 1.0!"]);
    let pods = "PODS:\n  - A (4.2.0):\n    - A/Core\n  - A/Core (4.2.0)\n";
    check("Podfile.lock", pods, &["A 4.2.0", "A/Core 4.2.0"]);
    let switch = "opam-version: \"2.0\"\nroots: [\"x.1\"]\ninstalled: [\n  \"dune.3.7.1\"\n  \"ocaml.5.0\"\n]\n";
    let path = "home/o/.opam/default/.opam-switch/switch-state";
    check(path, switch, &["dune 3.7.1", "ocaml 5.0"]);
    let locked = "depends: [\n  \"a\" {= \"1.0\"}\n  \"b\" {= \"2\" & with-test}\n  \"c\"\n]\n";
    check("x.opam.locked", locked, &["a 1.0", "b 2!"]);
}

#[test]
fn an_assembly_that_is_cut_anywhere_is_refused_or_read() {
    let mut bytes = vec![0; 600];
    bytes[..2].copy_from_slice(b"MZ");
    bytes[0x3c] = 0x40;
    bytes[0x40..0x44].copy_from_slice(b"PE\0\0");
    bytes[0x58..0x5a].copy_from_slice(&[0x0b, 0x01]);
    let reader = readers()
        .find(|r| r.id == "nuget/assembly")
        .expect("a reader");
    for end in 0..bytes.len() {
        let path = "x.dll";
        let bytes = &bytes[..end];
        let _ = (reader.read)(Input { path, bytes });
    }
}

/// An archive with these members.
fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in members {
        writer.start_file(*name, stored).expect("a member");
        writer.write_all(bytes).expect("room");
    }
    writer.finish().expect("an archive").into_inner()
}

#[track_caller]
fn check_archive(path: &str, bytes: &[u8], expected: &[&str]) {
    let reader = readers()
        .find(|r| r.id == "maven/archive")
        .expect("a reader");
    let found = (reader.read)(Input { path, bytes }).expect("an archive");
    let told = found.packages.iter();
    let told: Vec<String> = told.map(|p| format!("{} {}", p.name, p.version)).collect();
    assert_eq!(told, expected);
}

#[test]
fn an_archive_lists_every_project_inside_and_itself_once() {
    let merged = b"groupId=g\nartifactId=merged\nversion=1.0\n";
    let own = b"groupId=g\nartifactId=app\nversion=2.0\n";
    let inner = archive(&[("META-INF/maven/g/merged/pom.properties", merged)]);
    let outer = archive(&[
        ("META-INF/maven/g/merged/pom.properties", merged),
        ("META-INF/maven/g/app/pom.properties", own),
        ("lib/x.jar", &inner),
    ]);
    let expected = ["g:merged 1.0", "g:merged 1.0", "g:app 2.0"];
    check_archive("app-2.0.jar", &outer, &expected);
}

#[test]
fn an_archive_without_a_project_is_told_by_manifest_and_name() {
    let manifest =
        b"Manifest-Version: 1.0\r\nBundle-SymbolicName: org.mock\r\n ito.mockito-core;x=y\r\n\
                     Bundle-Version: 4.1\r\n\r\nName: a\r\nImplementation-Version: 9\r\n";
    let told = archive(&[("META-INF/MANIFEST.MF", manifest)]);
    check_archive("core-4.1-linux.jar", &told, &["org.mockito:core 4.1"]);
    let silent = archive(&[("a.txt", b"x")]);
    check_archive("log4j-1.2.17.jar", &silent, &["log4j:log4j 1.2.17"]);
    let path = "spring-core-5.3.3.jar";
    check_archive(path, &silent, &["org.springframework:spring-core 5.3.3"]);
    check_archive("nested_at_10.jar", &silent, &[]);
}
