//! What builds, deploys and hosts.

use lazaret_model::Severity::{Critical, Medium};

use super::{Rule, behind};
use crate::secrets::check;

/// The family's rows.
pub(crate) static RULES: &[Rule] = &[
    Rule::token("vault-token", "HashiCorp Vault token", &["hvs.", "hvb.", "hvr."], r"hv[sbr]\.[\w-]{24,300}")
        .entropy(3.5)
        .check(check::mixed)
        .severity(Critical)
        .good(&["hvs.{u:90}", "hvb.{u:138}"])
        .bad(&["hvs.connect"]),
    Rule::near("vault-token-legacy", "HashiCorp Vault token", &["vault_token", "x-vault-token"], behind!("vault_token|x-vault-token", r"s\.[A-Za-z0-9]{24}"))
        .severity(Critical)
        .good(&["VAULT_TOKEN=s.{w:24}"])
        .bad(&["VAULT_TOKEN=s.short"]),
    Rule::token("terraform-cloud-token", "HCP Terraform token", &[".atlasv1."], r"[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,70}")
        .back(14)
        .severity(Critical)
        .good(&["token = \"{w:14}.atlasv1.{u:67}\""])
        .bad(&["x.atlasv1.y"]),
    Rule::token("pulumi-token", "Pulumi access token", &["pul-"], "pul-[a-f0-9]{40}")
        .good(&["pul-{h:40}"])
        .bad(&["pul-ley"]),
    Rule::token("doppler-token", "Doppler token", &["dp.pt.", "dp.st.", "dp.ct.", "dp.sa.", "dp.scim.", "dp.audit."], r"dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[a-z0-9_-]{2,35}\.)?[A-Za-z0-9]{40,44}")
        .severity(Critical)
        .good(&["dp.pt.{w:43}", "dp.st.prd.{w:43}"])
        .bad(&["dp.st.short"]),
    Rule::token("infisical-token", "Infisical service token", &["st."], r"st\.[a-f0-9]{24}\.[a-f0-9]{32}\.[a-f0-9]{32}")
        .good(&["st.{h:24}.{h:32}.{h:32}"])
        .bad(&["first.second"]),
    Rule::token("onepassword-token", "1Password service account token", &["ops_eyJ"], r"ops_eyJ[\w-]{240,1500}={0,2}")
        .reach(1700)
        .severity(Critical)
        .good(&["ops_eyJ{u:300}"])
        .bad(&["ops_eyJ{u:30}"]),
    Rule::token("onepassword-secret-key", "1Password secret key", &["A3-"], r"A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}")
        .check(check::mixed)
        .entropy(3.8)
        .severity(Critical)
        .good(&["A3-{U:6}-{U:6}-{U:5}-{U:5}-{U:5}-{U:5}"])
        .bad(&["DIN A3-PAPER"]),
    Rule::token("circleci-token", "CircleCI token", &["CCIPAT_", "CCIPRJ_"], r"CCIP(?:AT|RJ)_[A-Za-z0-9]{22}_[a-f0-9]{40}")
        .good(&["CCIPAT_{w:22}_{h:40}"])
        .bad(&["CCIPAT_TOKEN"]),
    Rule::near("circleci-token-legacy", "CircleCI token", &["circleci", "circle_token"], behind!("circleci|circle_token", "[0-9a-f]{40}"))
        .good(&["CIRCLE_TOKEN={h:40}"])
        .bad(&["circleci: yes"]),
    Rule::token("buildkite-token", "Buildkite token", &["bkua_", "bkat_"], "bk[ua]a?t?_[a-z0-9]{40,64}")
        .good(&["bkua_{h:40}"])
        .bad(&["bkua_x"]),
    Rule::near("travis-token", "Travis CI token", &["travis"], behind!("travis", "[A-Za-z0-9_-]{22}"))
        .check(check::random)
        .severity(Medium)
        .good(&["TRAVIS_TOKEN=aB3{w:19}"])
        .bad(&["travis_branch=some-feature-branch-xy"]),
    Rule::near("drone-token", "Drone CI token", &["drone"], behind!("drone", "[A-Za-z0-9]{32}"))
        .check(check::mixed)
        .severity(Medium)
        .good(&["DRONE_TOKEN={w:32}"])
        .bad(&["drone_server=https://x"]),
    Rule::token("harness-token", "Harness token", &["pat.", "sat."], r"[ps]at\.[\w-]{22}\.[0-9a-f]{24}\.[A-Za-z0-9]{20}")
        .good(&["pat.{u:22}.{h:24}.{w:20}"])
        .bad(&["pat.apply"]),
    Rule::token("octopus-key", "Octopus Deploy API key", &["API-"], "API-[A-Z0-9]{25,32}")
        .check(check::mixed)
        .entropy(3.8)
        .good(&["API-{U:26}"])
        .bad(&["API-REFERENCE"]),
    Rule::token("prefect-token", "Prefect token", &["pnu_", "pnb_"], "pn[ub]_[a-zA-Z0-9]{36}")
        .check(check::mixed)
        .good(&["pnu_{w:36}"])
        .bad(&["pnu_x"]),
    Rule::token("openshift-token", "OpenShift token", &["sha256~"], r"sha256~[\w-]{43}")
        .severity(Critical)
        .good(&["sha256~{u:43}"])
        .bad(&["sha256~{u:4}"]),
    Rule::near("kubernetes-secret-token", "Token of a Kubernetes cluster", &["kubeadm join", "--token"], r"--token[ =](?P<s>[a-z0-9]{6}\.[a-z0-9]{16})")
        .good(&["kubeadm join 10.0.0.1:6443 --token {l:6}.{l:16}"])
        .bad(&["kubectl --token mytoken"]),
    Rule::token("netlify-token", "Netlify token", &["nfp_", "nfc_", "nfo_", "nfu_", "nfb_"], "nf[pcoub]_[a-zA-Z0-9_]{36}")
        .check(check::mixed)
        .good(&["nfp_{w:36}"])
        .bad(&["nfp_x"]),
    Rule::near("vercel-token", "Vercel token", &["vercel"], behind!("vercel", "(?:vc[kpirab]_[A-Za-z0-9]{24,80}|[A-Za-z0-9]{24})"))
        .check(check::random)
        .good(&["VERCEL_TOKEN=a1B2{w:20}"])
        .bad(&["vercel_project=abcdefghijklmnopqrstuvwx"]),
    Rule::token("deno-token", "Deno Deploy token", &["ddp_", "ddo_", "ddw_"], "dd[pow]_[a-zA-Z0-9]{36}")
        .check(check::mixed)
        .good(&["ddp_{w:36}"])
        .bad(&["ddp_x"]),
    Rule::token("tailscale-key", "Tailscale key", &["tskey-"], r"tskey-(?:auth|api|client|scim|webhook)-[A-Za-z0-9]{5,40}(?:CNTRL)?-[A-Za-z0-9]{20,60}")
        .severity(Critical)
        .good(&["tskey-auth-{w:12}CNTRL-{w:32}"])
        .bad(&["tskey-auth-short"]),
    Rule::token("ngrok-token", "ngrok token", &["ngrok"], behind!("ngrok", "[A-Za-z0-9]{27}_[A-Za-z0-9]{20,25}"))
        .any_case()
        .hidden()
        .good(&["NGROK_AUTHTOKEN={w:27}_{w:21}"])
        .bad(&["ngrok_region=eu"]),
    Rule::token("planetscale-secret", "PlanetScale secret", &["pscale_"], r"pscale_(?:tkn|pw|oauth)_[\w.=-]{32,64}")
        .severity(Critical)
        .good(&["pscale_tkn_{w:43}"])
        .bad(&["pscale_tkn_x"]),
    Rule::token("supabase-secret", "Supabase secret", &["sbp_", "sb_secret_"], r"sbp_[a-f0-9]{40}|sb_secret_[\w-]{22}_[\w-]{8}")
        .severity(Critical)
        .good(&["sbp_{h:40}", "sb_secret_{u:22}_{u:8}"])
        .bad(&["sbp_x"]),
    Rule::token("neon-key", "Neon API key", &["napi_"], "napi_[a-z0-9]{60,70}")
        .good(&["napi_{l:64}"])
        .bad(&["napi_status"]),
    Rule::token("turso-token", "Turso token", &["turso"], behind!("turso", r"eyJ[\w-]{10,400}\.[\w-]{20,600}\.[\w-]{20,200}"))
        .any_case()
        .hidden()
        .reach(1400)
        .good(&["TURSO_AUTH_TOKEN=eyJ{u:30}.{u:60}.{u:86}"])
        .bad(&["turso_url=libsql://x"]),
    Rule::token("render-key", "Render API key", &["rnd_"], "rnd_[A-Za-z0-9]{28}")
        .check(check::mixed)
        .good(&["rnd_{w:28}"])
        .bad(&["rnd_seed"]),
    Rule::token("railway-token", "Railway token", &["railway"], behind!("railway", r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"))
        .any_case()
        .hidden()
        .good(&["RAILWAY_TOKEN={h:8}-{h:4}-{h:4}-{h:4}-{h:12}"])
        .bad(&["railway_station=x"]),
    Rule::token("scalingo-token", "Scalingo token", &["tk-us-"], r"tk-us-[\w-]{48}")
        .good(&["tk-us-{u:48}"])
        .bad(&["tk-us-x"]),
    Rule::near("launchdarkly-key", "LaunchDarkly key", &["sdk-", "api-", "mob-"], r"(?P<s>(?:sdk|api)-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})")
        .good(&["sdk-{h:8}-{h:4}-4{h:3}-a{h:3}-{h:12}"])
        .bad(&["sdk-version"]),
    Rule::token("databricks-token", "Databricks token", &["dapi"], "dapi[a-f0-9]{32}(?:-[0-9])?")
        .good(&["dapi{h:32}"])
        .bad(&["dapi{h:8}"]),
    Rule::token("elastic-cloud-key", "Elastic Cloud key", &["essu_"], r"essu_[A-Za-z0-9+/=]{40,120}")
        .good(&["essu_{b:64}"])
        .bad(&["essu_x"]),
];
