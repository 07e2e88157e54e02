//! Readers of SQLite databases, over databases written here: one page for the schema and
//! one for each table.

use lazaret_ecosystem::{Input, distro, readers_for};
use lazaret_model::Package;

const PAGE: usize = 4096;

/// A value of a column.
#[derive(Clone, Copy)]
enum Cell {
    Null,
    Text(&'static str),
    Number(i8),
}

use Cell::{Null, Number, Text};

fn record(cells: &[Cell]) -> Vec<u8> {
    let mut head = Vec::new();
    let mut body = Vec::new();
    for cell in cells {
        match cell {
            Null => head.push(0),
            Number(number) => {
                head.push(1);
                body.push(number.to_be_bytes()[0]);
            }
            Text(text) => {
                let kind = 13 + 2 * text.len();
                head.extend(varint(kind));
                body.extend_from_slice(text.as_bytes());
            }
        }
    }
    let length = u8::try_from(head.len() + 1).expect("a short header");
    [vec![length], head, body].concat()
}

fn varint(value: usize) -> Vec<u8> {
    let low = u8::try_from(value & 0x7f).expect("seven bits");
    match value >> 7 {
        0 => vec![low],
        high => vec![0x80 | u8::try_from(high).expect("two bytes"), low],
    }
}

/// A leaf page of a table, `head` bytes of it taken by the header of the file.
fn leaf(head: usize, rows: &[Vec<u8>]) -> Vec<u8> {
    let mut page = vec![0; PAGE];
    page[head] = 0x0d;
    let count = u16::try_from(rows.len()).expect("few rows");
    page[head + 3..head + 5].copy_from_slice(&count.to_be_bytes());
    let mut end = PAGE;
    for (number, row) in rows.iter().enumerate() {
        let id = u8::try_from(number + 1).expect("few rows");
        let cell = [varint(row.len()), vec![id], row.clone()].concat();
        end -= cell.len();
        page[end..end + cell.len()].copy_from_slice(&cell);
        let at = head + 8 + 2 * number;
        let offset = u16::try_from(end).expect("inside the page");
        page[at..at + 2].copy_from_slice(&offset.to_be_bytes());
    }
    page
}

/// Tables by name, the definitions of their columns, and their rows.
fn database(tables: &[(&'static str, &'static str, &[&[Cell]])]) -> Vec<u8> {
    let mut schema = Vec::new();
    let mut pages = Vec::new();
    for (number, (name, columns, rows)) in tables.iter().enumerate() {
        let statement: &'static str = format!("CREATE TABLE {name} ({columns})").leak();
        let root = i8::try_from(number + 2).expect("few tables");
        schema.push(record(&[
            Text("table"),
            Text(name),
            Text(name),
            Number(root),
            Text(statement),
        ]));
        let rows: Vec<Vec<u8>> = rows.iter().map(|row| record(row)).collect();
        pages.push(leaf(0, &rows));
    }
    let mut first = leaf(100, &schema);
    first[..16].copy_from_slice(b"SQLite format 3\0");
    first[16..18].copy_from_slice(&4096_u16.to_be_bytes());
    first[59] = 1;
    [vec![first], pages].concat().concat()
}

fn read(path: &str, bytes: &[u8]) -> lazaret_ecosystem::Found {
    let reader = readers_for(path, true).next().expect("a reader wants it");
    (reader.read)(Input { path, bytes }).expect("a good database")
}

#[test]
fn an_active_port_is_installed_and_one_that_is_kept_is_not() {
    let bytes = database(&[(
        "ports",
        "id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE, epoch INTEGER, version TEXT, state TEXT, UNIQUE(name, epoch)",
        &[
            &[
                Null,
                Text("curl"),
                Number(0),
                Text("8.9.1"),
                Text("installed"),
            ],
            &[Null, Text("curl"), Number(0), Text("8.9.0"), Text("imaged")],
        ],
    )]);
    let found = read("opt/local/var/macports/registry/registry.db", &bytes);
    let names: Vec<String> = found.packages.iter().map(|p| p.purl.to_string()).collect();
    assert_eq!(names, ["pkg:macports/curl@8.9.1"]);
    assert!(found.gaps.is_empty());
}

#[test]
fn the_last_transaction_of_a_package_tells_its_repository() {
    let bytes = database(&[
        (
            "rpm",
            "item_id INTEGER UNIQUE NOT NULL, name TEXT NOT NULL, epoch INTEGER, version TEXT, release TEXT, arch TEXT, CONSTRAINT x UNIQUE (name)",
            &[&[
                Number(7),
                Text("zlib"),
                Number(0),
                Text("1.2.11"),
                Text("40.el9"),
                Text("x86_64"),
            ]],
        ),
        (
            "trans_item",
            "id INTEGER PRIMARY KEY AUTOINCREMENT, item_id INTEGER, repo_id INTEGER",
            &[
                &[Null, Number(7), Number(1)],
                &[Null, Number(7), Number(2)],
                &[Null, Number(7), Number(3)],
            ],
        ),
        (
            "repo",
            "id INTEGER PRIMARY KEY AUTOINCREMENT, repoid TEXT NOT NULL",
            &[&[Null, Text("baseos")], &[Null, Text("baseos-eus")]],
        ),
    ]);
    let hints = read("var/lib/dnf/history.sqlite", &bytes).distro;
    let mut package = Package::new("rpm", "zlib", "1.2.11-40.el9");
    package.architecture = Some("x86_64".to_owned());
    let mut packages = [package];
    distro::set_repositories(&mut packages, &hints);
    let told = packages[0].properties.get("rpm.repository");
    assert_eq!(told.map(String::as_str), Some("baseos-eus"));
}
