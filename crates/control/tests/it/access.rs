//! Every route of the description, asked by nobody and by every wrong role.

use reqwest::Method;
use serde_json::Value;

use crate::centre::Centre;

const ROLES: [&str; 5] = ["viewer", "analyst", "approver", "admin", "edge"];

/// What stands in a description: method, path and least role; `None`: for everybody.
fn routes(api: &Value) -> Vec<(Method, String, Option<String>)> {
    let mut routes = Vec::new();
    for (path, methods) in api["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let Ok(method) = method.to_uppercase().parse::<Method>() else {
                continue;
            };
            let security = operation["security"].as_array();
            let security = security.unwrap_or_else(|| panic!("{method} {path} says no security"));
            let scope = security[0]
                .as_object()
                .expect("an object")
                .values()
                .next()
                .map(|scopes| scopes[0].as_str().expect("a role").to_owned());
            routes.push((method, path.clone(), scope));
        }
    }
    routes
}

fn includes(role: &str, least: &str) -> bool {
    let rank = |role: &str| ROLES.iter().position(|r| *r == role).expect("a role");
    match (role, least) {
        (_, "any") => true,
        ("edge", least) => least == "edge",
        (_, "edge") => false,
        (role, least) => rank(role) >= rank(least),
    }
}

#[tokio::test]
async fn every_route_refuses_nobody_and_every_wrong_role() {
    let centre = Centre::ready().await;
    let (status, api) = centre.get("/api/v1/openapi.json").await;
    assert_eq!(status, 200);
    let mut tokens = Vec::new();
    for role in ROLES {
        tokens.push((role, centre.token(role).await));
    }
    let routes = routes(&api);
    assert!(routes.len() > 10, "{} routes", routes.len());
    for (method, path, least) in routes {
        let filled = path.replace("{", "x").replace("}", "x");
        let Some(least) = least else {
            let open = ["/api/v1/setup", "/api/v1/login"];
            assert!(open.contains(&path.as_str()), "{path} is open to everybody");
            continue;
        };
        let nobody = centre
            .bare(method.clone(), &filled)
            .send()
            .await
            .expect("an answer");
        assert_eq!(nobody.status(), 401, "{method} {path} as nobody");
        let forged = centre.as_token("lzt_forged", method.clone(), &filled);
        let forged = forged.send().await.expect("an answer");
        assert_eq!(forged.status(), 401, "{method} {path} with a forged token");
        for (role, token) in &tokens {
            let asked = centre.as_token(token, method.clone(), &filled);
            let status = asked.send().await.expect("an answer").status();
            match includes(role, &least) {
                // Whatever else is wrong with so bare a request, it is not the role.
                true => assert!(
                    status != 401 && status.as_u16() < 500,
                    "{method} {path} as {role}: {status}"
                ),
                false => assert_eq!(status, 403, "{method} {path} as {role}"),
            }
        }
    }
}

#[tokio::test]
async fn a_token_may_no_more_than_its_maker_may_by_now() {
    let centre = Centre::ready().await;
    let token = crate::holds::person(&centre, "ann", "approver").await;
    let role = async || {
        let asked = centre
            .as_token(&token, Method::GET, "/api/v1/session")
            .send();
        let (status, session) = crate::centre::told(asked.await.expect("an answer")).await;
        assert_eq!(status, 200, "{session}");
        session["role"].as_str().expect("a role").to_owned()
    };
    for now in ["approver", "viewer", "admin", "analyst"] {
        let body = serde_json::json!({ "role": now });
        let (status, _) = centre
            .call(Method::PATCH, "/api/v1/users/ann", Some(body))
            .await;
        assert_eq!(status, 200);
        // Never more than it was made for.
        let expected = if now == "admin" { "approver" } else { now };
        assert_eq!(role().await, expected);
    }
    // What gates and edges show goes on, whatever becomes of whoever made it.
    let gate = centre.token("edge").await;
    let asked = centre
        .as_token(&gate, Method::GET, "/edge/v1/bundle")
        .send();
    assert_eq!(asked.await.expect("an answer").status(), 200);
}

#[tokio::test]
async fn a_token_makes_no_stronger_token() {
    let centre = Centre::ready().await;
    let analyst = centre.token("analyst").await;
    for (role, expected) in [
        ("viewer", 201),
        ("analyst", 201),
        ("admin", 403),
        ("edge", 403),
    ] {
        let body = serde_json::json!({"name": "more", "role": role});
        let asked = centre
            .as_token(&analyst, Method::POST, "/api/v1/tokens")
            .json(&body);
        assert_eq!(
            asked.send().await.expect("an answer").status(),
            expected,
            "{role}"
        );
    }
}
