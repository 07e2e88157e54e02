//! Pipelines: the snippets of the documentation, and a job played for real.

use std::path::Path;
use std::process::{Command, Output};

use crate::{lazaret, text};

fn page() -> String {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/pipelines.md");
    std::fs::read_to_string(place).expect("docs/pipelines.md")
}

/// The code blocks of the page in a language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let parts = page.split(&fence).skip(1);
    let block = |part: &str| part.split("\n```").next().unwrap_or_default().to_owned();
    parts.map(block).collect()
}

#[test]
fn every_yaml_of_the_page_is_yaml_and_names_what_it_must() {
    let all = blocks(&page(), "yaml");
    let mut kinds = Vec::new();
    for block in &all {
        let value: serde_json::Value =
            serde_saphyr::from_str(block).unwrap_or_else(|error| panic!("{error}:\n{block}"));
        let kind = match &value {
            v if v["jobs"].is_object() => {
                for job in v["jobs"].as_object().expect("jobs").values() {
                    assert!(
                        job["runs-on"].is_string() && job["steps"].is_array(),
                        "{job:#}"
                    );
                }
                "github"
            }
            v if v["stages"].is_array() => {
                let reports = &v["lazaret_container_scanning"]["artifacts"]["reports"];
                assert!(reports["container_scanning"].is_string());
                assert_eq!(v["lazaret_check"]["extends"], ".lazaret");
                "gitlab"
            }
            v if v["kind"] == "Task" => {
                for step in v["spec"]["steps"].as_array().expect("steps") {
                    assert_eq!(step["securityContext"]["runAsNonRoot"], true, "{step:#}");
                }
                "tekton"
            }
            v if v["repos"].is_array() => {
                for hook in v["repos"][0]["hooks"].as_array().expect("hooks") {
                    for key in ["id", "name", "language", "entry", "files"] {
                        assert!(hook[key].is_string(), "{key} of {hook:#}");
                    }
                }
                "pre-commit"
            }
            other => panic!("nobody knows what this is: {other:#}"),
        };
        kinds.push(kind);
    }
    assert_eq!(
        kinds,
        ["github", "github", "gitlab", "tekton", "pre-commit"]
    );
}

#[test]
fn every_option_and_format_of_the_page_exists() {
    let page = page();
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/command-line.md");
    let reference = std::fs::read_to_string(place).expect("docs/command-line.md");
    let mut checked = 0;
    let code: String = ["sh", "yaml", "groovy"]
        .iter()
        .flat_map(|language| blocks(&page, language))
        .collect::<Vec<_>>()
        .join("\n");
    // What is said to other programs is none of ours.
    let words = code
        .lines()
        .filter(|l| !l.contains("curl") && !l.contains("git "))
        .flat_map(str::split_whitespace);
    let words: Vec<&str> = words
        .map(|w| w.trim_matches(|c| "\"',[]()".contains(c)))
        .collect();
    for (at, word) in words.iter().enumerate() {
        if word.starts_with("--") && word.len() > 2 {
            let option = word.split('=').next().unwrap_or_default();
            assert!(
                reference.contains(&format!("{option} "))
                    || reference.contains(&format!("{option}`")),
                "{option}"
            );
            checked += 1;
        }
        if matches!(*word, "-f" | "-o") {
            let format = words[at + 1].split('=').next().unwrap_or_default();
            assert!(
                lazaret_report::by_name(format).is_some(),
                "{format} is no format"
            );
            checked += 1;
        }
        if word.starts_with("LAZARET_") {
            let name = word.split([':', '=']).next().unwrap_or_default();
            assert!(reference.contains(name), "{name} is no variable");
        }
    }
    assert!(checked > 25, "only {checked} words were looked at");
}

#[test]
fn our_own_dockerfile_and_manifests_are_clean() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let ours = ["Dockerfile", "deploy"];
    let wanted = ["--fail-on", "low", "--fail-on-gaps", "--config=none"];
    let ran = lazaret(&root, &[&["check"][..], &ours, &wanted].concat());
    let told = format!("{}{}", text(&ran.stdout), text(&ran.stderr));
    assert_eq!(ran.status.code(), Some(0), "{told}");
}

/// Runs a script as a build server would, with the command in its path.
fn job(dir: &Path, script: &str) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_lazaret"));
    let bin = program.parent().expect("a directory").display();
    Command::new("sh")
        .args(["-e", "-c", script])
        .current_dir(dir)
        .env_clear()
        .env("PATH", format!("{bin}:/usr/bin:/bin"))
        .env("HOME", dir)
        .env("SOURCE_DATE_EPOCH", "1790000000")
        .env("LAZARET_CACHE_DIR", "none")
        .output()
        .expect("a shell runs")
}

#[test]
fn a_job_is_refused_mended_and_allowed() {
    let dir = tempfile::tempdir().expect("a directory");
    let requirements = "# of the service\nflask==1.0\nJinja2==2.10    # templates\npyyaml==5.3\n";
    std::fs::write(dir.path().join("requirements.txt"), requirements).expect("written");
    let dockerfile = "FROM debian:12.7\nADD app /app\nHEALTHCHECK CMD [\"/app/health\"]\nUSER 10001\nCMD [\"/app/run\"]\n";
    std::fs::write(dir.path().join("Dockerfile"), dockerfile).expect("written");
    std::fs::create_dir(dir.path().join("app")).expect("a directory");
    let page = page();
    let [scan, mend] = blocks(&page, "sh").try_into().expect("two scripts");

    let refused = job(dir.path(), &scan);
    assert_eq!(
        refused.status.code(),
        Some(1),
        "{}{}",
        text(&refused.stdout),
        text(&refused.stderr)
    );
    let junit = std::fs::read_to_string(dir.path().join("lazaret.xml")).expect("a report");
    assert!(
        junit.contains("CVE-2019-10906") && junit.contains("CVE-2020-14343"),
        "{junit}"
    );

    // Without git, the second line has nothing to show.
    let mended = job(dir.path(), mend.lines().next().unwrap_or_default());
    assert_eq!(mended.status.code(), Some(0), "{}", text(&mended.stderr));
    assert!(
        text(&mended.stderr).contains("before: 2 vulnerabilities"),
        "{}",
        text(&mended.stderr)
    );

    let allowed = job(dir.path(), &scan);
    assert_eq!(
        allowed.status.code(),
        Some(0),
        "{}{}",
        text(&allowed.stdout),
        text(&allowed.stderr)
    );
    let after = std::fs::read_to_string(dir.path().join("requirements.txt")).expect("read");
    assert_eq!(
        after,
        requirements
            .replace("2.10 ", "2.10.1 ")
            .replace("5.3", "5.4")
    );
    let after = std::fs::read_to_string(dir.path().join("Dockerfile")).expect("read");
    assert_eq!(after, dockerfile.replace("ADD", "COPY"));
}
