//! Shared libraries that other programs are built on.

use super::super::Pattern::{Text, Whole};
use super::{Classifier, program};

pub(super) static ROWS: &[Classifier] = &[
    // deflate.c and inflate.c: ` inflate 1.2.13 Copyright`.
    program(
        "zlib",
        &["libz.so*"],
        "zlib",
        &["zlib:zlib"],
        &[Text(
            r"(?:in|de)flate (1\.\d{1,2}(?:\.\d{1,3}){1,2}) Copyright",
        )],
    ),
    // lib/common/zstd_common.c: ZSTD_VERSION_STRING.
    program(
        "libzstd",
        &["libzstd.so*"],
        "zstd",
        &["facebook:zstandard"],
        &[Whole("ZSTD_", r"(1\.{n}\.{n})")],
    ),
    // src/liblzma/common: LZMA_VERSION_STRING.
    program(
        "liblzma",
        &["liblzma.so*"],
        "xz",
        &["tukaani:xz"],
        &[Whole("lzma_", r"(5\.\d\.\d{1,2})")],
    ),
    // lib/xmlparse.c: `expat_2.5.0`.
    program(
        "expat",
        &["libexpat.so*", "libexpatw.so*"],
        "expat",
        &["libexpat_project:libexpat"],
        &[Text("expat_({v3})")],
    ),
    // png.c: ` libpng version 1.6.39 - `.
    program(
        "libpng",
        &["libpng16.so*", "libpng12.so*", "libpng.so*"],
        "libpng",
        &["libpng:libpng"],
        &[Text("libpng version ({v3})")],
    ),
    // jversion.h: `libjpeg-turbo version 2.1.5 (build`.
    program(
        "libjpeg-turbo",
        &["libjpeg.so*", "libturbojpeg.so*"],
        "libjpeg-turbo",
        &["libjpeg-turbo:libjpeg-turbo"],
        &[Text("libjpeg-turbo version ({v3})")],
    ),
    // tif_version.c: `LIBTIFF, Version 4.5.0`.
    program(
        "libtiff",
        &["libtiff.so*"],
        "libtiff",
        &["libtiff:libtiff"],
        &[Text("LIBTIFF, Version ({v3})")],
    ),
    // pcre2.h: `10.42 2022-12-11`.
    program(
        "pcre2",
        &["libpcre2-*.so*"],
        "pcre2",
        &["pcre:pcre2"],
        &[Text(r"(10\.\d{2}) 20\d{2}-\d{2}-\d{2}")],
    ),
    // pcre.h: `8.39 2016-06-14`.
    program(
        "pcre",
        &["libpcre.so*"],
        "pcre",
        &["pcre:pcre"],
        &[Text(r"(8\.\d{2}) 20\d{2}-\d{2}-\d{2}")],
    ),
    // yaml_get_version_string, a string of its own.
    program(
        "libyaml",
        &["libyaml-0.so*"],
        "libyaml",
        &["pyyaml:libyaml"],
        &[Whole("yaml_", r"(0\.\d\.\d)")],
    ),
    // archive.h: ARCHIVE_VERSION_STRING, `libarchive 3.6.2`.
    program(
        "libarchive",
        &["libarchive.so*"],
        "libarchive",
        &["libarchive:libarchive"],
        &[Text("libarchive ({v3})")],
    ),
    // NGHTTP2_VERSION, a string of its own.
    program(
        "nghttp2",
        &["libnghttp2.so*"],
        "nghttp2",
        &["nghttp2:nghttp2"],
        &[Whole("nghttp2_", r"(1\.\d{1,2}\.\d{1,2})")],
    ),
    // UV_VERSION_STRING, a string of its own.
    program(
        "libuv",
        &["libuv.so*"],
        "libuv",
        &["libuv:libuv", "libuv_project:libuv"],
        &[Whole("uv_", r"(1\.\d{1,2}\.\d{1,2})")],
    ),
    // _EVENT_VERSION, `2.1.12-stable`.
    program(
        "libevent",
        &["libevent-2*.so*", "libevent_core*.so*"],
        "libevent",
        &["libevent_project:libevent"],
        &[Text(r"(2\.\d\.\d{1,2})-(?:stable|beta|alpha)\x00")],
    ),
    // ares_version.h: ARES_VERSION_STR, a string of its own.
    program(
        "c-ares",
        &["libcares.so*"],
        "c-ares",
        &["c-ares:c-ares", "c-ares_project:c-ares"],
        &[Whole("ares_", r"(1\.\d{1,2}\.\d{1,2})")],
    ),
    // qVersion: `Qt 6.5.0 (x86_64-…`; Qt 4 says `QtCore library version`.
    program(
        "qt",
        &["libQt*Core.so*"],
        "qtbase",
        &["qt:qt", "qt:qtbase"],
        &[
            Text(r"Qt ([56]\.\d{1,2}\.\d{1,2}) \("),
            Text("QtCore library version (?:Qt )?({v3})"),
        ],
    ),
    // pcap: `libpcap version 1.10.3`.
    program(
        "libpcap",
        &["libpcap.so*"],
        "libpcap",
        &["tcpdump:libpcap"],
        &[Text("libpcap version ({v3})")],
    ),
    // gd_version.c: GD_VERSION_STRING, a string of its own.
    program(
        "libgd",
        &["libgd.so*"],
        "libgd",
        &["libgd:libgd"],
        &[Whole("gdImage", r"(2\.\d\.\d)")],
    ),
    // OPJ_PACKAGE_VERSION, a string of its own.
    program(
        "openjpeg",
        &["libopenjp2.so*"],
        "openjpeg",
        &["uclouvain:openjpeg"],
        &[Whole("opj_", r"(2\.\d\.\d)")],
    ),
    // LIBHEIF_VERSION, a string of its own.
    program(
        "libheif",
        &["libheif.so*"],
        "libheif",
        &["struktur:libheif"],
        &[Whole("heif", r"(1\.\d{1,2}\.\d)")],
    ),
    // LIBDE265_VERSION, a string of its own.
    program(
        "libde265",
        &["libde265.so*"],
        "libde265",
        &["struktur:libde265"],
        &[Whole("de265", r"(1\.0\.\d{1,2})")],
    ),
    // LIBRAW_VERSION_STR, `0.20.2-Release`.
    program(
        "libraw",
        &["libraw.so*", "libraw_r.so*"],
        "libraw",
        &["libraw:libraw"],
        &[Text(r"(0\.\d{2}\.\d{1,2})-(?:Release|Beta\d)")],
    ),
    // vpx_version.h: `WebM Project VP8 Decoder v1.12.0`.
    program(
        "libvpx",
        &["libvpx.so*"],
        "libvpx",
        &["webmproject:libvpx"],
        &[Text("WebM Project VP[89] (?:De|En)coder v({v3})")],
    ),
    // `AOMedia Project AV1 Decoder v3.6.0`.
    program(
        "libaom",
        &["libaom.so*"],
        "libaom",
        &["aomedia:aomedia"],
        &[Text("AOMedia Project AV1 (?:De|En)coder v({v3})")],
    ),
    // DAV1D_VERSION, a string of its own.
    program(
        "dav1d",
        &["libdav1d.so*"],
        "dav1d",
        &["videolan:dav1d"],
        &[Whole("dav1d", r"(1\.\d\.\d)")],
    ),
    // `libopus 1.3.1`.
    program(
        "opus",
        &["libopus.so*"],
        "opus",
        &[],
        &[Text(r"libopus (1\.\d(?:\.\d)?)")],
    ),
    // `Xiph.Org libVorbis 1.3.7`.
    program(
        "libvorbis",
        &["libvorbis.so*"],
        "libvorbis",
        &["xiph.org:libvorbis", "xiph:libvorbis"],
        &[Text(r"Xiph\.Org libVorbis ({v3})")],
    ),
    // `reference libFLAC 1.4.2 20221022`.
    program(
        "flac",
        &["libFLAC.so*"],
        "flac",
        &["flac_project:flac"],
        &[Text("reference libFLAC ({v3})")],
    ),
    // `libsndfile-1.2.0`.
    program(
        "libsndfile",
        &["libsndfile.so*"],
        "libsndfile",
        &["libsndfile_project:libsndfile"],
        &[Text("libsndfile-({v3})")],
    ),
    // `LibVNCServer 0.9.14`.
    program(
        "libvncserver",
        &["libvncserver.so*"],
        "libvncserver",
        &[
            "libvncserver_project:libvncserver",
            "libvnc_project:libvncserver",
        ],
        &[Text(r"LibVNCServer (0\.\d\.\d{1,2})")],
    ),
    // ELFUTILS symbols and the version, a string of its own.
    program(
        "elfutils",
        &["libdw.so*", "libdw-*.so", "libelf-*.so"],
        "elfutils",
        &["elfutils_project:elfutils"],
        &[Whole("ELFUTILS_", r"(0\.1\d\d)")],
    ),
    // GDAL_RELEASE_NAME: `GDAL 3.6.2`.
    program(
        "gdal",
        &["libgdal.so*"],
        "gdal",
        &["osgeo:gdal"],
        &[Text(r"GDAL (3\.\d{1,2}\.\d{1,2})")],
    ),
    // `Rel. 9.1.1, December 1st, 2022`.
    program(
        "proj",
        &["libproj.so*"],
        "proj",
        &["osgeo:proj"],
        &[Text(r"Rel\. ({v3}), ")],
    ),
    // U_ICU_VERSION, a string of its own.
    program(
        "icu",
        &["libicuuc.so*"],
        "icu",
        &[
            "icu-project:international_components_for_unicode",
            "unicode:international_components_for_unicode",
        ],
        &[Whole("icudt", r"((?:[5-9]\d)\.\d{1,2})")],
    ),
    // g_libzip_version: VERSION, a string of its own.
    program(
        "libzip",
        &["libzip.so*"],
        "libzip",
        &["libzip:libzip"],
        &[Whole("zip_", r"(1\.\d{1,2}\.\d)")],
    ),
    // HB_VERSION_STRING, a string of its own.
    program(
        "harfbuzz",
        &["libharfbuzz.so*"],
        "harfbuzz",
        &["harfbuzz_project:harfbuzz"],
        &[Whole("hb_", r"((?:[2-9]|1\d)\.\d{1,2}\.\d{1,2})")],
    ),
    // CAIRO_VERSION_STRING, a string of its own.
    program(
        "cairo",
        &["libcairo.so*"],
        "cairo",
        &["cairographics:cairo"],
        &[Whole("cairo", r"(1\.1\d\.\d{1,2})")],
    ),
    // PANGO_VERSION_STRING, a string of its own.
    program(
        "pango",
        &["libpango-1.0.so*"],
        "pango",
        &["pango:pango", "gnome:pango"],
        &[Whole("pango", r"(1\.\d{1,2}\.\d{1,2})")],
    ),
    // GDK_PIXBUF_VERSION, a string of its own.
    program(
        "gdk-pixbuf",
        &["libgdk_pixbuf-2.0.so*"],
        "gdk-pixbuf",
        &["gnome:gdk-pixbuf"],
        &[Whole("gdk_pixbuf", r"(2\.[1-9]\d\.\d{1,2})")],
    ),
    // Exiv2's versionString, a string of its own.
    program(
        "exiv2",
        &["libexiv2.so*"],
        "exiv2",
        &["exiv2:exiv2"],
        &[Whole("Exiv2", r"(0\.\d{2}\.\d)")],
    ),
    // GUILE's scm_version, a string of its own.
    program(
        "guile",
        &["libguile-*.so*"],
        "guile",
        &["gnu:guile"],
        &[Whole("guile", r"([23]\.\d\.\d{1,2})")],
    ),
    // MAGIC_VERSION in `file-5.44`: VERSION, a string of its own.
    program(
        "readline",
        &["libreadline.so*"],
        "readline",
        &["gnu:readline"],
        &[Whole("readline", r"([678]\.\d)")],
    ),
    // JSON_C_VERSION, a string of its own.
    program(
        "json-c",
        &["libjson-c.so*"],
        "json-c",
        &["json-c:json-c", "json-c_project:json-c"],
        &[Whole("json_", r"(0\.\d{2})")],
    ),
    // ASN1_VERSION, a string of its own.
    program(
        "libtasn1",
        &["libtasn1.so*"],
        "libtasn1",
        &["gnu:libtasn1"],
        &[Whole("asn1_", r"(4\.\d{1,2}(?:\.\d)?)")],
    ),
    // PR_VERSION, a string of its own.
    program(
        "nspr",
        &["libnspr4.so"],
        "nspr",
        &["mozilla:netscape_portable_runtime"],
        &[Whole("PR_", r"(4\.\d{2}(?:\.\d)?)")],
    ),
    // FREERDP_VERSION_FULL, a string of its own.
    program(
        "freerdp",
        &["libfreerdp2.so*", "libfreerdp3.so*"],
        "freerdp",
        &["freerdp:freerdp"],
        &[Whole("freerdp", r"([23]\.\d{1,2}\.\d{1,2})")],
    ),
];
