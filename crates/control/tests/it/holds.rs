//! Holds, quarantine, and releases that take two people.

use lazaret_testkit::registry::{LoopbackRegistry, Manners};
use reqwest::Method;
use serde_json::{Value, json};

use crate::centre::{Centre, PASSWORD, told};
use crate::push::until;
use crate::stage;

const DIGEST: &str = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

/// A token of a person with a role.
pub(crate) async fn person(centre: &Centre, name: &str, role: &str) -> String {
    let new = json!({"name": name, "role": role, "password": PASSWORD});
    assert_eq!(centre.post("/api/v1/users", new).await.0, 201);
    let body = json!({"name": name, "password": PASSWORD});
    let login = centre
        .bare(Method::POST, "/api/v1/login")
        .json(&body)
        .send()
        .await;
    let login = login.expect("an answer");
    let cookie = login.headers()["set-cookie"]
        .to_str()
        .expect("text")
        .to_owned();
    let cookie = cookie.split(';').next().expect("a cookie").to_owned();
    let session: Value = login.json().await.expect("JSON");
    let made = centre
        .bare(Method::POST, "/api/v1/tokens")
        .header("cookie", cookie)
        .header("x-lazaret-csrf", session["csrf"].as_str().expect("csrf"))
        .json(&json!({"name": "cli", "role": role}));
    let (status, token) = told(made.send().await.expect("an answer")).await;
    assert_eq!(status, 201, "{token}");
    token["secret"].as_str().expect("a token").to_owned()
}

async fn post(centre: &Centre, token: &str, path: &str, body: &Value) -> (u16, Value) {
    let asked = centre.as_token(token, Method::POST, path).json(body);
    told(asked.send().await.expect("an answer")).await
}

#[tokio::test]
async fn out_of_quarantine_lead_two_people_and_no_single_one() {
    let centre = Centre::ready().await;
    let new = json!({"name": "shop", "kind": "distribution", "url": "https://registry.example"});
    let (_, registry) = centre.post("/api/v1/registries", new).await;
    let ann = person(&centre, "ann", "approver").await;
    let bob = person(&centre, "bob", "approver").await;
    let name = json!({"registry": registry["id"], "repository": "team/app", "digest": DIGEST});
    let with = |more: Value| {
        let mut all = name.clone();
        for (key, value) in more.as_object().expect("an object") {
            all[key] = value.clone();
        }
        all
    };
    let quarantine = with(json!({"state": "quarantined", "reason": "seen mining"}));
    let (status, hold) = post(&centre, &ann, "/api/v1/holds", &quarantine).await;
    assert_eq!(
        (status, &hold["state"]),
        (200, &json!("quarantined")),
        "{hold}"
    );
    assert_eq!(hold["by_hand"], true);
    for (state, expected) in [("clear", 409), ("released", 422), ("held", 409)] {
        let change = with(json!({"state": state, "reason": "let it go"}));
        assert_eq!(
            post(&centre, &ann, "/api/v1/holds", &change).await.0,
            expected,
            "{state}"
        );
    }
    let wish = with(json!({"reason": "it was a test", "hours": 24}));
    let (status, release) = post(&centre, &ann, "/api/v1/releases", &wish).await;
    assert_eq!(status, 201, "{release}");
    let path = format!(
        "/api/v1/releases/{}/decision",
        release["id"].as_str().expect("an id")
    );
    let yes = json!({"approve": true, "reason": "agreed"});
    // The same person with another token is no second one.
    assert_eq!(post(&centre, &ann, &path, &yes).await.0, 409);
    let (status, decided) = post(&centre, &bob, &path, &yes).await;
    assert_eq!(
        (status, &decided["state"]),
        (200, &json!("approved")),
        "{decided}"
    );
    assert_eq!(post(&centre, &bob, &path, &yes).await.0, 409, "once");
    let (_, holds) = centre.get("/api/v1/holds?state=released").await;
    let hold = &holds["items"][0];
    assert!(hold["until"].is_string(), "{holds}");
    let (_, log) = centre.get("/api/v1/audit?action=hold.").await;
    let actors: Vec<&str> = log["items"]
        .as_array()
        .expect("items")
        .iter()
        .filter_map(|entry| entry["actor"].as_str())
        .collect();
    assert_eq!(actors, ["user:bob", "token:cli"]);
}

/// An index and its two platforms, as they are stored when they were looked at.
async fn put_index(centre: &Centre) -> [String; 3] {
    let [index, amd, arm] = ["a", "b", "c"].map(|letter| format!("sha256:{}", letter.repeat(64)));
    let store = stage::store(centre.data.path(), None).await;
    let now = jiff::Timestamp::now();
    for (digest, platform, layers) in [
        (&amd, "linux/amd64", Vec::new()),
        (&arm, "linux/arm64", Vec::new()),
        (&index, "index", vec![amd.clone(), arm.clone()]),
    ] {
        let image = lazaret_store::Image {
            digest: digest.clone(),
            platform: platform.to_owned(),
            size: 1,
            layers,
            base: None,
            first_seen: now,
            last_seen: now,
        };
        store.put_image(&image).await.expect("stored");
    }
    [index, amd, arm]
}

#[tokio::test]
async fn an_index_is_quarantined_and_released_with_its_platforms() {
    let centre = Centre::ready().await;
    let new = json!({"name": "shop", "kind": "distribution", "url": "https://registry.example"});
    let (_, registry) = centre.post("/api/v1/registries", new).await;
    let [index, amd, arm] = put_index(&centre).await;
    let ann = person(&centre, "ann", "approver").await;
    let bob = person(&centre, "bob", "approver").await;
    let body = |more: Value| {
        let mut all = json!({"registry": registry["id"], "repository": "team/app", "digest": index,
            "reason": "seen mining"});
        for (key, value) in more.as_object().expect("an object") {
            all[key] = value.clone();
        }
        all
    };
    let quarantine = body(json!({"state": "quarantined"}));
    let (status, _) = post(&centre, &ann, "/api/v1/holds", &quarantine).await;
    assert_eq!(status, 200);
    let states = async || {
        let mut states = Vec::new();
        for digest in [&index, &amd, &arm] {
            let path = format!("/api/v1/holds?digest={digest}");
            let (_, holds) = centre.get(&path).await;
            states.push(holds["items"][0]["state"].clone());
        }
        states
    };
    // Whoever knows a platform's digest gets no further than with the index's.
    assert_eq!(
        states().await,
        ["quarantined", "quarantined", "quarantined"]
    );
    // Nor under another name, which nobody has spoken of: neither with nor without a question.
    let gate = centre.token("edge").await;
    let path = format!(
        "/edge/v1/verdict?registry=registry.example&repository=team/copy&digest={arm}&context=new"
    );
    let asked = centre.as_token(&gate, Method::GET, &path).send().await;
    let (status, answer) = told(asked.expect("an answer")).await;
    assert_eq!(
        (status, &answer["verdict"]["state"]),
        (200, &json!("quarantined")),
        "{answer}"
    );
    assert_eq!(answer["verdict"]["repository"], "team/copy");
    let (_, release) = post(
        &centre,
        &ann,
        "/api/v1/releases",
        &body(json!({"hours": 5})),
    )
    .await;
    let id = release["id"].as_str().expect("an id");
    let path = format!("/api/v1/releases/{id}/decision");
    let yes = json!({"approve": true, "reason": "agreed"});
    assert_eq!(post(&centre, &bob, &path, &yes).await.0, 200);
    assert_eq!(states().await, ["released", "released", "released"]);
}

/// An index of two images without layers, in a registry.
fn push_index(registry: &LoopbackRegistry) -> [String; 3] {
    const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
    const INDEX: &str = "application/vnd.oci.image.index.v1+json";
    let mut digests = Vec::new();
    let mut entries = Vec::new();
    for architecture in ["amd64", "arm64"] {
        let config = json!({"os": "linux", "architecture": architecture,
            "rootfs": {"type": "layers", "diff_ids": []}});
        let config = config.to_string();
        let manifest = json!({"schemaVersion": 2, "mediaType": MANIFEST, "layers": [],
            "config": {"mediaType": "application/vnd.oci.image.config.v1+json",
                "digest": registry.blob("team/app", config.as_bytes()), "size": config.len()}});
        let manifest = manifest.to_string();
        let digest = registry.manifest("team/app", architecture, MANIFEST, manifest.as_bytes());
        registry.manifest("team/app", &digest, MANIFEST, manifest.as_bytes());
        entries.push(
            json!({"mediaType": MANIFEST, "digest": digest, "size": manifest.len(),
            "platform": {"os": "linux", "architecture": architecture}}),
        );
        digests.push(digest);
    }
    let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}).to_string();
    let digest = registry.manifest("team/app", "1.0", INDEX, index.as_bytes());
    registry.manifest("team/app", &digest, INDEX, index.as_bytes());
    let [amd, arm] = digests.try_into().expect("two");
    [digest, amd, arm]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_was_quarantined_unseen_takes_its_platforms_along() {
    let centre = Centre::ready().await;
    let registry = LoopbackRegistry::start(Manners::default()).expect("a registry");
    let digests = push_index(&registry);
    let new = json!({"name": "shop", "kind": "distribution",
        "url": format!("http://{}", registry.host())});
    let (_, made) = centre.post("/api/v1/registries", new).await;
    let hold = json!({"registry": made["id"], "repository": "team/app", "digest": digests[0],
        "reason": "seen mining", "state": "quarantined", "even_if_running": true});
    assert_eq!(centre.post("/api/v1/holds", hold).await.0, 200);
    let look = async || {
        let scan = json!({"registry": made["id"], "repository": "team/app",
            "reference": digests[0]});
        let (status, told) = centre.post("/api/v1/scans", scan).await;
        assert_eq!(status, 202, "{told}");
        let done = |jobs: &Value| jobs["items"] == json!([]);
        until(&centre, "/api/v1/jobs", "the look", done).await;
    };
    look().await;
    let hold_of = async |digest: &str| {
        let (_, holds) = centre.get(&format!("/api/v1/holds?digest={digest}")).await;
        holds["items"][0].clone()
    };
    for digest in &digests {
        let hold = hold_of(digest).await;
        assert_eq!(hold["state"], "quarantined", "{digest}: {hold}");
        assert_eq!(
            (&hold["by_hand"], &hold["even_if_running"], &hold["reason"]),
            (&json!(true), &json!(true), &json!("seen mining"))
        );
    }
    // What two people let pass of it since then stays so, however often it is looked at.
    let ann = person(&centre, "ann", "approver").await;
    let bob = person(&centre, "bob", "approver").await;
    let wish = json!({"registry": made["id"], "repository": "team/app", "digest": digests[2],
        "reason": "this one is clean"});
    let (_, release) = post(&centre, &ann, "/api/v1/releases", &wish).await;
    let id = release["id"].as_str().expect("an id");
    let path = format!("/api/v1/releases/{id}/decision");
    let yes = json!({"approve": true, "reason": "agreed"});
    assert_eq!(post(&centre, &bob, &path, &yes).await.0, 200);
    look().await;
    assert_eq!(hold_of(&digests[1]).await["state"], "quarantined");
    assert_eq!(hold_of(&digests[2]).await["state"], "released");
}

#[tokio::test]
async fn a_policy_is_read_before_it_counts() {
    let centre = Centre::ready().await;
    let (_, first) = centre.get("/api/v1/policy").await;
    assert_eq!(first["generation"], 0);
    let set = |text: &str| json!({"text": text, "reason": "the board"});
    let put = |body: Value| centre.call(Method::PUT, "/api/v1/policy", Some(body));
    let (status, wrong) = put(set("rules: [")).await;
    assert_eq!(status, 422, "{wrong}");
    let good = "apiVersion: lazaret.dev/v1\nkind: Policy\nname: shop\nrules:\n  - name: grave\n    each: finding\n    when: finding.severity >= \"medium\"\n    action: quarantine\n";
    let (status, second) = put(set(good)).await;
    assert_eq!(
        (status, &second["generation"]),
        (200, &json!(1)),
        "{second}"
    );
    let (_, read) = centre.get("/api/v1/policy").await;
    assert_eq!(read["text"], good);
}
