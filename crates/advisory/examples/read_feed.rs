//! Reads every file of a folder with one feed and counts what came out of it.
//!
//! `read_feed FEED FOLDER`: prints items, unreadable files and bad records.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

use lazaret_advisory::feed::{self, FeedFile, Sink};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, folder] = arguments.as_slice() else {
        println!("usage: read_feed FEED FOLDER");
        return;
    };
    let feed = feed::by_name(name).unwrap();
    let (mut items, mut bad) = (Vec::new(), Vec::new());
    let (mut files, mut unreadable) = (0, 0);
    let mut folders = vec![std::path::PathBuf::from(folder)];
    while let Some(current) = folders.pop() {
        for entry in std::fs::read_dir(current).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let relative = path.strip_prefix(folder).unwrap().to_str().unwrap();
            if !(feed.wants)(relative) {
                continue;
            }
            files += 1;
            let bytes = std::fs::read(&path).unwrap();
            let file = FeedFile {
                path: relative,
                bytes: &bytes,
            };
            if let Err(error) = (feed.read)(file, &mut Sink::new(&mut items, &mut bad)) {
                unreadable += 1;
                println!("  unreadable {relative}: {error}");
            }
        }
    }
    for record in &bad {
        println!("  bad {}: {}", record.record, record.reason);
    }
    let bad = bad.len();
    println!(
        "{name}: {files} files, {} items, {unreadable} unreadable, {bad} bad",
        items.len()
    );
}
