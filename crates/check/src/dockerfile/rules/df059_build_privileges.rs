//! Step with the machine's own privileges.

use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-059",
    title: "Step with the machine's own privileges",
    severity: Severity::High,
    fix: FixKind::Suggested,
    peers: &[],
    about: "`--security=insecure` runs a step as root of the machine that builds, \
            `--network=host` in its network, and a mounted runtime socket is root of it. A \
            dependency's install script then has the build farm. A secret that is mounted \
            for everybody to read, or into a variable that is printed, is not one for long.",
    good: "FROM debian:12\nRUN --mount=type=secret,id=token,mode=0400 ./fetch\n",
    bad: "FROM debian:12\nRUN --security=insecure ./fetch\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for run in runs(file) {
        for flag in &run.flags {
            let message = match (flag.name.as_str(), flag.value.as_str()) {
                ("security", "insecure") => "this step is root of the machine that builds",
                ("network", "host") => "this step is in the network of the machine that builds",
                _ => continue,
            };
            findings.add(
                file.finding(&CHECK, run, flag.span.clone(), message)
                    .remedy("leave the flag out"),
            );
        }
        for mount in mounts(run) {
            let source = mount
                .options
                .iter()
                .find(|(key, _)| key == "source" || key == "src");
            let socket = [Some(&mount.target), source.map(|(_, value)| value)]
                .into_iter()
                .flatten()
                .any(|path| path.ends_with("docker.sock") || path.ends_with("containerd.sock"));
            let open = mount.options.iter().any(|(key, value)| {
                key == "mode"
                    && super::modes::mode(value)
                        .is_some_and(|_| value.ends_with(['4', '5', '6', '7']))
            });
            if socket {
                findings.add(file.finding(
                    &CHECK,
                    run,
                    mount.span.clone(),
                    "the runtime's socket makes this step root of the machine",
                ));
            } else if mount.kind == "secret" && open {
                findings.add(
                    file.finding(
                        &CHECK,
                        run,
                        mount.span.clone(),
                        "everybody may read the secret",
                    )
                    .severity(Severity::Medium)
                    .remedy("write mode=0400"),
                );
            }
        }
    }
}
