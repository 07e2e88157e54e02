//! What people decide on pages: holds, releases by two, policies, exceptions, people.

use reqwest::Method;
use serde_json::{Value, json};

use crate::centre::Centre;
use crate::visitor::{Visitor, leads_to, page};

const DIGEST: &str = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

async fn registry(centre: &Centre) -> String {
    let new = json!({"name": "shop", "kind": "distribution", "url": "https://registry.example"});
    let (status, registry) = centre.post("/api/v1/registries", new).await;
    assert_eq!(status, 201, "{registry}");
    registry["id"].as_str().expect("an id").to_owned()
}

async fn state(centre: &Centre) -> Value {
    let (_, holds) = centre.get(&format!("/api/v1/holds?digest={DIGEST}")).await;
    holds["items"][0]["state"].clone()
}

#[tokio::test]
async fn out_of_quarantine_lead_two_people_on_pages_too() {
    let centre = Centre::ready().await;
    let registry = registry(&centre).await;
    let analyst = Visitor::with_role(&centre, "analyst").await;
    let approver = Visitor::with_role(&centre, "approver").await;
    let name = [
        ("registry", registry.as_str()),
        ("repository", "team/app"),
        ("digest", DIGEST),
        ("reason", "seen <b>mining</b>"),
        ("back", "/review"),
    ];
    let with = |more: &[(&'static str, &'static str)]| [&name[..], more].concat();
    let held = analyst.send("/holds", &with(&[("state", "held")])).await;
    assert_eq!(leads_to(&held), "/review?said=held");
    let (status, queue) = analyst.get("/review").await;
    assert_eq!(status, 200);
    assert!(
        queue.contains("team/app") && queue.contains("seen &lt;b&gt;mining"),
        "{queue}"
    );
    assert!(
        queue.contains("data-key=\"l\""),
        "no way to lift it: {queue}"
    );
    let quarantined = analyst
        .send("/holds", &with(&[("state", "quarantined")]))
        .await;
    assert_eq!(leads_to(&quarantined), "/review?said=quarantined");
    // No single person lets it go.
    let (status, told) = page(analyst.send("/holds", &with(&[("state", "clear")])).await).await;
    assert_eq!(status, 409);
    assert!(told.contains("a quarantine ends by a release"), "{told}");
    let asked = approver.send("/releases", &with(&[("days", "7")])).await;
    assert_eq!(leads_to(&asked), "/review?said=asked");
    let (_, queue) = approver.get("/review").await;
    assert!(
        queue.contains("another person answers") && !queue.contains(">Approve<"),
        "{queue}"
    );
    let (_, open) = centre.get("/api/v1/releases").await;
    let answer = format!(
        "/releases/{}",
        open["items"][0]["id"].as_str().expect("an id")
    );
    let approve = [("answer", "approve"), ("reason", "the owner mends it")];
    assert_eq!(approver.send(&answer, &approve).await.status(), 409);
    assert_eq!(analyst.send(&answer, &approve).await.status(), 403);
    assert_eq!(state(&centre).await, "quarantined");
    let admin = Visitor::log_in(&centre, "admin").await;
    let (_, queue) = admin.get("/review").await;
    assert!(queue.contains("data-key=\"a\">Approve"), "{queue}");
    let answered = admin.send(&answer, &approve).await;
    assert_eq!(leads_to(&answered), "/review?said=released");
    assert_eq!(state(&centre).await, "released");
    let (_, told) = admin.get("/releases?state=approved").await;
    assert!(
        told.contains("the owner mends it") && told.contains("admin<br>"),
        "{told}"
    );
    // Somebody who only reads sees it, and no buttons.
    let viewer = Visitor::with_role(&centre, "viewer").await;
    let (_, released) = viewer.get("/quarantine?state=released").await;
    assert!(released.contains("team/app"), "{released}");
    assert!(!released.contains("action=\"/holds\""), "{released}");
    let (_, log) = admin.get("/audit?action=hold.").await;
    assert!(
        log.contains("hold.released") && log.contains("shop/team/app"),
        "{log}"
    );
    let (_, told) = page(admin.send("/audit/verify", &[]).await).await;
    assert!(told.contains("The log is whole"), "{told}");
}

const STRICT: &str = "apiVersion: lazaret.dev/v1\r\nkind: Policy\r\nname: strict\r\nrules:\r\n  - name: any\r\n    description: found\r\n    each: finding\r\n    when: finding.severity >= \"low\"\r\n    action: block\r\n";

#[tokio::test]
async fn a_policy_is_tried_before_it_counts() {
    let centre = Centre::ready().await;
    let approver = Visitor::with_role(&centre, "approver").await;
    let (status, text) = approver.get("/policy").await;
    assert_eq!(status, 200);
    assert!(text.contains("Make it the policy"), "{text}");
    let tried = approver.send("/policy/try", &[("text", STRICT)]).await;
    let (status, text) = page(tried).await;
    assert_eq!(status, 200, "{text}");
    assert!(
        text.contains("Nothing was written") && text.contains("name: strict"),
        "{text}"
    );
    let (_, policy) = centre.get("/api/v1/policy").await;
    assert_eq!(policy["generation"], 0);
    let broken = [
        ("text", "rules: [\"</textarea><script>\""),
        ("reason", "a test"),
    ];
    for path in ["/policy", "/policy/try"] {
        let (status, text) = page(approver.send(path, &broken).await).await;
        assert_eq!(status, 422, "{path}");
        assert!(
            text.contains("That is no policy") && !text.contains("<script>\""),
            "{text}"
        );
    }
    let set = approver
        .send("/policy", &[("text", STRICT), ("reason", "a test")])
        .await;
    assert_eq!(leads_to(&set), "/policy?said=policy");
    let (_, policy) = centre.get("/api/v1/policy").await;
    assert_eq!(policy["generation"], 1);
    assert!(
        !policy["text"].as_str().expect("text").contains('\r'),
        "{policy}"
    );
    let (status, text) = approver.get("/policy?generation=1").await;
    assert!(status == 200 && text.contains("a test"), "{text}");
    let viewer = Visitor::with_role(&centre, "viewer").await;
    let (_, text) = viewer.get("/policy").await;
    assert!(
        text.contains("name: strict") && !text.contains("/policy/try"),
        "{text}"
    );
}

#[tokio::test]
async fn exceptions_are_granted_and_taken_back() {
    let centre = Centre::ready().await;
    let approver = Visitor::with_role(&centre, "approver").await;
    let text = "apiVersion: lazaret.dev/v1\nexceptions:\n  - name: one\n    ids: [CVE-2026-1]\n    reason: borne\n    owner: ann\n    expires: 2099-01-01\n";
    let broken = [("text", "exceptions: []"), ("reason", "why"), ("days", "9")];
    let (status, told) = page(approver.send("/exceptions", &broken).await).await;
    assert_eq!(status, 422);
    assert!(
        told.contains("That is no exception") && told.contains("exceptions: []"),
        "{told}"
    );
    let granted = [
        ("text", text),
        ("reason", "known and borne"),
        ("days", "30"),
    ];
    let answer = approver.send("/exceptions", &granted).await;
    assert_eq!(leads_to(&answer), "/exceptions?said=granted");
    let (_, list) = centre.get("/api/v1/exceptions").await;
    let id = list["items"][0]["id"].as_str().expect("an id");
    let (_, told) = approver.get("/exceptions").await;
    assert!(
        told.contains("known and borne") && told.contains("Take back"),
        "{told}"
    );
    let answer = approver
        .send(&format!("/exceptions/{id}/revoke"), &[])
        .await;
    assert_eq!(leads_to(&answer), "/exceptions?said=revoked");
    let (_, list) = centre.get("/api/v1/exceptions").await;
    assert!(list["items"][0]["revoked_at"].is_string(), "{list}");
}

#[tokio::test]
async fn people_registries_and_pools_are_looked_after() {
    let centre = Centre::ready().await;
    let admin = Visitor::log_in(&centre, "admin").await;
    let new = [
        ("name", "ann"),
        ("role", "viewer"),
        ("password", "correct horse battery"),
    ];
    assert_eq!(
        leads_to(&admin.send("/people", &new).await),
        "/people?said=user"
    );
    let change = [("role", "approver"), ("disabled", "no"), ("password", "")];
    let changed = admin.send("/people/ann", &change).await;
    assert_eq!(leads_to(&changed), "/people?said=user-changed");
    let (_, user) = centre.get("/api/v1/users/ann").await;
    assert_eq!(user["role"], "approver");
    // Nobody shuts themselves out.
    let away = [("role", "viewer"), ("disabled", "no")];
    assert_eq!(admin.send("/people/admin", &away).await.status(), 409);

    let new = [("name", "ci"), ("role", "viewer"), ("days", "30")];
    let (status, told) = page(admin.send("/tokens", &new).await).await;
    assert_eq!(status, 200);
    let secret = told.split("lzt_").nth(1).expect("a token");
    let secret = format!("lzt_{}", secret.split('<').next().expect("an end"));
    let asked = centre.as_token(&secret, Method::GET, "/api/v1/session");
    assert_eq!(asked.send().await.expect("an answer").status(), 200);

    let new = [
        ("name", "shop"),
        ("kind", "distribution"),
        ("url", "http://127.0.0.1:1/"),
        ("environment", "prod"),
        ("region", ""),
        ("minutes", "60"),
        ("repositories", "team/*\r\nother/app\r\n"),
        ("username", "robot"),
        ("password", "a password of a registry"),
    ];
    let (status, told) = page(admin.send("/registries", &new).await).await;
    assert_eq!(status, 200);
    assert!(
        told.contains("lze_") && told.contains("/events/distribution/"),
        "{told}"
    );
    let (_, list) = centre.get("/api/v1/registries").await;
    let registry = &list["items"][0];
    assert_eq!(registry["list_every_seconds"], 3600);
    assert_eq!(registry["repositories"], json!(["team/*", "other/app"]));
    let path = format!("/registries/{}", registry["id"].as_str().expect("an id"));
    let (_, told) = admin.get(&path).await;
    assert!(
        told.contains("sealed") && !told.contains("a password of a registry"),
        "{told}"
    );
    let listed = admin.send(&format!("{path}/list"), &[]).await;
    assert_eq!(leads_to(&listed), "/registries?said=list");

    let set = [("paused", "yes"), ("capacity", "3"), ("sweep_cap", "")];
    assert_eq!(
        leads_to(&admin.send("/pools/centre", &set).await),
        "/jobs?said=pool"
    );
    let (_, jobs) = admin.get("/jobs").await;
    assert!(jobs.contains("chip paused"), "{jobs}");
    let odd = [("paused", ""), ("capacity", "many"), ("sweep_cap", "")];
    assert_eq!(admin.send("/pools/centre", &odd).await.status(), 422);
    let gone = admin.send(&format!("{path}/remove"), &[]).await;
    assert_eq!(leads_to(&gone), "/registries?said=registry-gone");
}

#[tokio::test]
async fn several_are_decided_on_at_once_and_each_is_logged() {
    let centre = Centre::ready().await;
    let id = registry(&centre).await;
    let item = |name: &str| format!("{id} {name} {DIGEST}");
    let (one, other) = (item("team/one"), item("team/other"));
    let analyst = Visitor::with_role(&centre, "analyst").await;
    let chosen = [("item-1", one.as_str()), ("item-2", &other)];
    let send = async |more: &[(&str, &str)]| {
        let fields = [more, &chosen].concat();
        analyst.send("/holds/several", &fields).await
    };
    // Without a reason nothing happens to any of them; nor to what is none.
    let bare = [("state", "quarantined"), ("reason", "  ")];
    assert_eq!(send(&bare).await.status(), 422);
    let lifted = [("state", "clear"), ("reason", "why")];
    assert_eq!(send(&lifted).await.status(), 422);
    let torn = [("state", "held"), ("reason", "why"), ("item-3", "torn")];
    assert_eq!(send(&torn).await.status(), 422);
    let none = [("state", "held"), ("reason", "why")];
    assert_eq!(analyst.send("/holds/several", &none).await.status(), 422);
    let many: Vec<String> = (0..51).map(|number| format!("item-{number}")).collect();
    let mut fields: Vec<(&str, &str)> = many.iter().map(|n| (n.as_str(), one.as_str())).collect();
    fields.extend(none);
    assert_eq!(analyst.send("/holds/several", &fields).await.status(), 422);
    let (_, holds) = centre.get("/api/v1/holds?state=held").await;
    assert_eq!(holds["items"], json!([]));

    let meant = [("state", "quarantined"), ("reason", "INC-482")];
    let done = send(&meant).await;
    assert_eq!(leads_to(&done), "/review?said=several-quarantined");
    let (_, holds) = centre.get("/api/v1/holds?state=quarantined").await;
    assert_eq!(holds["items"].as_array().map(Vec::len), Some(2), "{holds}");
    let admin = Visitor::log_in(&centre, "admin").await;
    let (_, log) = admin.get("/audit?action=hold.").await;
    let told = ["shop/team/one", "shop/team/other", "INC-482"];
    assert!(told.iter().all(|told| log.contains(told)), "{log}");
    let viewer = Visitor::with_role(&centre, "viewer").await;
    assert_eq!(viewer.send("/holds/several", &chosen).await.status(), 403);
}
