//! Set-up, login, logout, one's own password.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;
use lazaret_store::{By, NewPerson, Person, Role as StoreRole, digest_of};
use lazaret_wire::Problem;
use lazaret_wire::api::{Login, PasswordChange, Session, Setup};
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::user::check_name;
use crate::App;
use crate::auth::{
    Actor, Anybody, Proof, SESSION_COOKIE, check_new_password, csrf_of, issuer_of, redeem,
};
use crate::http::{ApiError, ApiResult, Body};
use crate::keys;

/// How long a session lasts.
const SESSION: SignedDuration = SignedDuration::from_hours(12);

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(setup))
        .routes(routes!(login))
        .routes(routes!(logout))
        .routes(routes!(session))
        .routes(routes!(password))
}

/// Make the first administrator, with the token that the first start wrote to a file.
#[utoipa::path(post, path = "/api/v1/setup", tag = "access", request_body = Setup, security(()),
    responses((status = 200, body = Session), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn setup(State(app): State<App>, Body(setup): Body<Setup>) -> ApiResult<Response> {
    let person = first_admin(&app, &setup).await?;
    begin(&app, person).await
}

/// Makes the first administrator.
pub(crate) async fn first_admin(app: &App, setup: &Setup) -> ApiResult<Person> {
    check_name(&setup.name)?;
    check_new_password(&setup.password)?;
    let file = redeem(&app.store, &app.settings.data, &setup.token).await?;
    let new = NewPerson {
        name: setup.name.clone(),
        display_name: setup.name.clone(),
        email: None,
        role: StoreRole::Admin,
        password_hash: Some(app.passwords.hash(&setup.password).await?),
        subject: None,
    };
    let by = By::new("system", app.now()).because("set-up of the first administrator");
    let person = app.store.create_person(&new, &by).await?;
    // Once used it is of no use: somebody is known now. What stays is only untidy.
    let _ = tokio::fs::remove_file(file).await;
    Ok(person)
}

/// Log in with name and password: a cookie, and what changing requests must carry.
#[utoipa::path(post, path = "/api/v1/login", tag = "access", request_body = Login, security(()),
    responses((status = 200, body = Session), (status = 401, body = Problem),
        (status = 429, body = Problem)))]
async fn login(State(app): State<App>, Body(login): Body<Login>) -> ApiResult<Response> {
    let person = prove(&app, &login.name, &login.password).await?;
    begin(&app, person).await
}

/// The person of a name and password, or 401, or 429.
pub(crate) async fn prove(app: &App, name: &str, password: &str) -> ApiResult<Person> {
    let now = app.now();
    if name.len() > 200 || password.len() > 4096 {
        return Err(ApiError::unauthorized("name or password is wrong"));
    }
    let wait = app.throttle.wait(name, now);
    if wait > 0 {
        let detail = format!("too many wrong passwords; wait {wait} seconds");
        return Err(ApiError::too_often(wait, detail));
    }
    let person = app.store.person_by_name(name).await?;
    let person = person.filter(|person| person.disabled_at.is_none());
    let kept = person.as_ref().and_then(|p| p.password_hash.as_deref());
    let is_right = app.passwords.verify(password, kept).await?;
    match person {
        Some(person) if is_right => {
            app.throttle.succeeded(name);
            Ok(person)
        }
        person => {
            app.throttle.failed(name, now);
            // Names that nobody has would let strangers fill the log.
            if let Some(person) = person {
                let by = By::new(format!("user:{}", person.name), now);
                let object = format!("user:{}", person.name);
                let details = json!({});
                let append = app
                    .store
                    .append_audit(&by, "login.failed", &object, &details);
                append.await?;
            }
            Err(ApiError::unauthorized("name or password is wrong"))
        }
    }
}

/// Begins a session of a person, for a program.
async fn begin(app: &App, person: Person) -> ApiResult<Response> {
    let (cookie, session) = open(app, person).await?;
    Ok(([(SET_COOKIE, cookie)], Json(session)).into_response())
}

/// Begins a session of a person: the value of `Set-Cookie`, and the session.
pub(crate) async fn open(app: &App, person: Person) -> ApiResult<(String, Session)> {
    let now = app.now();
    let secret = keys::secret("")?;
    let expires = now + SESSION;
    let hash = digest_of(secret.as_bytes());
    app.store
        .create_session(&hash, &person.id, now, expires)
        .await?;
    let label = format!("user:{}", person.name);
    let by = By::new(label.clone(), now);
    let details = match &person.subject {
        Some(subject) => json!({"subject": subject}),
        None => json!({}),
    };
    app.store
        .append_audit(&by, "login", &label, &details)
        .await?;
    let session = Session {
        name: person.name,
        role: super::user::role(person.role),
        issuer: person
            .subject
            .as_deref()
            .and_then(issuer_of)
            .map(str::to_owned),
        csrf: Some(csrf_of(&secret)),
        expires_at: Some(expires),
    };
    Ok((cookie(app, &secret, SESSION.as_secs()), session))
}

fn cookie(app: &App, secret: &str, seconds: i64) -> String {
    let secure = if app.is_secure() { "; Secure" } else { "" };
    format!(
        "{SESSION_COOKIE}={secret}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}"
    )
}

/// Log out.
#[utoipa::path(post, path = "/api/v1/logout", tag = "access",
    security(("token" = ["any"]), ("session" = ["any"])),
    responses((status = 204), (status = 401, body = Problem)))]
async fn logout(Anybody(actor): Anybody, State(app): State<App>) -> ApiResult<Response> {
    let gone = [(SET_COOKIE, end(&app, &actor).await?)];
    Ok((StatusCode::NO_CONTENT, gone).into_response())
}

/// Ends the session of somebody: the value of `Set-Cookie` that takes the cookie away.
pub(crate) async fn end(app: &App, actor: &Actor) -> ApiResult<String> {
    if let Proof::Session { hash, .. } = &actor.proof {
        app.store.end_session(hash).await?;
        let by = actor.by(app.now());
        app.store
            .append_audit(&by, "logout", &actor.label(), &json!({}))
            .await?;
    }
    Ok(cookie(app, "", 0))
}

/// Who is asking.
#[utoipa::path(get, path = "/api/v1/session", tag = "access",
    security(("token" = ["any"]), ("session" = ["any"])),
    responses((status = 200, body = Session), (status = 401, body = Problem)))]
async fn session(Anybody(actor): Anybody) -> Json<Session> {
    Json(Session {
        csrf: actor.csrf().map(str::to_owned),
        issuer: actor.issuer().map(str::to_owned),
        name: actor.name,
        role: actor.role,
        expires_at: actor.expires_at,
    })
}

/// Change one's own password. Every session of one's own ends.
#[utoipa::path(post, path = "/api/v1/session/password", tag = "access",
    request_body = PasswordChange, security(("token" = ["any"]), ("session" = ["any"])),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
async fn password(
    Anybody(actor): Anybody,
    State(app): State<App>,
    Body(change): Body<PasswordChange>,
) -> ApiResult<StatusCode> {
    change_password(&app, &actor, &change.old, &change.new).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Changes somebody's own password.
pub(crate) async fn change_password(
    app: &App,
    actor: &Actor,
    old: &str,
    new: &str,
) -> ApiResult<()> {
    let Proof::Session { .. } = &actor.proof else {
        return Err(ApiError::forbidden("a token has no password; log in"));
    };
    if let Some(issuer) = actor.issuer() {
        return Err(ApiError::conflict(format!(
            "you have no password here: {issuer} vouches for you"
        )));
    }
    check_new_password(new)?;
    prove(app, &actor.name, old).await?;
    let hash = app.passwords.hash(new).await?;
    let by = actor.by(app.now());
    app.store
        .set_password(&actor.name, Some(&hash), &by)
        .await?;
    Ok(())
}
