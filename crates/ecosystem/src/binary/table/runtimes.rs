//! Languages: interpreters, virtual machines, compilers and their libraries.

use super::super::Pattern::{Named, Text, Whole};
use super::{Classifier, program};

pub(super) static ROWS: &[Classifier] = &[
    // Python/getversion.c: PY_VERSION is an argument of a format, so a string of its own.
    program(
        "python",
        &["python2*", "python3*", "libpython*.so*"],
        "python",
        &["python:python", "python_software_foundation:python"],
        &[Named(
            "Py_Initialize",
            r"([23]\.\d{1,2}\.\d{1,2}(?:(?:a|b|rc)\d{1,2})?)\+?",
        )],
    ),
    // pypy/module/sys/version.py: `[PyPy 7.3.11 with GCC 12.2.0]`.
    program(
        "pypy",
        &["libpypy*.so*", "pypy*"],
        "pypy",
        &[],
        &[Text(r"\[PyPy ({v3}{pre})")],
    ),
    // perl.c: PERL_VERSION_STRING in `/lib/perl5/5.36.0`; `v5.36.0` is what XS modules are held against.
    program(
        "perl",
        &["perl", "perl5*", "libperl.so*"],
        "perl",
        &["perl:perl"],
        &[
            Whole("PERL5LIB", r"v(5\.{n}\.{n})"),
            Text(r"/perl5?/(5\.\d{1,2}\.\d{1,2})"),
        ],
    ),
    // main/main.c, SAPI_PHP_VERSION_HEADER: `X-Powered-By: PHP/8.2.1`.
    program(
        "php",
        &[
            "php",
            "php[578]*",
            "php-cgi*",
            "php-fpm*",
            "php-cli*",
            "libphp*.so*",
            "phpdbg*",
        ],
        "php",
        &["php:php"],
        &[Text("X-Powered-By: PHP/({v3}{pre})")],
    ),
    // version.c, ruby_description: `ruby 3.1.2p20 (2022-04-12 revision …`.
    program(
        "ruby",
        &["ruby", "ruby[123]*", "libruby*.so*"],
        "ruby",
        &["ruby-lang:ruby"],
        &[Text(
            r"ruby ({v3}(?:(?:preview|rc|dev)\d{0,4})?)(?:p\d{1,4})? \(\d{4}-",
        )],
    ),
    // src/node_metadata.cc and node.cc before it: the address of the release's archive, and the
    // server of the inspector, `node.js/v22.9.0`.
    program(
        "node",
        &["node", "nodejs", "libnode.so*"],
        "node",
        &["nodejs:node.js"],
        &[
            Text(r"node\.js/v({v3}{pre})"),
            Text(r"/node-v({v3}{pre})\.tar\.gz"),
            Text(r"node v(0\.{n}\.{n})\x00"),
        ],
    ),
    // src/bun.js/bindings: `Bun v1.4.5 (Linux x64)`, and before it the banners of `bun pm`.
    program(
        "bun",
        &["bun", "bunx"],
        "bun",
        &[],
        &[
            Text(r"Bun v({v3}) \("),
            Text(r"bun pm trust v({v3}) \("),
            Text("Bun/({v3})"),
        ],
    ),
    // cli/version.rs: the agent of HTTP requests, `Deno/2.9.6`.
    program(
        "deno",
        &["deno"],
        "deno",
        &["deno:deno"],
        &[Text(r"Deno/([12]\.{n}\.{n})")],
    ),
    // src/jlapi.c; base/version.jl keeps VERSION_STRING as a string of its own.
    program(
        "julia",
        &["libjulia-internal.so*", "libjulia.so*"],
        "julia",
        &["julialang:julia"],
        &[Whole("jl_init", r"(1\.{n}\.{n}{pre})")],
    ),
    // erts/emulator/beam/erl_bif_info.c: ERLANG_OTP_VERSION, a string of its own.
    program(
        "erlang",
        &["beam.smp", "beam", "erlexec"],
        "erlang",
        &["erlang:erlang/otp", "erlang:otp"],
        &[
            Text(r"/otp(?:_src)?[_-]({v}(?:-rc\d)?)/erts/"),
            Whole(
                "Erlang/OTP",
                r"((?:1[7-9]|[2-9]\d)\.\d{1,2}(?:\.\d{1,3}){0,3}(?:-rc\d)?)",
            ),
        ],
    ),
    // bin/elixir: `ELIXIR_VERSION=1.14.0`; ebin/elixir.app: `{vsn,"1.14.0"}`.
    program(
        "elixir",
        &["elixir", "elixir/ebin/elixir.app"],
        "elixir",
        &["elixir-lang:elixir"],
        &[
            Text(r"ELIXIR_VERSION=({v3}(?:-[a-z]{1,5}\.\d{1,2})?)"),
            Text(r#"\{vsn,\s?"({v3}(?:-[a-z]{1,5}\.\d{1,2})?)"\}"#),
        ],
    ),
    // rustc names itself in the notes of its debugging information: `rustc version 1.63.0 (`.
    program(
        "rust-std",
        &["libstd-*.so", "librustc_driver-*.so"],
        "rust",
        &["rust-lang:rust"],
        &[
            Text(r"rustc version ({v3}{pre}) ?\("),
            Text("/rustc-({v3}{pre})[-/]"),
        ],
    ),
    // runtime/bin/main_impl.cc prints `Dart SDK version: `, then version.cc's `3.5.2 (stable) (`.
    program(
        "dart",
        &["dart", "dartaotruntime"],
        "dart",
        &["dart:dart_software_development_kit"],
        &[Text(
            r"\x00({v3}(?:-\d{1,4}\.\d{1,3}\.(?:beta|dev))?) \((?:stable|beta|dev)\) \(",
        )],
    ),
    // pl-version.c and cmake's home folder: `swipl-9.0.4/`.
    program(
        "swipl",
        &["swipl", "libswipl.so*"],
        "swipl",
        &["swi-prolog:swi-prolog"],
        &[
            Text("swipl-({v3})/"),
            Whole("SWI-Prolog", r"([789]\.{n}\.{n})"),
        ],
    ),
    // compiler/GHC: the library that the compiler is made of, `libHSghc-9.0.2-…`; cProjectVersion.
    program(
        "ghc",
        &["ghc", "ghc-[0-9]*", "ghc-*"],
        "haskell/ghc",
        &["haskell:ghc"],
        &[Text("libHSghc-({v3})-"), Text(r"\x00GHC ({v3})\x00")],
    ),
    // The unit id of the program itself, `cabal-install-3.4.1.0-`.
    program(
        "cabal",
        &["cabal"],
        "haskell/cabal",
        &["haskell:cabal"],
        &[Text(r"cabal-install-({v})[-\x00]")],
    ),
    // stack's own unit id, and optparse-simple's `Version 2.7.5, Git revision`.
    program(
        "stack",
        &["stack"],
        "haskell/stack",
        &["haskell:stack"],
        &[Text("Version ({v3}), Git"), Text(r"stack-({v3})[-\x00]")],
    ),
    // gcc/version.cc: version_string, a string of its own; collect2 and cc1 alike.
    program(
        "gcc",
        &[
            "gcc",
            "gcc-*",
            "g++",
            "g++-*",
            "*-linux-gnu-gcc-*",
            "*-linux-gnu-g++-*",
            "cc1",
            "cc1plus",
        ],
        "gcc",
        &["gnu:gcc"],
        &[Whole("GNU", r"((?:[3-9]|1\d|2\d)\.\d{1,2}\.\d{1,2})")],
    ),
    // lib/Basic/Version.cpp: `clang version 14.0.6`; LLVM's own package string `LLVM14.0.6`.
    program(
        "llvm",
        &[
            "clang",
            "clang-*",
            "libLLVM-*.so*",
            "libLLVM.so*",
            "lld",
            "opt",
            "llc",
        ],
        "llvm",
        &["llvm:llvm"],
        &[
            Text("LLVM version ({v3})"),
            Text("clang version ({v3})"),
            Text(r"\x00LLVM({v3})\x00"),
        ],
    ),
    // lua.h, LUA_COPYRIGHT: `Lua 5.4.4  Copyright (C)`.
    program(
        "lua",
        &["lua", "lua5*", "lua-5*", "liblua*.so*", "luac*"],
        "lua",
        &["lua:lua"],
        &[Text(r"Lua (5\.\d\.\d{1,2})  Copyright \(C\)")],
    ),
    // luajit.h, LUAJIT_VERSION: `LuaJIT 2.1.0-beta3`.
    program(
        "luajit",
        &["luajit*", "libluajit*.so*"],
        "luajit",
        &["luajit:luajit"],
        &[Text(r"LuaJIT (2\.{n}\.{n}(?:-beta\d)?)")],
    ),
    // generic/tclBasic.c: TCL_PATCH_LEVEL, a string of its own.
    program(
        "tcl",
        &["libtcl8*.so*", "libtcl9*.so*", "tclsh*"],
        "tcl",
        &[],
        &[Whole("tcl_patchLevel", r"([89]\.{n}\.{n})")],
    ),
    // corehost/cli/fxr/fx_muxer.cpp prints `  Version: ` HOST_FXR_PKG_VER, a string of its own.
    program(
        "dotnet",
        &["libhostfxr.so"],
        "dotnet",
        &["microsoft:.net", "microsoft:.net_core"],
        &[Whole(
            "hostfxr",
            r"((?:[2-9]|1\d)\.\d\.\d{1,3})(?:-[a-z]{2,7}\.[0-9.]{1,16})?",
        )],
    ),
    // GraalVM's version carries JVMCI's behind the build: `17.0.9+9-jvmci-23.0-b22`.
    program(
        "graalvm",
        &["java", "libjvm.so"],
        "oracle/graalvm",
        &["oracle:graalvm", "oracle:graalvm_for_jdk"],
        &[Text(
            r"\x00(\d{1,2}(?:\.\d{1,3}){0,3})\+\d{1,3}(?:-LTS)?-jvmci-",
        )],
    ),
    // launcher/main.c: LAUNCHER_NAME is `openjdk`, then the version `1.8.0_352-b08` or `17.0.9+9`.
    program(
        "openjdk",
        &["java", "javac"],
        "oracle/openjdk",
        &["oracle:openjdk"],
        &[
            Whole(
                "openjdk",
                r"(1\.[678]\.0(?:_\d{1,3}))(?:-[0-9A-Za-z.+~_-]{1,40})?",
            ),
            Whole(
                "openjdk",
                r"([1-9]\d?(?:\.\d{1,3}){1,3})(?:\+[0-9A-Za-z.+~_-]{1,40})?",
            ),
            Text(r"\x00([1-9]\d?)\+\d{1,3}[0-9A-Za-z.+~_-]{0,40}\x00"),
        ],
    ),
    // The same launcher in Oracle's own builds, whose name is `java`.
    program(
        "oracle-java",
        &["java", "javac"],
        "oracle/jdk",
        &["oracle:jdk", "oracle:jre"],
        &[
            Text(r"\x00(1\.[678]\.0_\d{1,3})-b\d{1,3}\x00"),
            Text(r"\x00([1-9]\d?(?:\.\d{1,3}){0,3})\+\d{1,3}(?:-LTS)?-\d{1,4}\x00"),
        ],
    ),
];
