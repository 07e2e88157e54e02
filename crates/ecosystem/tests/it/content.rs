//! Whether anything in a package can run, told by its list of files.

use lazaret_ecosystem::inert;

#[track_caller]
fn check(paths: &[&str], expected: Option<&str>) {
    assert_eq!(inert(paths.iter().copied()), expected, "{paths:?}");
}

const COPYRIGHT: &str = "usr/share/doc/x/copyright";

#[test]
fn packages_of_headers_documentation_and_data_hold_nothing_that_runs() {
    for (paths, expected) in [
        (
            &["usr/include/linux/bpf.h", COPYRIGHT][..],
            "headers and documentation",
        ),
        (&["usr/include/c++/12/bits/move.h"], "headers"),
        (&[COPYRIGHT], "documentation"),
        (&["usr/share/licenses/x/LICENSE"], "documentation"),
        (&["usr/share/doc/x/examples/run.sh"], "documentation"),
        (
            &["lib/terminfo/x/xterm", COPYRIGHT],
            "documentation and data",
        ),
        (&["usr/share/zoneinfo/Europe/Berlin"], "data"),
        (&["usr/share/x/logo.png", "etc/ssl/certs/root.pem"], "data"),
        (
            &["usr/include/x.h", "usr/share/pkgconfig/x.pc", COPYRIGHT],
            "headers, documentation and data",
        ),
    ] {
        check(paths, Some(expected));
    }
}

#[test]
fn one_file_that_may_run_is_enough() {
    for path in [
        "usr/bin/x",
        "lib/x86_64-linux-gnu/libz.so.1",
        "usr/lib/x86_64-linux-gnu/libz.a",
        "usr/lib/python3/dist-packages/x/__init__.py",
        "usr/share/perl5/X.pm",
        "usr/share/nodejs/x/index.js",
        "usr/share/java/x.jar",
        "usr/share/vim/vim90/x.vim",
        "usr/src/linux-headers-6.1.0/scripts/basic/fixdep",
        "etc/cron.daily/x",
        "usr/includes/x",
        "usr/libexec/x.h",
        "usr/share/x",
        "usr/share/x/.png/run",
        "",
    ] {
        check(&[COPYRIGHT, path], None);
        check(&[path, COPYRIGHT], None);
    }
}

#[test]
fn of_a_package_without_a_list_nothing_is_known() {
    check(&[], None);
}
