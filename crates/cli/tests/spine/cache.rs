//! Four units of a region share one layer cache.

use std::io::Write as _;
use std::time::Duration;

use serde_json::json;

use crate::centre::Centre;
use crate::process::free;
use crate::registry::{Registry, peers};
use crate::world::Edge;

#[test]
fn what_one_unit_has_read_none_of_the_others_reads() {
    if !peers() {
        return;
    }
    let centre = Centre::start(None);
    let registry = Registry::start(&free(), None);
    let known = centre.registry(&registry.host, &json!({"region": "eu"}));
    let cache = centre.data.path().join("layers").display().to_string();
    let more = ["--workers", "1", "--cache-dir", &cache];
    let units: Vec<Edge> = (0..4).map(|_| Edge::start(&centre, "eu", &more)).collect();
    let read = || -> u64 {
        units
            .iter()
            .map(|unit| unit.number("lazaret_edge_layer_bytes_read_total"))
            .sum()
    };
    // One reads the base; then forty images on top of it, each with a layer of its own.
    let first = registry.push("app", "first", &[("base", "1.0.0")]);
    centre.list(&known);
    centre.verdict(&first, Duration::from_secs(60));
    let base = read();
    assert!(base > 0);
    let tags: Vec<String> = (0..40).map(|number| format!("1.0.{number}")).collect();
    for tag in &tags {
        registry.push("app", tag, &[("base", "1.0.0"), ("own", tag)]);
    }
    let layer = crate::registry::tar("app/node_modules/own/package.json", "{}").len() as u64;
    centre.list(&known);
    let decided = || centre.decided().len() == 41;
    crate::process::until("all are judged", Duration::from_secs(120), || {
        decided().then_some(())
    });
    centre.idle(Duration::from_secs(60));
    let more = read() - base;
    let _ = writeln!(
        std::io::stderr(),
        "base {base} bytes, then {more} bytes for 40 layers of {layer}"
    );
    // A layer of forty that somebody read twice, or the base that anybody read again, is more.
    assert_eq!(more, 40 * layer);
    let worked = units
        .iter()
        .filter(|unit| unit.number("lazaret_edge_images_total") > 0)
        .count();
    assert!(worked > 1, "the work was shared");
}
