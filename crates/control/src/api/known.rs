//! Names in a query that an operation does not know are refused: a filter that is misspelled
//! would otherwise be one that is not there, and the answer more than was asked for.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use axum::extract::{MatchedPath, Query, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::{OpenApi, RefOr};

use super::describe::operations;
use crate::http::ApiError;

/// The names that each operation knows, by path and method.
pub(super) type Known = Arc<HashMap<(String, Method), BTreeSet<String>>>;

/// Those of a description.
pub(super) fn of(api: &mut OpenApi) -> Known {
    let mut known = HashMap::new();
    for (path, item) in &mut api.paths.paths {
        for (method, operation) in operations(item) {
            known.insert((path.clone(), method), names(operation));
        }
    }
    Arc::new(known)
}

fn names(operation: &Operation) -> BTreeSet<String> {
    let all = operation.parameters.iter().flatten();
    all.filter_map(|parameter| match parameter {
        RefOr::T(one) if matches!(one.parameter_in, ParameterIn::Query) => Some(one.name.clone()),
        _ => None,
    })
    .collect()
}

/// 400 for a name that the operation does not know, with those that it knows.
pub(super) async fn refuse_others(
    State(known): State<Known>,
    request: Request,
    next: Next,
) -> Response {
    match unknown(&known, &request) {
        Some(why) => ApiError::malformed(why).into_response(),
        None => next.run(request).await,
    }
}

fn unknown(known: &Known, request: &Request) -> Option<String> {
    request.uri().query().filter(|query| !query.is_empty())?;
    let path = request.extensions().get::<MatchedPath>()?.as_str();
    let method = match *request.method() {
        Method::HEAD => Method::GET,
        ref method => method.clone(),
    };
    let known = known.get(&(path.to_owned(), method))?;
    // What cannot be read at all is refused by whoever takes it.
    let asked = Query::<Vec<(String, String)>>::try_from_uri(request.uri()).ok()?;
    let (other, _) = asked.0.iter().find(|(name, _)| !known.contains(name))?;
    let other: String = other.chars().take(100).collect();
    let those: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    Some(match those.is_empty() {
        true => format!("`{other}` is not known here, nor is anything else behind `?`"),
        false => format!("`{other}` is not known here: {}", those.join(", ")),
    })
}
