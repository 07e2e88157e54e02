//! What people and scripts run.

use super::super::Pattern::{Text, Whole};
use super::{Classifier, program};

pub(super) static ROWS: &[Classifier] = &[
    // libbb/messages.c: `BusyBox v1.35.0 (`.
    program(
        "busybox",
        &["busybox"],
        "busybox",
        &["busybox:busybox"],
        &[Text("BusyBox v({v3})")],
    ),
    // version.c: `@(#)Bash version 5.2.15(1) release GNU`.
    program(
        "bash",
        &["bash", "rbash"],
        "bash",
        &["gnu:bash"],
        &[Text(r"Bash version ({v3})\(\d{1,3}\)")],
    ),
    // patchlevel.h and Config/version.mk: ZSH_VERSION, a string of its own.
    program(
        "zsh",
        &["zsh", "zsh5"],
        "zsh",
        &["zsh:zsh"],
        &[Whole("ZSH_VERSION", r"(5\.{n}(?:\.{n})?)")],
    ),
    // src/tool_version.h: the agent of its requests, `curl/7.88.1`.
    program(
        "curl",
        &["curl"],
        "curl",
        &["haxx:curl"],
        &[Text("curl/({v3})"), Text(r"curl ({v3}) \(")],
    ),
    // lib/version.c: `libcurl/7.88.1`.
    program(
        "libcurl",
        &["libcurl.so*", "libcurl-gnutls.so*"],
        "curl",
        &["haxx:libcurl", "haxx:curl"],
        &[Text("libcurl/({v3})")],
    ),
    // build_info.c: version_string, a string of its own.
    program(
        "wget",
        &["wget"],
        "wget",
        &["gnu:wget"],
        &[Whole("Wget", r"(1\.(?:[89]|[12]\d)(?:\.\d{1,2}){0,2})")],
    ),
    // git.c: the agent of its requests, `git/2.39.5`.
    program(
        "git",
        &["git", "git-remote-http"],
        "git",
        &["git-scm:git", "git:git"],
        &[Text(r"git/({v3}(?:\.\d{1,3})?(?:-rc\d)?)\x00")],
    ),
    // version.c: Version, a string of its own.
    program(
        "gzip",
        &["gzip", "gunzip"],
        "gzip",
        &["gnu:gzip"],
        &[
            Whole("Jean-loup Gailly", r"(1\.{n}(?:\.{n})?)"),
            Whole("gzip", r"(1\.{n}(?:\.{n})?)"),
        ],
    ),
    // src/common/tuklib: PACKAGE_NAME, `xz (XZ Utils) 5.4.1`.
    program(
        "xz",
        &["xz", "lzmadec", "xzdec"],
        "xz",
        &["tukaani:xz"],
        &[Text(r"\(XZ Utils\) ({v3}{pre})")],
    ),
    // programs/zstdcli.c: ZSTD_VERSION_STRING, `v1.5.4`.
    program(
        "zstd",
        &["zstd"],
        "zstd",
        &["facebook:zstandard"],
        &[
            Whole("Zstandard", r"v(1\.{n}\.{n})"),
            Whole("zstd", r"v(1\.{n}\.{n})"),
        ],
    ),
    // bzip2's version is in its library, `1.0.8, 13-Jul-2019`.
    program(
        "bzip2",
        &["bzip2", "bunzip2", "libbz2.so*"],
        "bzip2",
        &["bzip:bzip2"],
        &[Text(r"(1\.0\.\d), \d{1,2}-[A-Z][a-z]{2}-\d{4}")],
    ),
    // programs/lz4cli.c: LZ4_VERSION_STRING.
    program(
        "lz4",
        &["lz4", "liblz4.so*"],
        "lz4",
        &["lz4_project:lz4"],
        &[
            Whole("LZ4", r"(1\.{n}\.{n})"),
            Whole("lz4", r"(1\.{n}\.{n})"),
        ],
    ),
    // configure.ac: VERSION, a string of its own beside `GNU tar`.
    program(
        "tar",
        &["tar", "gtar"],
        "tar",
        &["gnu:tar"],
        &[
            Whole("GNU tar", r"(1\.\d{2}(?:\.\d)?)"),
            Text(r"\(GNU tar\) (1\.\d{2}(?:\.\d)?)"),
        ],
    ),
    // VERSION, a string of its own beside `GNU cpio`.
    program(
        "cpio",
        &["cpio"],
        "cpio",
        &["gnu:cpio"],
        &[Whole("cpio", r"(2\.\d{1,2}(?:\.\d)?)")],
    ),
    // src/main.c: JQ_VERSION, a string of its own.
    program(
        "jq",
        &["jq"],
        "jq",
        &["jqlang:jq", "jq_project:jq", "stedolan:jq"],
        &[Whole("jq: error", r"(?:jq-)?(1\.{n}(?:\.{n})?(?:rc\d)?)")],
    ),
    // fftools: `%s version ` FFMPEG_VERSION.
    program(
        "ffmpeg",
        &["ffmpeg", "ffprobe", "ffplay"],
        "ffmpeg",
        &["ffmpeg:ffmpeg"],
        &[Text("%s version n?({v})")],
    ),
    // libavutil/version.h: `FFmpeg version ` FFMPEG_VERSION.
    program(
        "ffmpeg-library",
        &[
            "libavcodec*.so*",
            "libavformat*.so*",
            "libavutil*.so*",
            "libavfilter*.so*",
            "libswresample*.so*",
            "libswscale*.so*",
        ],
        "ffmpeg",
        &["ffmpeg:ffmpeg"],
        &[Text("FFmpeg version n?({v})")],
    ),
    // magick/version.h: MagickVersion, `ImageMagick 6.9.11-60 Q16`.
    program(
        "imagemagick",
        &["magick", "convert", "identify", "libMagickCore*.so*"],
        "imagemagick",
        &["imagemagick:imagemagick"],
        &[Text(r"ImageMagick ({v3}-\d{1,3}) ")],
    ),
    // magick/version.h: `GraphicsMagick 1.3.40`.
    program(
        "graphicsmagick",
        &["gm", "libGraphicsMagick*.so*"],
        "graphicsmagick",
        &["graphicsmagick:graphicsmagick"],
        &[Text("GraphicsMagick ({v})")],
    ),
    // lib: PACKAGE_VERSION is stamped into the client as `--version` prints it.
    program(
        "rsync",
        &["rsync"],
        "rsync",
        &["samba:rsync", "rsync_project:rsync"],
        &[Whole("rsync", r"(3\.{n}\.{n})")],
    ),
    // `GNU nano 7.2`.
    program(
        "nano",
        &["nano"],
        "nano",
        &["gnu:nano"],
        &[Text("GNU nano ({v})")],
    ),
    // VERSION, a string of its own.
    program(
        "tmux",
        &["tmux"],
        "tmux",
        &["tmux_project:tmux"],
        &[Whole("tmux", r"([23]\.\d[a-z]?)")],
    ),
    // `GNU Awk 5.2.1`.
    program(
        "gawk",
        &["gawk"],
        "gawk",
        &["gnu:gawk"],
        &[Text("GNU Awk ({v})")],
    ),
    // VERSION, a string of its own beside `GNU sed`.
    program(
        "sed",
        &["sed"],
        "sed",
        &["gnu:sed"],
        &[
            Whole("GNU sed", r"(4\.[1-9]\d?(?:\.\d)?)"),
            Whole("sed", r"(4\.[1-9]\d?(?:\.\d)?)"),
        ],
    ),
    // VERSION, a string of its own beside `GNU grep`.
    program(
        "grep",
        &["grep"],
        "grep",
        &["gnu:grep"],
        &[Whole("grep", r"(3\.\d{1,2})")],
    ),
    // VERSION, a string of its own beside `GNU patch`.
    program(
        "patch",
        &["patch"],
        "patch",
        &["gnu:patch"],
        &[Whole("patch", r"(2\.\d{1,2}(?:\.\d{1,2})?)")],
    ),
    // VERSION, a string of its own beside `GNU Make`.
    program(
        "make",
        &["make", "gmake"],
        "make",
        &["gnu:make"],
        &[Whole("GNU Make", r"([34]\.\d{1,2}(?:\.\d{1,2})?)")],
    ),
    // gdb/version.c: version; the folder of the build otherwise.
    program(
        "gdb",
        &["gdb"],
        "gdb",
        &["gnu:gdb"],
        &[
            Whole("GNU gdb", r"((?:[789]|1\d)\.\d{1,2}(?:\.\d)?)"),
            Text("/gdb-({v})/"),
        ],
    ),
    // `svn` prints SVN_VER_NUMBER; the libraries are stamped `@(#)1.14.2 (r1899510)`.
    program(
        "subversion",
        &[
            "svn",
            "svnadmin",
            "svnserve",
            "libsvn_subr-1.so*",
            "libsvn_*-1.so*",
        ],
        "subversion",
        &["apache:subversion"],
        &[Text(r"@\(#\)(1\.\d{1,2}\.\d{1,2}) \(r\d")],
    ),
    // version.c: `@(#)` SQUID; `tcpdump` keeps version as `%s version 4.99.3`.
    program(
        "tcpdump",
        &["tcpdump"],
        "tcpdump",
        &["tcpdump:tcpdump"],
        &[Text(r"%s version (4\.\d{1,2}\.\d{1,2})")],
    ),
    // NMAP_VERSION, a string of its own.
    program(
        "nmap",
        &["nmap", "ncat"],
        "nmap",
        &["nmap:nmap"],
        &[Whole("nmap", r"(7\.\d{2})")],
    ),
    // `lftp/4.9.2`.
    program(
        "lftp",
        &["lftp"],
        "lftp",
        &["lftp_project:lftp"],
        &[Text("lftp/({v3})")],
    ),
    // LYNX_VERSION, a string of its own.
    program(
        "lynx",
        &["lynx"],
        "lynx",
        &["lynx_project:lynx"],
        &[Whole("Lynx", r"(2\.\d\.\d(?:dev\.\d{1,2}|rel\.\d)?)")],
    ),
    // PACKAGE_VERSION, a string of its own.
    program(
        "poppler",
        &["libpoppler.so*", "pdftotext", "pdftoppm", "pdfinfo"],
        "poppler",
        &["freedesktop:poppler"],
        &[
            Whole("poppler", r"(2\d\.\d{2}\.\d{1,2}|0\.\d{2}\.\d)"),
            Whole("Poppler", r"(2\d\.\d{2}\.\d{1,2}|0\.\d{2}\.\d)"),
        ],
    ),
    // `smartmontools release 7.3 dated`.
    program(
        "smartmontools",
        &["smartctl", "smartd"],
        "smartmontools",
        &["smartmontools:smartmontools"],
        &[Text("smartmontools release ({v}) ")],
    ),
    // kVersion in the user agent of the browser, `127.0.6533.119`.
    program(
        "chrome",
        &[
            "chrome",
            "google-chrome",
            "chromium",
            "chromium-browser",
            "headless_shell",
        ],
        "chrome",
        &["google:chrome"],
        &[
            Text(r"\x00(\d{2,3}\.0\.\d{4,5}\.\d{1,3})\x00Default"),
            Whole("Chrome/", r"(\d{2,3}\.0\.\d{4,5}\.\d{1,3})"),
        ],
    ),
    // toolkit/xre: the application's facts, `MOZ_APP_VERSION`.
    program(
        "firefox",
        &["firefox", "firefox-bin", "firefox-esr"],
        "firefox",
        &["mozilla:firefox"],
        &[
            Text(r"Firefox/(\d{2,3}\.\d{1,2}(?:\.\d)?)"),
            Whole("Mozilla", r"(\d{2,3}\.\d{1,2}(?:\.\d{1,2})?)(?:esr)?"),
        ],
    ),
    // `7-Zip … 16.02`: MY_VERSION.
    program(
        "7zip",
        &["7z", "7za", "7zr", "7zz"],
        "7-zip",
        &["7-zip:7-zip", "7-zip:p7zip"],
        &[Text(r"7-Zip (?:\[\d\d\] |\([a-z]\) )?(\d{1,2}\.\d{2})")],
    ),
];
