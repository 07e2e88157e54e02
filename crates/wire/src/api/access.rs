//! People, tokens, sessions.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What somebody may do. Each of the first four may do what the ones before it may; an
/// edge may speak the protocol of edges and nothing else.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Reads.
    Viewer,
    /// Scans, holds and quarantines, asks for releases.
    Analyst,
    /// Approves releases and exceptions, changes policies.
    Approver,
    /// Everything: users, registries, edges.
    Admin,
    /// Speaks the protocol of edges.
    Edge,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [
        Self::Viewer,
        Self::Analyst,
        Self::Approver,
        Self::Admin,
        Self::Edge,
    ];

    /// The name of the role, as it is stored and typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Analyst => "analyst",
            Self::Approver => "approver",
            Self::Admin => "admin",
            Self::Edge => "edge",
        }
    }

    /// The role of that name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Whether this role may do what `least` may.
    pub fn includes(self, least: Self) -> bool {
        match (self, least) {
            (Self::Edge, least) => least == Self::Edge,
            (_, Self::Edge) => false,
            (own, least) => own >= least,
        }
    }
}

/// A local user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct User {
    /// Id, a UUID.
    pub id: String,
    /// Name that the user logs in with.
    pub name: String,
    /// What the user may do.
    pub role: Role,
    /// The identity provider that vouches for the user; absent for a local one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// Whether the user is shut out.
    pub disabled: bool,
    /// When the user was made.
    pub created_at: Timestamp,
}

/// A user to be made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NewUser {
    /// Name: 1 to 100 letters, digits, `.`, `-`, `_` and `@`.
    #[schema(min_length = 1, max_length = 100, pattern = "^[A-Za-z0-9._@-]+$")]
    pub name: String,
    /// What the user may do.
    pub role: Role,
    /// Password: 12 to 512 characters.
    #[schema(min_length = 12, max_length = 512)]
    pub password: String,
}

/// What changes about a user; what is absent stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct UserChange {
    /// What the user may do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Whether the user is shut out. Ends the user's sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
    /// A new password. Ends the user's sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 12, max_length = 512)]
    pub password: Option<String>,
}

/// The first administrator.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Setup {
    /// The one-time token that the first start wrote to a file.
    #[schema(max_length = 200)]
    pub token: String,
    /// Name of the administrator.
    #[schema(min_length = 1, max_length = 100, pattern = "^[A-Za-z0-9._@-]+$")]
    pub name: String,
    /// Password: 12 to 512 characters.
    #[schema(min_length = 12, max_length = 512)]
    pub password: String,
}

/// A login with name and password.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Login {
    /// Name of the user.
    #[schema(max_length = 100)]
    pub name: String,
    /// The user's password.
    #[schema(max_length = 512)]
    pub password: String,
}

/// A change of one's own password.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PasswordChange {
    /// The password until now.
    #[schema(max_length = 512)]
    pub old: String,
    /// The password from now on.
    #[schema(min_length = 12, max_length = 512)]
    pub new: String,
}

/// Who is asking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Session {
    /// Name of the user, or of the token's owner.
    pub name: String,
    /// What may be done.
    pub role: Role,
    /// The identity provider that vouches for the user; absent for a local one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// What requests of a browser that change something must carry in the header
    /// `X-Lazaret-Csrf`; absent where a token is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub csrf: Option<String>,
    /// When the session ends; absent where a token that does not end is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// A token for programs. The token itself is shown once, when it is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Token {
    /// Id, a UUID.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// What may be done with it.
    pub role: Role,
    /// Who made it.
    pub owner: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends; absent: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When it was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
}

/// A token to be made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NewToken {
    /// What it is for.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// What may be done with it; not more than its maker may.
    pub role: Role,
    /// How many days it lasts, 1 to 3650; absent: until it is taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 3650)]
    pub days: Option<u32>,
}

/// A token that was made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TokenMade {
    /// What is kept of it.
    #[serde(flatten)]
    pub token: Token,
    /// The token itself, for `Authorization: Bearer`. It cannot be shown again.
    pub secret: String,
}
