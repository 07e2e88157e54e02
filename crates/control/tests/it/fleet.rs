//! The fleet that speed is measured with: a small one, made and served.

// What the measurement itself makes its fleet with.
#[path = "../../examples/fleet/made/mod.rs"]
pub(crate) mod made;

use jiff::Timestamp;
use serde_json::Value;

use crate::centre::{Centre, settings};

#[tokio::test(flavor = "multi_thread")]
async fn a_made_fleet_is_one_that_a_centre_serves() {
    let data = tempfile::tempdir().expect("a directory");
    let wanted = made::Wanted {
        data: data.path().to_owned(),
        images: 300,
        ..made::Wanted::default()
    };
    let made = made::fleet(&wanted, Timestamp::now()).await;
    made.expect("a fleet is made");
    let token = std::fs::read_to_string(data.path().join("token")).expect("a token");
    let mut settings = settings(&data);
    settings.workers = 0;
    let mut centre = Centre::with(settings, data).await;
    centre.admin = token;

    let (mut digests, mut path) = (Vec::new(), "/api/v1/images?limit=100".to_owned());
    loop {
        let (status, page) = centre.get(&path).await;
        assert_eq!(status, 200, "{page}");
        let items = page["items"].as_array().expect("items").iter();
        digests.extend(items.map(|i| i["digest"].as_str().expect("a digest").to_owned()));
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("/api/v1/images?limit=100&cursor={next}");
    }
    assert_eq!(digests.len(), 300);
    for digest in &digests {
        decided_as_a_centre_does(&centre, digest).await;
    }
    let (_, newest) = centre.get("/api/v1/images?limit=1").await;
    let digest = newest["items"][0]["digest"].as_str().expect("a digest");
    assert!(newest["items"][0]["running"].as_u64() > Some(0), "{newest}");
    let (_, detail) = centre.get(&format!("/api/v1/images/{digest}")).await;
    assert_eq!(detail["verdicts"].as_array().map(Vec::len), Some(1));
    let (status, report) = centre.get(&format!("/api/v1/images/{digest}/report")).await;
    assert_eq!(
        (status, &report["schema"]),
        (200, &"lazaret.report/1".into())
    );
    for (path, what) in [
        ("/api/v1/verdict-changes", "changes"),
        ("/api/v1/jobs?state=dead", "dead jobs"),
        ("/api/v1/audit", "entries"),
        ("/api/v1/users", "people"),
    ] {
        let (status, page) = centre.get(path).await;
        let items = page["items"].as_array();
        assert!(
            status == 200 && items.is_some_and(|i| !i.is_empty()),
            "no {what}: {page}"
        );
    }
}

/// What is stored of an image is what the centre itself says of it.
pub(crate) async fn decided_as_a_centre_does(centre: &Centre, digest: &str) {
    let (_, image) = centre.get(&format!("/api/v1/images/{digest}")).await;
    let verdicts = image["verdicts"].as_array().expect("verdicts");
    assert!(!verdicts.is_empty(), "{image}");
    for verdict in verdicts {
        let environment = verdict["environment"].as_str().expect("a name");
        let path = format!("/api/v1/images/{digest}/report?environment={environment}");
        let (_, report) = centre.get(&path).await;
        let reasons = report["decision"]["reasons"].as_array().expect("reasons");
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let told = |r: &Value| format!("{}: {}", text(&r["rule"]), text(&r["message"])).into();
        let reasons: Vec<Value> = reasons.iter().map(told).collect();
        let outcome = &report["decision"]["outcome"];
        assert_eq!(&verdict["outcome"], outcome, "{digest}");
        assert_eq!(verdict["reasons"], Value::Array(reasons), "{digest}");
        let findings = report["findings"].as_array().expect("findings");
        for severity in ["critical", "high", "medium"] {
            let is = |f: &&Value| f["suppressed"].is_null() && f["severity"] == severity;
            let count = findings.iter().filter(is).count();
            let said = verdict["findings"][severity].as_u64();
            assert_eq!(said, Some(count as u64), "{digest}: {severity}");
        }
    }
}
