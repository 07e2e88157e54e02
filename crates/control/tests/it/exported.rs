//! The audit log, exported and verified without the centre.

use lazaret_control::audit::{ExportError, verify_export};
use reqwest::Method;
use serde_json::{Value, json};

use crate::centre::Centre;

async fn export(centre: &Centre, path: &str) -> Vec<Value> {
    let asked = centre.as_token(&centre.admin, Method::GET, path).send();
    let answer = asked.await.expect("an answer");
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "application/x-ndjson");
    let text = answer.text().await.expect("a text");
    let lines = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"));
    lines.collect()
}

fn written(entries: &[Value]) -> String {
    let lines = entries.iter().map(|entry| format!("{entry}\n"));
    lines.collect()
}

#[tokio::test]
async fn an_export_is_verified_without_the_centre_and_shows_what_was_done_to_it() {
    let centre = Centre::ready().await;
    for number in 0..5 {
        let new = json!({"name": format!("shop-{number}"), "kind": "distribution",
            "url": format!("https://registry-{number}.example")});
        assert_eq!(centre.post("/api/v1/registries", new).await.0, 201);
    }
    let (_, state) = centre.get("/api/v1/audit/verify").await;
    let entries = export(&centre, "/api/v1/audit/export").await;
    let verify = |entries: &[Value], noted| verify_export(written(entries).as_bytes(), noted);
    let whole = verify(&entries, state["head"].as_str()).expect("intact");
    assert_eq!((whole.first, whole.has_noted), (1, true));
    assert_eq!(
        json!([whole.head.seq, whole.head.hash]),
        json!([state["entries"], state["head"]])
    );

    let broken = |entries: &[Value]| matches!(verify(entries, None), Err(ExportError::Broken(_)));
    let mut changed = entries.clone();
    changed[3]["actor"] = json!("user:nobody");
    assert!(broken(&changed));
    let mut without = entries.clone();
    without.remove(4);
    assert!(broken(&without));
    let mut swapped = entries.clone();
    swapped.swap(2, 3);
    assert!(broken(&swapped));
    // The end cut off is seen by whoever has noted it, and so is a log that was begun anew.
    let cut = &entries[..entries.len() - 1];
    assert!(
        !verify(cut, state["head"].as_str())
            .expect("a chain")
            .has_noted
    );
    let noted = entries[2]["hash"].as_str();
    assert!(verify(&entries, noted).expect("intact").has_noted);

    let rest = export(&centre, "/api/v1/audit/export?after=3").await;
    assert_eq!(rest, entries[3..]);
    let rest = verify(&rest, None).expect("intact");
    assert_eq!((rest.first, rest.head), (4, whole.head));
    assert_eq!(verify(&[], None).expect("nothing").first, 0);
    let lines = verify_export(&b"{}\n"[..], None);
    assert!(matches!(lines, Err(ExportError::Entry { line: 1, .. })));
}
