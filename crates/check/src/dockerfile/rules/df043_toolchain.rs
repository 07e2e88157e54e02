//! Compiler in the image that ships.

use super::prelude::*;
use super::reference::Parts;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-043",
    title: "Compiler in the image that ships",
    severity: Severity::Medium,
    fix: FixKind::Manual,
    peers: &[],
    about: "An image that is built and shipped in one stage upon a compiler's image carries \
            the compiler, its headers and hundreds of packages, each with vulnerabilities, \
            and gives an intruder the tools to make his own. Build in one stage and copy the \
            result into a small one.",
    good: "FROM golang:1.22 AS build\nRUN go build -o /app .\nFROM gcr.io/distroless/static:nonroot\nCOPY --from=build /app /app\n",
    bad: "FROM golang:1.22\nRUN go build -o /app .\nCMD [\"/app\"]\n",
};

/// Repositories of compilers: what they make runs without them.
const COMPILERS: [&str; 12] = [
    "golang",
    "rust",
    "gcc",
    "maven",
    "gradle",
    "haskell",
    "swift",
    "clojure",
    "sbt",
    "buildpack-deps",
    "rustlang/rust",
    "mcr.microsoft.com/dotnet/sdk",
];

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    let Some(last) = file.last_stage() else {
        return;
    };
    for stage in file.chain(last) {
        let (Base::Image(image), Some(word)) = (&stage.base, &stage.image) else {
            continue;
        };
        let parts = Parts::of(image);
        if COMPILERS
            .iter()
            .any(|compiler| parts.is_or_is_below(compiler))
        {
            let from = &file.instructions[stage.from];
            findings.add(
                file.finding(
                    &CHECK,
                    from,
                    word.span.clone(),
                    format!("{image} ships its compiler"),
                )
                .remedy("copy what was built into a stage upon a small image"),
            );
        }
    }
}
