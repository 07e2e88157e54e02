//! kill -9 of units and of the centre at random points: nothing lost, nothing decided twice.

use std::io::Write as _;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::centre::Centre;
use crate::process::{Dice, free, of_env, until};
use crate::registry::{Registry, peers};
use crate::world::Edge;

/// Half of the images are looked at by three units of a region, half by the centre's workers.
#[test]
#[ignore = "takes minutes; LAZARET_FAULT_JOBS and LAZARET_FAULT_SEED change it"]
fn a_thousand_jobs_survive_whoever_is_killed() {
    if !peers() {
        return;
    }
    let jobs = of_env("LAZARET_FAULT_JOBS", 1_000);
    let (mut dice, seed) = Dice::of_env();
    let mut centre = Centre::start(None);
    let far = Registry::start(&free(), None);
    let own = Registry::start(&free(), None);
    let mut pushed = Vec::new();
    for number in 0..jobs {
        let registry = if number % 2 == 0 { &far } else { &own };
        let version = format!("1.0.{number}");
        pushed.push(registry.push(
            &format!("app{}", number % 10),
            &version,
            &[("lodash", &version)],
        ));
    }
    pushed.sort();
    let registries = [
        centre.registry(&far.host, &json!({"region": "eu"})),
        centre.registry(&own.host, &json!({})),
    ];
    for registry in &registries {
        centre.list(registry);
    }
    // A list begins anew when it is killed, and is no job of these.
    until("both are listed", Duration::from_secs(300), || {
        centre
            .all("/api/v1/jobs?kind=list")
            .is_empty()
            .then_some(())
    });
    let cache = centre.data.path().join("layers").display().to_string();
    let more = ["--workers", "2", "--cache-dir", &cache];
    let began = Instant::now();
    let mut units: Vec<Edge> = (0..3).map(|_| Edge::start(&centre, "eu", &more)).collect();
    let before = centre.decided().len();
    let (mut killed_units, mut killed_centres) = (0, 0);
    let mut done = 0;
    while done < pushed.len() * 9 / 10 {
        std::thread::sleep(Duration::from_millis(100 + dice.below(1_500)));
        match dice.below(5) {
            0 => {
                centre.kill();
                std::thread::sleep(Duration::from_millis(dice.below(1_000)));
                centre.run();
                killed_centres += 1;
            }
            unit => {
                let unit = &mut units[(unit as usize) % 3];
                unit.process().kill();
                unit.run();
                killed_units += 1;
            }
        }
        done = centre.decided().len();
        assert!(
            began.elapsed() < Duration::from_secs(1_200),
            "{done} of {jobs} after 20 minutes"
        );
    }
    centre.idle(Duration::from_secs(600));
    let decided = centre.decided();
    let found: Vec<String> = decided.keys().cloned().collect();
    assert_eq!(found, pushed, "every image that was pushed, and no other");
    let twice: Vec<_> = decided.iter().filter(|(_, times)| **times != 1).collect();
    assert!(twice.is_empty(), "decided more than once: {twice:?}");
    for unit in &units {
        assert_eq!(unit.number("lazaret_edge_layer_bytes_sent_total"), 0);
        assert_eq!(unit.number("lazaret_edge_spool_results"), 0);
    }
    let _ = writeln!(
        std::io::stderr(),
        "{jobs} jobs ({before} done before), {killed_units} units and {killed_centres} centres killed in {:.0} s, seed {seed}: \
         0 lost, 0 decided twice, 0 bytes of layers sent",
        began.elapsed().as_secs_f64()
    );
}
