//! What centres, units and gates tell a collector, and what a bad one costs them: nothing.

use std::process::Command;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;

use crate::centre::Centre;
use crate::collector::{Collector, Mood};
use crate::process::{SOON, free, until};
use crate::registry::{Registry, peers};
use crate::world::{Edge, Gate};

/// What a pipeline says of itself when it pushes.
const PUSH: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PIPELINE: &str = "00f067aa0ba902b7";

/// Sent to the collector, and not to be seen anywhere else.
const TOKEN: &str = "a-token-of-the-collector";

fn with_collector(mut command: Command, url: &str) -> Command {
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", url);
    command.env("OTEL_EXPORTER_OTLP_HEADERS", format!("x-api-key={TOKEN}"));
    command
}

/// A push event, with the trace of whoever pushed; its answer.
fn told(centre: &Centre, made: &serde_json::Value, repository: &str, digest: &str) {
    let event = json!({"events": [{"action": "push", "target": {
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "repository": repository, "tag": "1.0", "digest": digest}}]});
    let url = made["events"]["url"]
        .as_str()
        .or(made["events_url"].as_str());
    let id = made["id"].as_str().expect("an id");
    let url = url.map_or_else(
        || format!("http://{}/events/distribution/{id}", centre.address),
        str::to_owned,
    );
    let secret = made["events_secret"].as_str().expect("a secret");
    let answer = centre
        .http
        .post(url)
        .bearer_auth(secret)
        .header("traceparent", format!("00-{PUSH}-{PIPELINE}-01"))
        .json(&event)
        .send()
        .expect("an answer");
    assert_eq!(answer.status(), 202);
}

#[test]
fn one_trace_leads_from_the_push_over_the_unit_to_the_verdict_and_to_who_is_told() {
    if !peers() {
        return;
    }
    let collector = Collector::start(Mood::Good);
    let url = collector.url();
    let change = |command| with_collector(command, &url);
    let notify = tempfile::tempdir().expect("a directory");
    let file = notify.path().join("who.yaml");
    // Nobody is there: that is told, too.
    let nobody = format!("http://{}/hook", free());
    let text =
        format!("receivers: [{{name: own, kind: webhook, url: '{nobody}', secret_file: key}}]");
    std::fs::write(&file, text).expect("written");
    std::fs::write(notify.path().join("key"), "a-key-of-the-webhook").expect("written");
    let file = file.display().to_string();
    let centre = Centre::start_at(None, free(), &["--notify", &file], &change);
    let mut unit = Edge::of(&centre, "eu", &[]);
    unit.run_as(&change);
    unit.process().says("edge unit works");
    let registry = Registry::start(&free(), None);
    let of_region = json!({"region": "eu", "environment": "prod"});
    let known = centre.registry(&registry.host, &of_region);
    let digest = registry.push("team/app", "1.0", &[("lodash", "4.17.20")]);
    told(&centre, &known, "team/app", &digest);
    centre.verdict(&digest, SOON);

    let of_trace = |service: &str, name: &str| {
        collector.span(&format!("{name} of {service} in the trace"), |span| {
            span.trace == PUSH && span.service == service && span.name == name
        })
    };
    let event = of_trace("lazaret-centre", "POST /events/{kind}/{id}");
    assert_eq!(event.parent, PIPELINE);
    assert_eq!(event.get("http.response.status_code"), "202");
    let job = of_trace("lazaret-edge", "job scan");
    assert_eq!(job.parent, event.id);
    assert_eq!(job.get("lazaret.repository"), "team/app");
    let sent = of_trace("lazaret-edge", "send result");
    assert_eq!(sent.parent, job.id);
    let taken = of_trace("lazaret-centre", "POST /edge/v1/complete");
    assert_eq!(taken.parent, sent.id);
    let decided = of_trace("lazaret-centre", "decide");
    assert_eq!(decided.parent, taken.id);
    let deliver = of_trace("lazaret-centre", "job deliver");
    assert!(deliver.is_error, "{deliver:?}");
    of_trace("lazaret-centre", "tell");

    let spans = collector.spans();
    assert!(!spans.iter().any(|span| span.name.ends_with("/readyz")));
    let all = format!("{spans:?}");
    let secret = known["events_secret"].as_str().expect("a secret");
    for secret in [
        TOKEN,
        secret,
        &centre.admin,
        "a-key-of-the-webhook",
        "/hook",
    ] {
        assert!(!all.contains(secret), "{secret} is in an attribute");
    }
    for head in collector.heads() {
        assert!(head.starts_with("POST /v1/traces HTTP/1.1"), "{head}");
        let head = head.to_lowercase();
        assert!(
            head.contains("content-type: application/x-protobuf"),
            "{head}"
        );
        assert!(head.contains(&format!("x-api-key: {TOKEN}")), "{head}");
    }
    let text = centre
        .http
        .get(format!("http://{}/metrics", centre.address));
    let text = text.send().expect("an answer").text().expect("text");
    assert!(
        text.contains(r#"lazaret_trace_spans_total{outcome="sent"}"#),
        "{text}"
    );
    assert!(text.contains(r#"lazaret_trace_spans_total{outcome="dropped"} 0"#));
    assert!(unit.number(r#"lazaret_trace_spans_total{outcome="sent"}"#) > 0);
}

#[test]
fn a_pull_through_the_gate_is_a_span_and_the_registry_is_told_of_it() {
    if !peers() {
        return;
    }
    let collector = Collector::start(Mood::Good);
    let registry = Registry::start(&free(), None);
    registry.push("team/app", "1.0", &[]);
    // A flag says the same as the variable, and its own name is a variable's matter.
    let url = collector.url();
    let named = |mut command: Command| {
        command.env("OTEL_SERVICE_NAME", "door-1");
        command
    };
    let gate = Gate::start_as(&registry.host, &["--otlp", &url], &named);
    assert_eq!(gate.manifest("team/app", "1.0").0, 200);
    let pull = collector.span("a pull", |span| span.name == "gate GET");
    assert_eq!(pull.service, "door-1");
    assert_eq!(pull.get("http.response.status_code"), "200");
    assert_eq!(pull.get("lazaret.gate.asked"), "manifest");
    assert_eq!(pull.get("lazaret.gate.action"), "allow");
    assert_eq!(pull.get("lazaret.gate.state"), "unknown");
    let text = gate.http.get(format!("http://{}/metrics", gate.address));
    let text = text.send().expect("an answer").text().expect("text");
    assert!(text.trim_end().ends_with("# EOF"), "{text}");
    assert_eq!(text.matches("# EOF").count(), 1);
    assert!(text.contains("lazaret_trace_spans_total"), "{text}");
}

#[test]
fn nothing_is_sent_where_nobody_asked() {
    let collector = Collector::start(Mood::Good);
    let url = collector.url();
    let off = |mut command: Command| {
        command.env("OTEL_EXPORTER_OTLP_ENDPOINT", &url);
        command.env("OTEL_SDK_DISABLED", "true");
        command
    };
    let centre = Centre::start_at(None, free(), &[], &off);
    centre.get("/api/v1/images");
    let text = centre
        .http
        .get(format!("http://{}/metrics", centre.address));
    let text = text.send().expect("an answer").text().expect("text");
    assert!(!text.contains("lazaret_trace_spans"), "{text}");
    drop(centre);
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(collector.requests(), 0);
}

/// What 200 requests take, the slowest of them.
fn pace(centre: &Centre) -> Duration {
    let mut slowest = Duration::ZERO;
    for _ in 0..200 {
        let begun = Instant::now();
        let (status, _) = centre.call(Method::GET, "/api/v1/images?limit=1", None);
        assert_eq!(status, 200);
        slowest = slowest.max(begun.elapsed());
    }
    slowest
}

#[test]
fn a_collector_that_is_silent_or_refuses_costs_the_centre_nothing() {
    let collector = Collector::start(Mood::Silent);
    let url = collector.url();
    let silent = |mut command: Command| {
        command.env("OTEL_EXPORTER_OTLP_ENDPOINT", &url);
        command.env("OTEL_EXPORTER_OTLP_TIMEOUT", "500");
        command
    };
    let mut centre = Centre::start_at(None, free(), &[], &silent);
    // Many times what the queue holds; nobody waits for it.
    let begun = Instant::now();
    let mut slowest = Duration::ZERO;
    for _ in 0..13 {
        slowest = slowest.max(pace(&centre));
    }
    assert!(
        slowest < Duration::from_secs(2),
        "{slowest:?} of {:?}",
        begun.elapsed()
    );
    let outcome = |outcome: &str| {
        let text = centre
            .http
            .get(format!("http://{}/metrics", centre.address));
        let text = text.send().expect("an answer").text().expect("text");
        let name = format!("lazaret_trace_spans_total{{outcome=\"{outcome}\"}} ");
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(&*name).map(str::to_owned));
        line.expect("a number").parse::<u64>().expect("a number")
    };
    until("spans are dropped", SOON, || {
        (outcome("dropped") > 0).then_some(())
    });
    assert_eq!(outcome("sent"), 0);
    collector.is(Mood::Says(400));
    until("spans are refused", SOON, || {
        centre.get("/api/v1/images?limit=1");
        (outcome("refused") > 0).then_some(())
    });
    collector.is(Mood::Good);
    until("spans are taken", SOON, || {
        centre.get("/api/v1/images?limit=1");
        (outcome("sent") > 0).then_some(())
    });
    // One line when it begins, one when it is over.
    let log = centre.process().lines();
    let lines = |text: &str| log.iter().filter(|line| line.contains(text)).count();
    assert_eq!(lines("the collector takes no spans"), 1, "{log:#?}");
    assert_eq!(lines("the collector takes spans again"), 1, "{log:#?}");
    // What has ended last goes out before the process does.
    centre.get("/api/v1/registries");
    centre.process().stop();
    collector.span("the last request", |span| {
        span.name == "GET /api/v1/registries"
    });
}

#[test]
fn settings_that_make_no_sense_are_refused_at_the_start() {
    let home = tempfile::tempdir().expect("a directory");
    for (name, value, told) in [
        (
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "collector:4317",
            "OTEL_EXPORTER_OTLP_ENDPOINT is no http",
        ),
        (
            "OTEL_EXPORTER_OTLP_PROTOCOL",
            "grpc",
            "`grpc`; spans are sent as http/protobuf alone",
        ),
        (
            "OTEL_EXPORTER_OTLP_TIMEOUT",
            "10s",
            "no number of milliseconds",
        ),
        (
            "OTEL_EXPORTER_OTLP_HEADERS",
            "secret words",
            "is not of the form",
        ),
        (
            "OTEL_EXPORTER_OTLP_CLIENT_KEY",
            "key.pem",
            "asks for what is not there",
        ),
    ] {
        let mut command =
            crate::process::command(&["serve", "--listen", "127.0.0.1:0"], home.path());
        command.env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9");
        command.env(name, value);
        let output = command.output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{name}={value}");
        assert!(said.contains(told), "{name}={value}: {said}");
        assert!(!said.contains("secret words"), "{said}");
    }
}
