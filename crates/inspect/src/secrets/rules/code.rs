//! Where code is kept: hosts of repositories, registries of packages and images.

use lazaret_model::Severity::{Critical, Medium};

use super::{Rule, behind};
use crate::secrets::check;
use crate::secrets::rule::Scope;

/// The family's rows.
pub(crate) static RULES: &[Rule] = &[
    Rule::token("github-pat", "GitHub personal access token", &["ghp_"], "ghp_[A-Za-z0-9]{36}")
        .check(check::github)
        .severity(Critical)
        .good(&["ghp_{github}", "https://x:ghp_{github}@github.com/o/r", "\"a\\nghp_{github}\""])
        .bad(&["ghp_{w:20}", "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"]),
    Rule::token("github-oauth", "GitHub OAuth token", &["gho_"], "gho_[A-Za-z0-9]{36}")
        .check(check::github)
        .severity(Critical)
        .good(&["gho_{github}"])
        .bad(&["gho_{w:20}"]),
    Rule::token("github-app-token", "GitHub app token", &["ghu_", "ghs_"], "gh[us]_[A-Za-z0-9]{36}")
        .check(check::github)
        .severity(Critical)
        .good(&["ghs_{github}"])
        .bad(&["ghs_{w:20}"]),
    Rule::token("github-refresh-token", "GitHub refresh token", &["ghr_"], "ghr_(?:[A-Za-z0-9]{76}|[A-Za-z0-9]{36})")
        .severity(Critical)
        .good(&["ghr_{w:76}"])
        .bad(&["ghr_{w:20}"]),
    Rule::token("github-fine-grained-pat", "GitHub fine-grained token", &["github_pat_"], "github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}")
        .severity(Critical)
        .good(&["github_pat_{w:22}_{w:59}"])
        .bad(&["github_pat_{w:22}"]),
    Rule::token("gitlab-pat", "GitLab personal access token", &["glpat-"], r"glpat-(?:[\w-]{27,300}\.[0-9a-z]{2}(?:\.[0-9a-z]{2})?[0-9a-z]{7}|[\w-]{20,22})")
        .severity(Critical)
        .good(&["glpat-{u:20}", "glpat-{u:40}.01{l:7}"])
        .bad(&["glpat-{u:8}"]),
    Rule::token("gitlab-token", "GitLab token", &["gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glimt-", "glagent-", "glsoat-", "glffct-", "gloas-", "GR1348941"], r"gl(?:dt|ft|soat|ffct)-[\w-]{20,40}|glrt-(?:t\d_)?[\w.-]{20,60}|glcbt-[0-9a-zA-Z]{1,5}_[\w-]{20}|glptt-[0-9a-f]{40}|glimt-[\w-]{25}|glagent-[\w-]{50}|gloas-[\w-]{64}|GR1348941[\w-]{20}")
        .good(&["glrt-{u:20}", "GR1348941{u:20}", "glptt-{h:40}"])
        .bad(&["gldt-{u:5}"]),
    Rule::token("bitbucket-app-password", "Bitbucket app password", &["ATBB", "ATCTT3xFfG"], r"ATBB[A-Za-z0-9]{32}|ATCTT3xFfG[\w=-]{150,220}")
        .good(&["ATBB{w:32}"])
        .bad(&["ATBB{w:8}"]),
    Rule::token("atlassian-api-token", "Atlassian API token", &["ATATT3xFfGF0"], r"ATATT3xFfGF0[\w-]{100,250}=[0-9A-F]{8}")
        .good(&["ATATT3xFfGF0{u:170}={H:8}"])
        .bad(&["ATATT3xFfGF0..."]),
    Rule::token("sourcegraph-token", "Sourcegraph token", &["sgp_"], r"sgp_(?:(?:local|[a-fA-F0-9]{16})_)?[a-fA-F0-9]{40}")
        .good(&["sgp_{h:16}_{h:40}"])
        .bad(&["sgp_test"]),
    Rule::token("npm-token", "npm access token", &["npm_"], "npm_[A-Za-z0-9]{36}")
        .check(check::github)
        .severity(Critical)
        .good(&["//registry.npmjs.org/:_authToken=npm_{github}"])
        .bad(&["npm_config_registry", "npm_{w:10}"]),
    Rule::near("npmrc-auth", "Password of a package registry", &["_authtoken", "_auth", "_password"], r#"_(?:authToken|auth|password)[ \t]{0,3}=[ \t]{0,3}"?(?P<s>[\w+/=-]{16,200})"#)
        .scope(Scope::Paths(&[".npmrc", "/npmrc", ".yarnrc"]))
        .good(&["//npm.acme.test/:_authToken={w:32}"])
        .bad(&["//npm.acme.test/:_authToken=${NPM_TOKEN}"]),
    Rule::token("pypi-token", "PyPI token", &["pypi-AgE"], r"pypi-AgE[\w-]{50,1000}")
        .reach(1100)
        .check(check::macaroon)
        .severity(Critical)
        .good(&["pypi-AgEIcHlwaS5vcmcC{u:150}"])
        .bad(&["pypi-AgEIcHlwaS5vcmc"]),
    Rule::token("rubygems-key", "RubyGems API key", &["rubygems_"], "rubygems_[a-f0-9]{48}")
        .severity(Critical)
        .good(&["rubygems_{h:48}"])
        .bad(&["rubygems_version"]),
    Rule::token("nuget-key", "NuGet API key", &["oy2"], "oy2[a-z0-9]{43}")
        .check(check::mixed)
        .entropy(3.5)
        .good(&["oy2{l:43}"])
        .bad(&["toy2story"]),
    Rule::token("crates-io-token", "crates.io token", &["cio"], "cio[A-Za-z0-9]{32}")
        .check(check::mixed)
        .entropy(3.8)
        .good(&["cio{w:32}"])
        .bad(&["precious", "cio{w:6}"]),
    Rule::token("clojars-token", "Clojars token", &["CLOJARS_"], "CLOJARS_[a-z0-9]{60}")
        .any_case()
        .good(&["CLOJARS_{l:60}"])
        .bad(&["CLOJARS_USERNAME=someone"]),
    Rule::token("dockerhub-pat", "Docker Hub token", &["dckr_pat_", "dckr_oat_"], r"dckr_(?:pat_[\w-]{27}|oat_[\w-]{32})")
        .severity(Critical)
        .good(&["dckr_pat_{u:27}"])
        .bad(&["dckr_pat_{u:9}"]),
    Rule::near("docker-config-auth", "Login of an image registry", &["\"auth\""], r#""auth"\s{0,4}:\s{0,4}"(?P<s>[A-Za-z0-9+/]{8,800}={0,2})""#)
        .reach(900)
        .check(check::basic)
        .entropy(2.5)
        .severity(Critical)
        .good(&["{\"auths\":{\"r.test\":{\"auth\": \"cm9ib3Q6czNjcjN0LXRoaW5n\"}}}"])
        .bad(&["{\"auth\": \"required\"}", "{\"auth\": \"\"}"]),
    Rule::token("jfrog-token", "JFrog token", &["AKCp", "cmVmdGtu"], "AKCp[A-Za-z0-9]{69}|cmVmdGtu[A-Za-z0-9]{56}")
        .good(&["AKCp{w:69}"])
        .bad(&["AKCp{w:9}"]),
    Rule::near("artifactory-key", "Artifactory API key", &["artifactory", "jfrog"], behind!("artifactory|jfrog", "[A-Za-z0-9]{64,73}"))
        .check(check::mixed)
        .good(&["ARTIFACTORY_API_KEY={w:73}"])
        .bad(&["artifactory_url=https://acme.test/artifactory"]),
    Rule::token("postman-key", "Postman API key", &["PMAK-"], "PMAK-[a-f0-9]{24}-[a-f0-9]{34}")
        .good(&["PMAK-{h:24}-{h:34}"])
        .bad(&["PMAK-{h:4}"]),
    Rule::token("readme-key", "ReadMe API key", &["rdme_"], "rdme_[a-z0-9]{70}")
        .good(&["rdme_{l:70}"])
        .bad(&["rdme_file"]),
    Rule::token("snyk-token", "Snyk token", &["snyk"], behind!("snyk", r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"))
        .any_case()
        .hidden()
        .good(&["SNYK_TOKEN={h:8}-{h:4}-{h:4}-{h:4}-{h:12}"])
        .bad(&["snyk_org=acme"]),
    Rule::token("sonar-token", "SonarQube token", &["squ_", "sqp_", "sqa_"], "sq[upa]_[a-z0-9]{40}")
        .check(check::mixed)
        .good(&["sqp_{h:40}"])
        .bad(&["squ_are"]),
    Rule::near("codecov-token", "Codecov token", &["codecov"], behind!("codecov", r"(?:[0-9a-f]{32}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})"))
        .severity(Medium)
        .good(&["CODECOV_TOKEN={h:8}-{h:4}-{h:4}-{h:4}-{h:12}"])
        .bad(&["codecov: true"]),
    Rule::near("git-credentials", "Password of a repository host", &["https://"], r"https://[^\s:@/]{1,60}:(?P<s>[^\s@/]{6,200})@")
        .scope(Scope::Paths(&[".git-credentials", "/git/credentials", ".git/config"]))
        .good(&["https://bob:{w:20}@git.acme.test"])
        .bad(&["https://git.acme.test/path"]),
    Rule::token("infracost-key", "Infracost API key", &["ico-"], "ico-[a-zA-Z0-9]{32}")
        .check(check::mixed)
        .severity(Medium)
        .good(&["ico-{w:32}"])
        .bad(&["ico-files"]),
    Rule::token("stackhawk-key", "StackHawk API key", &["hawk."], r"hawk\.[\w-]{20}\.[\w-]{20}")
        .good(&["hawk.{u:20}.{u:20}"])
        .bad(&["hawk.eye"]),
];
