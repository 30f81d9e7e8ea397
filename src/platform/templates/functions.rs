//! Functions: `t`, `asset`, `icon`, `page_links`, `query`, `html_attrs`.

use std::{collections::HashMap, fmt::Display};

use tera::{Error, Kwargs, Map, State, Tera, TeraResult, Value};
use url::form_urlencoded::{Serializer, parse};

use super::{assets, filters::escape};
use crate::platform::i18n::{Lang, has_key, translate};

pub(super) fn register(tera: &mut Tera, lang: Lang, strict: bool) {
    let addresses: HashMap<String, String> = assets::names()
        .filter_map(|name| {
            let hash = assets::asset(&name)?.hash;
            Some((name.to_string(), format!("/assets/{name}?v={hash}")))
        })
        .collect();
    let icons = read_icons();
    tera.register_function("t", move |args: Kwargs, _: &State| t(&args, lang, strict));
    tera.register_function("asset", move |args: Kwargs, _: &State| -> TeraResult<String> {
        let name = args.must_get::<&str>("name")?;
        addresses.get(name).cloned().ok_or_else(|| Error::message(format!("no asset `{name}` in templates/assets")))
    });
    tera.register_function("icon", move |args: Kwargs, _: &State| -> TeraResult<Value> {
        let name = args.must_get::<&str>("name")?;
        icons
            .get(name)
            .map(|svg| Value::safe_string(svg))
            .ok_or_else(|| Error::message(format!("no icon `{name}` in templates/assets/icons.svg")))
    });
    tera.register_function("page_links", |args: Kwargs, _: &State| -> TeraResult<Value> {
        let links = page_links(args.must_get("page")?, args.must_get("total_pages")?);
        Ok(Value::from(links))
    });
    tera.register_function("query", |args: Kwargs, _: &State| -> TeraResult<String> {
        let value = args.must_get::<&Value>("value")?;
        let value = (!value.is_none()).then(|| value.to_string());
        Ok(query(args.must_get("path")?, args.must_get("key")?, value.as_deref().unwrap_or("")))
    });
    tera.register_function("html_attrs", |args: Kwargs, _: &State| html_attrs(args.must_get("attrs")?));
}

/// `t(key="cart.items", n=3, name=shop.name)`: the text behind the key, in the page's language.
fn t(args: &Kwargs, lang: Lang, strict: bool) -> TeraResult<String> {
    let key = args.must_get::<&str>("key")?;
    let given: Vec<(String, &Value)> = args.iter().map(|(name, value)| (name.to_string(), value)).collect();
    let given: Vec<(&str, &dyn Display)> = given.iter().map(|(name, value)| (name.as_str(), value as &dyn Display)).collect();
    if strict && !has_key(lang, key, &given) {
        return Err(Error::message(format!("no text `{key}` in locales/{lang}")));
    }
    Ok(translate(lang, key, &given))
}

/// The drawings in `icons.svg`, each as an `<svg>` to stand in the page. One line of the file is one icon.
fn read_icons() -> HashMap<String, String> {
    let Some(file) = assets::asset("icons.svg") else {
        return HashMap::new();
    };
    String::from_utf8_lossy(&file.bytes)
        .lines()
        .filter_map(|line| {
            let (name, rest) = line.trim().strip_prefix("<symbol id=\"")?.split_once('"')?;
            let (view_box, rest) = rest.strip_prefix(" viewBox=\"")?.split_once("\">")?;
            let drawing = rest.strip_suffix("</symbol>")?;
            let svg = format!("<svg class=\"icon\" viewBox=\"{view_box}\" aria-hidden=\"true\">{drawing}</svg>");
            Some((name.to_owned(), svg))
        })
        .collect()
}

/// The page numbers to show: the first, the last, and those around the current one; `None` is a gap. A gap never stands for
/// one page only, for which its number takes no more room.
fn page_links(page: u32, total_pages: u32) -> Vec<Option<u32>> {
    let mut links = Vec::new();
    let mut before = 0;
    for number in 1..=total_pages {
        let near = number.abs_diff(page) <= 1 || number == 1 || number == total_pages;
        if !near {
            continue;
        }
        match number - before {
            1 => {}
            2 => links.push(Some(number - 1)),
            _ => links.push(None),
        }
        links.push(Some(number));
        before = number;
    }
    links
}

/// The address with one parameter replaced, or taken out when the value is empty. The first page has no number, and every
/// other change goes back to the first page: the page one was on means nothing in another list.
fn query(path: &str, key: &str, value: &str) -> String {
    let (path, old) = path.split_once('?').unwrap_or((path, ""));
    let mut pairs = Serializer::new(String::new());
    for (name, text) in parse(old.as_bytes()) {
        if name != key && name != "page" {
            pairs.append_pair(&name, &text);
        }
    }
    if !(value.is_empty() || key == "page" && value == "1") {
        pairs.append_pair(key, value);
    }
    let new = pairs.finish();
    if new.is_empty() { path.to_owned() } else { format!("{path}?{new}") }
}

/// A component's further arguments as HTML attributes: ` data-id="7" disabled`. `_` becomes `-`; `false` and null are left out.
fn html_attrs(attrs: &Map) -> TeraResult<Value> {
    let mut html = String::new();
    for (name, value) in attrs {
        let name = name.to_string().replace('_', "-");
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(Error::message(format!("`{name}` is not an attribute's name")));
        }
        let absent = value.is_none() || value.is_undefined() || value.as_bool() == Some(false);
        if absent {
            continue;
        }
        html.push(' ');
        html.push_str(&name);
        if value.as_bool().is_none() {
            html.push_str("=\"");
            html.push_str(&escape(&value.to_string())?);
            html.push('"');
        }
    }
    Ok(Value::safe_string(&html))
}

#[cfg(test)]
mod tests {
    use tera::{Map, Value};

    use super::{html_attrs, page_links, query, read_icons};

    #[test]
    fn attributes_are_escaped_and_absent_ones_left_out() {
        let given = |name: &'static str, value: Value| (name.into(), value);
        let attrs: Map = [
            given("data_x", Value::from("a\"><b>")),
            given("disabled", Value::from(true)),
            given("hidden", Value::from(false)),
            given("title", Value::none()),
            given("min", Value::from(0)),
        ]
        .into_iter()
        .collect();
        let html = html_attrs(&attrs).expect("attributes").to_string();
        for part in [" data-x=\"a&quot;&gt;&lt;b&gt;\"", " disabled", " min=\"0\""] {
            assert!(html.contains(part), "{html}");
        }
        assert!(!html.contains("hidden") && !html.contains("title"), "{html}");
        let bad: Map = [given("x onclick", Value::from("1"))].into_iter().collect();
        assert!(html_attrs(&bad).is_err());
    }

    #[test]
    fn page_links_show_the_ends_and_the_neighbours() {
        let shown = |page, total| {
            page_links(page, total)
                .into_iter()
                .map(|number| number.map_or_else(|| "…".to_owned(), |number| number.to_string()))
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(shown(1, 1), "1");
        assert_eq!(shown(1, 3), "1 2 3");
        assert_eq!(shown(1, 9), "1 2 … 9");
        assert_eq!(shown(4, 9), "1 2 3 4 5 … 9");
        assert_eq!(shown(5, 9), "1 … 4 5 6 … 9");
        assert_eq!(shown(9, 9), "1 … 8 9");
    }

    #[test]
    fn a_query_keeps_the_other_parameters() {
        assert_eq!(query("/products?q=%C3%A1o+thun&page=3", "page", "4"), "/products?q=%C3%A1o+thun&page=4");
        assert_eq!(query("/products?q=a&page=3", "page", "1"), "/products?q=a");
        assert_eq!(query("/products?page=3", "sort", "price"), "/products?sort=price");
        assert_eq!(query("/products?sort=x", "sort", ""), "/products");
        assert_eq!(query("/p", "q", "a&b=<c>"), "/p?q=a%26b%3D%3Cc%3E");
    }

    #[test]
    fn every_line_of_the_icon_file_is_read() {
        let icons = read_icons();
        let lines = include_str!("../../../templates/assets/icons.svg").matches("<symbol ").count();
        assert_eq!(icons.len(), lines);
        assert!(icons["bag"].starts_with("<svg class=\"icon\" viewBox=\"0 0 20 20\" aria-hidden=\"true\"><path "));
    }
}
