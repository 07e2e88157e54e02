//! The parts of a CSAF document that are read.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub(super) struct Document {
    pub(super) document: Head,
    #[serde(default)]
    pub(super) product_tree: Tree,
    #[serde(default)]
    pub(super) vulnerabilities: Vec<Vulnerability>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Head {
    #[serde(default)]
    pub(super) title: String,
    pub(super) tracking: Tracking,
    #[serde(default)]
    pub(super) aggregate_severity: Option<Word>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Tracking {
    pub(super) id: String,
    #[serde(default)]
    pub(super) initial_release_date: String,
    #[serde(default)]
    pub(super) current_release_date: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Word {
    #[serde(default)]
    pub(super) text: String,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Tree {
    #[serde(default)]
    pub(super) branches: Vec<Branch>,
    #[serde(default)]
    pub(super) relationships: Vec<Relationship>,
}

/// A branch; its depth is bounded by the JSON reader.
#[derive(Debug, Deserialize)]
pub(super) struct Branch {
    #[serde(default)]
    pub(super) product: Option<Product>,
    #[serde(default)]
    pub(super) branches: Vec<Branch>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Product {
    #[serde(default)]
    pub(super) product_id: String,
    #[serde(default, rename = "product_identification_helper")]
    pub(super) helper: Option<Helper>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Helper {
    #[serde(default)]
    pub(super) cpe: Option<String>,
    #[serde(default)]
    pub(super) purl: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Relationship {
    pub(super) full_product_name: Product,
    pub(super) product_reference: String,
    pub(super) relates_to_product_reference: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Vulnerability {
    #[serde(default)]
    pub(super) cve: Option<String>,
    #[serde(default)]
    pub(super) cwe: Option<Cwe>,
    #[serde(default)]
    pub(super) product_status: Status,
    #[serde(default)]
    pub(super) scores: Vec<Score>,
    #[serde(default)]
    pub(super) threats: Vec<Remark>,
    #[serde(default)]
    pub(super) remediations: Vec<Remark>,
    #[serde(default)]
    pub(super) references: Vec<Reference>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Cwe {
    pub(super) id: String,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Status {
    #[serde(default)]
    pub(super) fixed: Vec<String>,
    /// What SUSE calls the versions to install.
    #[serde(default)]
    pub(super) recommended: Vec<String>,
    #[serde(default)]
    pub(super) first_fixed: Vec<String>,
    #[serde(default)]
    pub(super) known_affected: Vec<String>,
    #[serde(default)]
    pub(super) known_not_affected: Vec<String>,
    #[serde(default)]
    pub(super) under_investigation: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Score {
    #[serde(default)]
    pub(super) cvss_v2: Option<Vector>,
    #[serde(default)]
    pub(super) cvss_v3: Option<Vector>,
    #[serde(default)]
    pub(super) cvss_v4: Option<Vector>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Vector {
    #[serde(default, rename = "vectorString")]
    pub(super) vector: String,
}

/// A threat or a remediation: a word about some products.
#[derive(Debug, Deserialize)]
pub(super) struct Remark {
    #[serde(default)]
    pub(super) category: String,
    #[serde(default)]
    pub(super) details: String,
    #[serde(default)]
    pub(super) product_ids: Vec<String>,
    #[serde(default)]
    pub(super) url: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Reference {
    #[serde(default)]
    pub(super) url: String,
}
