use std::collections::BTreeSet;

use lazaret_store::ListProgress;
use lazaret_testkit::registry::{LoopbackRegistry, Manners};

use super::{Step, list};
use crate::watch::Secrets;

#[test]
fn a_list_that_is_cut_off_anywhere_goes_on_from_there() {
    let registry = LoopbackRegistry::start(Manners::default()).expect("a registry");
    let json = "application/json";
    let repositories: Vec<String> = (0..7).map(|n| format!("team/app{n}")).collect();
    let catalog = serde_json::json!({"repositories": repositories}).to_string();
    registry.put("/v2/_catalog?n=1000".to_owned(), json, catalog.as_bytes());
    let mut all = BTreeSet::new();
    for (number, repository) in repositories.iter().enumerate() {
        let names: Vec<String> = (0..number * 40).map(|n| format!("v{n}")).collect();
        for name in &names {
            let kind = "application/vnd.oci.image.manifest.v1+json";
            registry.manifest(
                repository,
                name,
                kind,
                format!("{repository} {name}").as_bytes(),
            );
            all.insert((repository.clone(), name.clone()));
        }
        let tags = serde_json::json!({"name": repository, "tags": names}).to_string();
        registry.put(
            format!("/v2/{repository}/tags/list?n=1000"),
            json,
            tags.as_bytes(),
        );
    }
    let (host, plain) = (registry.host(), format!("http://{}", registry.host()));
    let (host_of_url, is_plain) = crate::watch::host_of(&plain).expect("an address");
    assert_eq!(host_of_url, host);
    let options = crate::watch::options(&host, is_plain, &Secrets::default(), false);
    let (mut found, mut wholes, mut attempts) = (Vec::new(), 0, 0);
    let mut progress: Option<ListProgress> = None;
    loop {
        attempts += 1;
        let before = progress.clone();
        let mut steps = 0;
        // Each attempt lives for two steps.
        let mut take = |step: Step| {
            steps += 1;
            found.extend(step.tags.into_iter().map(|t| (t.repository, t.tag)));
            if let Some(names) = &step.whole {
                wholes += 1;
                let of = &step.progress.repository;
                assert_eq!(names.len(), all.iter().filter(|(r, _)| r == of).count());
            }
            progress = Some(step.progress);
            steps < 2
        };
        let listed = list(&host, &[], &options, before.as_ref(), &mut take).expect("listed");
        assert!(listed.failed.is_empty(), "{:?}", listed.failed);
        if !listed.is_cut {
            break;
        }
    }
    assert!(attempts > 8, "{attempts} attempts");
    assert_eq!((found.len(), wholes), (all.len(), 7), "nothing twice");
    assert_eq!(
        found.into_iter().collect::<BTreeSet<_>>(),
        all,
        "nothing lost"
    );
    let asked = registry.requests().into_iter();
    let asked = asked
        .filter(|request| request.path.contains("/manifests/"))
        .count();
    assert_eq!(asked, all.len(), "and nothing asked for twice");
}

#[test]
fn a_catalogue_that_is_refused_says_to_name_repositories() {
    let registry = LoopbackRegistry::start(Manners::default()).expect("a registry");
    let host = registry.host();
    let options = crate::watch::options(&host, true, &Secrets::default(), false);
    let mut steps = Vec::new();
    let mut take = |step: Step| {
        steps.push(step);
        true
    };
    for patterns in [vec![], vec!["team/*".to_owned()]] {
        let refused = list(&host, &patterns, &options, None, &mut take).expect_err("none");
        assert!(!refused.may_pass);
        let why = refused.to_string();
        assert!(
            why.contains("`repositories`") && why.contains(&host),
            "{why}"
        );
    }
    // What is named is listed all the same, and the rest is told.
    let tags = serde_json::json!({"name": "team/app", "tags": []}).to_string();
    let path = "/v2/team/app/tags/list?n=1000".to_owned();
    registry.put(path, "application/json", tags.as_bytes());
    let patterns = ["team/app".to_owned(), "other/*".to_owned()];
    let listed = list(&host, &patterns, &options, None, &mut take).expect("listed");
    assert!(listed.failed[0].contains("`repositories`"), "{listed:?}");
    assert_eq!(steps.len(), 1);
}
