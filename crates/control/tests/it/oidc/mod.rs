//! Log-in with an identity provider: who is let in, and what is not believed.

mod browser;
mod certified;
mod outlast;
mod provider;

use reqwest::Method;
use serde_json::json;

use crate::centre::{Centre, PASSWORD, settings};
use crate::visitor::leads_to;
use browser::{back, begin, both, centre, cookies, log_in, session, yaml};
use provider::{Keys, Provider, Twist};

#[tokio::test]
async fn whom_the_provider_knows_has_the_role_of_their_groups_at_every_log_in() {
    let (provider, centre) = both().await;
    let login = centre.bare(Method::GET, "/login?next=/images").send().await;
    let login = login.expect("an answer").text().await.expect("a page");
    assert!(login.contains("Log in with Example"), "{login}");
    assert!(login.contains("/login/oidc?next=%2Fimages"), "{login}");
    let first = log_in(&centre).await;
    assert_eq!(leads_to(&first), "/images");
    let gone = "lazaret_oidc=".to_owned();
    assert!(cookies(&first).contains(&gone), "{:?}", cookies(&first));
    let who = session(&centre, &first).await;
    assert_eq!(
        (&who["name"], &who["role"]),
        (&json!("ann"), &json!("analyst"))
    );
    assert_eq!(who["issuer"], provider.issuer());

    // The highest counts, and the session from before has it, too.
    provider.set(|p| p.claims["groups"] = json!(["devs", "wheel", "leads"]));
    assert_eq!(
        session(&centre, &log_in(&centre).await).await["role"],
        "admin"
    );
    assert_eq!(session(&centre, &first).await["role"], "admin");
    provider.set(|p| p.claims["groups"] = json!("leads"));
    assert_eq!(
        session(&centre, &log_in(&centre).await).await["role"],
        "approver"
    );
    provider.set(|p| p.claims["groups"] = json!(["strangers"]));
    assert_eq!(log_in(&centre).await.status(), 403);
    provider.set(|p| p.claims["groups"] = json!(["devs"]));

    // Neither role nor password is given here; shutting out counts.
    for change in [json!({"role": "admin"}), json!({"password": PASSWORD})] {
        let path = "/api/v1/users/ann";
        let (status, told) = centre.call(Method::PATCH, path, Some(change)).await;
        assert_eq!(status, 409, "{told}");
    }
    let shut = Some(json!({"disabled": true}));
    let (status, _) = centre.call(Method::PATCH, "/api/v1/users/ann", shut).await;
    assert_eq!(status, 200);
    assert_eq!(log_in(&centre).await.status(), 403);
    let (_, log) = centre.get("/api/v1/audit?limit=500").await;
    let log = log["items"].as_array().expect("items");
    let count = |action: &str| log.iter().filter(|entry| entry["action"] == action).count();
    assert_eq!(
        (
            count("user.create"),
            count("user.role"),
            count("login"),
            count("login.failed")
        ),
        (2, 2, 4, 2)
    );
}

#[tokio::test]
async fn a_local_user_of_the_same_name_is_somebody_else() {
    let (provider, centre) = both().await;
    provider.set(|p| p.claims["preferred_username"] = json!("admin"));
    let who = session(&centre, &log_in(&centre).await).await;
    let name = who["name"].as_str().expect("a name").to_owned();
    assert!(name.starts_with("admin-") && name.len() == 14, "{name}");
    assert_eq!(who["role"], "analyst");
    // Nor is another subject of that name; the same one is, whatever it is called by now.
    provider.set(|p| p.claims["sub"] = json!("another"));
    let other = session(&centre, &log_in(&centre).await).await;
    assert_ne!(other["name"], who["name"]);
    provider.set(|p| {
        p.claims["sub"] = json!("248289");
        p.claims["preferred_username"] = json!("ann");
    });
    assert_eq!(
        session(&centre, &log_in(&centre).await).await["name"],
        name.as_str()
    );
    // There is no password to guess.
    let body = json!({"name": name, "password": ""});
    let typed = centre
        .bare(Method::POST, "/api/v1/login")
        .json(&body)
        .send();
    assert_eq!(typed.await.expect("an answer").status(), 401);
}

#[tokio::test]
async fn keys_of_four_kinds_are_believed() {
    let (provider, centre) = both().await;
    for alg in ["RS256", "PS256", "ES256", "EdDSA"] {
        provider.set(|p| p.alg = alg);
        assert_eq!(log_in(&centre).await.status(), 303, "{alg}");
    }
    // Neither none, nor the public key as the secret of an HMAC.
    for alg in ["none", "None", "HS256", ""] {
        provider.set(|p| p.alg = alg);
        let answer = log_in(&centre).await;
        assert_eq!(answer.status(), 403, "{alg}");
        assert!(
            cookies(&answer)
                .iter()
                .all(|c| !c.starts_with("lazaret_session"))
        );
    }
}

#[tokio::test]
async fn a_token_that_is_not_ours_or_not_of_now_is_refused() {
    let (provider, centre) = both().await;
    let twists: [(&str, Twist); 16] = [
        ("nonce", |c| c["nonce"] = json!("of another")),
        ("no nonce", |c| c["nonce"] = json!(null)),
        ("aud", |c| c["aud"] = json!("another")),
        ("no aud", |c| c["aud"] = json!([])),
        ("azp", |c| c["azp"] = json!("another")),
        ("two aud, no azp", |c| {
            c["aud"] = json!(["lazaret", "another"])
        }),
        ("iss", |c| c["iss"] = json!("https://elsewhere.example")),
        ("exp", |c| {
            c["exp"] = json!(c["iat"].as_i64().map(|now| now - 61))
        }),
        ("no exp", |c| c["exp"] = json!(null)),
        ("iat of the future", |c| {
            c["iat"] = json!(c["iat"].as_i64().map(|now| now + 120))
        }),
        ("old iat", |c| {
            c["iat"] = json!(c["iat"].as_i64().map(|now| now - 3_600))
        }),
        ("no iat", |c| c["iat"] = json!("now")),
        ("nbf", |c| {
            c["nbf"] = json!(c["iat"].as_i64().map(|now| now + 120))
        }),
        ("no sub", |c| c["sub"] = json!(null)),
        ("long sub", |c| c["sub"] = json!("x".repeat(256))),
        ("numeric extremes", |c| c["iat"] = json!(i64::MIN)),
    ];
    for (what, twist) in twists {
        provider.set(|p| p.twist = Some(twist));
        assert_eq!(log_in(&centre).await.status(), 403, "{what}");
    }
    let fine: [(&str, Twist); 4] = [
        ("within the skew", |c| {
            c["exp"] = json!(c["iat"].as_i64().map(|now| now - 30))
        }),
        ("two aud and azp", |c| {
            c["aud"] = json!(["another", "lazaret"]);
            c["azp"] = json!("lazaret");
        }),
        ("far exp", |c| c["exp"] = json!(i64::MAX)),
        ("nbf", |c| c["nbf"] = c["iat"].clone()),
    ];
    for (what, twist) in fine {
        provider.set(|p| p.twist = Some(twist));
        assert_eq!(log_in(&centre).await.status(), 303, "{what}");
    }
}

#[tokio::test]
async fn keys_are_fetched_again_for_a_new_one_and_not_for_every_unknown_one() {
    let (provider, centre) = both().await;
    assert_eq!(log_in(&centre).await.status(), 303);
    provider.set(|p| {
        p.keys = Keys::new();
        p.kid = "two".into();
    });
    assert_eq!(log_in(&centre).await.status(), 303);
    provider.set(|p| p.kid_told = Some("three".into()));
    for _ in 0..3 {
        assert_eq!(log_in(&centre).await.status(), 403);
    }
    provider.set(|p| assert_eq!(p.fetched_keys, 2));
    // A key of the right name that is not the one that signed.
    provider.set(|p| {
        p.kid_told = None;
        p.keys = Keys::new();
    });
    assert_eq!(log_in(&centre).await.status(), 403);
}

#[tokio::test]
async fn a_way_back_is_for_the_browser_that_began_it_and_once() {
    let (_provider, centre) = both().await;
    let (mine, to_mine) = begin(&centre, "/").await;
    let (other, _) = begin(&centre, "/").await;
    for cookie in [other.as_str(), "", "lazaret_oidc=", "lazaret_oidc=x.y.z"] {
        assert_eq!(
            back(&centre, cookie, &to_mine).await.status(),
            403,
            "{cookie}"
        );
    }
    // A page that was put into the cookie makes it another one.
    let (begun, _) = mine.rsplit_once('.').expect("three parts");
    let forged = format!("{begun}.{}", provider::b64("/account"));
    assert_eq!(back(&centre, &forged, &to_mine).await.status(), 403);
    let as_other = to_mine.replace("iss=http", "iss=https");
    assert_eq!(back(&centre, &mine, &as_other).await.status(), 403);
    assert_eq!(back(&centre, &mine, &to_mine).await.status(), 303);
    let again = back(&centre, &mine, &to_mine).await;
    assert_eq!(again.status(), 403);
    assert!(
        again
            .text()
            .await
            .expect("a page")
            .contains("did not take the code")
    );
    let (cookie, to) = begin(&centre, "/").await;
    let (place, _) = to.split_once("code=").expect("a code");
    let (_, state) = to.split_once("&state=").expect("a state");
    let refused = format!("{place}error=access_denied&error_description=%3Cb%3E&state={state}");
    let refused = back(&centre, &cookie, &refused).await;
    assert_eq!(refused.status(), 403);
    assert!(
        refused
            .text()
            .await
            .expect("a page")
            .contains("access_denied")
    );
    // Somebody else's code, with the verifier of another way: PKCE.
    let (_, code) = begin(&centre, "/").await;
    let code = code.split(['=', '&']).nth(1).expect("a code").to_owned();
    let stolen = format!("{place}code={code}&state={state}");
    assert_eq!(back(&centre, &cookie, &stolen).await.status(), 403);
}

#[tokio::test]
async fn it_leads_to_pages_of_ours_alone() {
    let (_provider, centre) = both().await;
    for next in [
        "https://elsewhere.example/",
        "//elsewhere.example",
        "/%5C/elsewhere.example",
        "",
    ] {
        let (cookie, to) = begin(&centre, next).await;
        assert_eq!(leads_to(&back(&centre, &cookie, &to).await), "/", "{next}");
    }
}

#[tokio::test]
async fn a_provider_that_is_another_or_has_moved_is_not_asked_for_anybody() {
    let provider = Provider::start().await;
    let issuer = provider.issuer();
    for change in ["called", "moved"] {
        provider.set(|p| {
            p.called = (change == "called").then(|| "https://elsewhere.example".to_owned());
            p.moved = change == "moved";
        });
        let centre = centre(&yaml(&issuer, "")).await;
        let began = centre.bare(Method::GET, "/login/oidc").send().await;
        assert_eq!(began.expect("an answer").status(), 503, "{change}");
    }
}

#[tokio::test]
async fn what_the_token_lacks_is_asked_for_and_unverified_addresses_are_no_domain() {
    let provider = Provider::start().await;
    let more = "only: [example.org]\nname: email\ngroups: realm_access.roles\n";
    let centre = centre(&yaml(&provider.issuer(), more)).await;
    let info = json!({"sub": "1", "email": "Ann@Example.org", "email_verified": true,
        "realm_access": {"roles": ["leads"]}});
    provider.set(|p| {
        p.claims = json!({"sub": "1"});
        p.userinfo = info.clone();
    });
    let who = session(&centre, &log_in(&centre).await).await;
    assert_eq!(
        (&who["name"], &who["role"]),
        (&json!("Ann@Example.org"), &json!("approver"))
    );
    for (claim, value) in [
        ("sub", json!("2")),
        ("email_verified", json!(false)),
        ("email", json!("ann@example.org.elsewhere.example")),
        ("realm_access", json!({"roles": {"leads": true}})),
    ] {
        provider.set(|p| {
            p.userinfo = info.clone();
            p.userinfo[claim] = value;
        });
        assert_eq!(log_in(&centre).await.status(), 403, "{claim}");
    }
}

#[tokio::test]
async fn without_a_provider_or_an_administrator_there_is_nothing_to_log_in_with() {
    let bare = Centre::ready().await;
    for path in ["/login/oidc", "/login/oidc/callback?code=x&state=y"] {
        let asked = bare.bare(Method::GET, path).send().await;
        assert_eq!(asked.expect("an answer").status(), 404, "{path}");
    }
    for (issuer, more, public_url, why) in [
        (
            "http://idp.example",
            "",
            Some("https://centre.example"),
            "https://",
        ),
        (
            "https://idp.example#x",
            "",
            Some("https://centre.example"),
            "plain",
        ),
        ("https://idp.example", "", None, "--public-url"),
        (
            "https://idp.example",
            "roels: {}\n",
            Some("https://centre.example"),
            "roels",
        ),
    ] {
        let data = tempfile::tempdir().expect("a directory");
        std::fs::write(data.path().join("secret"), "x").expect("written");
        let file = data.path().join("oidc.yaml");
        std::fs::write(&file, yaml(issuer, more)).expect("written");
        let mut settings = settings(&data);
        settings.oidc = Some(file);
        settings.public_url = public_url.map(str::to_owned);
        let error = lazaret_control::serve(settings)
            .await
            .err()
            .expect("no start");
        let error = std::error::Error::source(&error).map_or_else(String::new, ToString::to_string);
        assert!(error.contains(why), "{issuer} {more}: {error}");
    }
}
