//! People and the tokens of programs.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use lazaret_store::Paging;
use lazaret_wire::PageQuery;
use lazaret_wire::api::{NewToken, NewUser, Role, Token, User, UserChange};
use serde::Deserialize;

use super::act::number;
use super::done;
use super::form::AdminForm;
use super::frame::{Frame, Section, Trip, show};
use super::parts::{self, Part, address};
use super::routes::Routes;
use crate::App;
use crate::api::{paging, token, user};
use crate::auth::Admin;
use crate::http::{ApiError, ApiResult, Ask, IfMatch};

/// The roles that a person may have.
const ROLES: [Role; 4] = [Role::Viewer, Role::Analyst, Role::Approver, Role::Admin];

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .page("/people", Some(Role::Admin), list)
        .form("/people", Some(Role::Admin), create)
        .form("/people/{name}", Some(Role::Admin), change)
        .form("/tokens", Some(Role::Admin), mint)
        .form("/tokens/{id}/revoke", Some(Role::Admin), revoke)
}

struct Person {
    user: User,
    is_self: bool,
    made: Part,
}

struct Program {
    token: Token,
    owner: String,
    state: Part,
    opens: bool,
    made: Part,
    ends: Option<Part>,
}

#[derive(Template)]
#[template(path = "people.html")]
struct List {
    f: Frame,
    people: Vec<Person>,
    tokens: Vec<Program>,
    roles: [Role; 4],
    next: String,
    first: String,
}

async fn list(
    Admin(actor): Admin,
    trip: Trip,
    State(app): State<App>,
    Ask(query): Ask<PageQuery>,
) -> ApiResult<Response> {
    let f = trip
        .frame(&app, &actor, "People and tokens", Section::People)
        .await?;
    let people = app.store.persons(&Paging::first(500)).await?;
    let people: Vec<User> = people.items.into_iter().map(user::shown).collect();
    let page = app.store.tokens(&paging(&query)?).await?;
    let program = |token: Token| {
        let is_over = token.expires_at.is_some_and(|ends| ends <= f.now);
        let state = match (token.revoked_at.is_some(), is_over) {
            (true, _) => "revoked",
            (false, true) => "expired",
            (false, false) => "valid",
        };
        let owner = people.iter().find(|user| user.id == token.owner);
        Program {
            owner: owner.map(|user| user.name.clone()).unwrap_or_default(),
            state: parts::chip(state),
            opens: state == "valid",
            made: f.when(&token.created_at),
            ends: token.expires_at.map(|at| f.when(&at)),
            token,
        }
    };
    let next = page
        .next
        .map(|next| address("/people", &[("cursor", &next.to_string())]));
    let tokens = page
        .items
        .into_iter()
        .map(token::shown)
        .map(program)
        .collect();
    let person = |user: User| Person {
        is_self: actor.person() == Some(user.id.as_str()),
        made: f.when(&user.created_at),
        user,
    };
    show(&List {
        people: people.iter().cloned().map(person).collect(),
        tokens,
        roles: ROLES,
        next: next.unwrap_or_default(),
        first: if query.cursor.is_some() {
            "/people".into()
        } else {
            String::new()
        },
        f,
    })
}

fn role(name: &str) -> ApiResult<Role> {
    let known = ROLES.into_iter().find(|role| role.name() == name);
    known.ok_or_else(|| ApiError::invalid("`role` is none that a person may have"))
}

#[derive(Deserialize)]
struct Create {
    name: String,
    role: String,
    password: String,
}

async fn create(
    State(app): State<App>,
    AdminForm(actor, form): AdminForm<Create>,
) -> ApiResult<Response> {
    let new = NewUser {
        name: form.name.trim().to_owned(),
        role: role(&form.role)?,
        password: form.password,
    };
    user::make(&app, new, &actor.by(app.now())).await?;
    Ok(done("/people", "user"))
}

#[derive(Deserialize)]
struct Change {
    #[serde(default)]
    role: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    disabled: String,
}

async fn change(
    State(app): State<App>,
    Path(name): Path<String>,
    AdminForm(actor, form): AdminForm<Change>,
) -> ApiResult<Response> {
    let role = match form.role.as_str() {
        "" => None,
        name => Some(role(name)?),
    };
    let change = UserChange {
        role,
        disabled: match form.disabled.as_str() {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        },
        password: Some(form.password).filter(|password| !password.is_empty()),
    };
    user::alter(&app, &actor, &name, &IfMatch::any(), change).await?;
    Ok(done("/people", "user-changed"))
}

#[derive(Deserialize)]
struct Mint {
    name: String,
    role: String,
    #[serde(default)]
    days: String,
}

#[derive(Template)]
#[template(path = "token.html")]
struct Minted {
    f: Frame,
    name: String,
    role: &'static str,
    secret: String,
}

/// Makes a token, and shows it, once.
async fn mint(
    trip: Trip,
    State(app): State<App>,
    AdminForm(actor, form): AdminForm<Mint>,
) -> ApiResult<Response> {
    let f = trip.frame(&app, &actor, "A token", Section::People).await?;
    let new = NewToken {
        name: form.name.trim().to_owned(),
        role: role(&form.role)?,
        days: number(&form.days, "days")?,
    };
    let made = token::mint(&app, &actor, new).await?;
    show(&Minted {
        f,
        name: made.token.name,
        role: made.token.role.name(),
        secret: made.secret,
    })
}

#[derive(Deserialize)]
struct Nothing {}

async fn revoke(
    State(app): State<App>,
    Path(id): Path<String>,
    AdminForm(actor, Nothing {}): AdminForm<Nothing>,
) -> ApiResult<Response> {
    app.store.revoke_token(&id, &actor.by(app.now())).await?;
    Ok(done("/people", "token-gone"))
}
