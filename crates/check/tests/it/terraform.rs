//! Terraform at the crate's boundary: what is followed, what stays unknown, hostile files.

use lazaret_check::{Answers, Settings, Source, answers};
use lazaret_model::{CheckStatus, GapKind};

fn examine(files: &[(&str, &str)]) -> Answers {
    let sources: Vec<Source> = files
        .iter()
        .map(|(path, text)| Source::new(*path, *text))
        .collect();
    answers(&sources, &Settings::default())
}

#[track_caller]
fn status(files: &[(&str, &str)], id: &str) -> Option<CheckStatus> {
    examine(files)
        .misconfigurations
        .iter()
        .find(|one| one.id == id)
        .map(|one| one.status)
}

const PUBLIC: &str = "resource \"aws_eks_cluster\" \"main\" {\n  vpc_config {\n    endpoint_public_access = var.public\n  }\n}\n";

#[test]
fn variables_are_followed_to_their_defaults_and_assignments() {
    let with = |variable: &str| {
        status(
            &[(
                "main.tf",
                &format!("{PUBLIC}variable \"public\" {{\n{variable}}}\n"),
            )],
            "LZ-TF-013",
        )
    };
    assert_eq!(with("  default = true\n"), Some(CheckStatus::Fail));
    assert_eq!(with("  default = false\n"), None);
    let assigned = [
        ("main.tf", PUBLIC),
        ("vars.tf", "variable \"public\" {\n  default = true\n}\n"),
        ("terraform.tfvars", "public = false\n"),
    ];
    assert_eq!(status(&assigned, "LZ-TF-013"), None);
}

#[test]
fn locals_and_conditions_are_followed() {
    let text = "locals {\n  prod = var.env == \"prod\"\n  mutability = local.prod ? \"IMMUTABLE\" : \"MUTABLE\"\n}\nvariable \"env\" {\n  default = \"test\"\n}\nresource \"aws_ecr_repository\" \"web\" {\n  image_tag_mutability = local.mutability\n}\n";
    assert_eq!(
        status(&[("main.tf", text)], "LZ-TF-002"),
        Some(CheckStatus::Fail)
    );
    assert_eq!(
        status(
            &[("main.tf", &text.replace("\"test\"", "\"prod\""))],
            "LZ-TF-002"
        ),
        None
    );
}

#[test]
fn a_value_nobody_tells_is_unknown_not_right() {
    let text = "variable \"mode\" {}\nresource \"aws_ecr_repository\" \"web\" {\n  image_tag_mutability = var.mode\n}\n";
    assert_eq!(
        status(&[("main.tf", text)], "LZ-TF-002"),
        Some(CheckStatus::Unknown)
    );
}

#[test]
fn modules_are_judged_as_they_are_called() {
    let module = (
        "modules/registry/main.tf",
        "variable \"mutability\" {\n  default = \"IMMUTABLE\"\n}\nresource \"aws_ecr_repository\" \"web\" {\n  image_tag_mutability = var.mutability\n}\n",
    );
    let call = |argument: &str| {
        format!("module \"registry\" {{\n  source = \"./modules/registry\"\n{argument}}}\n")
    };
    assert_eq!(
        status(
            &[module, ("main.tf", &call("  mutability = \"MUTABLE\"\n"))],
            "LZ-TF-002"
        ),
        Some(CheckStatus::Fail)
    );
    assert_eq!(status(&[module, ("main.tf", &call(""))], "LZ-TF-002"), None);
    let found = examine(&[module, ("main.tf", &call("  mutability = \"MUTABLE\"\n"))]);
    // It stands where the value is used, beside the resource that an ignore comment is put above.
    let place = found
        .misconfigurations
        .iter()
        .find(|one| one.id == "LZ-TF-002")
        .expect("fires");
    assert_eq!(
        (place.target.as_str(), place.line),
        ("modules/registry/main.tf", 5)
    );
}

#[test]
fn what_is_not_made_is_not_judged() {
    let text = "resource \"aws_ecr_repository\" \"web\" {\n  count = 0\n  image_tag_mutability = \"MUTABLE\"\n}\n";
    assert_eq!(status(&[("main.tf", text)], "LZ-TF-002"), None);
}

#[test]
fn dynamic_blocks_are_unfolded() {
    let text = "resource \"aws_security_group\" \"node\" {\n  dynamic \"ingress\" {\n    for_each = [443, 22]\n    content {\n      from_port = ingress.value\n      to_port = ingress.value\n      protocol = \"tcp\"\n      cidr_blocks = [\"0.0.0.0/0\"]\n    }\n  }\n}\n";
    assert_eq!(
        status(&[("main.tf", text)], "LZ-TF-021"),
        Some(CheckStatus::Fail)
    );
    assert_eq!(
        status(
            &[("main.tf", &text.replace("443, 22", "443, 8443"))],
            "LZ-TF-021"
        ),
        None
    );
}

#[test]
fn resources_of_the_kubernetes_provider_are_manifests_too() {
    let text = "resource \"kubernetes_deployment_v1\" \"web\" {\n  metadata {\n    name = \"web\"\n  }\n  spec {\n    template {\n      spec {\n        host_pid = true\n        container {\n          name = \"web\"\n          security_context {\n            privileged = true\n          }\n        }\n      }\n    }\n  }\n}\n";
    assert_eq!(
        status(&[("main.tf", text)], "LZ-KW-001"),
        Some(CheckStatus::Fail)
    );
    assert_eq!(
        status(&[("main.tf", text)], "LZ-KW-002"),
        Some(CheckStatus::Fail)
    );
}

#[test]
fn an_ignore_comment_above_the_resource_counts() {
    let text = "# trivy:ignore:AWS-0031\nresource \"aws_ecr_repository\" \"web\" {\n  image_tag_mutability = \"MUTABLE\"\n}\n";
    let found = examine(&[("main.tf", text)]);
    let mutable = found
        .misconfigurations
        .iter()
        .find(|one| one.id == "LZ-TF-002")
        .expect("fires");
    assert!(mutable.suppressed.is_some());
}

#[test]
fn a_file_that_cannot_be_read_is_a_gap() {
    let found = examine(&[
        ("main.tf", "resource \"a\" {\n"),
        ("deep.tf", &format!("a = {}", "[".repeat(50_000))),
    ]);
    assert_eq!(
        found
            .gaps
            .iter()
            .filter(|gap| gap.kind == GapKind::Unreadable)
            .count(),
        2,
        "{:?}",
        found.gaps
    );
}

#[test]
fn locals_that_multiply_or_go_in_circles_end() {
    let mut text = "locals {\n  a0 = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n".to_owned();
    for level in 1..15 {
        let below = format!("local.a{}, ", level - 1).repeat(10);
        text += &format!("  a{level} = [{}]\n", below.trim_end_matches(", "));
    }
    text += "  x = local.y\n  y = local.x\n}\nresource \"aws_ecr_repository\" \"web\" {\n  name = local.x\n  tags = local.a14\n}\n";
    let found = examine(&[("main.tf", &text)]);
    assert!(
        found.gaps.iter().any(|gap| gap.kind == GapKind::Limit),
        "{:?}",
        found.gaps
    );
    assert!(
        found
            .misconfigurations
            .iter()
            .any(|one| one.id == "LZ-TF-002")
    );
}

#[test]
fn modules_that_call_each_other_end() {
    let call = |target: &str| {
        format!(
            "module \"m\" {{\n  source = \"../{target}\"\n}}\nresource \"aws_ecr_repository\" \"web\" {{\n}}\n"
        )
    };
    assert!(
        status(
            &[("a/main.tf", &call("b")), ("b/main.tf", &call("a"))],
            "LZ-TF-002"
        )
        .is_some()
    );
}

#[test]
fn the_json_syntax_is_read_as_the_other_one() {
    let text = r#"{
  "variable": {"mutable": {"default": "MUTABLE"}},
  "locals": {"scan": false},
  "resource": {
    "aws_ecr_repository": {
      "web": {
        "name": "web-${var.mutable}",
        "image_tag_mutability": "${var.mutable}",
        "image_scanning_configuration": [{"scan_on_push": "${local.scan}"}]
      }
    },
    "aws_security_group": {
      "web": {"dynamic": {"ingress": {"for_each": ["0.0.0.0/0"], "content": {
        "from_port": 22, "to_port": 22, "protocol": "tcp", "cidr_blocks": ["${ingress.value}"]}}}}
    }
  }
}"#;
    let all = examine(&[("main.tf.json", text)]);
    assert_eq!(all.gaps, []);
    let found = |id: &str| {
        let mut of = all.misconfigurations.iter();
        of.find(|one| one.id == id)
            .unwrap_or_else(|| panic!("{id} is silent"))
    };
    let mutable = found("LZ-TF-002");
    assert_eq!((mutable.line, mutable.column), (8, 33));
    assert_eq!(mutable.resource, "aws_ecr_repository.web");
    assert_eq!(found("LZ-TF-001").line, 9);
    assert_eq!(found("LZ-TF-021").resource, "aws_security_group.web");
    let fixed = text.replace("\"MUTABLE\"", "\"IMMUTABLE\"");
    assert_eq!(status(&[("main.tf.json", &fixed)], "LZ-TF-002"), None);
}

#[test]
fn files_of_both_syntaxes_are_one_module() {
    let variable = r#"{"variable": {"public": {"default": true}}}"#;
    let files = [("main.tf", PUBLIC), ("vars.tf.json", variable)];
    assert_eq!(status(&files, "LZ-TF-013"), Some(CheckStatus::Fail));
    let broken = examine(&[("main.tf.json", "{\"resource\": [")]);
    assert_eq!(broken.gaps.len(), 1);
    assert_eq!(broken.gaps[0].kind, GapKind::Unreadable);
}

const PLAN: &str = r#"{
  "format_version": "1.2",
  "terraform_version": "1.9.0",
  "planned_values": {"root_module": {
    "resources": [
      {"address": "aws_ecr_repository.web", "mode": "managed", "type": "aws_ecr_repository", "name": "web",
       "values": {"name": "web", "image_tag_mutability": "MUTABLE", "image_scanning_configuration": [{"scan_on_push": true}]}}
    ],
    "child_modules": [{"address": "module.cluster[0]", "resources": [
      {"address": "module.cluster[0].aws_eks_cluster.main", "mode": "managed", "type": "aws_eks_cluster", "name": "main",
       "values": {"name": "main", "vpc_config": [{"endpoint_public_access": true}]}}
    ]}]
  }},
  "resource_changes": [
    {"address": "module.cluster[0].aws_eks_cluster.main", "change": {"after_unknown": {"vpc_config": [{"public_access_cidrs": true}], "encryption_config": true}}}
  ],
  "configuration": {"root_module": {"resources": []}}
}"#;

#[test]
fn plans_are_read_with_their_modules() {
    let all = examine(&[("plan.json", PLAN)]);
    assert_eq!(all.gaps, []);
    let status = |id: &str| {
        let mut of = all.misconfigurations.iter();
        of.find(|one| one.id == id)
            .map(|one| (one.status, one.line))
    };
    assert_eq!(status("LZ-TF-002"), Some((CheckStatus::Fail, 7)));
    assert_eq!(status("LZ-TF-001"), None, "it scans on push");
    assert_eq!(status("LZ-TF-013"), Some((CheckStatus::Fail, 11)));
    let mut ids = all.misconfigurations.iter().flat_map(|one| &one.aliases);
    assert!(
        !ids.any(|id| id == "AWS-0041"),
        "the ranges are not known yet"
    );
    let keys = status("LZ-TF-015").map(|(status, _)| status);
    assert_ne!(keys, Some(CheckStatus::Fail), "they may be set");
}

#[test]
fn a_plan_with_objects_of_kubernetes_is_no_manifest() {
    let plan = r#"{"format_version": "1.2", "terraform_version": "1.9.0", "planned_values": {"root_module": {"resources": [
  {"address": "kubernetes_manifest.web", "mode": "managed", "type": "kubernetes_manifest", "name": "web", "values": {"manifest":
    {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": {"hostPID": true, "containers": []}}}}]}}}"#;
    let all = examine(&[("plan.json", plan)]);
    let host = all
        .misconfigurations
        .iter()
        .find(|one| one.id == "LZ-KW-002");
    assert!(host.is_some(), "{all:?}");
}

#[test]
fn credentials_are_found_wherever_they_are_written() {
    let told = |text: &str| {
        let all = examine(&[("main.tf", text)]);
        let shown = format!("{all:?}");
        assert!(!shown.contains("correct-horse"), "{shown}");
        all.misconfigurations
            .iter()
            .any(|one| one.id == "LZ-TF-046")
    };
    for text in [
        "provider \"aws\" {\n  secret_key = \"correct-horse-battery\"\n}\n",
        "variable \"db_password\" {\n  default = \"correct-horse-battery\"\n}\n",
        "resource \"aws_lambda_function\" \"a\" {\n  environment {\n    variables = {\n      DB_PASSWORD = \"correct-horse-battery\"\n    }\n  }\n}\n",
        "resource \"google_cloud_run_service\" \"a\" {\n  template {\n    env {\n      name  = \"DB_PASSWORD\"\n      value = \"correct-horse-battery\"\n    }\n  }\n}\n",
    ] {
        assert!(told(text), "{text}");
    }
    for text in [
        "provider \"aws\" {\n  secret_key = var.key\n}\n",
        "variable \"db_password\" {\n  type = string\n}\n",
        "resource \"a\" \"b\" {\n  env {\n    name  = \"DB_PASSWORD_FILE\"\n    value = \"/run/secrets/db\"\n  }\n}\n",
    ] {
        assert!(!told(text), "{text}");
    }
}

#[test]
fn what_only_a_premium_registry_of_azure_has_is_asked_of_one() {
    let aliases = |more: &str| {
        let text = format!(
            "resource \"azurerm_container_registry\" \"a\" {{\n  public_network_access_enabled = false\n{more}}}\n"
        );
        let all = examine(&[("main.tf", &text)]).misconfigurations.into_iter();
        let of = all.filter(|one| one.id == "LZ-TF-025");
        let mut ids: Vec<String> = of.flat_map(|one| one.aliases).collect();
        ids.sort();
        ids
    };
    assert_eq!(aliases("  sku = \"Basic\"\n"), Vec::<String>::new());
    assert_eq!(
        aliases("  sku = \"Premium\"\n"),
        ["CKV_AZURE_164", "CKV_AZURE_166", "CKV_AZURE_167"]
    );
    let all = "  sku = \"Premium\"\n  quarantine_policy_enabled = true\n  trust_policy {\n    enabled = true\n  }\n  retention_policy_in_days = 7\n";
    assert_eq!(aliases(all), Vec::<String>::new());
}
