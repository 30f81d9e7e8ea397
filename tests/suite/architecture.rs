//! The plan of the building, held against the code: who may know whom, where SQL may stand, how long a file may be, and that lists
//! which must agree do.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use shophouse::platform::config::KNOWN;

/// Who may use whom, besides `kernel` and `platform`. What is not written here is not allowed. `tests/suite/architecture.rs` is the
/// one place that says so; the README draws it.
const MAY_USE: &[(&str, &[&str])] = &[
    ("kernel", &[]),
    ("platform", &[]),
    ("tenancy", &[]),
    ("identity", &["tenancy"]),
    ("catalog", &["tenancy", CALLER]),
    ("stores", &["tenancy", CALLER]),
    ("payments", &["tenancy", CALLER]),
    ("search", &["tenancy", "catalog", "stores", CALLER]),
    ("inventory", &["tenancy", "catalog", "stores", CALLER]),
    ("shipping", &["tenancy", "stores", CALLER]),
    ("ordering", &["tenancy", "catalog", "inventory", "identity", "shipping", "payments", "stores"]),
    ("messages", EVERY_SLICE),
    ("storefront", EVERY_SLICE),
    ("backoffice", EVERY_SLICE),
];

/// Of `identity`, who is calling and what they may do; no more.
const CALLER: &str = "identity, the caller";
const CALLERS_WORDS: &[&str] = &["Actor", "Customer", "MaybeCustomer", "Permission", "SignedInStaff", "Staff", "permissions"];

const EVERY_SLICE: &[&str] =
    &["tenancy", "identity", "catalog", "stores", "payments", "search", "inventory", "shipping", "ordering", "messages"];

/// These wire everything together.
const KNOW_ALL: &[&str] = &["app", "cli"];

/// Files besides `queries` that hold statements, and why.
const SQL_ELSEWHERE: &[(&str, &str)] = &[("src/platform/db.rs", "opens and closes the transactions that queries run in; migrates")];

/// Files that assure sqlx of a statement it did not see as a literal. None: all SQL is static.
const ASSURED_SQL: &[&str] = &[];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Files below a folder of the repository, by their path from its root.
fn files(folder: &str, ending: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_str().is_some_and(|name| name.ends_with(ending)) {
                let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
                found.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    found
}

fn sources() -> BTreeMap<String, String> {
    let sources = files("src", ".rs");
    assert!(sources.len() > 100, "only {} files in src", sources.len());
    sources
}

/// The text without comments, so that a doc may name what the code may not use.
fn code(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// `src/catalog/queries/products.rs` is of the room `catalog`.
fn room(path: &str) -> &str {
    path.strip_prefix("src/").unwrap().split(['/', '.']).next().unwrap()
}

/// Every path that begins with `crate::`, groups spelt out: `crate::{a, b::{c, d}}` is `a`, `b::c` and `b::d`.
fn crate_paths(text: &str) -> Vec<Vec<String>> {
    let code = code(text);
    let mut paths = Vec::new();
    for (at, found) in code.match_indices("crate::") {
        let before = code[..at].chars().next_back().unwrap_or(' ');
        if !before.is_alphanumeric() && before != '_' && before != ':' {
            branch(&code[at + found.len()..], &[], &mut paths);
        }
    }
    paths
}

/// Reads one tree of a path and gives what is left behind it.
fn branch<'a>(mut rest: &'a str, stem: &[String], into: &mut Vec<Vec<String>>) -> &'a str {
    let mut path = stem.to_vec();
    loop {
        rest = rest.trim_start();
        if let Some(mut group) = rest.strip_prefix('{') {
            loop {
                group = group.trim_start();
                if let Some(after) = group.strip_prefix('}') {
                    return after;
                }
                group = branch(group, &path, into).trim_start().trim_start_matches(',');
            }
        }
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        if end == 0 {
            break;
        }
        path.push(rest[..end].to_owned());
        rest = &rest[end..];
        match rest.strip_prefix("::") {
            Some(next) if next.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '{' || c == '*') => rest = next,
            _ => break,
        }
    }
    into.push(path);
    // `as other`, `*`: no part of the tree any more.
    rest.trim_start_matches(|c: char| c == '*' || c.is_alphanumeric() || c == '_' || c == ' ')
}

#[test]
fn a_path_is_read_with_its_groups() {
    let text = "use crate::{a, b::{c as x, d}};\n// crate::no\nfn f() { crate::e::g(); other_crate::h() } use crate::i::*;";
    let paths: Vec<String> = crate_paths(text).iter().map(|path| path.join("::")).collect();
    assert_eq!(paths, ["a", "b::c", "b::d", "e::g", "i"]);
}

#[test]
fn each_room_knows_only_the_rooms_it_may() {
    let rooms: BTreeSet<String> = sources().keys().map(|path| room(path).to_owned()).collect();
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        let here = room(&file);
        if ["lib", "main"].contains(&here) || KNOW_ALL.contains(&here) {
            continue;
        }
        let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == here) else {
            wrong.push(format!("{file}: the room {here} is not in the table"));
            continue;
        };
        for path in crate_paths(&text) {
            let there = path[0].as_str();
            let free = there == here || there == "kernel" || (there == "platform" && here != "kernel") || allowed.contains(&there);
            let calls =
                there == "identity" && allowed.contains(&CALLER) && path.get(1).is_some_and(|w| CALLERS_WORDS.contains(&w.as_str()));
            if rooms.contains(there) && !free && !calls {
                wrong.push(format!("{file}: {here} may not use {}", path.join("::")));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn no_path_leaves_its_room_by_the_back_door() {
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        let below = file.strip_prefix("src/").unwrap();
        let depth = below.split('/').count() - usize::from(below.ends_with("mod.rs"));
        let code = code(text.split("#[cfg(test)]").next().unwrap());
        let longest = (1..8).take_while(|n| code.contains(&"super::".repeat(*n))).count();
        if longest >= depth && depth > 0 && !["lib.rs", "main.rs"].contains(&below) {
            wrong.push(format!("{file}: `super::` reaches out of its room; say crate::…"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn a_room_is_reached_through_its_window() {
    let mut wrong = Vec::new();
    let sources = sources();
    for (file, text) in &sources {
        for path in crate_paths(text) {
            let there = path[0].as_str();
            let Some(module) = path.get(1).filter(|_| there != room(file) && there != "kernel") else { continue };
            let Some(window) = sources.get(&format!("src/{there}/mod.rs")) else { continue };
            let is_module =
                sources.contains_key(&format!("src/{there}/{module}.rs")) || sources.contains_key(&format!("src/{there}/{module}/mod.rs"));
            // A window may offer a function under the name of the module it stands in.
            let offered = window.contains(&format!("pub mod {module};")) || path.len() == 2;
            if module == "queries" || (is_module && !offered) || path.iter().skip(1).any(|part| part == "queries") {
                wrong.push(format!("{file}: {} is not in the window src/{there}/mod.rs", path.join("::")));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn each_room_says_what_it_owns() {
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        if file.ends_with("/mod.rs") && file.matches('/').count() == 2 {
            let lines = text.lines().take_while(|line| line.starts_with("//!")).count();
            if !(1..=20).contains(&lines) {
                wrong.push(format!("{file} begins with {lines} lines of //!, not 1 to 20"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn statements_stand_in_queries_alone() {
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        let at_home = file.ends_with("/queries.rs") || file.contains("/queries/") || SQL_ELSEWHERE.iter().any(|(path, _)| *path == file);
        let code = code(text.split("#[cfg(test)]\nmod").next().unwrap());
        if !at_home && ["sqlx::query", "query!(", "query_as!(", "query_scalar!(", "raw_sql("].iter().any(|sql| code.contains(sql)) {
            wrong.push(file);
        }
    }
    assert_eq!(wrong, Vec::<String>::new(), "put the statements into the room's queries");
}

#[test]
fn every_statement_is_static() {
    let assured: Vec<String> = sources().into_iter().filter(|(_, text)| text.contains("AssertSqlSafe")).map(|(file, _)| file).collect();
    assert_eq!(assured, ASSURED_SQL);
}

#[test]
fn files_stay_short() {
    let mut long = Vec::new();
    for (file, text) in sources().into_iter().chain(files("tests/suite", ".rs")) {
        let lines = text.lines().count();
        if lines > 500 {
            long.push(format!("{file} has {lines} lines"));
        }
    }
    assert_eq!(long, Vec::<String>::new(), "500 lines are the ceiling, about 300 the custom");
}

/// `problem.{code}` or `field.{code}` of a language's catalogue.
fn catalogue(language: &str, kind: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(root().join(format!("templates/locales/{language}/problems.toml"))).unwrap();
    let table: toml::Table = text.parse().unwrap();
    table[kind].as_table().unwrap().keys().cloned().collect()
}

/// What stands in quotes right after each occurrence of a word, spaces and line ends aside.
fn quoted_after(text: &str, word: &str, skip_name: bool) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices(word) {
        let mut rest = &text[at + word.len()..];
        if skip_name {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit());
            rest = rest.trim_start_matches(|c: char| c == ',' || c == '=' || c == '>' || c.is_whitespace());
        }
        let rest = rest.trim_start();
        if let Some(quoted) = rest.strip_prefix('"').and_then(|rest| rest.split('"').next()) {
            found.insert(quoted.to_owned());
        }
    }
    found
}

#[test]
fn problem_codes_and_their_texts_agree_in_both_languages() {
    let code: String = sources().values().map(|text| code(text)).collect::<Vec<_>>().join("\n");
    let written = catalogue("en", "problem");
    assert_eq!(catalogue("vi", "problem"), written);
    // A status may also go with a page's template, or stand in a test that looks for it.
    let is_code = |text: &String| text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    let used: BTreeSet<String> = quoted_after(&code, "StatusCode::", true).into_iter().filter(is_code).collect();
    assert!(used.len() >= 20, "only {used:?}: is the pattern still right?");
    let unwritten: Vec<&String> = used.iter().filter(|code| !written.contains(*code)).collect();
    assert_eq!(unwritten, Vec::<&String>::new(), "codes without texts");
    let unused: Vec<&String> = written.iter().filter(|name| !code.contains(&format!("\"{name}\""))).collect();
    assert_eq!(unused, Vec::<&String>::new(), "texts of codes that nothing answers");
}

#[test]
fn flaws_and_their_texts_agree_in_both_languages() {
    let code: String = sources().values().map(|text| code(text)).collect::<Vec<_>>().join("\n");
    let written = catalogue("en", "field");
    assert_eq!(catalogue("vi", "field"), written);
    let used = quoted_after(&code, "Flaw::new(", false);
    assert!(used.len() >= 10, "only {used:?}: is the pattern still right?");
    let unwritten: Vec<&String> = used.iter().filter(|code| !written.contains(*code)).collect();
    assert_eq!(unwritten, Vec::<&String>::new(), "flaws without texts");
    let unused: Vec<&String> = written.iter().filter(|name| !code.contains(&format!("\"{name}\""))).collect();
    assert_eq!(unused, Vec::<&String>::new(), "texts of flaws that nothing finds");
}

#[test]
fn settings_and_their_example_agree() {
    let example = fs::read_to_string(root().join(".env.example")).unwrap();
    let shown: BTreeSet<&str> = example
        .lines()
        .filter_map(|line| line.trim_start_matches(['#', ' ']).split_once('='))
        .map(|(name, _)| name)
        .filter(|name| name.starts_with("SHOPHOUSE_"))
        .collect();
    assert_eq!(shown, KNOWN.iter().copied().collect());
    let read: String = files("src/platform/config", ".rs").into_values().collect();
    for name in KNOWN {
        assert!(read.matches(&format!("\"{name}\"")).count() >= 2, "{name} is known and never read");
    }
}

#[test]
fn migrations_that_landed_stay_as_they_are() {
    let landed = fs::read_to_string(root().join("migrations/LANDED")).unwrap();
    let landed: BTreeMap<&str, &str> = landed
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once("  "))
        .map(|(sum, name)| (name, sum))
        .collect();
    let mut there = BTreeSet::new();
    for (path, text) in files("migrations", ".sql") {
        let name = path.strip_prefix("migrations/").unwrap().to_owned();
        let sum = hex::encode(Sha256::digest(text.as_bytes()));
        assert_eq!(
            landed.get(name.as_str()),
            Some(&sum.as_str()),
            "a migration that landed is never changed: write a new one. A new one is listed in migrations/LANDED:\n{sum}  {name}\n"
        );
        let (stamp, words) = name.split_once('_').unwrap();
        assert!(stamp.len() == 14 && stamp.bytes().all(|b| b.is_ascii_digit()), "{name}: YYYYMMDDHHMMSS_verb_noun.sql");
        assert!(words.contains('_'), "{name}: YYYYMMDDHHMMSS_verb_noun.sql");
        there.insert(name);
    }
    let gone: Vec<&&str> = landed.keys().filter(|name| !there.contains(**name)).collect();
    assert_eq!(gone, Vec::<&&str>::new(), "migrations that landed and are gone");
}

/// What stands between backticks, or in the round brackets of a link.
fn named_in(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut fenced = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            names.extend(line.split('`').skip(1).step_by(2).map(str::to_owned));
            names.extend(line.split("](").skip(1).filter_map(|rest| rest.split(')').next()).map(str::to_owned));
        }
    }
    names
}

fn exists(name: &str, from: &Path) -> bool {
    root().join(name).exists() || from.join(name).exists() || root().join("src").join(name).exists()
}

#[test]
fn files_that_documents_name_exist() {
    let tops: BTreeSet<String> =
        fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    let mut documents: Vec<PathBuf> = fs::read_dir(root())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "md"))
        .collect();
    if root().join("docs").exists() {
        documents.extend(files("docs", ".md").into_keys().map(|name| root().join(name)));
    }
    let mut texts: Vec<(PathBuf, String)> = documents.into_iter().map(|path| (path.clone(), fs::read_to_string(&path).unwrap())).collect();
    for (path, text) in sources() {
        let doc = text.lines().filter_map(|line| line.trim_start().strip_prefix("//!")).collect::<Vec<_>>().join("\n");
        texts.push((root().join(path), doc));
    }
    let mut missing = Vec::new();
    for (document, text) in texts {
        for name in named_in(&text) {
            let name = name.split(['#', ' ']).next().unwrap_or_default();
            let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
            let top = name.split('/').next().unwrap_or_default();
            // `target` and `data` are made when it runs.
            if plain
                && name.contains('/')
                && tops.contains(top)
                && !["target", "data"].contains(&top)
                && !exists(name, document.parent().unwrap())
            {
                missing.push(format!("{} names {name}", document.strip_prefix(root()).unwrap().display()));
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}
