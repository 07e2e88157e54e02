//! Kubernetes manifests at the crate's boundary: where findings stand, hostile files, and
//! what peers get wrong.

use lazaret_check::{Answers, Settings, Source, answers};
use lazaret_model::GapKind;

fn examine(text: &str) -> Answers {
    answers(
        &[Source::new("deploy/web.yaml", text)],
        &Settings::default(),
    )
}

/// Ids that fire on `text`.
fn ids(text: &str) -> Vec<String> {
    let mut ids: Vec<String> = examine(text)
        .misconfigurations
        .into_iter()
        .map(|one| one.id)
        .collect();
    ids.sort();
    ids.dedup();
    ids
}

#[track_caller]
fn check(text: &str, id: &str, fires: bool) {
    let ids = ids(text);
    assert_eq!(ids.iter().any(|one| one == id), fires, "{id} in {ids:?}");
}

fn pod(spec: &str) -> String {
    format!("apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n{spec}")
}

#[test]
fn a_finding_stands_at_the_value_that_is_wrong() {
    let text =
        pod("  containers:\n    - name: web\n      securityContext:\n        privileged: true\n");
    let found = examine(&text);
    let privileged = found
        .misconfigurations
        .iter()
        .find(|one| one.id == "LZ-KW-001")
        .expect("fires");
    assert_eq!((privileged.line, privileged.column), (9, 21));
    assert_eq!(privileged.resource, "Pod web");
    assert_eq!(privileged.target, "deploy/web.yaml");
}

#[test]
fn every_list_of_containers_is_looked_at() {
    for list in ["containers", "initContainers", "ephemeralContainers"] {
        let text = pod(&format!(
            "  {list}:\n    - name: web\n      securityContext: {{privileged: true}}\n"
        ));
        check(&text, "LZ-KW-001", true);
    }
}

#[test]
fn the_container_overrules_the_pod() {
    let spec = |own: &str| {
        pod(&format!(
            "  securityContext: {{runAsNonRoot: true}}\n  containers:\n    - name: web\n      securityContext: {{{own}}}\n"
        ))
    };
    check(&spec(""), "LZ-KW-009", false);
    check(&spec("runAsNonRoot: false"), "LZ-KW-009", true);
    check(&spec("runAsNonRoot: null"), "LZ-KW-009", false);
}

#[test]
fn lists_and_documents_are_opened() {
    let text = "apiVersion: v1\nkind: List\nitems:\n  - {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {hostPID: true}}\n---\n{apiVersion: v1, kind: Pod, metadata: {name: b}, spec: {hostIPC: true}}\n";
    check(text, "LZ-KW-002", true);
    check(text, "LZ-KW-003", true);
}

#[test]
fn each_host_namespace_is_a_finding_of_its_own() {
    // A peer's baseline report tests one of the three and passes the pod.
    let text = pod("  hostPID: true\n  hostNetwork: true\n  containers: []\n");
    check(&text, "LZ-KW-002", true);
    check(&text, "LZ-KW-004", true);
    check(&text, "LZ-KW-003", false);
}

#[test]
fn rolling_tags_other_than_latest_are_seen() {
    for tag in ["", ":latest", ":stable", ":edge"] {
        check(
            &pod(&format!(
                "  containers:\n    - {{name: web, image: \"registry.example:5000/web{tag}\"}}\n"
            )),
            "LZ-KW-030",
            true,
        );
    }
    check(
        &pod("  containers:\n    - {name: web, image: \"registry.example:5000/web:1.2\"}\n"),
        "LZ-KW-030",
        false,
    );
}

#[test]
fn every_pod_of_every_kind_is_found() {
    let template = "{spec: {hostPID: true, containers: []}}";
    for kind in [
        "Deployment",
        "StatefulSet",
        "DaemonSet",
        "ReplicaSet",
        "ReplicationController",
        "Job",
    ] {
        check(
            &format!(
                "{{apiVersion: apps/v1, kind: {kind}, metadata: {{name: web}}, spec: {{template: {template}}}}}"
            ),
            "LZ-KW-002",
            true,
        );
    }
    let cron = format!(
        "{{apiVersion: batch/v1, kind: CronJob, metadata: {{name: web}}, spec: {{jobTemplate: {{spec: {{template: {template}}}}}}}}}"
    );
    check(&cron, "LZ-KW-002", true);
}

#[test]
fn a_secret_is_found_and_never_shown() {
    let text = pod(
        "  containers:\n    - name: web\n      env: [{name: DB_PASSWORD, value: correct-horse-battery}]\n",
    );
    let found = examine(&text);
    assert!(
        found
            .misconfigurations
            .iter()
            .any(|one| one.id == "LZ-SE-001")
    );
    let shown = format!("{found:?}");
    assert!(!shown.contains("correct-horse"), "{shown}");
}

#[test]
fn an_ignore_comment_silences_the_line_below() {
    let text = pod(
        "  # lazaret:ignore=LZ-KW-002 the agent watches processes\n  hostPID: true\n  containers: []\n",
    );
    let found = examine(&text);
    let host = found
        .misconfigurations
        .iter()
        .find(|one| one.id == "LZ-KW-002")
        .expect("fires");
    assert!(host.suppressed.is_some());
}

#[test]
fn a_file_that_breaks_is_a_gap_and_what_stood_before_is_kept() {
    let text = format!(
        "{}  containers: []\n---\nkind: [apiVersion\n",
        pod("  hostPID: true\n")
    );
    let found = examine(&text);
    assert!(
        found
            .misconfigurations
            .iter()
            .any(|one| one.id == "LZ-KW-002")
    );
    assert!(
        found.gaps.iter().any(|gap| gap.kind == GapKind::Unreadable),
        "{:?}",
        found.gaps
    );
}

#[test]
fn aliases_that_multiply_are_refused() {
    let mut text = "apiVersion: v1\nkind: Pod\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let below = format!("*a{}, ", level - 1).repeat(10);
        text += &format!("a{level}: &a{level} [{}]\n", below.trim_end_matches(", "));
    }
    let found = examine(&text);
    assert!(
        found
            .gaps
            .iter()
            .any(|gap| gap.detail.contains("aliases counted in full")),
        "{:?}",
        found.gaps
    );
}

#[test]
fn nesting_without_end_is_refused() {
    let text = format!("apiVersion: v1\nkind: Pod\nspec: {}", "[".repeat(100_000));
    assert!(!examine(&text).gaps.is_empty());
    let block: String = (0..5_000)
        .map(|depth| format!("{}a:\n", " ".repeat(depth)))
        .collect();
    assert!(
        !examine(&format!("apiVersion: v1\nkind: Pod\n{block}"))
            .gaps
            .is_empty()
    );
}

#[test]
fn merge_keys_do_not_overrule() {
    let text = "apiVersion: v1\nkind: Pod\nx: &base {privileged: true, runAsUser: 0}\nmetadata: {name: web}\nspec:\n  containers:\n    - name: web\n      securityContext: {<<: *base, privileged: false}\n";
    check(text, "LZ-KW-001", false);
    check(text, "LZ-KW-010", true);
}

#[test]
fn rights_are_told_apart_by_peers_ids() {
    let role = |rule: &str| {
        format!(
            "{{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {{name: r}}, rules: [{rule}]}}"
        )
    };
    let found = examine(&role(
        "{apiGroups: [\"\"], resources: [secrets], verbs: [get]}",
    ));
    let secrets = found
        .misconfigurations
        .iter()
        .find(|one| one.id == "LZ-RB-005")
        .expect("fires");
    assert!(secrets.aliases.iter().any(|id| id == "KSV-0113"));
    assert!(
        !secrets.aliases.iter().any(|id| id == "KSV-0041"),
        "that is the ClusterRole's"
    );
}

/// Ids of what fires on a set of files, with the file each stands in.
fn of(files: &[(&str, &str)]) -> Vec<(String, String)> {
    let sources: Vec<Source> = files
        .iter()
        .map(|(path, text)| Source::new(*path, *text))
        .collect();
    let found = answers(&sources, &Settings::default()).misconfigurations;
    found.into_iter().map(|one| (one.id, one.target)).collect()
}

const BASE: (&str, &str) = ("k/base/kustomization.yaml", "resources: [web.yaml]\n");
const WEB: (&str, &str) = (
    "k/base/web.yaml",
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          image: web:1.0\n          securityContext: {privileged: true}\n",
);

#[test]
fn an_overlay_is_judged_as_it_is_rendered() {
    let overlay = (
        "k/prod/kustomization.yaml",
        "namespace: shop\nresources: [../base]\nimages: [{name: web, newName: registry.example/web, newTag: latest}]\npatches:\n  - path: patch.yaml\n  - target: {kind: Deployment}\n    patch: |\n      - {op: add, path: /spec/template/spec/hostPID, value: true}\n",
    );
    let patch = (
        "k/prod/patch.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          securityContext: {privileged: false}\n",
    );
    let found = of(&[BASE, WEB, overlay, patch]);
    let has = |id: &str| {
        found
            .iter()
            .find(|(one, _)| one == id)
            .map(|(_, path)| path.as_str())
    };
    assert_eq!(has("LZ-KW-001"), None, "the patch takes it away");
    assert_eq!(has("LZ-KW-002"), Some("k/prod/kustomization.yaml"));
    assert_eq!(has("LZ-KW-030"), Some("k/prod/kustomization.yaml"));
    assert_eq!(has("LZ-KW-041"), None, "the namespace is set");
    // Without the overlay the base is judged as it is.
    assert!(of(&[BASE, WEB]).iter().any(|(id, _)| id == "LZ-KW-001"));
}

#[test]
fn what_two_overlays_share_is_said_once() {
    let overlay = |name: &'static str| (name, "resources: [../base]\n");
    let found = of(&[
        BASE,
        WEB,
        overlay("k/a/kustomization.yaml"),
        overlay("k/b/kustomization.yaml"),
    ]);
    assert_eq!(found.iter().filter(|(id, _)| id == "LZ-KW-001").count(), 1);
}

#[test]
fn kustomizations_in_circles_or_from_elsewhere_are_not_lost() {
    let a = (
        "a/kustomization.yaml",
        "resources: [../b, web.yaml, github.com/x/y]\n",
    );
    let b = ("b/kustomization.yaml", "resources: [../a]\n");
    let web = ("a/web.yaml", WEB.1);
    let sources: Vec<Source> = [a, b, web]
        .iter()
        .map(|(path, text)| Source::new(*path, *text))
        .collect();
    let found = answers(&sources, &Settings::default());
    assert!(
        found
            .misconfigurations
            .iter()
            .any(|one| one.id == "LZ-KW-001")
    );
    assert!(
        found.gaps.iter().any(|gap| gap.kind == GapKind::Skipped),
        "{:?}",
        found.gaps
    );
}

#[test]
fn a_chart_is_a_gap_and_its_values_are_read() {
    let chart = ("c/Chart.yaml", "apiVersion: v2\nname: web\n");
    let template = (
        "c/templates/web.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: {{ .Release.Name }}}\n",
    );
    let values = (
        "c/values.yaml",
        "image:\n  repository: registry.example/web\n  tag: latest\n",
    );
    let sources: Vec<Source> = [chart, template, values]
        .iter()
        .map(|(path, text)| Source::new(*path, *text))
        .collect();
    let found = answers(&sources, &Settings::default());
    assert!(
        found
            .misconfigurations
            .iter()
            .any(|one| one.id == "LZ-KW-030" && one.line == 3)
    );
    let gaps: Vec<_> = found
        .gaps
        .iter()
        .map(|gap| (gap.kind, gap.subject.as_str()))
        .collect();
    assert_eq!(gaps, [(GapKind::Unsupported, "c")]);
}

/// Applies every edit of the findings of one check, last first.
fn mended(text: &str, id: &str) -> String {
    let sources = [Source::new("web.yaml", text)];
    let found = lazaret_check::examine(&sources, &Settings::default()).found;
    let mut edits: Vec<_> = found
        .iter()
        .filter(|one| one.check.id == id)
        .flat_map(|one| one.edits.clone())
        .collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.range.start));
    let mut text = text.to_owned();
    edits
        .into_iter()
        .for_each(|edit| text.replace_range(edit.range, &edit.text));
    text
}

#[test]
fn edits_keep_the_files_own_style_and_mend() {
    let block = pod(
        "  hostPID: true # why\n  containers:\n    - name: web\n      securityContext:\n        privileged: true\n",
    );
    let flow = pod(
        "  hostPID: true\n  containers:\n    - {name: web, securityContext: {privileged: true}}\n",
    );
    let json = "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"web\"}, \"spec\": {\"containers\": [{\"name\": \"web\", \"securityContext\": {\"privileged\": true}}]}}";
    for text in [block.as_str(), flow.as_str(), json] {
        for id in [
            "LZ-KW-001",
            "LZ-KW-008",
            "LZ-KW-013",
            "LZ-KW-018",
            "LZ-KW-020",
            "LZ-KW-039",
        ] {
            check(text, id, true);
            check(&mended(text, id), id, false);
        }
    }
    let mended = mended(&block, "LZ-KW-002");
    assert!(mended.contains("  hostPID: false # why\n"), "{mended}");
}

#[test]
fn nothing_is_called_automatic_without_an_edit() {
    let text = pod("  containers:\n    - name: web\n      image: web:1.0\n");
    let found =
        lazaret_check::examine(&[Source::new("web.yaml", text)], &Settings::default()).found;
    let empty = found
        .iter()
        .find(|one| one.fix == lazaret_model::FixKind::Auto && one.edits.is_empty());
    assert!(empty.is_none(), "{empty:?}");
}

fn with_kustomization(text: &str) -> Answers {
    let files = [
        ("k/kustomization.yaml", text),
        (
            "k/web.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec:\n  replicas: 1\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [{name: web, image: 'web:1', envFrom: [{configMapRef: {name: settings}}]}]}\n",
        ),
        ("k/.env", "DB_PASSWORD=correct-horse-battery\n"),
    ];
    let sources: Vec<Source> = files
        .iter()
        .map(|(path, text)| Source::new(*path, *text))
        .collect();
    answers(&sources, &Settings::default())
}

#[test]
fn what_generators_make_is_judged_where_it_is_written() {
    let line = |text: &str, id: &str| {
        let all = with_kustomization(text);
        let mut of = all.misconfigurations.iter();
        of.find(|one| one.id == id && one.target == "k/kustomization.yaml")
            .map(|one| one.line)
    };
    let secret = "resources: [web.yaml]\nsecretGenerator:\n- name: db\n  literals:\n  - password=correct-horse-battery\n";
    assert_eq!(line(secret, "LZ-SE-004"), Some(5));
    let map = "resources: [web.yaml]\nconfigMapGenerator:\n- name: settings\n  literals: [DB_PASSWORD=correct-horse-battery]\n";
    assert_eq!(line(map, "LZ-SE-002"), Some(4));
    let envs = "resources: [web.yaml]\nconfigMapGenerator:\n- name: settings\n  envs: [.env]\n";
    assert_eq!(line(envs, "LZ-SE-002"), Some(4));
    let ids = |text: &str, id: &str| {
        let all = with_kustomization(text);
        all.misconfigurations.iter().any(|one| one.id == id)
    };
    assert!(!format!("{:?}", with_kustomization(secret)).contains("correct-horse"));
    assert!(ids("resources: [web.yaml]\n", "LZ-KW-053"), "one replica");
    let replicas = "resources: [web.yaml]\nreplicas: [{name: web, count: 3}]\n";
    let all = with_kustomization(replicas);
    let single = all
        .misconfigurations
        .iter()
        .filter(|one| one.id == "LZ-KW-053");
    let single: Vec<_> = single
        .filter(|one| one.message.contains("replica"))
        .collect();
    assert!(single.is_empty(), "{single:?}");
}

#[test]
fn labels_of_a_kustomization_are_those_of_its_objects() {
    let untrusted = |text: &str| {
        let all = with_kustomization(text);
        all.misconfigurations
            .iter()
            .any(|one| one.id == "LZ-KW-054")
    };
    assert!(!untrusted("resources: [web.yaml]\n"));
    assert!(untrusted(
        "resources: [web.yaml]\ncommonLabels: {trust: untrusted}\n"
    ));
    let labels = |more: &str| {
        format!("resources: [web.yaml]\nlabels: [{{pairs: {{trust: untrusted}}{more}}}]\n")
    };
    assert!(untrusted(&labels(", includeTemplates: true")));
    assert!(untrusted(&labels(", includeSelectors: true")));
    assert!(!untrusted(&labels("")), "the pods have no such label");
}

#[test]
fn targets_of_patches_choose_by_labels_and_expressions() {
    let patched = |target: &str| {
        let text = format!(
            "resources: [web.yaml]\ncommonLabels: {{team: shop}}\npatches:\n- target: {{{target}}}\n  patch: '[{{op: add, path: /spec/template/spec/hostPID, value: true}}]'\n"
        );
        let all = with_kustomization(&text);
        all.misconfigurations
            .iter()
            .any(|one| one.id == "LZ-KW-002")
    };
    assert!(patched("kind: Deployment"));
    assert!(patched("kind: Deployment, name: we.*"));
    assert!(patched("name: api|web"));
    assert!(!patched("name: api.*"));
    assert!(!patched("kind: Deployment, labelSelector: 'team=other'"));
    assert!(!patched("group: batch"));
}
