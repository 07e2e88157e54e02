//! Cryptography and who may do what.

use super::super::Pattern::{Text, Whole};
use super::{Classifier, program};

pub(super) static ROWS: &[Classifier] = &[
    // crypto/crypto.c of AWS-LC: `OpenSSL 1.1.1 (compatible; AWS-LC 1.69.0)`.
    program(
        "aws-lc",
        &["openssl", "libcrypto.so*"],
        "aws-lc",
        &["amazon:aws_libcrypto", "amazon:aws-lc"],
        &[Text(r"AWS-LC ({v3})\)")],
    ),
    // opensslv.h of LibreSSL: `LibreSSL 3.7.2`.
    program(
        "libressl",
        &["openssl", "libcrypto.so*", "libssl.so*"],
        "libressl",
        &["openbsd:libressl"],
        &[Text("LibreSSL ({v3})")],
    ),
    // opensslv.h, OPENSSL_VERSION_TEXT: `OpenSSL 1.1.1w  11 Sep 2023`.
    program(
        "openssl",
        &["openssl", "libcrypto.so*", "libcrypto-*.so*", "libssl.so*"],
        "openssl",
        &["openssl:openssl"],
        &[Text(
            r"OpenSSL ([0-3]\.{n}\.{n}(?:[a-z]{1,2})?(?:-(?:alpha|beta|pre)\d{1,2})?)(?:-fips|\+quic|-dev)? {1,3}\d{1,2} [A-Z][a-z]{2} \d{4}",
        )],
    ),
    // lib/global.c: the first line of the log, `Enabled GnuTLS 3.7.9 logging`; the tools print theirs.
    program(
        "gnutls",
        &["libgnutls.so*", "gnutls-cli", "certtool"],
        "gnutls",
        &["gnu:gnutls"],
        &[
            Text("Enabled GnuTLS ({v3})"),
            Text(r"(?:gnutls-cli|certtool) (3\.\d{1,2}\.\d{1,3})"),
        ],
    ),
    // include/libssh: the greeting, `SSH-2.0-libssh_0.10.6`.
    program(
        "libssh",
        &["libssh.so*", "libssh-gcrypt.so*"],
        "libssh",
        &["libssh:libssh"],
        &[Text(r"SSH-2\.0-libssh_({v3})")],
    ),
    // include/libssh2.h: the greeting, `SSH-2.0-libssh2_1.10.0`.
    program(
        "libssh2",
        &["libssh2.so*"],
        "libssh2",
        &["libssh2:libssh2"],
        &[Text(r"SSH-2\.0-libssh2_({v3})")],
    ),
    // lib/roken: heimdal_version, `Heimdal 7.8.0`.
    program(
        "heimdal",
        &[
            "kdc",
            "kinit",
            "kdigest",
            "libkrb5.so.26*",
            "libheimbase.so*",
        ],
        "heimdal",
        &["heimdal_project:heimdal"],
        &[Text("Heimdal ({v})")],
    ),
    // lib/krb5/krb: the brand, `KRB5_BRAND: krb5-1.20.1-final`.
    program(
        "krb5",
        &["libkrb5.so*"],
        "krb5",
        &["mit:kerberos_5"],
        &[Text(r"KRB5_BRAND: krb5-(1\.\d{1,2}(?:\.\d{1,2})?)")],
    ),
    // Programs of the same: PACKAGE_VERSION, a string of its own.
    program(
        "krb5-programs",
        &["kinit", "klist", "krb5kdc", "kadmind"],
        "krb5",
        &["mit:kerberos_5"],
        &[
            Whole("KRB5", r"(1\.(?:[89]|[12]\d)(?:\.\d{1,2})?)"),
            Whole("krb5", r"(1\.(?:[89]|[12]\d)(?:\.\d{1,2})?)"),
        ],
    ),
    // src/sudo.c: PACKAGE_VERSION, a string of its own.
    program(
        "sudo",
        &["sudo", "sudoedit"],
        "sudo",
        &["sudo_project:sudo"],
        &[Whole(
            "Sudo version",
            r"(1\.[6-9]\.\d{1,2}(?:p\d{1,2})?(?:b\d|rc\d)?)",
        )],
    ),
    // The plug-in: `sudoers 1.9.13p3`.
    program(
        "sudoers",
        &["sudoers.so"],
        "sudo",
        &["sudo_project:sudo"],
        &[Text(r"sudoers (1\.\d\.\d{1,2}(?:p\d{1,2})?)")],
    ),
    // g10/gpg.c: VERSION, a string of its own; PGP headers carry `GnuPG v2`.
    program(
        "gnupg",
        &["gpg", "gpg2", "gpgv", "gpg-agent"],
        "gnupg",
        &["gnupg:gnupg"],
        &[
            Whole("gnupg", r"(2\.[0-5]\.\d{1,2}|1\.4\.\d{1,2})"),
            Whole("GnuPG", r"(2\.[0-5]\.\d{1,2}|1\.4\.\d{1,2})"),
        ],
    ),
    // src/visibility.c: `This is Libgcrypt 1.10.1 - `.
    program(
        "libgcrypt",
        &["libgcrypt.so*"],
        "libgcrypt",
        &["gnupg:libgcrypt"],
        &[Text("This is Libgcrypt ({v3})")],
    ),
    // sodium_version_string, a string of its own.
    program(
        "libsodium",
        &["libsodium.so*"],
        "libsodium",
        &["libsodium:libsodium"],
        &[Whole("sodium", r"(1\.0\.\d{1,2})")],
    ),
    // library/version.c: MBEDTLS_VERSION_STRING_FULL, `mbed TLS 2.28.3`.
    program(
        "mbedtls",
        &["libmbedcrypto.so*", "libmbedtls.so*"],
        "mbedtls",
        &["arm:mbed_tls", "trustedfirmware:mbed_tls"],
        &[Text("[Mm]bed TLS ({v3})")],
    ),
    // wolfssl/version.h in `wolfSSL 5.5.4`.
    program(
        "wolfssl",
        &["libwolfssl.so*"],
        "wolfssl",
        &["wolfssl:wolfssl"],
        &[Text("wolfSSL ({v3})")],
    ),
    // lib/nss/nssver.c: `Version: NSS 3.87.1`.
    program(
        "nss",
        &[
            "libnss3.so",
            "libnssutil3.so",
            "libsoftokn3.so",
            "libsmime3.so",
        ],
        "nss",
        &["mozilla:network_security_services", "mozilla:nss"],
        &[Text("Version: NSS ({v})")],
    ),
    // PACKAGE_VERSION, a string of its own.
    program(
        "cryptsetup",
        &["cryptsetup", "libcryptsetup.so*"],
        "cryptsetup",
        &["cryptsetup_project:cryptsetup"],
        &[Whole("cryptsetup", r"(2\.\d\.\d{1,2})")],
    ),
    // `bubblewrap 0.8.0`.
    program(
        "bubblewrap",
        &["bwrap"],
        "bubblewrap",
        &["projectatomic:bubblewrap"],
        &[Text("bubblewrap ({v3})")],
    ),
    // `Flatpak 1.14.10`.
    program(
        "flatpak",
        &["flatpak"],
        "flatpak",
        &["flatpak:flatpak"],
        &[Text("Flatpak ({v3})")],
    ),
    // VERSION, a string of its own.
    program(
        "firejail",
        &["firejail"],
        "firejail",
        &["firejail_project:firejail"],
        &[Whole("firejail", r"(0\.9\.\d{1,3}(?:\.\d)?)")],
    ),
];
