//! The test suite of the package-url specification, where it is at hand.

use lazaret_model::Purl;
use lazaret_testkit::shared;
use serde_json::Value;

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The components of a case as a purl, built and read again.
fn built(parts: &Value) -> Result<Purl, String> {
    let mut purl = Purl {
        kind: text(&parts["type"]),
        namespace: parts["namespace"].as_str().map(str::to_owned),
        name: text(&parts["name"]),
        version: parts["version"].as_str().map(str::to_owned),
        subpath: parts["subpath"].as_str().map(str::to_owned),
        ..Purl::default()
    };
    for (key, value) in parts["qualifiers"].as_object().into_iter().flatten() {
        purl.set(key, &text(value));
    }
    purl.to_string().parse().map_err(|e| format!("{e}"))
}

fn parsed(input: &Value) -> Result<Purl, String> {
    text(input).parse().map_err(|e| format!("{e}"))
}

/// What a case gives: the components, or the canonical text.
fn outcome(case: &Value) -> Result<Value, String> {
    Ok(match case["test_type"].as_str() {
        Some("parse") => {
            let purl = parsed(&case["input"])?;
            let qualifiers = match purl.qualifiers.is_empty() {
                true => Value::Null,
                false => serde_json::json!(purl.qualifiers),
            };
            serde_json::json!({
                "type": purl.kind, "namespace": purl.namespace, "name": purl.name,
                "version": purl.version, "qualifiers": qualifiers, "subpath": purl.subpath,
            })
        }
        Some("build") => built(&case["input"])?.to_string().into(),
        _ => parsed(&case["input"])?.to_string().into(),
    })
}

/// What is read although a type's own rule refuses it, by the suite's file: bills of
/// materials are full of such purls, and a package that is not read is not examined.
const READ_ALL_THE_SAME: [&str; 9] = [
    // Ids of 32 letters and versions of up to four numbers.
    "chrome-extension",
    // Distributions, not modules, and an author in capitals.
    "cpan",
    // Keys of qualifiers in capitals.
    "gem",
    "rpm",
    // A qualifier that must be there.
    "julia",
    // A namespace that must, or must not, be there.
    "otp",
    "swift",
    "vcpkg",
    "vscode-extension",
];

/// Types whose rules depend on the host that is named: nothing here is matched by them.
const BY_HOST: [&str; 2] = ["git", "mlflow"];

#[test]
fn the_suite_of_the_specification_agrees() {
    let Some(files) = shared::files("purl", "/tests/") else {
        return;
    };
    let (mut cases, mut argued, mut wrong) = (0, 0, Vec::new());
    for (path, bytes) in files {
        let name = path.rsplit('/').next().unwrap_or_default();
        let kind = name.trim_end_matches("-test.json");
        let suite: Value = serde_json::from_slice(&bytes).expect("a suite");
        for case in suite["tests"].as_array().expect("cases") {
            cases += 1;
            let refused = case["expected_failure"].as_bool() == Some(true);
            let got = outcome(case);
            let agrees = match &got {
                Ok(got) => !refused && *got == case["expected_output"],
                Err(_) => refused,
            };
            if !agrees && (BY_HOST.contains(&kind) || refused && READ_ALL_THE_SAME.contains(&kind))
            {
                argued += 1;
            } else if !agrees {
                wrong.push(format!(
                    "{name}: {} {}: {} gives {got:?} and not {}",
                    case["test_group"], case["test_type"], case["input"], case["expected_output"]
                ));
            }
        }
    }
    println!("{cases} cases of the purl specification, {argued} are argued");
    assert!(wrong.is_empty(), "{} of {cases}: {wrong:#?}", wrong.len());
}
