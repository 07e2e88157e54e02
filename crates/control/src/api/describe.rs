//! What is true of every operation, so that no handler has to repeat it: problems have their own
//! media type, and there are answers that come before any handler is asked.

use axum::http::Method;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::{
    ContentBuilder, HeaderBuilder, Object, OpenApi, Ref, RefOr, Required, ResponseBuilder,
    Responses, Schema, Type,
};

/// The media type of problems.
const PROBLEM: &str = lazaret_wire::PROBLEM_JSON;

/// Where the schema of problems stands.
const SCHEMA: &str = "#/components/schemas/Problem";

/// Completes a description.
pub(super) fn complete(api: &mut OpenApi) {
    for item in api.paths.paths.values_mut() {
        for (method, operation) in operations(item) {
            if matches!(method, Method::PUT | Method::PATCH | Method::DELETE) {
                operation
                    .parameters
                    .get_or_insert_default()
                    .push(RefOr::T(if_match()));
            }
            of_problems(&mut operation.responses);
            for (status, why) in before(&method, operation) {
                let responses = &mut operation.responses.responses;
                responses
                    .entry(status.to_owned())
                    .or_insert_with(|| problem(status, why));
            }
        }
    }
}

/// The operations of a path.
pub(super) fn operations(item: &mut PathItem) -> impl Iterator<Item = (Method, &mut Operation)> {
    let all = [
        (Method::GET, &mut item.get),
        (Method::PUT, &mut item.put),
        (Method::POST, &mut item.post),
        (Method::DELETE, &mut item.delete),
        (Method::OPTIONS, &mut item.options),
        (Method::HEAD, &mut item.head),
        (Method::PATCH, &mut item.patch),
        (Method::TRACE, &mut item.trace),
    ];
    all.into_iter()
        .filter_map(|(method, slot)| slot.as_mut().map(|operation| (method, operation)))
}

/// What every change takes.
fn if_match() -> Parameter {
    let text = Object::with_type(Type::String);
    ParameterBuilder::new()
        .name("If-Match")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "`ETag` of what was read: the change is made only while that is what is there. What \
             has no address of its own to be read at fits `*` alone.",
        ))
        .schema(Some(text))
        .build()
}

/// What may be answered before, or instead of, what the handler says.
fn before(method: &Method, operation: &Operation) -> Vec<(&'static str, &'static str)> {
    let asks = operation.parameters.iter().flatten().count() > 0;
    let takes = operation.request_body.is_some();
    // `security(())` says that nobody need be known.
    let is_open = operation.security.as_ref().is_none_or(|all| {
        let text = serde_json::to_value(all).unwrap_or_default();
        let any = text.as_array().into_iter().flatten();
        any.into_iter()
            .any(|one| one.as_object().is_some_and(serde_json::Map::is_empty))
    });
    let mut all = vec![("503", "Not now; try again")];
    if asks || takes {
        all.push(("400", "The request cannot be read"));
        all.push(("422", "A value makes no sense"));
    }
    if takes {
        all.push(("413", "That is more than is taken"));
        all.push(("415", "That is not JSON"));
    }
    if matches!(*method, Method::PUT | Method::PATCH | Method::DELETE) {
        all.push(("412", "Somebody else was first"));
    }
    if asks {
        all.push(("404", "There is no such thing"));
    }
    if !is_open {
        all.push(("401", "Log in, or send a token"));
        all.push(("403", "That is not allowed"));
    }
    all
}

fn problem(status: &str, why: &str) -> RefOr<utoipa::openapi::Response> {
    let schema: RefOr<Schema> = RefOr::Ref(Ref::new(SCHEMA));
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let mut response = ResponseBuilder::new()
        .description(why)
        .content(PROBLEM, content);
    if status == "503" {
        let header = HeaderBuilder::new()
            .description(Some("In how many seconds"))
            .build();
        response = response.header("Retry-After", header);
    }
    RefOr::T(response.build())
}

/// Whoever says `body = Problem` means the media type of problems.
fn of_problems(responses: &mut Responses) {
    for response in responses.responses.values_mut() {
        let RefOr::T(response) = response else {
            continue;
        };
        let is_problem = response
            .content
            .get("application/json")
            .is_some_and(|content| {
                let RefOr::T(content) = content else {
                    return false;
                };
                matches!(&content.schema, Some(RefOr::Ref(schema)) if schema.ref_location == SCHEMA)
            });
        if is_problem && let Some(content) = response.content.shift_remove("application/json") {
            response.content.insert(PROBLEM.to_owned(), content);
        }
    }
}
