//! Payment, commerce and logistics.

use lazaret_model::Severity::{Critical, Low, Medium};

use super::{Rule, behind};
use crate::secrets::check;

/// The family's rows.
pub(crate) static RULES: &[Rule] = &[
    Rule::token(
        "stripe-live-key",
        "Stripe live key",
        &["sk_live_", "rk_live_"],
        "[sr]k_live_[A-Za-z0-9]{20,247}",
    )
    .severity(Critical)
    .good(&["sk_live_{w:24}", "rk_live_{w:99}"])
    .bad(&["sk_live_{w:5}", "sk_live_xxxxxxxxxxxxxxxxxxxxxxxx"]),
    Rule::token(
        "stripe-test-key",
        "Stripe test key",
        &["sk_test_", "rk_test_"],
        "[sr]k_test_[A-Za-z0-9]{20,247}",
    )
    .severity(Low)
    .good(&["sk_test_{w:24}"])
    .bad(&["sk_test_{w:5}"]),
    Rule::token(
        "stripe-webhook-secret",
        "Stripe webhook secret",
        &["whsec_"],
        "whsec_[A-Za-z0-9+/]{32,64}={0,2}",
    )
    .severity(Medium)
    .good(&["whsec_{w:32}"])
    .bad(&["whsec_x"]),
    Rule::token(
        "square-access-token",
        "Square access token",
        &["sq0atp-", "EAAA"],
        r"sq0atp-[\w-]{22}|EAAA[\w-]{60}",
    )
    .entropy(4.0)
    .severity(Critical)
    .good(&["sq0atp-{u:22}", "EAAA{u:60}"])
    .bad(&["sq0atp-x"]),
    Rule::token(
        "square-secret",
        "Square application secret",
        &["sq0csp-"],
        r"sq0csp-[\w-]{43}",
    )
    .severity(Critical)
    .good(&["sq0csp-{u:43}"])
    .bad(&["sq0csp-x"]),
    Rule::token(
        "braintree-token",
        "Braintree access token",
        &["access_token$"],
        r"access_token\$(?:production|sandbox)\$[0-9a-z]{16}\$[0-9a-f]{32}",
    )
    .severity(Critical)
    .good(&["access_token$production${l:16}${h:32}"])
    .bad(&["access_token$value"]),
    Rule::near(
        "paypal-secret",
        "PayPal client secret",
        &["paypal"],
        behind!("paypal", r"E[\w-]{79}"),
    )
    .entropy(4.2)
    .severity(Critical)
    .good(&["PAYPAL_CLIENT_SECRET=E{u:79}"])
    .bad(&["paypal_mode=sandbox"]),
    Rule::token(
        "razorpay-key",
        "Razorpay key",
        &["rzp_live_"],
        "rzp_live_[A-Za-z0-9]{14}",
    )
    .good(&["rzp_live_{w:14}"])
    .bad(&["rzp_live_x"]),
    Rule::token(
        "flutterwave-key",
        "Flutterwave secret key",
        &["FLWSECK-", "FLWSECK_TEST-"],
        "FLWSECK(?:_TEST)?-[a-fA-F0-9]{12,32}-X",
    )
    .good(&["FLWSECK-{h:32}-X"])
    .bad(&["FLWSECK-x"]),
    Rule::token(
        "adyen-key",
        "Adyen API key",
        &["AQE"],
        r"AQE[a-z]?h?[A-Za-z0-9+/]{100,200}-[A-Za-z0-9+/=]{43,44}-[\x21-\x7e]{12,20}",
    )
    .entropy(4.5)
    .severity(Critical)
    .good(&["AQEyhm{w:120}-{w:43}=-{w:16}"])
    .bad(&["AQEDUCT"]),
    Rule::token(
        "gocardless-token",
        "GoCardless live token",
        &["live_"],
        r"live_[\w-]{40}",
    )
    .check(check::random)
    .entropy(4.2)
    .good(&["live_{w:40}"])
    .bad(&["live_preview_of_the_page_that_is_being_edited_now"]),
    Rule::token(
        "plaid-token",
        "Plaid access token",
        &[
            "access-production-",
            "access-development-",
            "access-sandbox-",
        ],
        "access-(?:production|development|sandbox)-[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}",
    )
    .good(&["access-production-{h:8}-{h:4}-{h:4}-{h:4}-{h:12}"])
    .bad(&["access-production-network"]),
    Rule::near(
        "plaid-secret",
        "Plaid secret",
        &["plaid"],
        behind!("plaid", "[0-9a-f]{30}"),
    )
    .good(&["PLAID_SECRET={h:30}"])
    .bad(&["plaid shirt"]),
    Rule::near(
        "coinbase-key",
        "Coinbase secret",
        &["coinbase"],
        behind!("coinbase", "[A-Za-z0-9+/_-]{64,88}={0,2}"),
    )
    .check(check::mixed)
    .entropy(4.0)
    .good(&["COINBASE_API_SECRET={w:64}"])
    .bad(&["coinbase_env=live"]),
    Rule::near(
        "binance-key",
        "Binance secret",
        &["binance"],
        behind!("binance", "[A-Za-z0-9]{64}"),
    )
    .check(check::mixed)
    .good(&["BINANCE_API_SECRET={w:64}"])
    .bad(&["binance: pair"]),
    Rule::token(
        "shopify-token",
        "Shopify token",
        &["shpat_", "shpca_", "shppa_", "shptka_"],
        "shp(?:at|ca|pa|tka)_[a-fA-F0-9]{32}",
    )
    .severity(Critical)
    .good(&["shpat_{h:32}"])
    .bad(&["shpat_x"]),
    Rule::token(
        "shopify-shared-secret",
        "Shopify shared secret",
        &["shpss_"],
        "shpss_[a-fA-F0-9]{32}",
    )
    .severity(Critical)
    .good(&["shpss_{h:32}"])
    .bad(&["shpss_x"]),
    Rule::token(
        "easypost-key",
        "EasyPost key",
        &["EZAK", "EZTK"],
        "EZ[AT]K[a-zA-Z0-9]{54}",
    )
    .check(check::mixed)
    .good(&["EZAK{w:54}"])
    .bad(&["EZAKx"]),
    Rule::token(
        "shippo-token",
        "Shippo token",
        &["shippo_live_", "shippo_test_"],
        "shippo_(?:live|test)_[a-fA-F0-9]{40}",
    )
    .good(&["shippo_live_{h:40}"])
    .bad(&["shippo_live_x"]),
    Rule::token(
        "duffel-token",
        "Duffel token",
        &["duffel_live_", "duffel_test_"],
        r"duffel_(?:live|test)_[\w=-]{43}",
    )
    .good(&["duffel_live_{u:43}"])
    .bad(&["duffel_live_x"]),
    Rule::token(
        "lob-key",
        "Lob API key",
        &["live_", "test_pub_", "live_pub_"],
        "live_(?:pub_)?[a-f0-9]{35}",
    )
    .check(check::mixed)
    .good(&["live_{h:35}"])
    .bad(&["live_stream"]),
    Rule::token(
        "defined-token",
        "Defined Networking token",
        &["dnkey-"],
        r"dnkey-[A-Za-z0-9=_-]{26}-[A-Za-z0-9=_-]{52}",
    )
    .good(&["dnkey-{w:26}-{w:52}"])
    .bad(&["dnkey-x"]),
    Rule::token(
        "finicity-secret",
        "Finicity secret",
        &["finicity"],
        behind!("finicity", "[a-z0-9]{20,32}"),
    )
    .any_case()
    .hidden()
    .check(check::mixed)
    .good(&["FINICITY_SECRET={l:20}"])
    .bad(&["finicity: x"]),
];
