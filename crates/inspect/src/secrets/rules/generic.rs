//! Values of no known form, known by the name that stands before them.

use lazaret_model::Confidence::Low as Unsure;
use lazaret_model::Severity::Medium;

use super::Rule;
use crate::secrets::check;
use crate::secrets::rule::Scope;

/// The family's rows.
pub(crate) static RULES: &[Rule] = &[
    Rule::near(
        "generic-key",
        "Key or token",
        &["api_key", "apikey", "api-key", "access_key", "auth_key", "secret_key", "secretkey", "private_key", "encryption_key", "signing_key", "master_key", "client_secret", "clientsecret", "app_secret", "secret", "token", "credential"],
        r#"(?i:api[_-]?key|access_key|auth_key|secret_?key|private_key|encryption_key|signing_key|master_key|client_?secret|app_secret|secret|token|credentials?)[\w.-]{0,20}["'\]]{0,2}[ \t]{0,4}(?:=>|:=|=|:|>)[ \t]{0,4}["']?(?P<s>[A-Za-z0-9+/=_.~-]{16,160})(?:["'\s;,<&]|\z)"#,
    )
    .scope(Scope::Settings)
    .confidence(Unsure)
    .severity(Medium)
    .entropy(3.4)
    .check(check::random)
    .good(&["API_KEY={w:32}", "client_secret: \"{w:40}\"", "<apiKey>{h:32}</apiKey>", "AUTH_TOKEN={h:40}"])
    .bad(&[
        "API_KEY=your_api_key_goes_here_1234",
        "secret_name: my-application-secret-name",
        "tokenizer: bert-base-uncased-vocabulary",
        "token = os.environ.get(TOKEN)",
        "secret: ${{ secrets.DEPLOY_KEY_2024 }}",
    ]),
    Rule::near(
        "generic-password",
        "Password",
        &["password", "passwd", "passphrase", "_pwd", "_pass", "pgpassword"],
        r#"(?i:password|passwd|passphrase|_pwd|_pass)[A-Za-z0-9]{0,10}["'\]]{0,2}[ \t]{0,4}(?:=>|:=|=|:|>)[ \t]{0,4}["']?(?P<s>[^\s"'`;,<>{}()\[\]$]{6,100})(?:["'\s;,<]|\z)"#,
    )
    .scope(Scope::Settings)
    .confidence(Unsure)
    .severity(Medium)
    .entropy(2.3)
    .check(check::password)
    .good(&["DB_PASSWORD=Gr8-{w:10}", "password: 'hunter-2-{w:6}'", "MYSQL_ROOT_PASSWORD=s3cr-{w:6}"])
    .bad(&[
        "password: string",
        "PASSWORD=${DB_PASSWORD}",
        "password = getpass()",
        "DB_PASSWORD_FILE=/run/secrets/db",
        "password: changeme123",
    ]),
    Rule::near(
        "authorization-header",
        "Authorization header",
        &["authorization"],
        r#"(?i:authorization)["']{0,2}[ \t]{0,4}[:=][ \t]{0,4}["']?(?i:bearer|token|basic)[ \t]{1,4}(?P<s>[A-Za-z0-9+/=_.~-]{16,400})"#,
    )
    .reach(600)
    .severity(Medium)
    .entropy(3.4)
    .check(check::random)
    .good(&["curl -H 'Authorization: Bearer a1B2{w:36}'"])
    .bad(&["Authorization: Bearer <token>", "Authorization: Bearer $TOKEN_FROM_ENV_1234567"]),
    Rule::near(
        "command-line-password",
        "Password on a command line",
        &["curl ", "mysql ", "sshpass ", "wget ", "docker login", "podman login", "mysqldump "],
        r#"(?:curl [^\n]{0,200}?(?:-u|--user)[ =]["']?[\w.@-]{1,60}:|mysql(?:dump)? [^\n]{0,100}?(?:-p|--password=)["']?|sshpass -p ?["']?|wget [^\n]{0,200}?--(?:http-)?password=["']?|(?:docker|podman) login [^\n]{0,100}?(?:-p|--password)[ =]["']?)(?P<s>[^\s"'$`<>{}]{6,100})"#,
    )
    .severity(Medium)
    .entropy(2.3)
    .check(check::password)
    .good(&["RUN curl -u ci:a1-{w:14} https://acme.test/x", "sshpass -p s3cr-{w:8} ssh host", "docker login -u ci -p a1-{w:14} r.acme.test"])
    .bad(&["curl -u $USER:$PASS https://x", "mysql -p -u root", "docker login --password-stdin"]),
];
