//! What can be typed after `serve`.

use std::path::PathBuf;

use clap::Args as ClapArgs;

/// The centre.
#[derive(Debug, Clone, ClapArgs)]
#[command(after_help = "Examples:
  lazaret serve
  lazaret serve --listen 0.0.0.0:8080 --public-url https://lazaret.example --data /var/lib/lazaret
  lazaret serve --database postgres://lazaret@db.example/lazaret

The first start writes a one-time token to a file and says where; with it the first
administrator is made (docs/centre.md).")]
pub(crate) struct ServeArgs {
    /// Where it answers.
    #[arg(
        long,
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8080",
        env = "LAZARET_SERVE_LISTEN"
    )]
    pub(crate) listen: String,
    /// Folder for keys and the embedded database. Without it,
    /// lazaret/centre in the data directory of the user.
    #[arg(long, value_name = "DIR", env = "LAZARET_SERVE_DATA")]
    pub(crate) data: Option<PathBuf>,
    /// sqlite:PATH or postgres://…; without it, lazaret.db in --data.
    #[arg(
        long,
        value_name = "ADDRESS",
        env = "LAZARET_DATABASE",
        hide_env_values = true
    )]
    pub(crate) database: Option<String>,
    /// Address that people and registries reach it at, for links and cookies.
    #[arg(long, value_name = "URL", env = "LAZARET_PUBLIC_URL")]
    pub(crate) public_url: Option<String>,
}
