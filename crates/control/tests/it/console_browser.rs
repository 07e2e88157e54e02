//! The console in a real browser: every page, light and dark, narrow and wide.

use std::io::Write as _;
use std::path::Path;

use lazaret_control::console::routes;
use serde_json::{Value, json};

use crate::centre::{Centre, PASSWORD};
use crate::chromium::Chromium;
use crate::peers::{Registry, free};

const ACCESSIBLE: &str = include_str!("accessible.js");
const DIGEST: &str = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

/// A centre with something on every page; the image that was looked at, where there is a
/// registry to push to.
async fn furnished() -> (Centre, String, Option<String>) {
    let centre = Centre::ready().await;
    let host = free();
    let new = json!({"name": "shop", "kind": "distribution", "url": format!("http://{host}"),
        "environment": "prod"});
    let (_, registry) = centre.post("/api/v1/registries", new).await;
    let id = registry["id"].as_str().expect("an id").to_owned();
    let mut image = None;
    if let Some(peer) = Registry::start(&host, None) {
        let digest = peer.push("team/a-repository-with-a-long-name/app", "1.0", "4.17.15");
        centre
            .post(&format!("/api/v1/registries/{id}/list"), json!({}))
            .await;
        let path = format!("/api/v1/images/{digest}");
        for _ in 0..450 {
            let (_, told) = centre.get(&path).await;
            if told["verdicts"].as_array().is_some_and(|v| !v.is_empty()) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
        image = Some(digest);
    }
    for (repository, state) in [("team/app", "held"), ("team/other", "quarantined")] {
        let hold = json!({"registry": id, "repository": repository, "digest": DIGEST,
            "state": state, "reason": format!("seen mining, {}", "x".repeat(200))});
        let (status, told) = centre.post("/api/v1/holds", hold).await;
        assert_eq!(status, 200, "{told}");
    }
    let ask = json!({"registry": id, "repository": "team/other", "digest": DIGEST,
        "reason": "the owner mends it"});
    centre.post("/api/v1/releases", ask).await;
    (centre, id, image)
}

fn pages(registry: &str, image: Option<&str>) -> Vec<String> {
    let mut pages: Vec<String> = routes()
        .into_iter()
        .filter(|r| r.method == "GET" && r.least.is_some())
        .map(|r| r.path.to_owned())
        .filter_map(|path| match path.contains('{') {
            false => Some(path),
            true if path.starts_with("/registries/") => Some(path.replace("{id}", registry)),
            true => Some(path.replace("{digest}", image?)).filter(|path| !path.contains('{')),
        })
        .collect();
    pages.extend(
        [
            "/review?show=held",
            "/review?show=warned",
            "/releases?state=open",
        ]
        .map(str::to_owned),
    );
    pages.extend(["/images?order=worst", "/nothing-here"].map(str::to_owned));
    if let Some(image) = image {
        pages.retain(|page| !page.ends_with("/finding"));
        pages.push(format!("/images/{image}/finding?id=CVE-2021-23337"));
        pages.push(format!("/images/{image}/finding?id=CVE-1999-0001"));
    }
    pages
}

/// axe-core, where somebody has it: `LAZARET_AXE` names its file `axe.min.js`.
fn axe() -> Option<String> {
    let Some(path) = std::env::var_os("LAZARET_AXE") else {
        let _ = writeln!(
            std::io::stderr(),
            "skipped: axe-core; LAZARET_AXE is its file axe.min.js (npm install axe-core)"
        );
        return None;
    };
    let text = std::fs::read_to_string(&path);
    Some(text.unwrap_or_else(|why| panic!("{}: {why}", Path::new(&path).display())))
}

/// What axe-core finds wrong with a page, by WCAG 2.1 A and AA.
const ASK_AXE: &str = "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']}) \
    .then((told) => told.violations.map((one) => \
        `${one.id}, ${one.nodes.length} times: ${one.nodes[0].html.slice(0, 160)}`))";

fn log_in(browser: &mut Chromium, base: &str) {
    browser.go(&format!("{base}/images"));
    let here = browser.eval("location.pathname + location.search");
    assert_eq!(here, json!("/login?next=%2Fimages"));
    let fill = format!(
        "document.querySelector('[name=name]').value = 'admin'; \
         document.querySelector('[name=password]').value = '{PASSWORD}'; \
         document.querySelector('main form button').click()"
    );
    browser.eval(&fill);
    browser.loaded();
    assert_eq!(browser.eval("location.pathname"), json!("/images"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_whole_in_a_browser() {
    let Some(mut browser) = Chromium::start() else {
        return;
    };
    let (centre, registry, image) = furnished().await;
    let pages = pages(&registry, image.as_deref());
    let base = centre.base.clone();
    let axe = axe();
    let walk = tokio::task::spawn_blocking(move || {
        log_in(&mut browser, &base);
        browser.complaints();
        let mut wrong: Vec<String> = Vec::new();
        for page in &pages {
            for (width, theme) in [
                (1280, "light"),
                (1280, "dark"),
                (390, "light"),
                (390, "dark"),
                (320, "light"),
            ] {
                browser.view(width, theme);
                browser.go(&format!("{base}{page}"));
                let at = format!("{page} at {width}, {theme}");
                let over = browser.eval("document.documentElement.scrollWidth - innerWidth");
                if over.as_i64().unwrap_or(1) > 0 {
                    wrong.push(format!("{at}: the body scrolls by {over}"));
                }
                // That nothing is there is said by the browser, too.
                let said = browser.complaints();
                if page != "/nothing-here" {
                    wrong.extend(said.into_iter().map(|said| format!("{at}: {said}")));
                }
                let told = browser.eval(ACCESSIBLE);
                let told = told.as_array().cloned().unwrap_or_default();
                wrong.extend(told.iter().map(|told| format!("{at}: {told}")));
                // Twice as large in a window of 640 is as narrow as this; what axe-core looks
                // at is the same in every width.
                if width == 320 {
                    continue;
                }
                if let Some(axe) = axe.as_deref().filter(|_| width == 1280) {
                    browser.eval(axe);
                    let told = browser.settled(ASK_AXE);
                    let told = told.as_array().cloned().unwrap_or_default();
                    wrong.extend(told.iter().map(|told| format!("{at}: axe: {told}")));
                }
                let name = page
                    .split('?')
                    .next()
                    .unwrap_or_default()
                    .replace(['/', ':'], "_");
                browser.picture(&format!("{name}-{theme}-{width}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
    walk.await.expect("the walk");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_review_queue_is_gone_through_by_keys() {
    let Some(mut browser) = Chromium::start() else {
        return;
    };
    let (centre, _, _) = furnished().await;
    let base = centre.base.clone();
    let walk = tokio::task::spawn_blocking(move || {
        browser.view(1280, "light");
        log_in(&mut browser, &base);
        browser.go(&format!("{base}/review?show=held"));
        let current = "document.querySelectorAll('.item.current').length";
        assert_eq!(browser.eval(current), json!(0));
        browser.press("j", 0);
        assert_eq!(browser.eval(current), json!(1));
        browser.press("?", 0);
        assert_eq!(
            browser.eval("document.getElementById('keys').matches(':popover-open')"),
            json!(true)
        );
        browser.press("?", 0);
        browser.press("l", 0);
        // One key alone sends nothing: it asks for the reason.
        let writing = "document.activeElement.name + ' ' + document.querySelector('.chosen').value";
        assert_eq!(browser.eval(writing), json!("reason clear"));
        browser.call("Input.insertText", json!({"text": "j l q: looked at"}));
        browser.press("Enter", 2);
        browser.loaded();
        let here: Value = browser.eval("location.search");
        assert_eq!(here, json!("?show=held&said=lifted"));
        let said = browser.eval("document.querySelector('.said').textContent");
        assert_eq!(said, json!("The hold is lifted."));
        assert_eq!(browser.complaints(), Vec::<String>::new());
    });
    walk.await.expect("the walk");
    let (_, holds) = centre.get("/api/v1/holds?state=clear").await;
    assert_eq!(holds["items"][0]["reason"], "j l q: looked at");
}
