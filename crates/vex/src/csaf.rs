//! CSAF 2.0 and 2.1: statuses of products by vulnerability.
//!
//! A product is named by its identification helper, wherever in the tree it hangs; a
//! relationship makes a product a part of another.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use crate::{Component, Document, Identifier, Product, Statement, Status, items, string};

/// Deepest branch of a product tree that is followed.
const MAX_DEPTH: usize = 64;

const STATUSES: [(&str, Status); 8] = [
    ("known_not_affected", Status::NotAffected),
    ("fixed", Status::Fixed),
    ("first_fixed", Status::Fixed),
    ("known_affected", Status::Affected),
    ("first_affected", Status::Affected),
    ("last_affected", Status::Affected),
    ("under_investigation", Status::UnderInvestigation),
    // "Unknown" of CSAF 2.1 is not a statement that there is no harm.
    ("unknown", Status::UnderInvestigation),
];

pub(crate) fn read(value: &Value) -> Result<Document, String> {
    let head = value.get("document").unwrap_or(&Value::Null);
    if head.get("csaf_version").is_none() {
        return Err("its `document` has no `csaf_version`".into());
    }
    let tracking = head.get("tracking").unwrap_or(&Value::Null);
    let released = string(tracking, "current_release_date");
    let tree = Tree::of(value.get("product_tree").unwrap_or(&Value::Null));
    let mut statements = Vec::new();
    for vulnerability in items(value, "vulnerabilities") {
        tree.statements(vulnerability, &released, &mut statements);
    }
    Ok(Document {
        id: string(tracking, "id"),
        author: head
            .get("publisher")
            .map(|p| string(p, "name"))
            .unwrap_or_default(),
        format: "csaf",
        statements,
        ..Document::default()
    })
}

#[derive(Default)]
struct Tree {
    products: HashMap<String, Product>,
    groups: HashMap<String, Vec<String>>,
}

impl Tree {
    fn of(value: &Value) -> Self {
        let mut tree = Self::default();
        for product in items(value, "full_product_names") {
            tree.product(product, &[]);
        }
        tree.branches(value, &[], 0);
        for relation in items(value, "relationships") {
            tree.relation(relation);
        }
        for group in items(value, "product_groups") {
            let members = items(group, "product_ids").filter_map(Value::as_str);
            tree.groups.insert(
                string(group, "group_id"),
                members.map(str::to_owned).collect(),
            );
        }
        tree
    }

    /// `ranges` are those of the branches above.
    fn branches(&mut self, value: &Value, ranges: &[String], depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        for branch in items(value, "branches") {
            // The name of any other branch is for people; this one's is a range.
            let own = string(branch, "category") == "product_version_range";
            let own = own.then(|| vec![string(branch, "name")]);
            let ranges = own.as_deref().unwrap_or(ranges);
            if let Some(product) = branch.get("product") {
                self.product(product, ranges);
            }
            self.branches(branch, ranges, depth + 1);
        }
    }

    fn product(&mut self, value: &Value, ranges: &[String]) {
        let mut component = Component {
            name: string(value, "name"),
            versions: ranges.to_vec(),
            ..Component::default()
        };
        if let Some(helper) = value.get("product_identification_helper") {
            let texts = helper
                .get("purl")
                .into_iter()
                .chain(items(helper, "purls"))
                .filter_map(Value::as_str);
            for text in texts {
                component.add(Identifier::of_text(text));
            }
            let cpe = helper.get("cpe").and_then(Value::as_str);
            component.add(cpe.map(|cpe| Identifier::Cpe(cpe.to_owned())));
            for hash in items(helper, "hashes").flat_map(|h| items(h, "file_hashes")) {
                let (algorithm, hex) = (string(hash, "algorithm"), string(hash, "value"));
                component.add(Identifier::of_hash(&algorithm, &hex));
            }
        }
        let product = Product {
            component,
            parts: Vec::new(),
        };
        self.products.insert(string(value, "product_id"), product);
    }

    /// A product as a part of another, under an id of its own.
    fn relation(&mut self, value: &Value) {
        let named = |key: &str| self.products.get(&string(value, key));
        let (Some(part), Some(whole)) = (
            named("product_reference"),
            named("relates_to_product_reference"),
        ) else {
            return;
        };
        let product = Product {
            component: whole.component.clone(),
            parts: vec![part.component.clone()],
        };
        let id = value
            .get("full_product_name")
            .map(|n| string(n, "product_id"));
        self.products.insert(id.unwrap_or_default(), product);
    }

    fn statements(&self, value: &Value, released: &str, out: &mut Vec<Statement>) {
        let mut ids = vec![string(value, "cve")];
        ids.extend(items(value, "ids").map(|id| string(id, "text")));
        ids.retain(|id| !id.is_empty());
        let Some(statuses) = value.get("product_status") else {
            return;
        };
        let labels = self.first_by_product(items(value, "flags"), "label");
        let impacts = items(value, "threats").filter(|t| string(t, "category") == "impact");
        let words = impacts.chain(items(value, "remediations"));
        let details = self.first_by_product(words, "details");
        for (key, status) in STATUSES {
            // Products of one status differ in why; those that agree are one statement.
            let mut reasons: BTreeMap<(String, String), Vec<Product>> = BTreeMap::new();
            for id in items(statuses, key).filter_map(Value::as_str) {
                let word = |by: &HashMap<&str, String>| by.get(id).cloned().unwrap_or_default();
                let product = self.products.get(id).cloned().unwrap_or_default();
                let reason = (word(&labels), word(&details));
                reasons.entry(reason).or_default().push(product);
            }
            for ((justification, detail), products) in reasons {
                out.push(Statement {
                    number: out.len() + 1,
                    vulnerabilities: ids.clone(),
                    products,
                    status,
                    justification,
                    detail,
                    timestamp: released.to_owned(),
                });
            }
        }
    }

    /// The text under `key` of the first entry that names a product, itself or by group.
    fn first_by_product<'a>(
        &'a self,
        entries: impl Iterator<Item = &'a Value>,
        key: &str,
    ) -> HashMap<&'a str, String> {
        let mut first = HashMap::new();
        for entry in entries {
            let text = string(entry, key).trim().to_owned();
            let own = items(entry, "product_ids").filter_map(Value::as_str);
            let groups = items(entry, "group_ids").filter_map(Value::as_str);
            let members = groups
                .filter_map(|group| self.groups.get(group))
                .flatten()
                .map(String::as_str);
            for product in own.chain(members) {
                first.entry(product).or_insert_with(|| text.clone());
            }
        }
        first
    }
}
