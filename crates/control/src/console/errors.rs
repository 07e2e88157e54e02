//! Errors as pages: what the guards and the queries refuse is told to people in words.

use askama::Template;
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::header::{ACCEPT, LOCATION};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use lazaret_wire::Problem;

use super::frame::{Frame, Section, Trip, show};
use super::parts;
use crate::App;
use crate::auth::{WithoutCsrf, is_fresh};
use crate::http::{ApiError, RequestId};

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    f: Frame,
    problem: Problem,
    request: String,
    back: String,
}

#[derive(Template)]
#[template(path = "again.html")]
struct Again {
    f: Frame,
}

/// Around every page: a problem becomes a page, and who is not logged in is led to the login.
pub(super) async fn as_pages(State(app): State<App>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let trip = Trip::from_request_parts(&mut parts, &app).await;
    let who = WithoutCsrf::from_request_parts(&mut parts, &app).await;
    let (headers, method) = (parts.headers.clone(), parts.method.clone());
    let id = parts.extensions.get::<RequestId>().cloned();
    let mut response = next.run(Request::from_parts(parts, body)).await;
    let Some(problem) = response.extensions_mut().remove::<Problem>() else {
        return response;
    };
    let Ok(trip) = trip else { return response };
    let status = response.status();
    if status == StatusCode::UNAUTHORIZED && matches!(method, Method::GET | Method::HEAD) {
        return led(&app, trip, &headers).await;
    }
    let who = who.ok().and_then(|WithoutCsrf(who)| who);
    let title = problem.title.clone();
    let back = back(&headers).unwrap_or_else(|| "/".into());
    let frame = match &who {
        Some(actor) => match trip
            .clone()
            .frame(&app, actor, title.clone(), Section::Elsewhere)
            .await
        {
            Ok(frame) => frame,
            Err(_) => trip.bare(&app, title),
        },
        None => trip.bare(&app, title),
    };
    let page = ErrorPage {
        f: frame,
        problem,
        request: id.map(|RequestId(id)| id).unwrap_or_default(),
        back,
    };
    let mut page = show(&page).unwrap_or_else(IntoResponse::into_response);
    *page.status_mut() = status;
    // `Retry-After` and the like stay.
    for (name, value) in response.headers() {
        page.headers_mut().entry(name).or_insert(value.clone());
    }
    page
}

/// To the login; to the set-up where nobody is known. Whoever follows a link from elsewhere
/// may be logged in all the same: a cookie that is `Strict` does not come with such a
/// request, and does with the next.
async fn led(app: &App, trip: Trip, headers: &HeaderMap) -> Response {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if text("sec-fetch-site") == Some("cross-site") {
        let again = Again {
            f: trip.bare(app, "One moment"),
        };
        return show(&again).unwrap_or_else(IntoResponse::into_response);
    }
    let path = match is_fresh(&app.store).await {
        Ok(true) => "/setup".to_owned(),
        // The first page is where a login leads anyway.
        _ if trip.here == "/" => "/login".to_owned(),
        _ => parts::address("/login", &[("next", &trip.here)]),
    };
    let location = HeaderValue::from_str(&path).unwrap_or(HeaderValue::from_static("/login"));
    (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response()
}

/// The page that a form was sent from, where it is one of ours.
fn back(headers: &HeaderMap) -> Option<String> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let (_, rest) = text("referer")?.split_once("://")?;
    let (host, path) = rest.split_once('/')?;
    let path = format!("/{path}");
    (Some(host) == text("host") && super::access::is_ours(&path)).then_some(path)
}

/// Where nothing is: a page for browsers, a problem for programs.
pub(crate) async fn nothing_here(State(app): State<App>, request: Request) -> Response {
    let missing = || ApiError::not_found("there is nothing at this path");
    let path = request.uri().path();
    let is_api = ["/api/", "/harbor/", "/events/"]
        .iter()
        .any(|p| path.starts_with(p));
    let accepts = request
        .headers()
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok());
    let wants_page = accepts.is_some_and(|accept| accept.contains("text/html"));
    if is_api || !wants_page || request.method() != Method::GET {
        return missing().into_response();
    }
    let (mut parts, _) = request.into_parts();
    let Ok(trip) = Trip::from_request_parts(&mut parts, &app).await else {
        return missing().into_response();
    };
    let page = ErrorPage {
        f: trip.bare(&app, "There is nothing here"),
        problem: missing().problem().clone(),
        request: String::new(),
        back: "/".into(),
    };
    let mut page = show(&page).unwrap_or_else(IntoResponse::into_response);
    *page.status_mut() = StatusCode::NOT_FOUND;
    page
}
