//! Clouds: Amazon, Google, Microsoft and the others that rent out machines.

use lazaret_model::Severity::{Critical, Medium};

use super::{Rule, behind};
use crate::secrets::check;
use crate::secrets::rule::Scope;

/// The family's rows.
pub(crate) static RULES: &[Rule] = &[
    Rule::token(
        "aws-access-key-id",
        "AWS access key id",
        &["AKIA", "ASIA", "ABIA", "ACCA"],
        r"A(?:KIA|SIA|BIA|CCA)[A-Z2-7]{16}",
    )
    .entropy(3.0)
    .severity(Critical)
    .good(&["aws_access_key_id = AKIA{A:16}", "ASIA{A:16}"])
    .bad(&["AKIAIOSFODNN7EXAMPLE", "AKIAAAAAAAAAAAAAAAAA", "XAKIA{A:16}"]),
    Rule::near(
        "aws-secret-access-key",
        "AWS secret access key",
        &["secret_access_key", "secretaccesskey", "secret-access-key", "secretkey", "secret_key", "aws_sec"],
        behind!("secret_access_key|secretaccesskey|secret-access-key|secret_?key|aws_sec", "[A-Za-z0-9/+]{40}"),
    )
    .entropy(4.0)
    .severity(Critical)
    .good(&["aws_secret_access_key = {b:40}", "\"SecretAccessKey\": \"{b:40}\""])
    .bad(&["aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "secret_key = {h:20}"]),
    Rule::near(
        "aws-session-token",
        "AWS session token",
        &["session_token", "sessiontoken"],
        behind!("session_?token", "[A-Za-z0-9/+]{200,1200}={0,2}"),
    )
    .reach(1400)
    .entropy(4.5)
    .good(&["aws_session_token={b:300}"])
    .bad(&["session_token={b:40}"]),
    Rule::token("aws-mws-token", "Amazon MWS token", &["amzn.mws."], r"amzn\.mws\.[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
        .good(&["amzn.mws.{h:8}-{h:4}-{h:4}-{h:4}-{h:12}"])
        .bad(&["amzn.mws.region"]),
    Rule::token("aws-bedrock-key", "Amazon Bedrock API key", &["ABSK"], r"ABSK[A-Za-z0-9+/]{109,269}={0,2}")
        .entropy(4.0)
        .good(&["ABSK{b:120}"])
        .bad(&["ABSK{b:40}"]),
    Rule::token("gcp-api-key", "Google API key", &["AIza"], r"AIza[\w-]{35}")
        .entropy(3.5)
        .good(&["key=AIza{u:35}"])
        .bad(&["AIza{u:20}", "AIzaxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"]),
    Rule::token("gcp-oauth-client-secret", "Google OAuth client secret", &["GOCSPX-"], r"GOCSPX-[\w-]{28}")
        .good(&["GOCSPX-{u:28}"])
        .bad(&["GOCSPX-{u:10}"]),
    Rule::token("gcp-oauth-access-token", "Google OAuth access token", &["ya29."], r"ya29\.[\w-]{30,500}")
        .reach(600)
        .severity(Medium)
        .good(&["ya29.{u:120}"])
        .bad(&["ya29.short"]),
    Rule::near("gcp-service-account", "Google service account key id", &["private_key_id"], r#"private_key_id"?\s{0,4}[:=]\s{0,4}"?(?P<s>[0-9a-f]{40})"#)
        .entropy(3.2)
        .good(&["\"private_key_id\": \"{h:40}\""])
        .bad(&["\"private_key_id\": \"\""]),
    Rule::token("azure-client-secret", "Microsoft Entra client secret", &["7Q~", "8Q~", "9Q~"], r"(?:^|[^\w.~-])(?P<s>[\w.~-]{3}[789]Q~[\w.~-]{31,34})(?:[^\w.~-]|$)")
        .back(5)
        .entropy(3.5)
        .severity(Critical)
        .good(&["secret={w:3}8Q~{w:34}"])
        .bad(&["{w:3}8Q~{w:10}"]),
    Rule::near("azure-storage-key", "Azure storage account key", &["accountkey", "account_key", "storage_key", "storagekey"], behind!("account_?key|storage_?key", r"[A-Za-z0-9+/]{86}=="))
        .check(check::base64_of_64)
        .severity(Critical)
        .good(&["AccountName=x;AccountKey={b:86}==;EndpointSuffix=core.windows.net"])
        .bad(&["AccountKey=Eby8vdM02x;EndpointSuffix=core.windows.net"]),
    Rule::near("azure-shared-access-key", "Azure shared access key", &["sharedaccesskey="], r"(?i:sharedaccesskey=)(?P<s>[A-Za-z0-9+/]{43}=)")
        .severity(Critical)
        .good(&["Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=a;SharedAccessKey={b:43}="])
        .bad(&["SharedAccessKey=<key>"]),
    Rule::token("azure-identifiable-key", "Azure service key", &["+ASt", "+ACDb", "ACDb", "+ABa", "+AMC", "+ASb", "+AEh", "+ARm", "AzFu", "AzSe", "+ACR", "AzCa", "APIM", "AIoT", "AZEG"],
        r"(?:^|[^A-Za-z0-9/+])(?P<s>[A-Za-z0-9/+]{76}(?:\+ASt|ACDb|\+ABa|\+AMC|APIM)[A-Za-z0-9/+]{5}[AQgw]==|[A-Za-z0-9/+]{33}(?:\+ASb|\+AEh|\+ARm|AIoT|AZEG)[A-Za-z0-9/+]{6}=|[A-Za-z0-9/+_-]{44}(?:AzFu|AzSe)[A-Za-z0-9/+_-]{3,5}[AQgw]?={0,2}|[A-Za-z0-9/+]{42}\+ACR[A-Za-z0-9]{6}|[A-Za-z0-9/+]{33}AzCa[A-P][A-Za-z0-9/+]{5}=)")
        .back(78)
        .entropy(4.0)
        .severity(Critical)
        .good(&["{w:76}+ASt{w:5}Q==", "key: {w:33}+ASb{w:6}=", "{w:42}+ACR{w:6}"])
        .bad(&["MACRO+ACRONYM", "{w:10}AzFu{w:3}"]),
    Rule::near("azure-sas", "Azure shared access signature", &["&sig=", "?sig="], r"[&?]sig=(?P<s>[A-Za-z0-9%+/]{43,60}(?:%3[dD]|=))")
        .severity(Medium)
        .good(&["https://x.blob.core.windows.net/c?sv=2024-01-01&se=2030-01-01&sig={w:43}%3D"])
        .bad(&["https://x/?a=1&sig=none"]),
    Rule::token("azure-devops-pat", "Azure DevOps personal access token", &["AZDO"], r"(?:^|[^A-Za-z0-9])(?P<s>[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4})(?:[^A-Za-z0-9]|$)")
        .back(78)
        .severity(Critical)
        .good(&["{w:76}AZDO{w:4}"])
        .bad(&["AZDO{w:4}"]),
    Rule::token("alibaba-access-key-id", "Alibaba Cloud access key id", &["LTAI"], r"LTAI[A-Za-z0-9]{17,26}")
        .good(&["LTAI{w:20}"])
        .bad(&["LTAI{w:5}"]),
    Rule::near("alibaba-secret-key", "Alibaba Cloud secret key", &["alibaba", "aliyun", "accesskeysecret"], behind!("alibaba|aliyun|accesskeysecret", "[A-Za-z0-9]{30}"))
        .check(check::mixed)
        .entropy(3.8)
        .good(&["ALIBABA_CLOUD_ACCESS_KEY_SECRET={w:30}"])
        .bad(&["aliyun_region=cn-hangzhou"]),
    Rule::near("tencent-secret-id", "Tencent Cloud secret id", &["AKID"], r"(?P<s>AKID[A-Za-z0-9]{32})")
        .good(&["AKID{w:32}"])
        .bad(&["AKID{w:8}"]),
    Rule::token("digitalocean-token", "DigitalOcean token", &["dop_v1_", "doo_v1_", "dor_v1_"], r"do[opr]_v1_[a-f0-9]{64}")
        .good(&["dop_v1_{h:64}"])
        .bad(&["dop_v1_{h:20}"]),
    Rule::near("heroku-api-key", "Heroku API key", &["heroku"], behind!("heroku", r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"))
        .good(&["HEROKU_API_KEY={h:8}-{h:4}-{h:4}-{h:4}-{h:12}"])
        .bad(&["heroku_app=shop"]),
    Rule::token("heroku-platform-key", "Heroku API key", &["HRKU-"], r"HRKU-(?:AA[\w-]{58}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})")
        .good(&["HRKU-AA{u:58}"])
        .bad(&["HRKU-no"]),
    Rule::near("cloudflare-api-token", "Cloudflare API token", &["cloudflare", "cf_api_token", "cf_token"], behind!("cloudflare|cf_api_token|cf_token", r"[\w-]{40}"))
        .check(check::mixed)
        .entropy(3.8)
        .good(&["CLOUDFLARE_API_TOKEN={w:40}"])
        .bad(&["cloudflare_zone_name=example-domain-with-a-rather-long-name"]),
    Rule::near("cloudflare-global-key", "Cloudflare global API key", &["cloudflare", "cf_api_key"], behind!("cloudflare|cf_api_key", "[0-9a-f]{37}"))
        .good(&["CLOUDFLARE_API_KEY={h:37}"])
        .bad(&["CLOUDFLARE_ZONE_ID={h:32}"]),
    Rule::token("cloudflare-origin-ca-key", "Cloudflare origin CA key", &["v1.0-"], r"v1\.0-[a-f0-9]{24}-[a-f0-9]{146}")
        .good(&["v1.0-{h:24}-{h:146}"])
        .bad(&["v1.0-beta"]),
    Rule::token("fly-token", "Fly.io token", &["fm1r_", "fm2_", "fo1_"], r"(?:fm1r_[\w+/=-]{60,800}|fm2_[\w+/=-]{60,800}|fo1_[\w-]{43})")
        .reach(900)
        .good(&["FlyV1 fm2_{b:120}", "fo1_{u:43}"])
        .bad(&["fo1_{u:10}"]),
    Rule::token("linode-token", "Linode token", &["linode"], behind!("linode", "[0-9a-f]{64}"))
        .any_case()
        .hidden()
        .good(&["LINODE_TOKEN={h:64}"])
        .bad(&["linode_region=eu-west"]),
    Rule::near("hetzner-token", "Hetzner Cloud token", &["hcloud", "hetzner"], behind!("hcloud|hetzner", "[A-Za-z0-9]{64}"))
        .check(check::mixed)
        .good(&["HCLOUD_TOKEN={w:64}"])
        .bad(&["hcloud_server=web-1"]),
    Rule::token("scaleway-access-key", "Scaleway access key", &["SCW"], r"SCW[A-Z0-9]{17}")
        .severity(Medium)
        .scope(Scope::Settings)
        .good(&["access_key: SCW{U:17}"])
        .bad(&["SCWORD"]),
    Rule::near("ovh-application-secret", "OVH application secret", &["ovh_"], behind!("ovh_", "[A-Za-z0-9]{32}"))
        .check(check::mixed)
        .scope(Scope::Settings)
        .good(&["OVH_APPLICATION_SECRET={w:32}"])
        .bad(&["OVH_ENDPOINT=ovh-eu"]),
    Rule::token("yandex-api-key", "Yandex Cloud API key", &["AQVN"], r"AQVN[\w-]{35,38}")
        .good(&["AQVN{u:36}"])
        .bad(&["AQVN{u:10}"]),
    Rule::token("yandex-iam-token", "Yandex Cloud IAM token", &["t1.9"], r"t1\.9[\w-]{10,400}\.[\w-]{86}")
        .reach(600)
        .severity(Medium)
        .good(&["t1.9{u:60}.{u:86}"])
        .bad(&["t1.9 release"]),
    Rule::token("ibm-cloud-key", "IBM Cloud API key", &["ibm_cloud", "ibmcloud", "bluemix"], behind!("ibm_?cloud|bluemix", r"[\w-]{44}"))
        .any_case()
        .hidden()
        .check(check::mixed)
        .entropy(4.0)
        .good(&["IBMCLOUD_API_KEY={u:44}"])
        .bad(&["ibmcloud_region=us-south"]),
    Rule::token("vultr-key", "Vultr API key", &["vultr"], behind!("vultr", "[A-Z0-9]{36}"))
        .any_case()
        .hidden()
        .check(check::mixed)
        .good(&["VULTR_API_KEY={U:36}"])
        .bad(&["vultr_plan=small"]),
];
