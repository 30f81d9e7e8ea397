//! Every page renders from its samples, in both languages, within its budget and without anything the content policy forbids.
//!
//! A sample is `tests/samples/<room>/<template>.<sample>.json`, laid over the room's `_base.json`; one with `"$bare": true`
//! stands alone, for pages that must work when little else does.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value};
use shophouse::platform::{
    i18n::{self, Lang},
    templates::{Templates, asset},
};

type Context = Map<String, Value>;

/// A page's own HTML, before compression.
const PAGE_BYTES: usize = 60 * 1024;
const SCRIPT_BYTES: usize = 20 * 1024;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> Context {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.expect("a directory entry").path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

/// Template name (`storefront/home`, no ending) to its samples by name.
fn samples() -> BTreeMap<String, Vec<(String, Context)>> {
    let folder = root().join("tests/samples");
    let mut samples: BTreeMap<String, Vec<(String, Context)>> = BTreeMap::new();
    for path in files_below(&folder) {
        let room = path.parent().and_then(Path::file_name).and_then(|name| name.to_str()).expect("a room");
        let stem = path.file_stem().and_then(|name| name.to_str()).expect("a file name");
        if stem == "_base" {
            continue;
        }
        let mut own = read(&path);
        let mut context = Context::new();
        if own.remove("$bare").is_none() {
            context = read(&path.with_file_name("_base.json"));
        }
        context.extend(own);
        let template = stem.split('.').next().unwrap_or(stem);
        samples.entry(format!("{room}/{template}")).or_default().push((stem.to_owned(), context));
    }
    samples
}

/// Pages are what stands directly in a room's folder; layouts, components and parts are drawn through them.
fn pages(templates: &Templates) -> Vec<&str> {
    templates
        .names()
        .filter(|name| name.matches('/').count() == 1 && !name.starts_with("components/") && !name.starts_with("layouts/"))
        .collect()
}

#[test]
fn every_page_renders_from_its_samples_in_both_languages() {
    let templates = Templates::load_strict().expect("the templates parse");
    let samples = samples();
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for name in pages(&templates) {
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        seen.insert(stem.to_owned());
        let Some(samples) = samples.get(stem) else {
            faults.push(format!("{name} has no sample under tests/samples"));
            continue;
        };
        for (sample, context) in samples {
            for lang in Lang::ALL {
                match templates.render(name, lang, context) {
                    Ok(page) => faults.extend(flaws(name, &page).into_iter().map(|flaw| format!("{sample} in {lang}: {flaw}"))),
                    Err(error) => faults.push(format!("{sample} in {lang}: {error}")),
                }
            }
        }
    }
    faults.extend(samples.keys().filter(|stem| !seen.contains(*stem)).map(|stem| format!("samples of {stem}, which is no page")));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What the content policy would refuse, and what a page must have.
fn flaws(name: &str, page: &str) -> Vec<String> {
    let mut flaws = Vec::new();
    if std::path::Path::new(name).extension().is_none_or(|extension| extension != "html") {
        return flaws;
    }
    if page.len() > PAGE_BYTES {
        flaws.push(format!("{} bytes", page.len()));
    }
    for tag in tags(page) {
        if tag.starts_with("script") && !tag.contains(" src=\"/") && !tag.contains("type=\"application/ld+json\"") {
            flaws.push(format!("a script in the page: <{tag}>"));
        }
        if tag.starts_with("style") || attributes(tag).any(|name| name == "style" || name.starts_with("on")) {
            flaws.push(format!("a style or a handler in the page: <{tag}>"));
        }
        if tag.starts_with("img") && !tag.contains(" alt=\"") {
            flaws.push(format!("a picture without alt: <{tag}>"));
        }
    }
    // Drawings have titles too: the page's own is in its head.
    let head = page.split("</head>").next().unwrap_or_default();
    for (what, place) in [("<title>", head), ("<html lang=\"", head), ("<h1", page), ("<main", page)] {
        let found = place.matches(what).count();
        if found != 1 {
            flaws.push(format!("{found} × {what}"));
        }
    }
    for id in duplicates(page) {
        flaws.push(format!("id `{id}` twice"));
    }
    flaws
}

/// The insides of opening tags; a quoted `>` does not end one.
fn tags(page: &str) -> Vec<&str> {
    let mut tags = Vec::new();
    let mut rest = page;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let mut quoted = false;
        let Some(end) = rest.find(|letter| {
            quoted ^= letter == '"';
            letter == '>' && !quoted
        }) else {
            break;
        };
        if rest.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
            tags.push(&rest[..end]);
            // What a script holds is data, not tags.
            if rest.starts_with("script") {
                rest = &rest[rest.find("</script>").unwrap_or(end)..];
                continue;
            }
            rest = &rest[end..];
        }
    }
    tags
}

/// The names of a tag's attributes: what stands outside the quotes.
fn attributes(tag: &str) -> impl Iterator<Item = &str> {
    tag.split('"').step_by(2).flat_map(str::split_whitespace).skip(1).map(|name| name.trim_end_matches('='))
}

fn duplicates(page: &str) -> Vec<&str> {
    let mut seen = BTreeSet::new();
    tags(page)
        .into_iter()
        .filter_map(|tag| tag.split_once(" id=\"")?.1.split_once('"').map(|(id, _)| id))
        .filter(|id| !seen.insert(*id))
        .collect()
}

#[test]
fn every_text_a_template_names_is_in_the_catalogues() {
    let known = i18n::keys(Lang::En);
    let mut missing = Vec::new();
    for path in files_below(&root().join("templates")) {
        if path.extension().is_none_or(|ending| ending != "html") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a template");
        for part in text.split("t(key=\"").skip(1) {
            let Some((key, after)) = part.split_once('"') else { continue };
            // `"order.status." ~ status` names a family, of which there must be at least one.
            let found = if after.trim_start().starts_with('~') {
                known.iter().any(|known| known.starts_with(key))
            } else {
                known.contains(key) || known.contains(format!("{key}.other").as_str())
            };
            if !found {
                missing.push(format!("{}: {key}", path.display()));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn scripts_keep_within_their_budget() {
    for name in ["storefront.js", "admin.js"] {
        let script = asset(name).unwrap_or_else(|| panic!("{name} is embedded"));
        assert!(script.bytes.len() <= SCRIPT_BYTES, "{name}: {} bytes", script.bytes.len());
    }
}
