//! What is true of every operation, so that no handler has to repeat it: problems have their own
//! media type, and there are answers that come before any handler is asked.

use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::{
    ContentBuilder, HeaderBuilder, OpenApi, Ref, RefOr, ResponseBuilder, Responses, Schema,
};

/// The media type of problems.
const PROBLEM: &str = lazaret_wire::PROBLEM_JSON;

/// Where the schema of problems stands.
const SCHEMA: &str = "#/components/schemas/Problem";

/// Completes a description.
pub(super) fn complete(api: &mut OpenApi) {
    for item in api.paths.paths.values_mut() {
        for operation in operations(item) {
            of_problems(&mut operation.responses);
            for (status, why) in before(operation) {
                let responses = &mut operation.responses.responses;
                responses
                    .entry(status.to_owned())
                    .or_insert_with(|| problem(status, why));
            }
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let all = [
        &mut item.get,
        &mut item.put,
        &mut item.post,
        &mut item.delete,
        &mut item.options,
        &mut item.head,
        &mut item.patch,
        &mut item.trace,
    ];
    all.into_iter().filter_map(|slot| slot.as_mut())
}

/// What may be answered before, or instead of, what the handler says.
fn before(operation: &Operation) -> Vec<(&'static str, &'static str)> {
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
