//! Mail, chat, calls, social networks, documents.

use lazaret_model::Severity::{Critical, Medium};

use super::{Rule, behind};
use crate::secrets::check;

/// The family's rows.
pub(crate) static RULES: &[Rule] = &[
    Rule::token("slack-bot-token", "Slack bot token", &["xoxb-"], r"xoxb-(?:\d{8,14}-){1,2}[A-Za-z0-9-]{16,40}")
        .severity(Critical)
        .good(&["xoxb-{d:12}-{d:13}-{w:24}"])
        .bad(&["xoxb-token", "xoxb-xxxxxxxxxxxx-xxxxxxxxxxxx"]),
    Rule::token("slack-user-token", "Slack user token", &["xoxp-", "xoxe-", "xoxo-", "xoxs-", "xoxr-", "xoxa-"], r"xox[peosra]-(?:\d-)?(?:\d{8,14}-){1,3}[A-Za-z0-9-]{20,60}")
        .severity(Critical)
        .good(&["xoxp-{d:12}-{d:12}-{d:12}-{h:32}"])
        .bad(&["xoxp-x"]),
    Rule::token("slack-configuration-token", "Slack configuration token", &["xoxe.xoxb-", "xoxe.xoxp-"], r"xoxe\.xox[bp]-\d-[A-Za-z0-9]{140,180}")
        .good(&["xoxe.xoxp-1-{w:163}"])
        .bad(&["xoxe.xoxp-1-x"]),
    Rule::token("slack-app-token", "Slack app token", &["xapp-"], r"xapp-\d-[A-Z0-9]{8,14}-\d{10,14}-[a-z0-9]{50,70}")
        .severity(Critical)
        .good(&["xapp-1-A{U:10}-{d:13}-{h:64}"])
        .bad(&["xapp-x"]),
    Rule::token("slack-webhook", "Slack webhook", &["hooks.slack.com/"], r"hooks\.slack\.com/(?:services|workflows|triggers)/(?P<s>[A-Za-z0-9+/]{40,80})")
        .hidden()
        .entropy(3.5)
        .severity(Medium)
        .good(&["https://hooks.slack.com/services/T{U:8}/B{U:8}/{w:24}"])
        .bad(&["https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"]),
    Rule::token("discord-webhook", "Discord webhook", &["discord.com/api/webhooks/", "discordapp.com/api/webhooks/"], r"discord(?:app)?\.com/api/webhooks/\d{17,20}/(?P<s>[\w-]{60,72})")
        .hidden()
        .severity(Medium)
        .good(&["https://discord.com/api/webhooks/{d:18}/{u:68}"])
        .bad(&["https://discord.com/api/webhooks/id/token"]),
    Rule::near("discord-token", "Discord bot token", &["discord", "bot_token"], behind!("discord|bot_token", r"[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,38}"))
        .entropy(4.0)
        .severity(Critical)
        .good(&["DISCORD_TOKEN=M{w:25}.{w:6}.{w:38}"])
        .bad(&["discord_channel=general"]),
    Rule::token("telegram-bot-token", "Telegram bot token", &[":AA"], r"(?:^|[^\d])(?P<s>(?:bot)?\d{8,10}:AA[\w-]{33})")
        .back(14)
        .entropy(4.0)
        .severity(Critical)
        .good(&["bot{d:10}:AA{u:33}"])
        .bad(&["12:AA"]),
    Rule::token("teams-webhook", "Microsoft Teams webhook", &[".webhook.office.com/webhookb2/"], r"\.webhook\.office\.com/webhookb2/(?P<s>[0-9a-f-]{36}@[0-9a-f-]{36}/IncomingWebhook/[0-9a-f]{32}/[0-9a-f-]{36}(?:/[\w-]{40,50})?)")
        .hidden()
        .severity(Medium)
        .good(&["https://acme.webhook.office.com/webhookb2/{h:8}-{h:4}-{h:4}-{h:4}-{h:12}@{h:8}-{h:4}-{h:4}-{h:4}-{h:12}/IncomingWebhook/{h:32}/{h:8}-{h:4}-{h:4}-{h:4}-{h:12}"])
        .bad(&["https://acme.webhook.office.com/webhookb2/"]),
    Rule::near("mattermost-token", "Mattermost token", &["mattermost"], behind!("mattermost", "[a-z0-9]{26}"))
        .check(check::random)
        .good(&["MATTERMOST_TOKEN=a1{l:24}"])
        .bad(&["mattermost_url=https://chat"]),
    Rule::near("twilio-key", "Twilio API key", &["twilio"], behind!("twilio", "SK[0-9a-f]{32}"))
        .good(&["TWILIO_API_KEY=SK{h:32}"])
        .bad(&["TWILIO_ACCOUNT_SID=AC{h:32}"]),
    Rule::near("twilio-auth-token", "Twilio auth token", &["twilio"], behind!("twilio", "[0-9a-f]{32}"))
        .severity(Critical)
        .good(&["TWILIO_AUTH_TOKEN={h:32}"])
        .bad(&["twilio_number=+15005550006"]),
    Rule::token("sendgrid-key", "SendGrid API key", &["SG."], r"SG\.[\w-]{22}\.[\w-]{43}")
        .severity(Critical)
        .good(&["SG.{u:22}.{u:43}"])
        .bad(&["msg.body", "SG.x"]),
    Rule::token("mailgun-key", "Mailgun key", &["key-"], "key-[0-9a-f]{32}")
        .entropy(3.2)
        .good(&["MAILGUN=key-{h:32}"])
        .bad(&["key-value"]),
    Rule::token("mailchimp-key", "Mailchimp API key", &["mailchimp"], behind!("mailchimp", r"[0-9a-f]{32}-us\d{1,2}"))
        .any_case()
        .hidden()
        .good(&["MAILCHIMP_API_KEY={h:32}-us12"])
        .bad(&["mailchimp_list=abc"]),
    Rule::near("mandrill-key", "Mandrill API key", &["mandrill"], behind!("mandrill", r"[\w-]{22}"))
        .check(check::random)
        .good(&["MANDRILL_API_KEY=a1B2{w:18}"])
        .bad(&["mandrill_template=welcome-mail-for-people"]),
    Rule::token("brevo-key", "Brevo API key", &["xkeysib-", "xsmtpsib-"], r"x(?:keysib|smtpsib)-[a-f0-9]{64}-[A-Za-z0-9]{16}")
        .good(&["xkeysib-{h:64}-{w:16}"])
        .bad(&["xkeysib-x"]),
    Rule::token("resend-key", "Resend API key", &["re_"], "re_[A-Za-z0-9]{8}_[A-Za-z0-9]{24}")
        .check(check::random)
        .good(&["re_{w:8}_{w:24}"])
        .bad(&["re_compile"]),
    Rule::near("postmark-token", "Postmark token", &["postmark"], behind!("postmark", "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"))
        .good(&["POSTMARK_API_TOKEN={h:8}-{h:4}-{h:4}-{h:4}-{h:12}"])
        .bad(&["postmark_from=a@b"]),
    Rule::near("sparkpost-key", "SparkPost key", &["sparkpost"], behind!("sparkpost", "[a-f0-9]{40}"))
        .good(&["SPARKPOST_API_KEY={h:40}"])
        .bad(&["sparkpost: on"]),
    Rule::near("messagebird-key", "MessageBird key", &["messagebird"], behind!("messagebird", "[A-Za-z0-9]{25}"))
        .check(check::mixed)
        .good(&["MESSAGEBIRD_API_KEY={w:25}"])
        .bad(&["messagebird: on"]),
    Rule::near("vonage-secret", "Vonage secret", &["vonage", "nexmo"], behind!("vonage|nexmo", "[A-Za-z0-9]{16}"))
        .check(check::random)
        .good(&["NEXMO_API_SECRET=a1B2{w:12}"])
        .bad(&["nexmo_from=acme"]),
    Rule::near("plivo-token", "Plivo token", &["plivo"], behind!("plivo", r"[A-Za-z0-9]{40}"))
        .check(check::mixed)
        .good(&["PLIVO_AUTH_TOKEN={w:40}"])
        .bad(&["plivo: on"]),
    Rule::token("facebook-token", "Facebook access token", &["EAAM", "EAAC", "EAAB", "EAAG"], "EAA[MCBG][A-Za-z0-9]{80,300}")
        .good(&["EAAB{w:160}"])
        .bad(&["EAABx"]),
    Rule::near("facebook-secret", "Facebook app secret", &["facebook", "fb_app_secret"], behind!("facebook|fb_app_secret", "[a-f0-9]{32}"))
        .good(&["FACEBOOK_APP_SECRET={h:32}"])
        .bad(&["facebook_app_id={d:15}"]),
    Rule::token("instagram-token", "Instagram access token", &["IGQV"], r"IGQV[\w-]{80,250}")
        .good(&["IGQV{u:140}"])
        .bad(&["IGQVx"]),
    Rule::token("twitter-bearer-token", "X bearer token", &["AAAAAAAAAAAAAAAAAAAA"], "A{20,24}[A-Za-z0-9%]{80,100}")
        .entropy(0.0)
        .check(check::random)
        .good(&["AAAAAAAAAAAAAAAAAAAAAG{w:85}"])
        .bad(&["AAAAAAAAAAAAAAAAAAAAAAAA"]),
    Rule::near("twitter-secret", "X API secret", &["twitter"], behind!("twitter", "[A-Za-z0-9]{45,50}"))
        .check(check::mixed)
        .good(&["TWITTER_API_SECRET={w:50}"])
        .bad(&["twitter: @acme"]),
    Rule::near("linkedin-secret", "LinkedIn client secret", &["linkedin"], behind!("linkedin", r"(?:WPL_AP1\.[\w.]{16,30}={0,2}|[A-Za-z0-9]{16})"))
        .check(check::random)
        .good(&["LINKEDIN_CLIENT_SECRET=a1B2{w:12}"])
        .bad(&["linkedin: acme"]),
    Rule::token("twitch-token", "Twitch token", &["twitch"], behind!("twitch", "[a-z0-9]{30}"))
        .any_case()
        .hidden()
        .check(check::random)
        .good(&["TWITCH_CLIENT_SECRET=a1{l:28}"])
        .bad(&["twitch: x"]),
    Rule::near("spotify-secret", "Spotify client secret", &["spotify"], behind!("spotify", "[0-9a-f]{32}"))
        .good(&["SPOTIFY_CLIENT_SECRET={h:32}"])
        .bad(&["spotify: x"]),
    Rule::token("notion-token", "Notion token", &["ntn_", "secret_"], r"ntn_\d{11}[A-Za-z0-9]{35}|secret_[A-Za-z0-9]{43}")
        .check(check::mixed)
        .good(&["ntn_{d:11}{w:35}", "secret_{w:43}"])
        .bad(&["secret_name"]),
    Rule::token("airtable-token", "Airtable token", &["pat"], r"pat[A-Za-z0-9]{14}\.[a-f0-9]{64}")
        .good(&["pat{w:14}.{h:64}"])
        .bad(&["path.join"]),
    Rule::token("figma-token", "Figma token", &["figd_", "figu_", "figo_"], r"fig[duo]_[\w-]{40}")
        .good(&["figd_{u:40}"])
        .bad(&["figd_x"]),
    Rule::token("linear-key", "Linear API key", &["lin_api_", "lin_oauth_"], "lin_(?:api_[A-Za-z0-9]{40}|oauth_[a-f0-9]{64})")
        .good(&["lin_api_{w:40}"])
        .bad(&["lin_api_x"]),
    Rule::near("asana-token", "Asana token", &["asana"], behind!("asana", r"(?:[0-9]/[0-9]{14,20}(?:/[0-9]{14,20})?:)?[a-f0-9]{32}"))
        .good(&["ASANA_TOKEN=1/{d:16}:{h:32}"])
        .bad(&["asana_project={d:16}"]),
    Rule::near("trello-token", "Trello token", &["trello"], behind!("trello", "(?:ATTA[A-Za-z0-9]{72}|[a-f0-9]{64}|[a-f0-9]{32})"))
        .good(&["TRELLO_TOKEN=ATTA{w:72}"])
        .bad(&["trello_board=abc"]),
    Rule::token("typeform-token", "Typeform token", &["tfp_"], r"tfp_[\w.=-]{44,59}")
        .check(check::mixed)
        .good(&["tfp_{w:59}"])
        .bad(&["tfp_x"]),
    Rule::token("hubspot-token", "HubSpot token", &["pat-na", "pat-eu"], "pat-(?:na|eu)[0-9]-[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
        .good(&["pat-na1-{h:8}-{h:4}-{h:4}-{h:4}-{h:12}"])
        .bad(&["pat-nat"]),
    Rule::near("hubspot-key", "HubSpot API key", &["hubspot", "hapikey"], behind!("hubspot|hapikey", "[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"))
        .good(&["hapikey={h:8}-{h:4}-{h:4}-{h:4}-{h:12}"])
        .bad(&["hubspot: x"]),
    Rule::near("intercom-token", "Intercom token", &["intercom"], behind!("intercom", "(?:dG9rO[A-Za-z0-9+/=]{55}|[a-z0-9_]{60})"))
        .check(check::mixed)
        .good(&["INTERCOM_TOKEN=dG9rO{w:55}"])
        .bad(&["intercom: x"]),
    Rule::near("zendesk-key", "Zendesk token", &["zendesk"], behind!("zendesk", "[A-Za-z0-9]{40}"))
        .check(check::mixed)
        .good(&["ZENDESK_TOKEN={w:40}"])
        .bad(&["zendesk_domain=acme"]),
    Rule::token("salesforce-token", "Salesforce access token", &["00D"], r"00D[A-Za-z0-9]{12,15}![\w.]{80,120}")
        .entropy(4.0)
        .severity(Critical)
        .good(&["00D{w:12}!{w:96}"])
        .bad(&["00Daaa"]),
    Rule::near("dropbox-token", "Dropbox token", &["sl.", "dropbox"], r"(?P<s>sl\.(?:u\.)?[\w-]{130,1000})")
        .reach(1100)
        .good(&["sl.{u:140}"])
        .bad(&["sl.short"]),
    Rule::token("frameio-token", "Frame.io token", &["fio-u-"], r"fio-u-[\w=-]{64}")
        .good(&["fio-u-{u:64}"])
        .bad(&["fio-u-x"]),
    Rule::token("contentful-token", "Contentful token", &["CFPAT-"], r"CFPAT-[\w-]{43}")
        .good(&["CFPAT-{u:43}"])
        .bad(&["CFPAT-x"]),
    Rule::token("mapbox-token", "Mapbox secret token", &["sk.eyJ"], r"sk\.eyJ[\w-]{60,140}\.[\w-]{22}")
        .good(&["sk.eyJ{u:80}.{u:22}"])
        .bad(&["sk.eyJx"]),
    Rule::near("okta-token", "Okta API token", &["okta", "ssws"], behind!("okta|ssws", r"00[\w-]{40}"))
        .entropy(4.0)
        .severity(Critical)
        .good(&["OKTA_API_TOKEN=00{u:40}"])
        .bad(&["okta_domain=acme"]),
    Rule::near("auth0-secret", "Auth0 client secret", &["auth0"], behind!("auth0", r"[\w-]{64}"))
        .check(check::mixed)
        .entropy(4.2)
        .good(&["AUTH0_CLIENT_SECRET={w:64}"])
        .bad(&["auth0_domain=acme"]),
];
