//! Groups of well-known artifacts whose archives tell none.
//!
//! Archives that Gradle built carry no `pom.properties`, and their manifests name the
//! artifact at most. Source of each row: the artifact's page on Maven Central.

/// Beginnings of artifact names and their group; the first that fits counts.
const BEGINNINGS: &[(&str, &str)] = &[
    ("spring-boot", "org.springframework.boot"),
    ("spring-security-", "org.springframework.security"),
    ("spring-data-", "org.springframework.data"),
    ("spring-cloud-", "org.springframework.cloud"),
    ("spring-integration-", "org.springframework.integration"),
    ("spring-session-", "org.springframework.session"),
    ("spring-batch-", "org.springframework.batch"),
    ("spring-kafka", "org.springframework.kafka"),
    ("spring-ldap-", "org.springframework.ldap"),
    ("spring-ws-", "org.springframework.ws"),
    ("spring-retry", "org.springframework.retry"),
    ("spring-", "org.springframework"),
    ("kotlin-", "org.jetbrains.kotlin"),
    ("kotlinx-", "org.jetbrains.kotlinx"),
    ("lucene-", "org.apache.lucene"),
    ("solr-", "org.apache.solr"),
    ("kafka-", "org.apache.kafka"),
    ("kafka_", "org.apache.kafka"),
    ("tomcat-embed-", "org.apache.tomcat.embed"),
    ("tomcat-", "org.apache.tomcat"),
    ("micrometer-", "io.micrometer"),
    ("ktor-", "io.ktor"),
    ("okhttp-", "com.squareup.okhttp3"),
    ("retrofit", "com.squareup.retrofit2"),
    ("mockito-", "org.mockito"),
    ("junit-jupiter", "org.junit.jupiter"),
    ("junit-platform-", "org.junit.platform"),
];

/// Whole artifact names and their group.
const NAMES: &[(&str, &str)] = &[
    ("elasticsearch", "org.elasticsearch"),
    ("okhttp", "com.squareup.okhttp3"),
    ("okio", "com.squareup.okio"),
    ("okio-jvm", "com.squareup.okio"),
    ("reactor-core", "io.projectreactor"),
    ("reactor-netty", "io.projectreactor.netty"),
    ("rxjava", "io.reactivex.rxjava3"),
    ("h2", "com.h2database"),
    ("postgresql", "org.postgresql"),
    ("mssql-jdbc", "com.microsoft.sqlserver"),
    ("bcprov-jdk15on", "org.bouncycastle"),
    ("bcprov-jdk18on", "org.bouncycastle"),
    ("bcpkix-jdk15on", "org.bouncycastle"),
    ("bcpkix-jdk18on", "org.bouncycastle"),
    ("bcutil-jdk18on", "org.bouncycastle"),
];

/// The group of a well-known artifact.
pub(super) fn known(artifact: &str, version: &str) -> Option<&'static str> {
    if artifact == "groovy" || artifact.starts_with("groovy-") {
        // Groovy moved with release 4.
        let major: Option<u32> = version.split('.').next().and_then(|m| m.parse().ok());
        return Some(match major {
            Some(..4) => "org.codehaus.groovy",
            _ => "org.apache.groovy",
        });
    }
    let whole = NAMES.iter().find(|(name, _)| *name == artifact);
    let beginning = || BEGINNINGS.iter().find(|(b, _)| artifact.starts_with(b));
    whole.or_else(beginning).map(|(_, group)| *group)
}
