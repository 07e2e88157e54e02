//! What a report needs to know of the pipeline that it is made in, and of its template.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail};

use lazaret_report::{Options, Pipeline, Template, check_template};

use crate::args::OutputArgs;
use crate::scan;

/// Formats whose services order documents by the time of the scan, so that the date of
/// the advisory data will not do.
const TIMED: [&str; 2] = ["github", "gitlab"];

/// Largest template that is read, in bytes.
const MAX_TEMPLATE: u64 = 1 << 20;

/// The options of a report in `format`, before the terminal's own.
pub(crate) fn options(format: &str, args: &OutputArgs) -> anyhow::Result<Options> {
    let time = TIMED.contains(&format).then(scan::now);
    Ok(Options {
        list_all_packages: args.list_all_pkgs,
        show_suppressed: args.show_suppressed,
        timestamp: time.map(|t| t.to_string()),
        template: args.template.as_deref().map(template).transpose()?,
        pipeline: of_environment(|name| std::env::var(name).unwrap_or_default()),
        ..Options::default()
    })
}

/// Says at once what is wrong with the template.
pub(crate) fn check(args: &OutputArgs) -> anyhow::Result<()> {
    args.template.as_deref().map(template).transpose()?;
    Ok(())
}

/// The template at `path`, with its grammar checked.
fn template(path: &Path) -> anyhow::Result<Template> {
    let doing = || format!("read the template {}", path.display());
    let size = std::fs::metadata(path).with_context(doing)?.len();
    if size > MAX_TEMPLATE {
        bail!(
            "the template {} has {size} bytes; at most {MAX_TEMPLATE} are read",
            path.display()
        );
    }
    let source = std::fs::read_to_string(path).with_context(doing)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.trim_end_matches(".j2").to_owned();
    let template = Template { name, source };
    check_template(&template).with_context(|| {
        let mut told = format!("understand {}", path.display());
        if template.source.contains("{{-") && template.source.contains("{{- range") {
            let _ = write!(
                told,
                "; it looks like a Go template, as Trivy has them, and the language here is Jinja's"
            );
        }
        told
    })?;
    Ok(template)
}

/// The run of GitHub Actions or GitLab CI that this is, as their variables say.
fn of_environment(variable: impl Fn(&str) -> String) -> Pipeline {
    if !variable("GITHUB_SHA").is_empty() {
        return Pipeline {
            commit: variable("GITHUB_SHA"),
            reference: variable("GITHUB_REF"),
            job: variable("GITHUB_RUN_ID"),
            correlator: format!("{} {}", variable("GITHUB_WORKFLOW"), variable("GITHUB_JOB"))
                .trim()
                .to_owned(),
        };
    }
    let branch = variable("CI_COMMIT_REF_NAME");
    Pipeline {
        commit: variable("CI_COMMIT_SHA"),
        reference: match branch.as_str() {
            "" => String::new(),
            branch => format!("refs/heads/{branch}"),
        },
        job: variable("CI_PIPELINE_ID"),
        correlator: variable("CI_JOB_NAME"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_told_by_the_service_that_runs_it() {
        let github = of_environment(|name| match name {
            "GITHUB_SHA" => "c0ffee".to_owned(),
            "GITHUB_REF" => "refs/heads/main".to_owned(),
            "GITHUB_WORKFLOW" => "ci".to_owned(),
            "GITHUB_JOB" => "scan".to_owned(),
            _ => String::new(),
        });
        assert_eq!(github.correlator, "ci scan");
        let gitlab = of_environment(|name| match name {
            "CI_COMMIT_REF_NAME" => "main".to_owned(),
            _ => String::new(),
        });
        assert_eq!(gitlab.reference, "refs/heads/main");
        assert_eq!(of_environment(|_| String::new()), Pipeline::default());
    }
}
