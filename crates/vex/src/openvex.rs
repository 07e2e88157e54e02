//! OpenVEX 0.0.1 and 0.2.0.
//!
//! Version 0.0.1 named vulnerability and products by a text; 0.2.0 made them objects. What
//! a statement leaves out, it has from the document.

use serde_json::Value;

use crate::{Component, Document, Identifier, Product, Statement, Status, items, string};

pub(crate) fn read(value: &Value) -> Result<Document, String> {
    let issued = string(value, "timestamp");
    let mut statements = Vec::new();
    for (number, statement) in (1..).zip(items(value, "statements")) {
        statements.push(read_statement(number, statement, value, &issued)?);
    }
    Ok(Document {
        id: string(value, "@id"),
        author: string(value, "author"),
        format: "openvex",
        statements,
        ..Document::default()
    })
}

fn read_statement(
    number: usize,
    statement: &Value,
    document: &Value,
    issued: &str,
) -> Result<Statement, String> {
    let status = match string(statement, "status").as_str() {
        "not_affected" => Status::NotAffected,
        "affected" => Status::Affected,
        "fixed" => Status::Fixed,
        "under_investigation" => Status::UnderInvestigation,
        other => return Err(format!("statement {number} has the status `{other}`")),
    };
    let vulnerabilities = vulnerabilities(statement);
    if vulnerabilities.is_empty() {
        return Err(format!("statement {number} names no vulnerability"));
    }
    let own = statement
        .get("products")
        .or_else(|| document.get("product"));
    let products = own
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|product| read_product(product, statement))
        .collect();
    let time = ["last_updated", "timestamp"]
        .into_iter()
        .map(|key| string(statement, key))
        .find(|time| !time.is_empty());
    let detail = ["impact_statement", "action_statement", "status_notes"]
        .into_iter()
        .map(|key| string(statement, key))
        .find(|text| !text.is_empty());
    Ok(Statement {
        number,
        vulnerabilities,
        products,
        status,
        justification: string(statement, "justification"),
        detail: detail.unwrap_or_default(),
        timestamp: time.unwrap_or_else(|| issued.to_owned()),
    })
}

fn vulnerabilities(statement: &Value) -> Vec<String> {
    let mut ids = match statement.get("vulnerability") {
        Some(Value::String(id)) => vec![id.clone()],
        Some(vulnerability) => {
            let mut ids = vec![string(vulnerability, "name")];
            let aliases = items(vulnerability, "aliases").filter_map(Value::as_str);
            ids.extend(aliases.map(str::to_owned));
            // An address that ends with the id, as documents without a name have it.
            let address = string(vulnerability, "@id");
            ids.extend(address.rsplit('/').next().map(str::to_owned));
            ids
        }
        None => Vec::new(),
    };
    ids.retain(|id| !id.is_empty());
    ids.dedup();
    ids
}

fn read_product(product: &Value, statement: &Value) -> Product {
    let parts = items(product, "subcomponents")
        // Version 0.0.1 had them beside the products.
        .chain(items(statement, "subcomponents"))
        .map(component)
        .collect();
    Product {
        component: component(product),
        parts,
    }
}

fn component(value: &Value) -> Component {
    let mut component = Component::default();
    let id = match value {
        Value::String(id) => id.clone(),
        _ => string(value, "@id"),
    };
    component.add(Identifier::of_text(&id));
    let identifiers = value.get("identifiers").and_then(Value::as_object);
    for (kind, text) in identifiers.into_iter().flatten() {
        let Some(text) = text.as_str() else { continue };
        component.add(match kind.as_str() {
            "cpe22" | "cpe23" => Some(Identifier::Cpe(text.to_owned())),
            _ => Identifier::of_text(text),
        });
    }
    let hashes = value.get("hashes").and_then(Value::as_object);
    for (algorithm, hex) in hashes.into_iter().flatten() {
        component.add(Identifier::of_hash(
            algorithm,
            hex.as_str().unwrap_or_default(),
        ));
    }
    component
}
