//! Databases, queues and stores: passwords inside of addresses.

use lazaret_model::Confidence::Medium as Likely;
use lazaret_model::Severity::{Critical, High, Medium};

use super::{Rule, behind};
use crate::secrets::check;
use crate::secrets::rule::Scope;

/// The family's rows.
pub(crate) static RULES: &[Rule] = &[
    Rule::near("database-url", "Password in the address of a database",
        &["postgres://", "postgresql://", "mysql://", "mariadb://", "mongodb://", "mongodb+srv://", "redis://", "rediss://", "clickhouse://", "cockroachdb://", "mssql://", "sqlserver://", "oracle://", "neo4j://", "bolt://", "couchdb://", "cassandra://", "mysql2://", "asyncpg://", "psycopg2://", "pymysql://"],
        r"[a-z0-9+]{4,14}://[^\s:@/<>'\x22]{0,60}:(?P<s>[^\s@/<>'\x22]{3,120})@[\w\[]")
        .check(check::address_password)
        .entropy(1.5)
        .severity(Critical)
        .good(&["DATABASE_URL=postgres://shop:{w:16}@db.acme.test:5432/shop", "redis://:{w:16}@cache:6379"])
        .bad(&["postgres://user:password@localhost/db", "postgres://localhost:5432/db", "mysql://root:${PASS}@db/x"]),
    Rule::near("queue-url", "Password in the address of a message queue", &["amqp://", "amqps://", "nats://", "mqtt://", "mqtts://", "kafka://", "stomp://"],
        r"[a-z]{4,6}://[^\s:@/<>'\x22]{0,60}:(?P<s>[^\s@/<>'\x22]{3,120})@[\w\[]")
        .check(check::address_password)
        .entropy(1.5)
        .good(&["amqp://shop:{w:16}@mq.acme.test"])
        .bad(&["amqp://guest:guest@localhost"]),
    Rule::near("url-password", "Password in a web address", &["https://", "http://", "ftp://", "sftp://", "ldap://", "ldaps://", "smtp://", "smtps://", "imap://", "ssh://"],
        r"[a-z]{3,5}://[^\s:@/<>'\x22?#]{1,60}:(?P<s>[^\s@/<>'\x22?#]{6,120})@[\w\[]")
        .check(check::address_password)
        .severity(High)
        .entropy(2.5)
        .good(&["https://bob:{w:16}@nexus.acme.test/repo", "PIP_INDEX_URL=https://ci:a1-{w:12}@pypi.acme.test/simple"])
        .bad(&["https://user:password@host", "https://acme.test:8443/a@b", "http://[::1]:80/"]),
    Rule::near("jdbc-password", "Password in a JDBC address", &["jdbc:"], r"jdbc:[a-z0-9]{2,20}:[^\s'\x22]{3,300}?[?&;](?i:password|pwd)=(?P<s>[^\s&;'\x22]{4,100})")
        .check(check::address_password)
        .reach(500)
        .severity(Critical)
        .entropy(2.0)
        .good(&["jdbc:mysql://db:3306/shop?user=shop&password={w:16}"])
        .bad(&["jdbc:mysql://db:3306/shop?user=shop&password=${pw}"]),
    Rule::near("connection-string-password", "Password in a connection string", &["password=", "pwd="], r"(?i:password|pwd)=(?P<s>[^\s;'\x22&,)<>]{6,100});")
        .check(check::address_password)
        .confidence(Likely)
        .scope(Scope::Settings)
        .entropy(2.5)
        .good(&["Server=db;Database=shop;User Id=sa;Password={w:16};Encrypt=true"])
        .bad(&["Server=db;Password={0};"]),
    Rule::near("pgpass", "Password of PostgreSQL", &[":*:", ":5432:"], r":(?:\*|5432):[^:\s]{1,60}:[^:\s]{1,60}:(?P<s>[^\s]{4,100})")
        .scope(Scope::Paths(&["/.pgpass", "/pgpass.conf", "pgpass"]))
        .entropy(1.5)
        .good(&["db.acme.test:5432:shop:shop:{w:14}"])
        .bad(&["#hostname:port:database:username"]),
    Rule::near("netrc-password", "Password of a host", &["machine "], r"machine\s{1,8}\S{1,100}\s{1,8}login\s{1,8}\S{1,100}\s{1,8}password\s{1,8}(?P<s>\S{4,200})")
        .scope(Scope::Paths(&["/.netrc", "/_netrc", "netrc"]))
        .entropy(1.5)
        .good(&["machine git.acme.test login bob password {w:14}"])
        .bad(&["machine git.acme.test login bob"]),
    Rule::near("mysql-client-password", "Password of MySQL", &["password"], r#"(?m)password[ \t]{0,4}=[ \t]{0,4}["']?(?P<s>[^\s"']{4,100})"#)
        .scope(Scope::Paths(&["/.my.cnf", "/my.cnf", "debian.cnf", "mysqldump.cnf", ".mylogin.cnf"]))
        .entropy(1.5)
        .good(&["[client]\nuser=root\npassword={w:14}"])
        .bad(&["[client]\n# password is asked for\n"]),
    Rule::near("confluent-secret", "Confluent secret", &["confluent", "sasl_password", "sasl.password"], behind!("confluent|sasl[_.]password", "[A-Za-z0-9+/]{64}"))
        .check(check::mixed)
        .good(&["CONFLUENT_API_SECRET={w:64}"])
        .bad(&["confluent_cluster=lkc-1"]),
    Rule::token("cloudinary-url", "Cloudinary secret", &["cloudinary://"], r"cloudinary://\d{12,16}:(?P<s>[\w-]{20,40})@")
        .any_case()
        .hidden()
        .good(&["cloudinary://{d:15}:{u:27}@acme"])
        .bad(&["cloudinary://key:secret@cloud"]),
    Rule::token("snowflake-password", "Snowflake password", &["snowflake"], behind!("snowflake[a-z_]{0,6}(?:password|token)", r"[^\s'\x22]{8,100}"))
        .any_case()
        .hidden()
        .check(check::password)
        .good(&["SNOWFLAKE_PASSWORD=a1-{w:14}"])
        .bad(&["snowflake_account=acme"]),
    Rule::near("rails-secret-key-base", "Rails secret key base", &["secret_key_base"], behind!("secret_key_base", "[0-9a-f]{64,128}"))
        .good(&["SECRET_KEY_BASE={h:128}"])
        .bad(&["secret_key_base: <%= ENV['S'] %>"]),
    Rule::near("django-secret-key", "Django secret key", &["secret_key"], r#"(?i:secret_key)['"\]]{0,2}\s{0,3}[:=]\s{0,3}['"]?(?P<s>(?:django-insecure-)?[a-z0-9!@#$%^&*(\-_=+)]{50})['"]?"#)
        .severity(Medium)
        .entropy(3.8)
        .check(check::mixed)
        .good(&["SECRET_KEY = 'django-insecure-a1%{l:47}'"])
        .bad(&["SECRET_KEY = os.environ['SECRET_KEY']"]),
    Rule::near("laravel-app-key", "Laravel application key", &["app_key"], r#"(?i:app_key)[ \t]{0,3}=[ \t]{0,3}"?(?P<s>base64:[A-Za-z0-9+/]{43}=)"#)
        .good(&["APP_KEY=base64:{b:43}="])
        .bad(&["APP_KEY="]),
];
