//! Lock files, requirements and manifests of Python projects.

use crate::told::{lines, read};

#[test]
fn a_requirement_counts_as_installed_only_where_it_pins_one_version() {
    let text = "# comment\na==1.0 # why\nb[x, y] === 2.0 ; python_version < '3' \n\
        c \\\n  == 3.0 --hash=sha256:0\nd>=4.0\ne~=5.1\nf==6.*\ng>=7,<8\nh\ni==9.0,>=8\n";
    assert_eq!(
        lines("requirements.txt", text),
        [
            "pkg:pypi/a@1.0",
            "pkg:pypi/b@2.0",
            "pkg:pypi/c@3.0",
            "pkg:pypi/d@4.0 asked `>=4.0`",
            "pkg:pypi/e@5.1 asked `~=5.1`",
            "pkg:pypi/f asked `==6.*`",
            "pkg:pypi/g asked `>=7,<8`",
            "pkg:pypi/h asked ``",
            "pkg:pypi/i@9.0"
        ]
    );
}

#[test]
fn what_requirements_do_not_tell_is_a_gap() {
    let text = "-e git+https://forge.example/a.git#egg=a\nb @ https://files.example/b.zip\n\
        ./c.whl\n{{ d }}==1\n-r more.txt\n-r requirements/base.txt\n--index-url https://x.example\n";
    let found = read("requirements.txt", text).expect("a text");
    assert_eq!(found.packages, []);
    assert_eq!(found.gaps.len(), 5, "{:?}", found.gaps);
}

#[test]
fn requirements_in_utf_16_are_read() {
    let bytes: Vec<u8> = "\u{feff}a==1.0\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let path = "requirements.txt";
    let input = lazaret_ecosystem::Input {
        path,
        bytes: &bytes,
    };
    let reader = lazaret_ecosystem::readers_for(path, true)
        .next()
        .expect("a reader");
    let found = (reader.read)(input).expect("a text");
    let names: Vec<_> = found.packages.iter().map(|p| p.purl.to_string()).collect();
    assert_eq!(names, ["pkg:pypi/a@1.0"]);
}

#[test]
fn a_manifest_lists_every_kind_of_dependency_and_not_what_builds_it() {
    let text = r#"
        [build-system]
        requires = ["hatchling"]
        [project]
        dependencies = ["a==1.0", "b>=2.0"]
        optional-dependencies.x = ["c"]
        [dependency-groups]
        test = ["d==4.0", { include-group = "x" }]
        [tool.poetry.dependencies]
        python = "^3.9"
        e = "^5.0"
        f = { version = "6.0", optional = true }
        g = [{ version = ">=7,<8", markers = "x" }, { version = "8.0" }]
        [tool.poetry.group.dev.dependencies]
        h = { git = "https://forge.example/h.git" }
    "#;
    assert_eq!(
        lines("pyproject.toml", text),
        [
            "pkg:pypi/a@1.0",
            "pkg:pypi/b@2.0 asked `>=2.0`",
            "pkg:pypi/c asked ``",
            "pkg:pypi/d@4.0 dev",
            "pkg:pypi/e@5.0 asked `^5.0`",
            "pkg:pypi/f@6.0",
            "pkg:pypi/g asked `>=7,<8`",
            "pkg:pypi/g@8.0",
            "pkg:pypi/h dev asked ``"
        ]
    );
}

#[test]
fn literals_of_a_setup_script_count_also_behind_a_variable() {
    let text = "from setuptools import setup\nneeds = ['a==1.0', \"b>=2.0\",  # 'x==9'\n 'c']\n\
        setup(install_requires=needs, extras_require={'d==0': ['d==4.0']},\n\
        tests_require='''\ne==5.0\n'''.split(), classifiers=['f==6.0'])\n";
    assert_eq!(
        lines("setup.py", text),
        [
            "pkg:pypi/a@1.0",
            "pkg:pypi/b@2.0 asked `>=2.0`",
            "pkg:pypi/d@4.0",
            "pkg:pypi/e@5.0"
        ]
    );
}

#[test]
fn sections_of_a_setup_configuration_count() {
    let text = "[metadata]\nname = me\n[options]\ninstall_requires =\n    a==1.0\n    b\n\
        python_requires = >=3.8\n[options.extras_require]\nx = c==3.0\n";
    assert_eq!(
        lines("setup.cfg", text),
        ["pkg:pypi/a@1.0", "pkg:pypi/b asked ``", "pkg:pypi/c@3.0"]
    );
}

#[test]
fn a_pipfile_lock_has_groups_of_its_own() {
    let text = r#"{ "_meta": { "pipfile-spec": 6 },
        "default": { "a": { "version": "==1.0" }, "g": { "git": "https://x.example/g" } },
        "develop": { "b": { "version": "==2.0" } }, "docs": { "c": { "version": "==3.0" } } }"#;
    assert_eq!(
        lines("Pipfile.lock", text),
        ["pkg:pypi/a@1.0", "pkg:pypi/b@2.0 dev", "pkg:pypi/c@3.0 dev"]
    );
}

#[test]
fn uv_tells_by_its_graph_what_is_for_development() {
    let text = r#"version = 1
[[package]]
name = "a"
version = "1.0"
source = { registry = "https://pypi.example" }
dependencies = [{ name = "b" }]
[[package]]
name = "b"
version = "2.0"
[[package]]
name = "c"
version = "3.0"
[[package]]
name = "me"
version = "0.1"
source = { editable = "." }
dependencies = [{ name = "a" }]
[package.dev-dependencies]
dev = [{ name = "c" }]
"#;
    assert_eq!(
        lines("uv.lock", text),
        ["pkg:pypi/a@1.0", "pkg:pypi/b@2.0", "pkg:pypi/c@3.0 dev"]
    );
}
