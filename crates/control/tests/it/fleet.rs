//! The fleet that speed is measured with: a small one, made and served.

// What the measurement itself makes its fleet with.
#[path = "../../examples/fleet/made/mod.rs"]
pub(crate) mod made;

use jiff::Timestamp;

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

    let (mut seen, mut path) = (0, "/api/v1/images?limit=100".to_owned());
    loop {
        let (status, page) = centre.get(&path).await;
        assert_eq!(status, 200, "{page}");
        seen += page["items"].as_array().expect("items").len();
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("/api/v1/images?limit=100&cursor={next}");
    }
    assert_eq!(seen, 300);
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
