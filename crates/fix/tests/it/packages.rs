//! Every kind of file that asks for packages: before, after, and what is refused.

use lazaret_fix::package::{Bump, bump};
use lazaret_fix::{patch, target};
use lazaret_version::Scheme;

#[track_caller]
fn bumped(path: &str, text: &str, kind: &str, name: &str, from: &str, to: &str) -> String {
    let wanted = Bump {
        kind: kind.into(),
        name: name.into(),
        from: from.into(),
        to: to.into(),
    };
    match bump(path, text, &wanted) {
        Ok(done) => {
            let then = done
                .then
                .map(|t| format!("then: {t}\n"))
                .unwrap_or_default();
            format!(
                "{then}{}",
                patch(path, text, &done.edits).expect("edits fit")
            )
        }
        Err(why) => {
            let command = why.command.as_deref().unwrap_or("nothing");
            format!("unchanged: {why}\ntype: {command}\n")
        }
    }
}

#[test]
fn requirements_of_pip() {
    let text = "# jinja2==2.10 is old\n--index-url https://index.example\nJinja2 [i18n] == 2.10 ; python_version > '3' # why\nflask>=1.0\nmarkupsafe==2.0.1\njinja2-extra==2.10\nJINJA2===2.10\njinja2==2.10.*\nrequests==2.10\n";
    insta::assert_snapshot!(
        "requirements",
        bumped("requirements.txt", text, "pypi", "Jinja2", "2.10", "2.11.3")
    );
    let hashed = "jinja2==2.10 \\\n    --hash=sha256:aaaa\n";
    insta::assert_snapshot!(
        "requirements_hashed",
        bumped(
            "requirements.txt",
            hashed,
            "pypi",
            "jinja2",
            "2.10",
            "2.11.3"
        )
    );
}

#[test]
fn projects_of_python() {
    let text = "[project]\nname = \"jinja2\"\ndependencies = [\n  \"jinja2==2.10\", # not \"jinja2==2.10\"\n  'Jinja2[i18n]==2.10; python_version<\"3\"',\n  \"flask>=1\",\n]\n";
    insta::assert_snapshot!(
        "pyproject",
        bumped("pyproject.toml", text, "pypi", "jinja2", "2.10", "2.11.3")
    );
}

#[test]
fn modules_of_go() {
    let text = "module example.com/app\n\ngo 1.22\n\nrequire golang.org/x/text v0.3.0 // v0.3.0\n\nrequire (\n\tgolang.org/x/net v0.3.0 // indirect\n\tgolang.org/x/text v0.3.0\n\tgithub.com/a/b/v2 v2.1.0\n)\n\nexclude golang.org/x/text v0.3.0\n";
    insta::assert_snapshot!(
        "gomod",
        bumped(
            "go.mod",
            text,
            "golang",
            "golang.org/x/text",
            "v0.3.0",
            "0.3.8"
        )
    );
    insta::assert_snapshot!(
        "gomod_major",
        bumped(
            "go.mod",
            text,
            "golang",
            "github.com/a/b/v2",
            "v2.1.0",
            "3.0.1"
        )
    );
    let replaced = format!("{text}replace golang.org/x/text => ../text\n");
    insta::assert_snapshot!(
        "gomod_replaced",
        bumped(
            "go.mod",
            &replaced,
            "golang",
            "golang.org/x/text",
            "v0.3.0",
            "0.3.8"
        )
    );
}

#[test]
fn projects_of_maven() {
    let text = "<?xml version=\"1.0\"?>\n<project xmlns=\"http://maven.apache.org/POM/4.0.0\">\n  <properties>\n    <log4j.version>2.14.1</log4j.version> <!-- 2.14.1 -->\n  </properties>\n  <dependencies>\n    <dependency>\n      <groupId>org.apache.logging.log4j</groupId>\n      <artifactId>log4j-core</artifactId>\n      <version>${log4j.version}</version>\n    </dependency>\n    <dependency><groupId>org.example</groupId><artifactId>log4j-core</artifactId><version>2.14.1</version></dependency>\n  </dependencies>\n  <dependencyManagement><dependencies><dependency>\n    <groupId>org.example</groupId><artifactId>tool</artifactId>\n    <version>\n      1.0\n    </version>\n  </dependency></dependencies></dependencyManagement>\n</project>\n";
    insta::assert_snapshot!(
        "pom_property",
        bumped(
            "pom.xml",
            text,
            "maven",
            "org.apache.logging.log4j:log4j-core",
            "2.14.1",
            "2.17.1"
        )
    );
    insta::assert_snapshot!(
        "pom_managed",
        bumped("pom.xml", text, "maven", "org.example:tool", "1.0", "1.1")
    );
}

#[test]
fn projects_of_dotnet() {
    let text = "<Project Sdk=\"Microsoft.NET.Sdk\">\r\n  <ItemGroup>\r\n    <PackageReference Include=\"newtonsoft.json\" Version=\"12.0.1\" />\r\n    <PackageReference Include='Newtonsoft.Json'><Version>[12.0.1]</Version></PackageReference>\r\n    <PackageReference Include=\"Other\" Version=\"12.0.1\" />\r\n  </ItemGroup>\r\n</Project>";
    insta::assert_snapshot!(
        "csproj",
        bumped(
            "App.csproj",
            text,
            "nuget",
            "Newtonsoft.Json",
            "12.0.1",
            "13.0.1"
        )
    );
    let config = "<packages>\n  <package id=\"Newtonsoft.Json\" version=\"12.0.1\" targetFramework=\"net48\" />\n</packages>\n";
    insta::assert_snapshot!(
        "packages_config",
        bumped(
            "packages.config",
            config,
            "nuget",
            "Newtonsoft.Json",
            "12.0.1",
            "13.0.1"
        )
    );
}

#[test]
fn catalogues_of_gradle() {
    let text = "[versions]\nlog4j = \"2.14.1\"   # not \"2.14.1\"\nother='2.14.1'\nrich = { strictly = \"2.14.1\" }\n\n[libraries]\ncore = { module = \"org.apache.logging.log4j:log4j-core\", version.ref = \"log4j\" }\nagain = {group=\"org.apache.logging.log4j\", name=\"log4j-core\", version.ref=\"log4j\"}\nown = { group = \"org.apache.logging.log4j\", name = \"log4j-core\", version = \"2.14.1\" }\nshort = 'org.apache.logging.log4j:log4j-core:2.14.1'\napi = \"org.apache.logging.log4j:log4j-api:2.14.1\"\nelse = { module = \"org.example:log4j-core\", version.ref = \"other\" }\nstrict = { module = \"org.apache.logging.log4j:log4j-core\", version.ref = \"rich\" }\n";
    insta::assert_snapshot!(
        "gradle_catalogue",
        bumped(
            "gradle/libs.versions.toml",
            text,
            "maven",
            "org.apache.logging.log4j:log4j-core",
            "2.14.1",
            "2.17.1"
        )
    );
}

#[test]
fn projects_of_cargo() {
    let text = "[package]\nname = \"smallvec\"\nversion = \"1.6.0\"\n\n[dependencies]\nsmallvec = \"=1.6.0\" # =1.6.0\nvec = { package = \"smallvec\", version = \"= 1.6.0\", features=[\"x\"] }\nrange = { package = \"smallvec\", version = \"1.6.0\" }\nother = \"=1.6.0\"\n\n[target.'cfg(unix)'.dev-dependencies.smallvec]\nfeatures = [\"union\"]\nversion = '=1.6.0'\n[workspace.dependencies]\nsmallvec = \"1.6.0\"\n";
    insta::assert_snapshot!(
        "cargo",
        bumped("Cargo.toml", text, "cargo", "smallvec", "1.6.0", "1.6.1")
    );
}

#[test]
fn files_of_conan() {
    let text = "[requires]\nzlib/1.2.11@team/stable\n  zlib/1.2.11   \nzlib-ng/1.2.11\nopenssl/1.1.1\n[options]\nzlib/1.2.11\n[tool_requires]\nzlib/[>=1.2.11]\n";
    insta::assert_snapshot!(
        "conan",
        bumped("conanfile.txt", text, "conan", "zlib", "1.2.11", "1.2.12")
    );
    let pinned = "[requires]\nzlib/1.2.11#f1f2\n";
    insta::assert_snapshot!(
        "conan_revision",
        bumped("conanfile.txt", pinned, "conan", "zlib", "1.2.11", "1.2.12")
    );
}

#[test]
fn lock_files_are_left_to_their_tools_and_names_cannot_run_anything() {
    let mut all = String::new();
    for file in [
        "package-lock.json",
        "yarn.lock",
        "Cargo.lock",
        "Gemfile.lock",
        "composer.lock",
        "poetry.lock",
        "uv.lock",
        "pnpm-lock.yaml",
        "package.json",
        "composer.json",
        "Gemfile",
        "build.gradle.kts",
    ] {
        all.push_str(&bumped(
            &format!("app/{file}"),
            "",
            "npm",
            "@scope/lodash",
            "4.17.11",
            "4.17.21",
        ));
    }
    all.push_str(&bumped(
        "package-lock.json",
        "",
        "npm",
        "x; rm -rf ~ '$(id)'",
        "1",
        "2",
    ));
    all.push_str(&bumped("build.zig.zon", "", "zig", "x", "1", "2"));
    all.push_str(&bumped(
        "requirements.txt",
        "flask>=1\n",
        "pypi",
        "flask",
        "1",
        "2",
    ));
    insta::assert_snapshot!("locks", all);
}

#[test]
fn the_nearest_version_that_has_every_fix() {
    let list = |versions: &[&str]| versions.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>();
    let (a, b, none) = (
        list(&["2.10.1", "2.11.3", "3.1.0"]),
        list(&["2.11.0", "3.0.1"]),
        list(&[]),
    );
    let of = |fixed: &[&[String]]| target(Scheme::Pep440, "2.10", fixed);
    assert_eq!(of(&[&a, &b, &none]).as_deref(), Some("2.11.0"));
    assert_eq!(of(&[&none]), None);
    assert_eq!(of(&[&list(&["2.9", "2.10"])]), None);
    assert_eq!(
        of(&[&list(&["2.10.10", "2.10.9"])]).as_deref(),
        Some("2.10.9")
    );
}
