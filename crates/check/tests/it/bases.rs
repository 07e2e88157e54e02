//! The images that Dockerfiles name: for policies and for fixes.

use lazaret_check::dockerfile::{BaseUse, base_images};
use lazaret_check::{Settings, Source};

const FILE: &str = "ARG VERSION=1.22
ARG REGISTRY
FROM golang:${VERSION} AS build
RUN --mount=type=bind,from=node:20,target=/n cp /n/x .
FROM \"debian:12\" AS base
FROM ${REGISTRY}/tools:1 AS tools
FROM base
COPY --from=build /app /app
COPY --from=busybox:1.36 /bin/busybox /bin/
COPY --from=0 /b /b
FROM scratch AS unused
FROM base
";

#[test]
fn every_reference_is_listed_with_its_place_and_whether_it_ships() {
    let source = Source::new("Dockerfile", FILE);
    let found = base_images(&source, &Settings::default());
    let told: Vec<_> = found
        .iter()
        .map(|b| {
            (
                b.line,
                b.written.as_str(),
                b.reference.as_deref(),
                b.usage,
                b.ships,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (
                3,
                "golang:${VERSION}",
                Some("golang:1.22"),
                BaseUse::From,
                false
            ),
            (4, "node:20", Some("node:20"), BaseUse::Mount, false),
            (5, "debian:12", Some("debian:12"), BaseUse::From, true),
            (6, "${REGISTRY}/tools:1", None, BaseUse::From, false),
            (
                9,
                "busybox:1.36",
                Some("busybox:1.36"),
                BaseUse::Copy,
                false
            ),
        ]
    );
    for base in &found {
        assert_eq!(
            &FILE[base.span.clone()],
            base.written,
            "the span holds the reference alone"
        );
    }
}

#[test]
fn build_arguments_of_the_caller_win_over_defaults() {
    let source = Source::new("Dockerfile", FILE);
    let settings = Settings {
        build_args: vec![
            ("VERSION".into(), "1.23".into()),
            ("REGISTRY".into(), "registry.example".into()),
        ],
        ..Settings::default()
    };
    let found = base_images(&source, &settings);
    assert_eq!(found[0].reference.as_deref(), Some("golang:1.23"));
    assert_eq!(
        found[3].reference.as_deref(),
        Some("registry.example/tools:1")
    );
}
