//! Databases, caches, queues and search engines.

use super::super::Pattern::{Begins, Text, Whole};
use super::{Classifier, module, program};

pub(super) static ROWS: &[Classifier] = &[
    // src/release.c: server name, VALKEY_VERSION, id of the build, state of the tree and commit
    // in one string; the version is also a string of its own.
    program(
        "valkey",
        &[
            "valkey-server",
            "valkey-cli",
            "valkey-sentinel",
            "redis-server",
            "redis-cli",
        ],
        "valkey",
        &["lfprojects:valkey", "linuxfoundation:valkey"],
        &[Begins(
            r"valkey([789]\.{n}\.{n}[0-9A-Za-z_.-]{0,80}\d{10,19}[0-9a-f]{8,20})\x00",
            r"([789]\.{n}\.{n}(?:-rc\d)?)",
        )],
    ),
    // src/version.h: KEYDB_REAL_VERSION, a string of its own.
    program(
        "keydb",
        &["keydb-server", "keydb-cli"],
        "keydb",
        &["snapchat:keydb"],
        &[Whole("KeyDB", r"([56]\.{n}\.{n})")],
    ),
    // src/release.c: REDIS_VERSION, id of the build, state of the tree and commit in one
    // string; the version is also a string of its own. `Redis version` is the older log line.
    program(
        "redis",
        &[
            "redis-server",
            "redis-cli",
            "redis-sentinel",
            "redis-check-rdb",
            "redis-check-aof",
            "redis-benchmark",
        ],
        "redis",
        &["redis:redis", "redislabs:redis"],
        &[
            Text("Redis version ({v3}),"),
            Begins(
                r"([2-9]\.{n}\.{n}[0-9A-Za-z_.-]{0,80}\d{10,19}[0-9a-f]{8,20})\x00",
                r"([2-9]\.{n}\.{n}(?:-rc\d)?)",
            ),
        ],
    ),
    // src/server/version.cc: kGitTag, `v1.20.1`.
    program(
        "dragonfly",
        &["dragonfly"],
        "dragonfly",
        &["dragonflydb:dragonfly"],
        &[
            Text("dragonfly v({v3})"),
            Whole("Dragonfly", r"v(1\.{n}\.{n})"),
        ],
    ),
    // memcached.c: PACKAGE and VERSION, `memcached 1.6.18`.
    program(
        "memcached",
        &["memcached"],
        "memcached",
        &["memcached:memcached"],
        &[Text(r"memcached (1\.{n}\.{n})")],
    ),
    // configure.ac: PG_VERSION_STR, `PostgreSQL 15.2 on …`; the clients print `(PostgreSQL) 15.2`.
    program(
        "postgresql",
        &[
            "postgres",
            "postmaster",
            "psql",
            "pg_dump",
            "pg_ctl",
            "initdb",
            "pg_config",
        ],
        "postgresql",
        &["postgresql:postgresql"],
        &[
            Text(r"PostgreSQL ({v}|\d{1,2}(?:alpha|beta|rc)\d) (?:\([^)\x00]{1,60}\) )?on "),
            Text(r"\(PostgreSQL\) ({v}|\d{1,2}(?:alpha|beta|rc)\d)"),
        ],
    ),
    // sql/mysqld: MYSQL_SERVER_VERSION, `10.11.6-MariaDB`.
    program(
        "mariadb",
        &[
            "mariadbd",
            "mariadb",
            "mysqld",
            "mysql",
            "mariadb-admin",
            "mysqladmin",
            "mariadb-dump",
            "mysqldump",
            "mariadb-check",
        ],
        "mariadb",
        &["mariadb:mariadb"],
        &[Text(r"([1-9]\d?\.\d{1,2}\.\d{1,3})-MariaDB")],
    ),
    // The folder that Percona builds in.
    program(
        "percona-xtradb-cluster",
        &["mysqld", "mysql"],
        "percona-xtradb-cluster",
        &["percona:xtradb_cluster", "oracle:mysql"],
        &[Text("/Percona-XtraDB-Cluster-({v3})")],
    ),
    // The folder that Percona builds in.
    program(
        "percona-server",
        &["mysqld", "mysql", "mysqladmin", "mysqldump"],
        "percona-server",
        &["percona:percona_server", "oracle:mysql"],
        &[Text("/percona-server-({v3})")],
    ),
    // The folder that Percona builds in.
    program(
        "xtrabackup",
        &["xtrabackup"],
        "percona-xtrabackup",
        &["percona:xtrabackup"],
        &[Text("/percona-xtrabackup-({v3})")],
    ),
    // include/mysql_version.h: MYSQL_SERVER_VERSION, a string of its own; the folder of the build.
    program(
        "mysql",
        &["mysqld", "mysql", "mysqladmin", "mysqldump", "ndbd"],
        "mysql",
        &["oracle:mysql"],
        &[
            Text("/mysql-({v3})(?:-[a-z]{1,8})?/"),
            Whole("mysql_real_", r"([5-9]\.{n}\.{n})(?:-[a-z]{1,8})?"),
        ],
    ),
    // client/ma_common: MARIADB_CLIENT_VERSION_STR, a string of its own.
    program(
        "libmariadb",
        &["libmariadb.so*", "libmysqlclient.so*"],
        "mariadb-connector-c",
        &["mariadb:connector/c"],
        &[Whole("mariadb_", r"(3\.{n}\.{n})")],
    ),
    // src/mongo/util/version.cpp: the version lies before the names of the build's facts.
    program(
        "mongodb",
        &["mongod", "mongos", "mongo"],
        "mongodb",
        &["mongodb:mongodb"],
        &[
            Text(
                r"([2-9]\.\d{1,2}\.\d{1,3}(?:-rc\d{1,2})?)\x00{1,8}(?:tcmalloc|heap_size|cppdefines|OpenSSL)",
            ),
            Whole("MongoDB", r"([2-9]\.{n}\.{n})"),
        ],
    ),
    // dbms/src/Common/config_version.h: `ClickHouse 18.16.1`, since 20 `ClickHouse server version`.
    program(
        "clickhouse",
        &[
            "clickhouse",
            "clickhouse-server",
            "clickhouse-client",
            "libclickhouse.so*",
        ],
        "clickhouse",
        &["clickhouse:clickhouse"],
        &[
            Text(r"ClickHouse ({v})\x00"),
            Whole("ClickHouse server", r"(2\d\.\d{1,2}\.\d{1,3}\.\d{1,4})"),
        ],
    ),
    // src/version.c, TARANTOOL: PACKAGE_VERSION, `2.6.0-0-g47aa4e01e`.
    program(
        "tarantool",
        &["tarantool"],
        "tarantool",
        &["tarantool:tarantool"],
        &[Text(
            r"\x00([123]\.\d{1,2}\.\d{1,3})-\d{1,4}-g[0-9a-f]{7,12}\x00",
        )],
    ),
    // lib/Rest/Version: `3.11.5 [linux]`.
    program(
        "arangodb",
        &["arangod", "arangosh"],
        "arangodb",
        &["arangodb:arangodb"],
        &[Text(
            r"(3\.\d{1,2}\.\d{1,3}(?:-\d{1,2})?) (?:enterprise )?\[linux\]",
        )],
    ),
    // src/jrd/build_no.h: `LI-V3.0.11.33637 Firebird 3.0`.
    program(
        "firebird",
        &["firebird", "libEngine*.so", "libfbclient.so*", "fbserver"],
        "firebird",
        &["firebirdsql:firebird"],
        &[Text(r"LI-V([1-5]\.{n}\.{n}\.{n}) Firebird")],
    ),
    // include/pgbouncer: PACKAGE_STRING, `PgBouncer 1.18.0`.
    program(
        "pgbouncer",
        &["pgbouncer"],
        "pgbouncer",
        &["pgbouncer:pgbouncer"],
        &[Text("PgBouncer ({v3})")],
    ),
    // src/version.h: VERSION, a string of its own.
    program(
        "pgpool",
        &["pgpool"],
        "pgpool-ii",
        &["pgpool:pgpool-ii"],
        &[Whole("pgpool-II", r"([34]\.{n}\.{n})")],
    ),
    // shell.c: `%s %s` of sqlite3_libversion(); sqlite3.c: SQLITE_VERSION, a string of its own.
    program(
        "sqlite",
        &["sqlite3", "libsqlite3.so*"],
        "sqlite",
        &["sqlite:sqlite"],
        &[Whole("SQLite", r"(3\.{n}\.{n}(?:\.\d)?)")],
    ),
    // The same amalgamation, with SQLCipher's codec.
    program(
        "sqlcipher",
        &["sqlcipher", "libsqlcipher.so*"],
        "sqlcipher",
        &["zetetic:sqlcipher"],
        &[Whole("cipher_version", r"([34]\.{n}\.{n})")],
    ),
    // config.h: VERSION, a string of its own; `mosquitto version %s starting`.
    program(
        "mosquitto",
        &["mosquitto", "mosquitto_pub", "mosquitto_sub"],
        "mosquitto",
        &["eclipse:mosquitto"],
        &[Whole("mosquitto", r"([12]\.{n}\.{n})")],
    ),
    // version/version.go, Version.
    module(
        "etcd",
        &["etcd", "etcdctl", "etcdutl"],
        "go.etcd.io/etcd",
        &["etcd:etcd", "redhat:etcd"],
    ),
    // cmd/influxd/main.go: version, set by the linker.
    module(
        "influxdb",
        &["influxd", "influx"],
        "github.com/influxdata/influxdb",
        &["influxdata:influxdb"],
    ),
    // server/const.go.
    module(
        "nats-server",
        &["nats-server", "gnatsd"],
        "github.com/nats-io/nats-server",
        &["nats:nats_server", "linuxfoundation:nats-server"],
    ),
    // cmd/build-constants.go: ReleaseTag.
    module(
        "minio",
        &["minio"],
        "github.com/minio/minio",
        &["minio:minio"],
    ),
    // build/info.go: tag.
    module(
        "cockroach",
        &["cockroach"],
        "github.com/cockroachdb/cockroach",
        &["cockroachlabs:cockroachdb"],
    ),
    // x/build.go.
    module(
        "dgraph",
        &["dgraph"],
        "github.com/dgraph-io/dgraph",
        &["dgraph:dgraph"],
    ),
];
