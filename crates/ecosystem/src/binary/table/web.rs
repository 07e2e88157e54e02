//! Web servers, proxies and what answers behind them.

use super::super::Pattern::{Text, Whole};
use super::{Classifier, module, program};

pub(super) static ROWS: &[Classifier] = &[
    // OpenResty's NGINX_VER, `nginx version: openresty/1.21.4.1`.
    program(
        "openresty",
        &["nginx", "openresty"],
        "openresty",
        &["openresty:openresty"],
        &[Text("nginx version: openresty/({v})")],
    ),
    // Tengine's NGINX_VER.
    program(
        "tengine",
        &["nginx", "tengine"],
        "tengine",
        &["alibaba:tengine"],
        &[Text("ersion: Tengine/({v})")],
    ),
    // Angie's ANGIE_VER.
    program(
        "angie",
        &["nginx", "angie"],
        "angie",
        &[],
        &[Text("Angie version: Angie/({v3})")],
    ),
    // src/core/nginx.c: `nginx version: ` NGINX_VER.
    program(
        "nginx",
        &["nginx", "nginx-debug"],
        "nginx",
        &["f5:nginx", "nginx:nginx"],
        &[Text("nginx version: nginx(?:-plus)?/({v3})")],
    ),
    // server/core.c, AP_SERVER_BASEVERSION: `Apache/2.4.57`.
    program(
        "httpd",
        &["httpd", "apache2", "libhttpd.so"],
        "httpd",
        &["apache:http_server"],
        &[Text(r"Apache/([12]\.{n}\.{n})")],
    ),
    // include/haproxy/version.h: `HA-Proxy version 1.8.3` and, since 2.4, ` version 2.6.12-…, released`.
    program(
        "haproxy",
        &["haproxy"],
        "haproxy",
        &["haproxy:haproxy"],
        &[
            Text(r"version ({v}(?:-(?:dev|rc)\d{1,2})?)[0-9A-Za-z.+~-]{0,60}, released 20"),
            Text(r"HA-?Proxy version ({v}(?:-(?:dev|rc)\d{1,2})?)"),
        ],
    ),
    // lib/libvarnish/version.c: `(varnish-7.1.1 revision …`.
    program(
        "varnish",
        &["varnishd", "varnishadm"],
        "varnish",
        &[
            "varnish-software:varnish_cache",
            "varnish_cache_project:varnish_cache",
        ],
        &[Text("varnish-({v3}) revision")],
    ),
    // src/server.h, PACKAGE_DESC: `lighttpd/1.4.69`.
    program(
        "lighttpd",
        &["lighttpd"],
        "lighttpd",
        &["lighttpd:lighttpd"],
        &[Text(r"lighttpd/(1\.{n}\.{n})")],
    ),
    // include/version.h, APP_FULLNAME: `squid/5.7`.
    program(
        "squid",
        &["squid", "squid3"],
        "squid",
        &["squid-cache:squid"],
        &[Text(r"squid/({v}{pre})\x00")],
    ),
    // source/common/version/version.cc: BUILD_VERSION_NUMBER, a string of its own.
    program(
        "envoy",
        &["envoy", "envoy-static"],
        "envoy",
        &["envoyproxy:envoy"],
        &[
            Whole("envoy.reloadable_features", r"(1\.{n}\.{n}(?:-dev)?)"),
            Whole("envoy_reloadable_features", r"(1\.{n}\.{n}(?:-dev)?)"),
        ],
    ),
    // core/uwsgi.c: UWSGI_VERSION, a string of its own.
    program(
        "uwsgi",
        &["uwsgi", "uwsgi-core"],
        "uwsgi",
        &["unbit:uwsgi"],
        &[Whole("uWSGI", r"(2\.{n}(?:\.{n}){1,2})(?:-debian)?")],
    ),
    // src/main.c: `hitch 1.7.2`.
    program("hitch", &["hitch"], "hitch", &[], &[Text("hitch ({v3})")]),
    // src/conffile: `tinyproxy 1.11.1`; PACKAGE_VERSION alone.
    program(
        "tinyproxy",
        &["tinyproxy"],
        "tinyproxy",
        &["tinyproxy:tinyproxy", "tinyproxy_project:tinyproxy"],
        &[Whole("tinyproxy", r"(1\.{n}\.{n})")],
    ),
    // project.h: `Privoxy version 3.0.34`.
    program(
        "privoxy",
        &["privoxy"],
        "privoxy",
        &["privoxy:privoxy"],
        &[Text("Privoxy version ({v3})")],
    ),
    // src/nxt_main.h: NXT_SERVER, `Unit/1.31.1`.
    program(
        "unit",
        &["unitd"],
        "nginx-unit",
        &["f5:nginx_unit"],
        &[Text(r"Unit/(1\.{n}\.{n})")],
    ),
    // server.h: `H2O/2.2.6`, `h2o version 2.2.6`.
    program(
        "h2o",
        &["h2o"],
        "h2o",
        &["dena:h2o", "h2o_project:h2o"],
        &[
            Text("h2o version ({v3}{pre})"),
            Text(r"h2o/(2\.{n}\.{n}{pre})"),
        ],
    ),
    // version.go, set by the linker.
    module(
        "traefik",
        &["traefik"],
        "github.com/traefik/traefik",
        &["traefik:traefik"],
    ),
    // caddy.go: CustomVersion, set by the linker; else the module's.
    module(
        "caddy",
        &["caddy"],
        "github.com/caddyserver/caddy",
        &["caddyserver:caddy"],
    ),
    // version/version.go: RELEASE, set by the linker.
    module(
        "ingress-nginx",
        &["nginx-ingress-controller"],
        "k8s.io/ingress-nginx",
        &["kubernetes:ingress-nginx"],
    ),
    // php-src is not it: the archive of WordPress' command line says `wp-cli/wp-cli 2.9.0`.
    program(
        "wp-cli",
        &["wp", "wp-cli", "wp-cli.phar"],
        "wp-cli",
        &["wp-cli:wp-cli"],
        &[Text("wp-cli/wp-cli ({v3}{pre})")],
    ),
    // src/Composer/Composer.php: `const VERSION = '2.7.1'`; the list of installed packages before.
    program(
        "composer",
        &["composer", "composer.phar"],
        "composer",
        &["getcomposer:composer"],
        &[
            Text(r"const VERSION = '({v3}(?:-(?:alpha|beta|RC)\d{1,2})?)'"),
            Text(r"'pretty_version' {0,4}=> {0,4}'({v3}(?:-?(?:alpha|beta|RC)\d{1,2})?)'"),
        ],
    ),
];
