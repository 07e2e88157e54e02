//! Set-up, login, logout, the theme, one's own password.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse as _, Redirect, Response};
use lazaret_wire::api::{Role, Setup};
use serde::Deserialize;

use super::form::{OpenForm, ViewerForm};
use super::frame::{Frame, Section, THEME_COOKIE, Trip, show};
use super::routes::Routes;
use super::{done, messages, parts};
use crate::App;
use crate::api::access as api;
use crate::auth::{Viewer, is_fresh};
use crate::http::{ApiError, ApiResult, Ask};

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .page("/login", None, login_page)
        .form("/login", None, login)
        .page("/setup", None, setup_page)
        .form("/setup", None, setup)
        .form("/logout", Some(Role::Viewer), logout)
        .form("/theme", Some(Role::Viewer), theme)
        .page("/account", Some(Role::Viewer), account)
        .form("/account/password", Some(Role::Viewer), password)
}

/// Whether a path leads to a page of ours.
pub(super) fn is_ours(path: &str) -> bool {
    let odd = |b: u8| b == b'\\' || b.is_ascii_control();
    path.starts_with('/') && !path.starts_with("//") && !path.bytes().any(odd)
}

#[derive(Deserialize)]
struct Next {
    #[serde(default)]
    next: String,
}

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage {
    f: Frame,
    next: String,
    name: String,
    error: String,
    /// The way to the identity provider, and what it is called.
    provider: Option<(String, String)>,
}

/// The way to the identity provider, and what it is called.
fn provider(app: &App, next: &str) -> Option<(String, String)> {
    let provider = app.provider.as_ref()?;
    let way = parts::address("/login/oidc", &[("next", next)]);
    Some((way, provider.title().to_owned()))
}

async fn login_page(
    trip: Trip,
    State(app): State<App>,
    Ask(Next { next }): Ask<Next>,
) -> ApiResult<Response> {
    if is_fresh(&app.store).await? {
        return Ok(Redirect::to("/setup").into_response());
    }
    show(&LoginPage {
        f: trip.bare(&app, "Log in"),
        provider: provider(&app, &next),
        next,
        name: String::new(),
        error: String::new(),
    })
}

#[derive(Deserialize)]
struct Login {
    name: String,
    password: String,
    #[serde(default)]
    next: String,
}

async fn login(
    trip: Trip,
    State(app): State<App>,
    OpenForm(form): OpenForm<Login>,
) -> ApiResult<Response> {
    let person = match api::prove(&app, &form.name, &form.password).await {
        Ok(person) => person,
        Err(error) => {
            let page = LoginPage {
                f: trip.bare(&app, "Log in"),
                provider: provider(&app, &form.next),
                next: form.next,
                name: form.name,
                error: error.problem().detail.clone(),
            };
            return with_status(&page, &error);
        }
    };
    let (cookie, _) = api::open(&app, person).await?;
    let to = if is_ours(&form.next) {
        form.next.as_str()
    } else {
        "/"
    };
    Ok(([(SET_COOKIE, cookie)], Redirect::to(to)).into_response())
}

/// A page again, with what was wrong about its form.
pub(super) fn with_status(page: &impl Template, error: &ApiError) -> ApiResult<Response> {
    let mut page = show(page)?;
    let status = StatusCode::from_u16(error.problem().status);
    *page.status_mut() = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Ok(page)
}

#[derive(Template)]
#[template(path = "setup.html")]
struct SetupPage {
    f: Frame,
    file: String,
    name: String,
    error: String,
}

async fn setup_page(trip: Trip, State(app): State<App>) -> ApiResult<Response> {
    if !is_fresh(&app.store).await? {
        return Ok(Redirect::to("/login").into_response());
    }
    show(&SetupPage {
        f: trip.bare(&app, "Set-up"),
        file: "setup-token".into(),
        name: "admin".into(),
        error: String::new(),
    })
}

#[derive(Deserialize)]
struct SetupForm {
    token: String,
    name: String,
    password: String,
    again: String,
}

async fn setup(
    trip: Trip,
    State(app): State<App>,
    OpenForm(form): OpenForm<SetupForm>,
) -> ApiResult<Response> {
    let wanted = Setup {
        token: form.token,
        name: form.name.clone(),
        password: form.password.clone(),
    };
    let made = match form.password == form.again {
        true => api::first_admin(&app, &wanted).await,
        false => Err(ApiError::invalid("the two passwords differ")),
    };
    match made {
        Ok(person) => {
            let (cookie, _) = api::open(&app, person).await?;
            let to = messages::to("/", "welcome");
            Ok(([(SET_COOKIE, cookie)], Redirect::to(&to)).into_response())
        }
        Err(error) => {
            let page = SetupPage {
                f: trip.bare(&app, "Set-up"),
                file: "setup-token".into(),
                name: form.name,
                error: error.problem().detail.clone(),
            };
            with_status(&page, &error)
        }
    }
}

#[derive(Deserialize)]
struct Nothing {}

async fn logout(
    State(app): State<App>,
    ViewerForm(actor, Nothing {}): ViewerForm<Nothing>,
) -> ApiResult<Response> {
    let gone = api::end(&app, &actor).await?;
    Ok(([(SET_COOKIE, gone)], done("/login", "logged-out")).into_response())
}

#[derive(Deserialize)]
struct Theme {
    theme: String,
    #[serde(default)]
    back: String,
}

async fn theme(
    State(app): State<App>,
    ViewerForm(_, form): ViewerForm<Theme>,
) -> ApiResult<Response> {
    let (value, seconds) = match form.theme.as_str() {
        "light" => ("light", 31_536_000),
        "dark" => ("dark", 31_536_000),
        _ => ("", 0),
    };
    let secure = if app.is_secure() { "; Secure" } else { "" };
    let cookie = format!(
        "{THEME_COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}"
    );
    let to = if is_ours(&form.back) {
        form.back.as_str()
    } else {
        "/"
    };
    Ok(([(SET_COOKIE, cookie)], Redirect::to(to)).into_response())
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    f: Frame,
    role: &'static str,
    /// Who vouches for them; empty: a password does.
    issuer: String,
}

async fn account(Viewer(actor): Viewer, trip: Trip, State(app): State<App>) -> ApiResult<Response> {
    show(&AccountPage {
        role: actor.role.name(),
        issuer: actor.issuer().unwrap_or_default().to_owned(),
        f: trip
            .frame(&app, &actor, "Your account", Section::Elsewhere)
            .await?,
    })
}

#[derive(Deserialize)]
struct Password {
    old: String,
    new: String,
    again: String,
}

async fn password(
    State(app): State<App>,
    ViewerForm(actor, form): ViewerForm<Password>,
) -> ApiResult<Response> {
    if form.new != form.again {
        return Err(ApiError::invalid("the two new passwords differ"));
    }
    api::change_password(&app, &actor, &form.old, &form.new).await?;
    Ok(done("/login", "password"))
}
