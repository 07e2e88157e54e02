//! Reads a file or every file of a folder with one feed and counts what came out of it.
//!
//! `read_feed [-v] FEED PATH`: prints items, statements, unreadable files and bad
//! records; with `-v` every statement.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::path::PathBuf;

use lazaret_advisory::feed::{self, FeedFile, Sink};
use lazaret_model::{Advisory, FeedItem};

fn main() {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let verbose = arguments.first().is_some_and(|a| a == "-v");
    if verbose {
        arguments.remove(0);
    }
    let [name, path] = arguments.as_slice() else {
        println!("usage: read_feed [-v] FEED PATH");
        return;
    };
    let feed = feed::by_name(name).unwrap();
    let (mut items, mut bad) = (Vec::new(), Vec::new());
    let (mut files, mut unreadable) = (0, 0);
    let mut pending = vec![PathBuf::from(path)];
    while let Some(current) = pending.pop() {
        if current.is_dir() {
            let entries = std::fs::read_dir(&current).unwrap();
            pending.extend(entries.map(|entry| entry.unwrap().path()));
            continue;
        }
        let label = current.to_str().unwrap();
        if !(feed.wants)(label) {
            continue;
        }
        files += 1;
        let bytes = std::fs::read(&current).unwrap();
        let file = FeedFile {
            path: label,
            bytes: &bytes,
        };
        if let Err(error) = (feed.read)(file, &mut Sink::new(&mut items, &mut bad)) {
            unreadable += 1;
            println!("  unreadable {label}: {error}");
        }
    }
    for record in &bad {
        println!("  bad {}: {}", record.record, record.reason);
    }
    let advisories: Vec<&Advisory> = items
        .iter()
        .filter_map(|item| match item {
            FeedItem::Advisory(advisory) => Some(&**advisory),
            _ => None,
        })
        .collect();
    if verbose {
        advisories.iter().for_each(|advisory| print(advisory));
    }
    let statements: usize = advisories.iter().map(|a| a.affected.len()).sum();
    println!(
        "{name}: {files} files, {} items, {statements} statements, {unreadable} unreadable, {} bad",
        items.len(),
        bad.len()
    );
}

fn print(advisory: &Advisory) {
    println!(
        "{} {} {:?} aliases {:?} upstream {:?} published {} ratings {:?}",
        advisory.feed,
        advisory.id,
        advisory.kind,
        advisory.aliases,
        advisory.upstream,
        advisory.published,
        advisory.ratings,
    );
    for statement in &advisory.affected {
        println!(
            "    {} {} {:?} {} [{}] {:?} {:?} {:?} {:?}",
            statement.space,
            statement.name,
            statement.key,
            statement.scheme.name(),
            statement.range,
            statement.status,
            statement.raw_status,
            statement.severity,
            statement.qualifiers,
        );
    }
}
