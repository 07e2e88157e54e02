//! Where a base ends, by the build steps of an image. A guess: builders write what they
//! like, and nobody verifies it.
//!
//! Images that are built upon end with the step that says what is run (`CMD`), so the last
//! such step with layers above it is taken for the end of a base. Where there is none, a
//! first layer that is a whole root file system is a base of its own. Of a Dockerfile with
//! a `CMD` in its middle this takes too much, which is why gates do not believe it.

use lazaret_image::History;
use lazaret_inspect::secrets;

/// Longest build step that is shown, in characters.
const SHOWN: usize = 80;

/// A base that seems to end there.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Guess {
    /// How many of the first layers are its; fewer than the image has.
    pub(super) layers: usize,
    /// What it rests on, for people.
    pub(super) why: String,
}

/// The base of an image with `layers` layers; `None` where the steps do not tell.
pub(super) fn base(history: &[History], layers: usize) -> Option<Guess> {
    // Steps that do not fit the layers say nothing about them.
    if layers < 2 || history.iter().filter(|step| !step.empty_layer).count() != layers {
        return None;
    }
    let mut below = 0;
    let mut seam = None;
    for step in history {
        if !step.empty_layer {
            below += 1;
        } else if below > 0 && below < layers && is_command(text(step)) {
            seam = Some((below, text(step)));
        }
    }
    if let Some((layers, step)) = seam {
        let why = format!("an image seems to end with {}", shown(step));
        return Some(Guess { layers, why });
    }
    let first = text(history.iter().find(|step| !step.empty_layer)?);
    is_root(first).then(|| Guess {
        layers: 1,
        why: format!(
            "the first layer seems to be a whole system: {}",
            shown(first)
        ),
    })
}

fn text(step: &History) -> &str {
    step.created_by.as_deref().unwrap_or_default()
}

/// The instruction of a step: without the shell that older builders put before it, and
/// without the mark that newer ones put behind it.
fn instruction(step: &str) -> &str {
    let step = step.trim();
    let step = step.strip_prefix("/bin/sh -c").unwrap_or(step).trim_start();
    let step = step.strip_prefix("#(nop)").unwrap_or(step).trim_start();
    step.trim_end().trim_end_matches("# buildkit").trim_end()
}

/// Whether a step says what is run.
fn is_command(step: &str) -> bool {
    let rest = instruction(step).strip_prefix("CMD");
    rest.is_some_and(|rest| rest.starts_with([' ', '[', '\t']))
}

/// Whether a step puts a whole system in place: Docker's official images and their
/// builders (debuerreotype), and archives that are unpacked at the root.
fn is_root(step: &str) -> bool {
    let step = instruction(step);
    if step.starts_with("# debian.sh") || step.contains("debuerreotype") {
        return true;
    }
    let adds = step.strip_prefix("ADD ").map(str::trim);
    let is_archive = |from: &str| {
        let from = from.trim();
        from.starts_with("file:") || from.contains(".tar") || from.contains("rootfs")
    };
    adds.and_then(|rest| rest.strip_suffix('/'))
        .map(|rest| rest.trim().trim_end_matches(" in"))
        .is_some_and(is_archive)
}

/// A step as a line. What is run may have a password in it, and half of one is still one.
fn shown(step: &str) -> String {
    let step = secrets::mask(instruction(step));
    let short: String = step.chars().take(SHOWN).collect();
    let more = if short.len() < step.len() { "…" } else { "" };
    format!("`{short}{more}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(text: &str) -> History {
        let (text, empty_layer) = match text.strip_prefix("- ") {
            Some(text) => (text, true),
            None => (text, false),
        };
        History {
            created_by: Some(text.to_owned()),
            empty_layer,
        }
    }

    #[track_caller]
    fn check(steps: &[&str], expected: Option<(usize, &str)>) {
        let steps: Vec<History> = steps.iter().map(|text| step(text)).collect();
        let layers = steps.iter().filter(|step| !step.empty_layer).count();
        let found = base(&steps, layers);
        let found = found.as_ref().map(|g| (g.layers, g.why.as_str()));
        assert_eq!(found, expected);
    }

    #[test]
    fn a_base_ends_with_what_it_runs() {
        let run = r#"an image seems to end with `CMD ["bash"]`"#;
        check(
            &[
                "/bin/sh -c #(nop) ADD file:5d67 in / ",
                r#"- /bin/sh -c #(nop)  CMD ["bash"]"#,
                "RUN /bin/sh -c apt-get update # buildkit",
                "COPY app / # buildkit",
                r#"- CMD ["app"]"#,
            ],
            Some((1, run)),
        );
        let last = r#"an image seems to end with `CMD ["python3"]`"#;
        check(
            &[
                "# debian.sh --arch 'amd64' out/ 'bookworm' '@1700000000'",
                r#"- CMD ["bash"]"#,
                "RUN /bin/sh -c make install # buildkit",
                r#"- CMD ["python3"]"#,
                "COPY . /app # buildkit",
            ],
            Some((2, last)),
        );
    }

    #[test]
    fn a_root_file_system_is_a_base_of_its_own() {
        let why = "the first layer seems to be a whole system: `ADD file:5d67 in /`";
        check(
            &[
                "/bin/sh -c #(nop) ADD file:5d67 in / ",
                "COPY app / # buildkit",
            ],
            Some((1, why)),
        );
        let why = "the first layer seems to be a whole system: `ADD alpine-minirootfs.tar.gz /`";
        check(
            &["ADD alpine-minirootfs.tar.gz / # buildkit", "RUN true"],
            Some((1, why)),
        );
    }

    #[test]
    fn what_tells_nothing_is_no_guess() {
        check(&["COPY a / # buildkit", "COPY b / # buildkit"], None);
        check(&["ADD file:5d67 in /", r#"- CMD ["bash"]"#], None);
        check(&["ADD site /var/www/", "RUN true"], None);
        check(&["bazel build", "bazel build", r#"- CMD ["a"]"#], None);
        // The steps are not those of the layers.
        let steps = [step("ADD file:5d67 in /"), step(r#"- CMD ["a"]"#)];
        assert_eq!(base(&steps, 3), None);
    }
}
