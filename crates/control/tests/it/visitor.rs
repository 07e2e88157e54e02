//! Somebody with a browser: a cookie, pages, and the forms on them.

use reqwest::{Method, Response};
use serde_json::json;

use crate::centre::{Centre, PASSWORD};

/// Somebody who is logged in.
pub(crate) struct Visitor<'c> {
    centre: &'c Centre,
    cookie: String,
    pub(crate) csrf: String,
}

/// Status and text of an answer.
pub(crate) async fn page(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    (status, response.text().await.expect("a body"))
}

/// Where an answer leads.
pub(crate) fn leads_to(response: &Response) -> String {
    let location = response.headers().get("location");
    let location = location.and_then(|value| value.to_str().ok());
    location.unwrap_or_default().to_owned()
}

fn cookie_of(response: &Response) -> String {
    let set = response.headers()["set-cookie"].to_str().expect("text");
    set.split(';').next().expect("a cookie").to_owned()
}

/// The hidden field of the first form of a page.
fn csrf_of(page: &str) -> String {
    let mark = "name=\"csrf\" value=\"";
    let rest = page.split(mark).nth(1).expect("a form");
    rest.split('"').next().expect("a value").to_owned()
}

impl<'c> Visitor<'c> {
    /// Logs a user in through the form.
    pub(crate) async fn log_in(centre: &'c Centre, name: &str) -> Self {
        let form = [("name", name), ("password", PASSWORD)];
        let answer = centre.bare(Method::POST, "/login").form(&form).send().await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status(), 303);
        let cookie = cookie_of(&answer);
        let mut visitor = Self {
            centre,
            cookie,
            csrf: String::new(),
        };
        let (status, account) = visitor.get("/account").await;
        assert_eq!(status, 200, "{account}");
        visitor.csrf = csrf_of(&account);
        visitor
    }

    /// Makes a user with a role, and logs them in. Without a role: the administrator.
    pub(crate) async fn with_role(centre: &'c Centre, role: &str) -> Self {
        let name = format!("{role}-user");
        let new = json!({"name": name, "role": role, "password": PASSWORD});
        let (status, told) = centre.post("/api/v1/users", new).await;
        assert_eq!(status, 201, "{told}");
        Self::log_in(centre, &name).await
    }

    pub(crate) async fn ask(&self, path: &str) -> Response {
        let asked = self
            .centre
            .bare(Method::GET, path)
            .header("cookie", &self.cookie);
        asked.send().await.expect("an answer")
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, String) {
        page(self.ask(path).await).await
    }

    /// Sends a form as its page would.
    pub(crate) async fn send(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        let csrf = self.csrf.clone();
        self.send_with(path, fields, Some(&csrf)).await
    }

    pub(crate) async fn send_with(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        csrf: Option<&str>,
    ) -> Response {
        let mut fields = fields.to_vec();
        fields.extend(csrf.map(|csrf| ("csrf", csrf)));
        let asked = self
            .centre
            .bare(Method::POST, path)
            .header("cookie", &self.cookie);
        asked.form(&fields).send().await.expect("an answer")
    }
}
