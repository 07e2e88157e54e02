//! Monitoring, logs, incidents, devices.

use lazaret_model::Severity::{Critical, Medium};

use super::{Rule, behind};
use crate::secrets::check;

/// The family's rows.
pub(crate) static RULES: &[Rule] = &[
    Rule::near(
        "datadog-api-key",
        "Datadog API key",
        &["datadog", "dd_api_key"],
        behind!("datadog|dd_api_key", "[0-9a-f]{32}"),
    )
    .good(&["DD_API_KEY={h:32}", "datadog:\n  datadog_api_key: {h:32}"])
    .bad(&["dd_api_key=none"]),
    Rule::near(
        "datadog-app-key",
        "Datadog application key",
        &["datadog", "dd_app_key", "dd_application_key"],
        behind!("datadog|dd_app(?:lication)?_key", "[0-9a-f]{40}"),
    )
    .good(&["DD_APP_KEY={h:40}"])
    .bad(&["dd_app_key="]),
    Rule::token(
        "newrelic-key",
        "New Relic key",
        &["NRAK-", "NRII-", "NRAA-", "NRJS-"],
        r"NR(?:AK-[A-Z0-9]{27}|II-[\w-]{32}|AA-[a-f0-9]{27}|JS-[a-f0-9]{19})",
    )
    .good(&["NRAK-{U:27}", "NRII-{u:32}"])
    .bad(&["NRAK-x"]),
    Rule::near(
        "newrelic-license-key",
        "New Relic licence key",
        &["new_relic_license", "newrelic_license", "license_key"],
        behind!("new_?relic_license|license_key", "[0-9a-f]{36}NRAL"),
    )
    .good(&["NEW_RELIC_LICENSE_KEY={h:36}NRAL"])
    .bad(&["license_key=abc"]),
    Rule::token(
        "dynatrace-token",
        "Dynatrace token",
        &["dt0c01.", "dt0s01.", "dt0s16."],
        r"dt0[cs](?:01|16)\.[A-Z0-9]{24}\.[A-Z0-9]{64}",
    )
    .severity(Critical)
    .good(&["dt0c01.{U:24}.{U:64}"])
    .bad(&["dt0c01.x"]),
    Rule::token(
        "grafana-service-account-token",
        "Grafana service account token",
        &["glsa_"],
        "glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}",
    )
    .good(&["glsa_{w:32}_{h:8}"])
    .bad(&["glsa_x"]),
    Rule::token(
        "grafana-cloud-token",
        "Grafana Cloud token",
        &["glc_eyJ"],
        r"glc_eyJ[A-Za-z0-9+/]{30,400}={0,2}",
    )
    .reach(500)
    .good(&["glc_eyJ{b:100}"])
    .bad(&["glc_eyJx"]),
    Rule::token(
        "grafana-api-key",
        "Grafana API key",
        &["eyJrIjoi"],
        "eyJrIjoi[A-Za-z0-9]{60,400}={0,2}",
    )
    .good(&["eyJrIjoi{w:80}="])
    .bad(&["eyJrIjoix"]),
    Rule::token(
        "sentry-org-token",
        "Sentry token",
        &["sntrys_"],
        r"sntrys_eyJ[A-Za-z0-9+/=_-]{60,600}",
    )
    .reach(700)
    .check(check::base64_json)
    .good(&["sntrys_eyJpYXQiOjE3MDAwMDAwMDAsInVybCI6Imh0dHBzOi8vc2VudHJ5LmlvIn0=_{b:43}"])
    .bad(&["sntrys_x"]),
    Rule::token(
        "sentry-user-token",
        "Sentry user token",
        &["sntryu_"],
        "sntryu_[a-f0-9]{64}",
    )
    .good(&["sntryu_{h:64}"])
    .bad(&["sntryu_x"]),
    Rule::near(
        "sentry-auth-token",
        "Sentry auth token",
        &["sentry"],
        behind!("sentry", "[a-f0-9]{64}"),
    )
    .good(&["SENTRY_AUTH_TOKEN={h:64}"])
    .bad(&["sentry_dsn=https://x"]),
    Rule::near(
        "honeycomb-key",
        "Honeycomb key",
        &["honeycomb"],
        behind!(
            "honeycomb",
            "(?:hc[abk][il][kc]_[a-z0-9]{58}|[a-f0-9]{32}|[A-Za-z0-9]{22})"
        ),
    )
    .check(check::random)
    .good(&["HONEYCOMB_API_KEY={h:32}"])
    .bad(&["honeycomb_dataset=production"]),
    Rule::near(
        "splunk-hec-token",
        "Splunk HEC token",
        &["splunk", "hec_token"],
        behind!(
            "splunk|hec_token",
            "[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}"
        ),
    )
    .good(&["SPLUNK_TOKEN={h:8}-{h:4}-{h:4}-{h:4}-{h:12}"])
    .bad(&["splunk_index=main"]),
    Rule::near(
        "sumologic-key",
        "Sumo Logic key",
        &["sumologic", "sumo_access"],
        behind!("sumologic|sumo_access", "[A-Za-z0-9]{64}"),
    )
    .check(check::mixed)
    .good(&["SUMO_ACCESS_KEY={w:64}"])
    .bad(&["sumologic: x"]),
    Rule::near(
        "logzio-token",
        "Logz.io token",
        &["logzio", "logz_io"],
        behind!("logzio|logz_io", "[A-Za-z0-9]{32}"),
    )
    .check(check::mixed)
    .good(&["LOGZIO_TOKEN={w:32}"])
    .bad(&["logzio: x"]),
    Rule::near(
        "loggly-token",
        "Loggly token",
        &["loggly"],
        behind!("loggly", "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"),
    )
    .severity(Medium)
    .good(&["LOGGLY_TOKEN={h:8}-{h:4}-{h:4}-{h:4}-{h:12}"])
    .bad(&["loggly: x"]),
    Rule::near(
        "rollbar-token",
        "Rollbar token",
        &["rollbar"],
        behind!("rollbar", "[0-9a-f]{32}"),
    )
    .severity(Medium)
    .good(&["ROLLBAR_ACCESS_TOKEN={h:32}"])
    .bad(&["rollbar: x"]),
    Rule::near(
        "bugsnag-key",
        "Bugsnag key",
        &["bugsnag"],
        behind!("bugsnag", "[0-9a-f]{32}"),
    )
    .severity(Medium)
    .good(&["BUGSNAG_API_KEY={h:32}"])
    .bad(&["bugsnag: x"]),
    Rule::near(
        "pagerduty-key",
        "PagerDuty key",
        &["pagerduty", "pd_api_key"],
        behind!(
            "pagerduty|pd_api_key",
            r"(?:u\+[\w-]{18}|[\w+-]{20}|[0-9a-f]{32})"
        ),
    )
    .check(check::random)
    .good(&["PAGERDUTY_TOKEN=u+a1B2{w:14}"])
    .bad(&["pagerduty_service=web"]),
    Rule::near(
        "opsgenie-key",
        "Opsgenie key",
        &["opsgenie"],
        behind!("opsgenie", "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"),
    )
    .good(&["OPSGENIE_API_KEY={h:8}-{h:4}-{h:4}-{h:4}-{h:12}"])
    .bad(&["opsgenie: x"]),
    Rule::near(
        "statuspage-key",
        "Statuspage key",
        &["statuspage"],
        behind!("statuspage", "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"),
    )
    .severity(Medium)
    .good(&["STATUSPAGE_API_KEY={h:8}-{h:4}-{h:4}-{h:4}-{h:12}"])
    .bad(&["statuspage: x"]),
    Rule::near(
        "fastly-token",
        "Fastly token",
        &["fastly"],
        behind!("fastly", r"[\w-]{32}"),
    )
    .check(check::random)
    .good(&["FASTLY_API_TOKEN=a1B2{w:28}"])
    .bad(&["fastly_service=shop"]),
    Rule::near(
        "amplitude-key",
        "Amplitude key",
        &["amplitude"],
        behind!("amplitude", "[0-9a-f]{32}"),
    )
    .severity(Medium)
    .good(&["AMPLITUDE_SECRET_KEY={h:32}"])
    .bad(&["amplitude = 3"]),
    Rule::near(
        "segment-key",
        "Segment write key",
        &["segment_write_key", "segment_key"],
        behind!("segment_(?:write_)?key", "[A-Za-z0-9]{32}"),
    )
    .check(check::mixed)
    .severity(Medium)
    .good(&["SEGMENT_WRITE_KEY={w:32}"])
    .bad(&["segment_key=x"]),
    Rule::near(
        "algolia-key",
        "Algolia admin key",
        &["algolia"],
        behind!("algolia", "[a-f0-9]{32}"),
    )
    .good(&["ALGOLIA_ADMIN_KEY={h:32}"])
    .bad(&["algolia_index=shop"]),
    Rule::token(
        "adafruit-key",
        "Adafruit IO key",
        &["aio_"],
        "aio_[a-zA-Z0-9]{28}",
    )
    .check(check::mixed)
    .good(&["aio_{w:28}"])
    .bad(&["aio_read"]),
    Rule::token(
        "wakatime-key",
        "WakaTime key",
        &["waka_"],
        "waka_[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}",
    )
    .severity(Medium)
    .good(&["waka_{h:8}-{h:4}-{h:4}-{h:4}-{h:12}"])
    .bad(&["waka_time"]),
    Rule::near(
        "jenkins-token",
        "Jenkins API token",
        &["jenkins"],
        behind!("jenkins", "(?:11[0-9a-f]{32}|[0-9a-f]{32})"),
    )
    .good(&["JENKINS_API_TOKEN=11{h:32}"])
    .bad(&["jenkins_url=https://ci"]),
    Rule::near(
        "rapidapi-key",
        "RapidAPI key",
        &["rapidapi"],
        behind!("rapidapi", "[A-Za-z0-9]{50}"),
    )
    .check(check::mixed)
    .severity(Medium)
    .good(&["X-RapidAPI-Key: {w:50}"])
    .bad(&["rapidapi_host=x"]),
    Rule::near(
        "shodan-key",
        "Shodan key",
        &["shodan"],
        behind!("shodan", "[A-Za-z0-9]{32}"),
    )
    .check(check::mixed)
    .severity(Medium)
    .good(&["SHODAN_API_KEY={w:32}"])
    .bad(&["shodan: x"]),
    Rule::near(
        "virustotal-key",
        "VirusTotal key",
        &["virustotal", "vt_api_key"],
        behind!("virustotal|vt_api_key", "[0-9a-f]{64}"),
    )
    .severity(Medium)
    .good(&["VT_API_KEY={h:64}"])
    .bad(&["virustotal: x"]),
    Rule::near(
        "maxmind-key",
        "MaxMind licence key",
        &["maxmind", "licensekey"],
        behind!("maxmind|licensekey", r"[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk"),
    )
    .severity(Medium)
    .good(&["LicenseKey {w:6}_{w:29}_mmk"])
    .bad(&["LicenseKey 000"]),
];
