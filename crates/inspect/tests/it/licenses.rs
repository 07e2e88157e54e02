//! Expressions as packages declare them, and texts as they lie about.

use lazaret_inspect::licenses::{Expression, copyright_names, recognise, wants};
use lazaret_model::{Confidence, LicenseCategory};
use proptest::prelude::*;

#[track_caller]
fn check(declared: &str, normal: &str) {
    assert_eq!(Expression::read(declared).to_string(), normal, "{declared}");
}

#[test]
fn declarations_become_spdx() {
    check("MIT", "MIT");
    check("mit", "MIT");
    check("The MIT License", "MIT");
    check(
        "License :: OSI Approved :: Apache Software License",
        "Apache-2.0",
    );
    check("Apache License, Version 2.0", "Apache-2.0");
    check("(MIT OR Apache-2.0)", "MIT OR Apache-2.0");
    check("MIT/Apache-2.0", "MIT OR Apache-2.0");
    check("GPL-2.0", "GPL-2.0-only");
    check(
        "GPLv2+ and LGPLv2+",
        "GPL-2.0-or-later AND LGPL-2.0-or-later",
    );
    check(
        "GPL-2.0+ WITH Classpath-exception-2.0",
        "GPL-2.0-or-later WITH Classpath-exception-2.0",
    );
    check(
        "MIT AND (BSD-3-Clause OR ISC)",
        "MIT AND (BSD-3-Clause OR ISC)",
    );
    check("ASL 2.0", "Apache-2.0");
    check(
        "SEE LICENSE IN LICENSE.txt, whatever it may say",
        "SEE LICENSE IN LICENSE.txt, whatever it may say",
    );
    check("", "");
}

#[test]
fn classifiers_of_pypi_become_spdx() {
    for (classifier, id) in [
        ("MIT License", "MIT"),
        ("MIT No Attribution License (MIT-0)", "MIT-0"),
        ("Apache Software License", "Apache-2.0"),
        ("BSD License", "BSD-3-Clause"),
        ("Boost Software License 1.0 (BSL-1.0)", "BSL-1.0"),
        ("Eclipse Public License 2.0 (EPL-2.0)", "EPL-2.0"),
        ("European Union Public Licence 1.2 (EUPL 1.2)", "EUPL-1.2"),
        ("GNU Affero General Public License v3", "AGPL-3.0-only"),
        ("GNU General Public License (GPL)", "GPL-1.0-or-later"),
        ("GNU General Public License v2 (GPLv2)", "GPL-2.0-only"),
        (
            "GNU General Public License v3 or later (GPLv3+)",
            "GPL-3.0-or-later",
        ),
        (
            "GNU Lesser General Public License v2 (LGPLv2)",
            "LGPL-2.0-only",
        ),
        (
            "GNU Lesser General Public License v3 (LGPLv3)",
            "LGPL-3.0-only",
        ),
        ("ISC License (ISCL)", "ISC"),
        ("Mozilla Public License 2.0 (MPL 2.0)", "MPL-2.0"),
        ("Python Software Foundation License", "PSF-2.0"),
        ("SIL Open Font License 1.1 (OFL-1.1)", "OFL-1.1"),
        ("The Unlicense (Unlicense)", "Unlicense"),
        ("Universal Permissive License (UPL)", "UPL-1.0"),
        ("University of Illinois/NCSA Open Source License", "NCSA"),
        ("Zope Public License", "ZPL-2.1"),
        ("zlib/libpng License", "Zlib"),
        ("Other/Proprietary License", "proprietary"),
    ] {
        check(classifier, id);
    }
    // Words in brackets that are no licence make none.
    check(
        "Own terms of the house (see below)",
        "Own terms of the house (see below)",
    );
}

#[test]
fn a_choice_avoids_what_it_can() {
    let copyleft = |_: &str, category: LicenseCategory| category == LicenseCategory::StrongCopyleft;
    let bad = |text: &str| Expression::read(text).is_bad(&copyleft);
    assert!(bad("GPL-3.0-only"));
    assert!(bad("MIT AND GPL-3.0-only"));
    assert!(!bad("MIT OR GPL-3.0-only"));
    assert!(bad("(MIT OR ISC) AND GPL-2.0-or-later"));
    let read = Expression::read("MIT OR GPL-3.0-only");
    let found: Vec<_> = read.licenses();
    assert_eq!(
        found[1],
        ("GPL-3.0-only", LicenseCategory::StrongCopyleft, true)
    );
}

#[test]
fn texts_are_recognised_whatever_their_line_breaks() {
    let mit = "Permission is hereby granted, free\n * of charge, to any person ... to deal in the \
        Software without restriction, including without limitation the rights ... The above \
        copyright notice and this permission notice shall be included in\n all copies";
    assert_eq!(recognise(mit.as_bytes()), [("MIT", Confidence::High)]);
    let bsd = "Redistributions of source code must retain the above copyright notice. \
        Redistributions in binary form must reproduce it. Neither the name of X may be used to \
        endorse or promote products";
    assert_eq!(
        recognise(bsd.as_bytes()),
        [("BSD-3-Clause", Confidence::High)]
    );
    let both = format!("{mit}\n----\n{bsd}");
    assert_eq!(recognise(both.as_bytes()).len(), 2);
    assert_eq!(recognise(b"all rights reserved"), []);
}

#[test]
fn names_tell_which_files_are_texts() {
    for path in [
        "LICENSE",
        "a/b/LICENSE.md",
        "x/COPYING.LESSER",
        "usr/share/doc/bash/copyright",
        "LICENSE-MIT",
    ] {
        assert!(wants(path), "{path}");
    }
    for path in [
        "src/license.rs",
        "licenses/x",
        "usr/share/doc/bash/changelog.gz",
    ] {
        assert!(!wants(path), "{path}");
    }
    let copyright = "Format: x\n\nFiles: *\nLicense: GPL-2+\n text\n\nFiles: y\nLicense: Expat\n\nLicense: GPL-2+\n";
    assert_eq!(copyright_names(copyright.as_bytes()), ["GPL-2+", "Expat"]);
}

proptest! {
    #[test]
    fn what_was_normalised_stays_as_it_is(text in "[A-Za-z0-9 .()+-]{0,60}( OR | AND | with |/|,)?[A-Za-z0-9 .()+-]{0,60}") {
        let once = Expression::read(&text);
        let twice = Expression::read(&once.to_string());
        let _ = twice.licenses();
        prop_assert!(once.to_string().len() <= 4 * text.len() + 200);
    }
}
