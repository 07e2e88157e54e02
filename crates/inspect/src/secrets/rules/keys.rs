//! Private keys and signed tokens: what has a structure that proves it.

use lazaret_model::Severity;

use super::Rule;
use crate::secrets::check;
use crate::secrets::rule::Scope;

/// The family's rows.
pub(crate) static RULES: &[Rule] = &[
    Rule::token(
        "private-key",
        "Private key",
        &["-----BEGIN"],
        r"(?P<s>-----BEGIN (?:(?:RSA|EC|DSA|OPENSSH|ENCRYPTED|ANY) )?PRIVATE KEY-----[\x09-\x7e]{60,11000}?(?:-----END|\z)|-----BEGIN PGP PRIVATE KEY BLOCK-----[\x09-\x7e]{60,11000}?(?:-----END|\z))",
    )
    .reach(12 << 10)
    .entropy(0.0)
    .check(check::private_key)
    .severity(Severity::Critical)
    .good(&[
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE{b:60}\n{b:64}\n-----END RSA PRIVATE KEY-----\n",
        "\"-----BEGIN PRIVATE KEY-----\\nMIIE{b:60}\\n{b:64}\\n-----END PRIVATE KEY-----\\n\"",
        "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,{H:32}\n\n{b:64}\n-----END EC PRIVATE KEY-----",
    ])
    .bad(&[
        "-----BEGIN CERTIFICATE-----\nMIIE{b:60}\n{b:64}\n-----END CERTIFICATE-----\n",
        "-----BEGIN PRIVATE KEY-----\nput the key here, in as many lines as it takes, all of it\n-----END PRIVATE KEY-----",
    ]),
    Rule::token(
        "putty-private-key",
        "PuTTY private key",
        &["PuTTY-User-Key-File-"],
        r"(?P<s>PuTTY-User-Key-File-[23]: [\w-]{3,40}\r?\nEncryption: \w[\w-]{2,20}\r?\n[\x09-\x7e]{40,9000}?Private-Lines: \d+\r?\n[A-Za-z0-9+/=]{16,})",
    )
    .reach(12 << 10)
    .severity(Severity::Critical)
    .good(&["PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: x\nPublic-Lines: 2\n{b:64}\n{b:16}\nPrivate-Lines: 1\n{b:48}\nPrivate-MAC: {h:64}\n"])
    .bad(&["PuTTY-User-Key-File-3: is how the file of a key begins"]),
    Rule::token(
        "age-secret-key",
        "age secret key",
        &["AGE-SECRET-KEY-1"],
        r"AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}",
    )
    .any_case()
    .check(check::age)
    .severity(Severity::Critical)
    .good(&["AGE-SECRET-KEY-1{q:58}"])
    .bad(&["AGE-SECRET-KEY-1 begins every key, followed by 58 letters"]),
    Rule::token(
        "jwt",
        "JSON Web Token",
        &["eyJ"],
        r"eyJ[\w-]{10,1500}\.eyJ[\w-]{10,3000}\.[\w-]{16,1500}",
    )
    .reach(6 << 10)
    .entropy(3.5)
    .check(check::jwt)
    .severity(Severity::Medium)
    .good(&["token: eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI0MiIsIm5hbWUiOiJBIEIifQ.{u:43}"])
    .bad(&[
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiI0MiIsIm5hbWUiOiJBIEIifQ.{u:43}",
        "eyJub3QganNvbg.eyJzdWIiOiI0MiIsIm5hbWUiOiJBIEIifQ.{u:43}",
    ]),
    Rule::token(
        "shadow-hash",
        "Hash of a system password",
        &[":$1$", ":$5$", ":$6$", ":$y$", ":$2b$", ":$2y$", ":$2a$"],
        r":(?P<s>\$(?:1|5|6|y|2[aby])\$[\w./$=-]{20,150}):",
    )
    .scope(Scope::Paths(&["/etc/shadow", "/etc/shadow-", "/etc/gshadow", "shadow.bak"]))
    .hidden()
    .entropy(0.0)
    .severity(Severity::Medium)
    .good(&["root:$6${w:12}${w:86}:19000:0:99999:7:::"])
    .bad(&["root:*:19000:0:99999:7:::", "root:!:19000:0:99999:7:::"]),
    Rule::near(
        "htpasswd",
        "Hash of a web server's password",
        &[":$apr1$", ":$2y$", ":{SHA}"],
        r":(?P<s>\$apr1\$[\w./]{8}\$[\w./]{22}|\$2y\$\d\d\$[\w./]{53}|\{SHA\}[A-Za-z0-9+/]{27}=)",
    )
    .scope(Scope::Paths(&["htpasswd", "htpasswd.txt", "htpasswd.users"]))
    .entropy(0.0)
    .severity(Severity::Medium)
    .good(&["admin:$apr1${w:8}${w:22}"])
    .bad(&["admin:{PLAIN}"]),
    Rule::near(
        "kubeconfig-key",
        "Client key of a Kubernetes user",
        &["client-key-data"],
        r"client-key-data:\s{0,4}(?P<s>LS0tLS1CRUdJTi[A-Za-z0-9+/=]{100,9000})",
    )
    .reach(10 << 10)
    .severity(Severity::Critical)
    .good(&["    client-key-data: LS0tLS1CRUdJTi{b:400}"])
    .bad(&["    client-key-data: REDACTED"]),
];
