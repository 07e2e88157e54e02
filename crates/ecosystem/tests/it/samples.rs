//! What programs and libraries say about themselves, as their sources build it.

/// File, what is in it, and the purl that it must give.
pub(crate) const SAMPLES: &[(&str, &str, &str)] = &[
    (
        "usr/bin/python3.11",
        "Py_Initialize\0\x003.11.2\0\x002.5.0\0",
        "generic/python@3.11.2",
    ),
    (
        "opt/lib/libpython3.13.so.1.0",
        "Py_Initialize\0\x003.13.0rc2\0",
        "generic/python@3.13.0rc2",
    ),
    (
        "usr/lib/libpypy3.9-c.so",
        "3.9.16\n[PyPy 7.3.11 with GCC 12.2.0]",
        "generic/pypy@7.3.11",
    ),
    (
        "usr/local/bin/perl",
        "PERL5LIB\0\0v5.36.0\0",
        "generic/perl@5.36.0",
    ),
    (
        "usr/local/sbin/php-fpm",
        "X-Powered-By: PHP/8.2.36\0",
        "generic/php@8.2.36",
    ),
    (
        "usr/local/lib/libruby.so.3.3.0",
        "\0ruby 3.3.0rc1 (2023-12-11 master a49643340e)",
        "generic/ruby@3.3.0rc1",
    ),
    (
        "usr/local/lib/libruby.so.2.7.7",
        "\0ruby 2.7.7p221 (2022-11-24 revision 168ec2b1e5)",
        "generic/ruby@2.7.7",
    ),
    (
        "usr/local/bin/node",
        "\0node.js/v22.9.0\0",
        "generic/node@22.9.0",
    ),
    (
        "usr/local/bin/bun",
        "x\x16\0\0Bun v1.4.5 (Linux x64)\0",
        "generic/bun@1.4.5",
    ),
    (
        "usr/bin/deno",
        "denover2.9.6Deno/2.9.6Deno/2.9.6+e518fbd",
        "generic/deno@2.9.6",
    ),
    (
        "opt/julia/lib/libjulia-internal.so.1.10",
        "jl_init\0__init__\x001.10.2\0verify",
        "generic/julia@1.10.2",
    ),
    (
        "usr/local/lib/erlang/erts-14/bin/beam.smp",
        "\x0026.1.2\0\0\0Erlang/OTP %s",
        "generic/erlang@26.1.2",
    ),
    (
        "usr/local/lib/elixir/ebin/elixir.app",
        "{application,elixir,[{vsn,\"1.17.0-rc.1\"}",
        "generic/elixir@1.17.0-rc.1",
    ),
    (
        "usr/local/bin/elixir",
        "#!/bin/sh\nELIXIR_VERSION=1.16.2\n",
        "generic/elixir@1.16.2",
    ),
    (
        "usr/lib/libstd-0123456789abcdef.so",
        "clang LLVM (rustc version 1.75.0 (82e1608df 2023-12-21))",
        "generic/rust@1.75.0",
    ),
    (
        "usr/lib/dart/bin/dart",
        "\"Dart,GC\"\x003.5.2 (stable) (Wed Aug 28 10:01:20",
        "generic/dart@3.5.2",
    ),
    (
        "usr/local/bin/swipl",
        "/usr/local/lib/swipl-9.1.2/\0",
        "generic/swipl@9.1.2",
    ),
    (
        "opt/ghc/bin/ghc-9.4.7",
        "\0libHSghc-9.4.7-ghc9.4.7.so\0",
        "generic/haskell/ghc@9.4.7",
    ),
    (
        "usr/local/bin/stack",
        "Version 2.11.1, Git revision c1167a6",
        "generic/haskell/stack@2.11.1",
    ),
    ("usr/bin/gcc", "GNU C17\0\x0012.2.0\0", "generic/gcc@12.2.0"),
    (
        "opt/jdk/bin/java",
        "-J-ms8m\0openjdk\0java\x000.0\x0017.0.9+9\0",
        "generic/oracle/openjdk@17.0.9",
    ),
    (
        "opt/jdk8/bin/java",
        "openjdk\0java\x001.8\x001.8.0_352-b08\0",
        "generic/oracle/openjdk@1.8.0_352",
    ),
    (
        "opt/graal/bin/java",
        "\x0021.0.1+12-jvmci-23.1-b19\0openjdk\0",
        "generic/oracle/graalvm@21.0.1",
    ),
    (
        "opt/oracle/bin/java",
        "\0java\x001.8\x001.8.0_451-b10\0",
        "generic/oracle/jdk@1.8.0_451",
    ),
    (
        "usr/lib/libhostfxr.so",
        "hostfxr_main\0  Version: %s\08.0.4\0",
        "generic/dotnet@8.0.4",
    ),
    (
        "usr/local/openresty/nginx/sbin/nginx",
        "\0nginx version: openresty/1.21.4.1\n",
        "generic/openresty@1.21.4.1",
    ),
    (
        "usr/sbin/nginx",
        "\0nginx version: nginx/1.25.1 (%s)\n",
        "generic/nginx@1.25.1",
    ),
    (
        "usr/local/apache2/bin/httpd",
        "\0Apache/2.4.57\0",
        "generic/httpd@2.4.57",
    ),
    (
        "usr/local/sbin/haproxy",
        "\0 version 2.8.25-1a2b3c4, released 2026/01/01\0",
        "generic/haproxy@2.8.25",
    ),
    (
        "old/haproxy",
        "HA-Proxy version 1.8.30 2021/04/12\n",
        "generic/haproxy@1.8.30",
    ),
    (
        "usr/local/bin/envoy",
        "\x001.28.7\0\0envoy.reloadable_features.x",
        "generic/envoy@1.28.7",
    ),
    (
        "usr/local/bin/wp",
        "#!/usr/bin/env php\nwp-cli/wp-cli 2.9.0\n",
        "generic/wp-cli@2.9.0",
    ),
    (
        "usr/bin/composer",
        "#!/usr/bin/env php\nconst VERSION = '2.7.1';",
        "generic/composer@2.7.1",
    ),
    (
        "usr/local/bin/redis-server",
        "\x006.2.14\0\x006.2.0\0x6.2.14912196-d8565-1701469167040305114\0",
        "generic/redis@6.2.14",
    ),
    (
        "usr/local/bin/redis-server",
        "Server started, Redis version 2.8.23, bits",
        "generic/redis@2.8.23",
    ),
    (
        "usr/local/bin/valkey-server",
        "\x009.1.0\0\x009.1.2\0valkey9.1.22036e910ab2c-179260013845336800000000\0",
        "generic/valkey@9.1.2",
    ),
    (
        "usr/local/bin/postgres",
        "\0PostgreSQL 9.6.24 on x86_64-pc-linux-gnu, compiled by",
        "generic/postgresql@9.6.24",
    ),
    (
        "usr/local/bin/postgres",
        "\0PostgreSQL 17.10 (Debian 17.10-1.pgdg12+1) on x86_64",
        "generic/postgresql@17.10",
    ),
    (
        "usr/sbin/mysqld",
        "/export/home/pb2/build/sb_0-1/mysql-8.0.37/sql/\0",
        "generic/mysql@8.0.37",
    ),
    (
        "usr/sbin/mysqld",
        "/builddir/percona-server-8.0.36-28/sql/\0",
        "generic/percona-server@8.0.36",
    ),
    (
        "usr/sbin/mysqld",
        "\x0010.6.15-MariaDB-log\0",
        "generic/mariadb@10.6.15",
    ),
    (
        "usr/bin/xtrabackup",
        "/build/percona-xtrabackup-8.0.35-31/x",
        "generic/percona-xtrabackup@8.0.35",
    ),
    (
        "usr/bin/mongod",
        "6.0.27\0tcmalloc\0",
        "generic/mongodb@6.0.27",
    ),
    (
        "usr/bin/arangosh",
        "\x003.11.5 [linux] 64bit",
        "generic/arangodb@3.11.5",
    ),
    (
        "usr/bin/dragonfly",
        "dragonfly v1.20.1-abc\0",
        "generic/dragonfly@1.20.1",
    ),
    (
        "opt/fluent-bit/bin/fluent-bit",
        "\x003.0.2\0%sFluent Bit v%s",
        "generic/fluent-bit@3.0.2",
    ),
    (
        "usr/sbin/ntpd",
        "ntpd 4.2.8p15@1.3728-o",
        "generic/ntp@4.2.8p15",
    ),
    (
        "usr/local/bin/openssl",
        "\0OpenSSL 1.1.1w  11 Sep 2023\0",
        "generic/openssl@1.1.1w",
    ),
    (
        "usr/local/bin/openssl",
        "\0OpenSSL 1.1.1 (compatible; AWS-LC 1.69.0)\0",
        "generic/aws-lc@1.69.0",
    ),
    (
        "usr/local/bin/openssl",
        "\0LibreSSL 3.7.2\0",
        "generic/libressl@3.7.2",
    ),
    (
        "bin/busybox",
        "BusyBox v1.36.1 (2024-01-01",
        "generic/busybox@1.36.1",
    ),
    (
        "opt/chrome/chrome",
        "\x00127.0.6533.119\0Default",
        "generic/chrome@127.0.6533.119",
    ),
    (
        "usr/bin/sqlcipher",
        "cipher_version\0\x004.5.6\0",
        "generic/sqlcipher@4.5.6",
    ),
    (
        "usr/bin/consul",
        "runtime.goexit\0\x001.7.14\0",
        "golang/github.com/hashicorp/consul@v1.7.14",
    ),
    (
        "usr/bin/helm",
        "runtime.goexit\0\0v3.14.0\0",
        "golang/helm.sh/helm@v3.14.0",
    ),
];
