//! The console's pages: who may, what is refused, what is escaped.

use lazaret_control::console::{Route, routes};
use lazaret_wire::api::Role;
use reqwest::Method;
use serde_json::json;

use crate::centre::{Centre, PASSWORD};
use crate::visitor::{Visitor, leads_to, page};

const ROLES: [Role; 4] = [Role::Viewer, Role::Analyst, Role::Approver, Role::Admin];

fn filled(route: &Route) -> String {
    route.path.replace(['{', '}'], "x")
}

#[tokio::test]
async fn every_page_refuses_nobody_and_every_wrong_role() {
    let centre = Centre::ready().await;
    let mut visitors = Vec::new();
    for role in ROLES {
        visitors.push((role, Visitor::with_role(&centre, role.name()).await));
    }
    let all = routes();
    assert!(all.len() > 20, "{} routes", all.len());
    for route in all {
        let path = filled(&route);
        let method: Method = route.method.parse().expect("a method");
        let nobody = centre.bare(method, &path).send().await.expect("an answer");
        let Some(least) = route.least else {
            let open = ["/login", "/setup", "/login/oidc", "/login/oidc/callback"];
            assert!(open.contains(&route.path), "{path} is open");
            continue;
        };
        match route.method {
            "GET" => {
                assert_eq!(nobody.status(), 303, "{path} as nobody");
                assert!(leads_to(&nobody).starts_with("/login"), "{path} as nobody");
            }
            _ => assert_eq!(nobody.status(), 401, "{path} as nobody"),
        }
        // A logout would end what the other questions need.
        if route.path == "/logout" {
            continue;
        }
        for (role, visitor) in &visitors {
            let answer = match route.method {
                "GET" => visitor.ask(&path).await,
                _ => visitor.send(&path, &[]).await,
            };
            let status = answer.status().as_u16();
            match role.includes(least) {
                true => assert!(
                    status != 401 && status != 403 && status < 500,
                    "{path} as {}: {status}",
                    role.name()
                ),
                false => assert_eq!(status, 403, "{path} as {}", role.name()),
            }
        }
    }
}

#[tokio::test]
async fn every_form_is_refused_without_what_its_page_carries() {
    let centre = Centre::ready().await;
    let admin = Visitor::log_in(&centre, "admin").await;
    for route in routes() {
        if route.method != "POST" || route.least.is_none() {
            continue;
        }
        let path = filled(&route);
        for csrf in [None, Some(""), Some("guessed")] {
            let answer = admin.send_with(&path, &[], csrf).await;
            assert_eq!(answer.status(), 403, "{path} with {csrf:?}");
        }
    }
    // Nor does another site's page send one, were it to know it.
    let forged = centre
        .bare(Method::POST, "/login")
        .header("origin", "https://elsewhere.example")
        .form(&[("name", "admin"), ("password", PASSWORD)]);
    assert_eq!(forged.send().await.expect("an answer").status(), 403);
}

#[tokio::test]
async fn the_first_administrator_is_made_on_a_page() {
    let centre = Centre::fresh().await;
    let first = centre
        .bare(Method::GET, "/")
        .send()
        .await
        .expect("an answer");
    assert_eq!(
        (first.status().as_u16(), leads_to(&first).as_str()),
        (303, "/setup")
    );
    let token = centre.setup_token();
    let send = |token: &str, again: &str| {
        let form = [
            ("token", token),
            ("name", "root"),
            ("password", PASSWORD),
            ("again", again),
        ];
        centre.bare(Method::POST, "/setup").form(&form).send()
    };
    let (status, text) = page(send("lzs_guessed", PASSWORD).await.expect("an answer")).await;
    assert_eq!(status, 403);
    assert!(text.contains("role=\"alert\""), "{text}");
    assert_eq!(
        send(&token, "another").await.expect("an answer").status(),
        422
    );
    let made = send(&token, PASSWORD).await.expect("an answer");
    assert_eq!(
        (made.status().as_u16(), leads_to(&made).as_str()),
        (303, "/?said=welcome")
    );
    let visitor = Visitor::log_in(&centre, "root").await;
    let (status, text) = visitor.get("/?said=welcome").await;
    assert_eq!(status, 200);
    assert!(text.contains("You are the first administrator"), "{text}");
    // No address makes a page say what we did not write.
    let (_, text) = visitor.get("/?said=send+us+your+password").await;
    assert!(!text.contains("send us"), "{text}");
}

#[tokio::test]
async fn a_login_leads_to_where_somebody_wanted_to_go_and_nowhere_else() {
    let centre = Centre::ready().await;
    let asked = centre
        .bare(Method::GET, "/images?search=a%26b")
        .send()
        .await;
    let login = leads_to(&asked.expect("an answer"));
    assert_eq!(login, "/login?next=%2Fimages%3Fsearch%3Da%2526b");
    for (next, expected) in [
        ("/images?search=a%26b", "/images?search=a%26b"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("/\\elsewhere.example/", "/"),
        ("", "/"),
    ] {
        let form = [("name", "admin"), ("password", PASSWORD), ("next", next)];
        let answer = centre.bare(Method::POST, "/login").form(&form).send().await;
        assert_eq!(leads_to(&answer.expect("an answer")), expected, "{next}");
    }
    // A link from elsewhere comes without the cookie: the page asks again for itself.
    let linked = centre
        .bare(Method::GET, "/images")
        .header("sec-fetch-site", "cross-site");
    let (status, text) = page(linked.send().await.expect("an answer")).await;
    assert_eq!(status, 200);
    assert!(text.contains("http-equiv=\"refresh\""), "{text}");
}

#[tokio::test]
async fn pages_tell_errors_in_words_and_programs_get_problems() {
    let centre = Centre::ready().await;
    let admin = Visitor::log_in(&centre, "admin").await;
    let answer = admin.ask("/images/sha256:none").await;
    let kind = answer.headers()["content-type"]
        .to_str()
        .expect("text")
        .to_owned();
    let (status, text) = page(answer).await;
    assert_eq!((status, kind.as_str()), (404, "text/html; charset=utf-8"));
    assert!(text.contains("there is no image of that digest"), "{text}");
    let browser = centre
        .bare(Method::GET, "/nothing")
        .header("accept", "text/html");
    let (status, text) = page(browser.send().await.expect("an answer")).await;
    assert_eq!(status, 404);
    assert!(text.starts_with("<!doctype html>"), "{text}");
    let program = centre
        .bare(Method::GET, "/nothing")
        .send()
        .await
        .expect("an answer");
    assert_eq!(
        program.headers()["content-type"],
        "application/problem+json"
    );
}

#[tokio::test]
async fn what_a_page_loads_is_ours_and_kept() {
    let centre = Centre::ready().await;
    let admin = Visitor::log_in(&centre, "admin").await;
    let answer = admin.ask("/").await;
    let policy = answer.headers()["content-security-policy"]
        .to_str()
        .expect("text")
        .to_owned();
    assert!(
        policy.starts_with("default-src 'none'") && !policy.contains("unsafe"),
        "{policy}"
    );
    assert_eq!(answer.headers()["cache-control"], "private, no-store");
    let (_, text) = page(answer).await;
    assert!(
        !text.contains("style=\"") && !text.contains("onclick"),
        "{text}"
    );
    for mark in [
        "href=\"/assets/console-",
        "src=\"/assets/console-",
        "href=\"/assets/mark-",
    ] {
        let rest = text
            .split(mark)
            .nth(1)
            .unwrap_or_else(|| panic!("no {mark}"));
        let name = rest.split('"').next().expect("an end");
        let begin = mark.split('"').nth(1).expect("a path");
        let asset = centre
            .bare(Method::GET, &format!("{begin}{name}"))
            .send()
            .await;
        let asset = asset.expect("an answer");
        assert_eq!(asset.status(), 200);
        let kept = asset.headers()["cache-control"].to_str().expect("text");
        assert!(kept.contains("immutable"), "{kept}");
    }
}

#[tokio::test]
async fn the_theme_stays_and_the_password_changes() {
    let centre = Centre::ready().await;
    let viewer = Visitor::with_role(&centre, "viewer").await;
    let answer = viewer
        .send("/theme", &[("theme", "dark"), ("back", "/images")])
        .await;
    assert_eq!(leads_to(&answer), "/images");
    let cookie = answer.headers()["set-cookie"]
        .to_str()
        .expect("text")
        .to_owned();
    assert!(cookie.starts_with("lazaret_theme=dark;"), "{cookie}");
    let next = "another good password";
    let change = [("old", PASSWORD), ("new", next), ("again", next)];
    let answer = viewer.send("/account/password", &change).await;
    assert_eq!(leads_to(&answer), "/login?said=password");
    assert_eq!(viewer.ask("/").await.status(), 303, "the session goes on");
}

#[tokio::test]
async fn names_of_strangers_are_shown_as_text() {
    let centre = Centre::ready().await;
    let evil = "<script>alert(1)</script>\"'\u{202e}x";
    let new = json!({"name": evil, "kind": "distribution", "url": "http://127.0.0.1:1"});
    let (status, told) = centre.post("/api/v1/registries", new).await;
    assert_eq!(status, 201, "{told}");
    let admin = Visitor::log_in(&centre, "admin").await;
    for path in [
        "/images",
        "/registries",
        "/audit",
        "/jobs",
        "/images?search=%3Cscript%3E%22",
    ] {
        let (status, text) = admin.get(path).await;
        // Pages that are not there yet say so.
        if status == 404 {
            continue;
        }
        assert_eq!(status, 200, "{path}");
        assert!(
            !text.contains("<script>alert") && !text.contains('\u{202e}'),
            "{path}: {text}"
        );
    }
    let (_, text) = admin.get("/images").await;
    assert!(
        text.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;\\u{202e}x"),
        "{text}"
    );
}

/// The words of a page, a line for each piece of text.
fn words(page: &str) -> Vec<String> {
    let body = page.split("<main").nth(1).expect("a main");
    let body = body.split_once('>').expect("an end").1;
    let texts = body.split('<').enumerate().map(|(at, part)| match at {
        0 => part,
        _ => part.split_once('>').map_or("", |(_, text)| text),
    });
    let texts = texts.map(str::trim).filter(|text| !text.is_empty());
    texts.map(str::to_owned).collect()
}

#[tokio::test]
async fn the_first_page_of_an_empty_centre_says_what_comes_next() {
    let centre = Centre::ready().await;
    let admin = Visitor::log_in(&centre, "admin").await;
    let (_, page) = admin.get("/").await;
    // Days and their noughts are the table behind the chart.
    let is_table = |text: &str| text.starts_with("20") || text == "0";
    let text: Vec<String> = words(&page).into_iter().filter(|t| !is_table(t)).collect();
    let text = text.join("\n");
    let expected = "Overview\n\
        block\nas yesterday\nquarantine\nas yesterday\nhold\nas yesterday\nwarn\nas yesterday\nallow\nas yesterday\n\
        Nothing has been decided yet\n\
        Images are looked at when a registry tells of them, or is listed.\nAdd a registry";
    assert!(text.starts_with(expected), "{text}");
    for part in [
        "Posture, 30 days",
        "Needs a person\nreleases asked for\nheld\nquarantined\njobs that failed for good",
        "The small database inside the program.",
        "No verdict changed since midnight, UTC.",
    ] {
        assert!(text.contains(part), "no `{part}`: {text}");
    }
}

#[tokio::test]
async fn lists_go_on_page_by_page_without_hole_or_double() {
    let centre = Centre::ready().await;
    for number in 0..60 {
        let new = json!({"name": format!("r{number:02}"), "kind": "distribution",
            "url": "http://127.0.0.1:1"});
        assert_eq!(centre.post("/api/v1/registries", new).await.0, 201);
    }
    let admin = Visitor::log_in(&centre, "admin").await;
    let mut seen = Vec::new();
    let mut path = "/registries".to_owned();
    loop {
        let (status, text) = admin.get(&path).await;
        assert_eq!(status, 200);
        let rows = text.split("<a href=\"/registries/").skip(1);
        seen.extend(rows.filter_map(|row| {
            let name = row.split_once('>')?.1.split('<').next()?;
            name.starts_with('r').then(|| name.to_owned())
        }));
        let next = text
            .split("\" rel=\"next\"")
            .next()
            .filter(|before| *before != text);
        match next.and_then(|before| before.rsplit("href=\"").next()) {
            Some(next) => path = next.replace("&amp;", "&"),
            None => break,
        }
    }
    let expected: Vec<String> = (0..60).map(|number| format!("r{number:02}")).collect();
    assert_eq!(seen, expected);
}
