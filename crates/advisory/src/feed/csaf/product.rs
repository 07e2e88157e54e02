//! What a product id stands for: a package of a release.

use std::collections::HashMap;

use lazaret_model::Purl;

use super::super::rpm::{Nevra, split_architecture};
use super::super::space::Space;
use super::document::{Branch, Helper, Product, Relationship, Tree};
use super::vendor::{Packages, Vendor};

/// How many relationships lead from a package through its module to its platform.
const HOPS: usize = 4;

/// The products of a document by id.
pub(super) struct Products<'a> {
    products: HashMap<&'a str, Option<&'a Helper>>,
    relationships: HashMap<&'a str, &'a Relationship>,
    vendor: &'a Vendor,
}

/// A package in a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Component {
    pub(super) space: Space,
    pub(super) name: String,
    /// `epoch:version-release`; `None` where every version is meant.
    pub(super) version: Option<String>,
    /// `name:stream`.
    pub(super) module: Option<String>,
    /// It is the source package.
    pub(super) is_source: bool,
    /// `None` where the document does not tell.
    pub(super) architecture: Option<String>,
}

impl<'a> Products<'a> {
    /// The products of a tree.
    pub(super) fn of(tree: &'a Tree, vendor: &'a Vendor) -> Self {
        let mut products = HashMap::new();
        let mut branches: Vec<&Branch> = tree.branches.iter().collect();
        while let Some(branch) = branches.pop() {
            if let Some(Product { product_id, helper }) = &branch.product {
                products.insert(product_id.as_str(), helper.as_ref());
            }
            branches.extend(&branch.branches);
        }
        let relationships = tree
            .relationships
            .iter()
            .map(|r| (r.full_product_name.product_id.as_str(), r))
            .collect();
        Self {
            products,
            relationships,
            vendor,
        }
    }

    /// The package that an id stands for; `None` where it is in no space.
    pub(super) fn component(&self, id: &str) -> Option<Component> {
        let (part, platform) = match self.relationships.get(id) {
            Some(r) => (
                r.product_reference.as_str(),
                r.relates_to_product_reference.as_str(),
            ),
            None => id
                .split_once(':')
                .map(|(platform, part)| (part, platform))?,
        };
        let (space, mut module) = self.platform(platform)?;
        let purl = self
            .products
            .get(part)
            .and_then(|helper| helper.and_then(|h| h.purl.as_deref()));
        module = module.or_else(|| purl.and_then(module_of_purl));
        // Newer documents put the module behind: `nodejs-1:18.2-1.x86_64::nodejs:18`.
        let part = match part.split_once("::") {
            Some((package, stream)) => {
                module = module.or_else(|| two_fields(stream));
                package
            }
            None => part,
        };
        // Unfixed packages of a module are written `nodejs:18/nodejs`.
        let part = match part.rsplit_once('/') {
            Some((stream, name)) => {
                module = module.or_else(|| two_fields(stream));
                name
            }
            None => part,
        };
        let named = match purl.and_then(of_purl) {
            Some(named) if named.version.is_some() => named,
            _ => of_text(part, self.vendor.packages),
        };
        (!named.name.is_empty()).then_some(Component {
            space,
            name: named.name,
            version: named.version,
            module,
            is_source: matches!(named.architecture.as_deref(), Some("src" | "nosrc")),
            architecture: named.architecture,
        })
    }

    /// The space of a platform, and the module that lies between it and the package.
    fn platform(&self, id: &str) -> Option<(Space, Option<String>)> {
        let mut id = id;
        let mut module = None;
        for _ in 0..HOPS {
            let known = self.products.get(id);
            let cpe = known.and_then(|helper| helper.and_then(|h| h.cpe.as_deref()));
            match (self.vendor.platform)(id, cpe) {
                Some(space) => return Some((space, module)),
                // A platform of another product.
                None if cpe.is_some() => return None,
                None => {}
            }
            let relationship = self.relationships.get(id)?;
            module = module.or_else(|| two_fields(&relationship.product_reference));
            id = &relationship.relates_to_product_reference;
        }
        None
    }
}

/// A package without its place.
struct Named {
    name: String,
    version: Option<String>,
    architecture: Option<String>,
}

/// `libtiff-0:4.0.9-32.el8_10.x86_64`, `bind-9.9.4P2-0.6.1.i586`, or a name alone.
fn of_text(text: &str, packages: Packages) -> Named {
    let nevra = match packages {
        Packages::WithEpoch => {
            let (text, architecture) = split_architecture(text);
            let (name, version) = split_version(text);
            Nevra {
                name,
                version,
                architecture,
            }
        }
        Packages::WithoutEpoch => Nevra::parse(text),
    };
    Named {
        name: nevra.name.to_owned(),
        version: nevra.version.map(str::to_owned),
        architecture: nevra.architecture.map(str::to_owned),
    }
}

/// `pkg:rpm/redhat/libtiff@4.0.9-32.el8_10?arch=x86_64&epoch=0`; the epoch is a qualifier.
fn of_purl(purl: &str) -> Option<Named> {
    let purl: Purl = purl.parse().ok()?;
    if purl.kind != "rpm" {
        return None;
    }
    let epoch = purl.qualifier("epoch").unwrap_or("0");
    Some(Named {
        version: purl
            .version
            .as_ref()
            .map(|version| format!("{epoch}:{version}")),
        architecture: purl.qualifier("arch").map(str::to_owned),
        name: purl.name,
    })
}

/// `nodejs:18:8090020231019152822:a75119d5` is module `nodejs`, stream `18`.
fn two_fields(text: &str) -> Option<String> {
    let mut fields = text.split(':');
    let (name, stream) = (fields.next()?, fields.next()?);
    (!name.is_empty() && !stream.is_empty()).then(|| format!("{name}:{stream}"))
}

fn module_of_purl(purl: &str) -> Option<String> {
    let (_, qualifiers) = purl.split_once('?')?;
    let module = qualifiers
        .split('&')
        .find_map(|pair| pair.strip_prefix("rpmmod="))?;
    two_fields(&module.replace("%3A", ":").replace("%3a", ":"))
}

/// Splits `libtiff-0:4.0.9-32.el8_10`. Without an epoch the text is a name.
fn split_version(text: &str) -> (&str, Option<&str>) {
    let Some(colon) = text.rfind(':') else {
        return (text, None);
    };
    let epoch = text[..colon].rfind('-').filter(|dash| {
        let digits = &text[dash.saturating_add(1)..colon];
        !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
    });
    match epoch {
        Some(dash) => (&text[..dash], Some(&text[dash.saturating_add(1)..])),
        None => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_components_are_split() {
        for (text, expected) in [
            (
                "libtiff-0:4.0.9-32.el8_10",
                ("libtiff", Some("0:4.0.9-32.el8_10")),
            ),
            (
                "java-1.8.0-openjdk-1:1.8.0-1",
                ("java-1.8.0-openjdk", Some("1:1.8.0-1")),
            ),
            ("libtiff-devel", ("libtiff-devel", None)),
            ("a:b", ("a:b", None)),
        ] {
            assert_eq!(split_version(text), expected, "{text}");
        }
        assert_eq!(
            two_fields("nodejs:18:809:a75").as_deref(),
            Some("nodejs:18")
        );
    }
}
