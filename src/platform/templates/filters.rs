//! Filters: how values are written. `money`, `date`, `datetime`, `paragraphs`, `text`, `phone`, `decimal`, `json`, `json_attr`.

use tera::{Error, Kwargs, State, Tera, TeraResult, Value, escape_html};
use time::{OffsetDateTime, format_description::well_known::Rfc3339, macros::format_description};

use crate::{
    kernel::{Currency, Money, SHOP_TIME},
    platform::i18n::Lang,
};

pub(super) fn register(tera: &mut Tera, lang: Lang) {
    tera.register_filter("money", move |amount: i64, args: Kwargs, _: &State| money(amount, &args, lang));
    tera.register_filter("decimal", |amount: i64, args: Kwargs, _: &State| decimal(amount, &args));
    tera.register_filter("phone", |number: &str, _: Kwargs, _: &State| phone(number));
    tera.register_filter("date", move |at: &str, _: Kwargs, _: &State| date(at, lang));
    tera.register_filter("datetime", move |at: &str, _: Kwargs, _: &State| date_time(at, lang));
    tera.register_filter("paragraphs", |text: &str, _: Kwargs, _: &State| paragraphs(text));
    tera.register_filter("text", |value: Value, _: Kwargs, _: &State| text(&value));
    tera.register_filter("json", |value: Value, _: Kwargs, _: &State| json(&value));
    tera.register_filter("json_attr", |value: Value, _: Kwargs, _: &State| json_attr(&value));
}

/// `199000 | money(currency="VND")`: an amount in minor units, written as the language does.
fn money(amount: i64, args: &Kwargs, lang: Lang) -> TeraResult<String> {
    Ok(Money::new(amount, currency(args)?).format(lang.as_str()))
}

/// `19900 | decimal(currency="USD")` is `199.00`: an amount for machines (schema.org, Open Graph).
fn decimal(amount: i64, args: &Kwargs) -> TeraResult<String> {
    let exponent = currency(args)?.exponent();
    if exponent == 0 {
        return Ok(amount.to_string());
    }
    let scale = 10_u64.pow(exponent);
    let (absolute, width) = (amount.unsigned_abs(), exponent as usize);
    let sign = if amount < 0 { "-" } else { "" };
    Ok(format!("{sign}{}.{:0width$}", absolute / scale, absolute % scale))
}

fn currency(args: &Kwargs) -> TeraResult<Currency> {
    let code = args.must_get::<&str>("currency")?;
    code.parse().map_err(|_flaw| Error::message(format!("unknown currency `{code}`")))
}

/// A Vietnamese number as people read it (`+84901000101` is `090 100 0101`); any other as it is.
fn phone(number: &str) -> String {
    let Some(national) = number.strip_prefix("+84").filter(|rest| rest.bytes().all(|byte| byte.is_ascii_digit())) else {
        return number.to_owned();
    };
    match national.len() {
        // Mobile: 0xx xxx xxxx. Landline: 0xx xxxx xxxx.
        9 => format!("0{} {} {}", &national[..2], &national[2..5], &national[5..]),
        10 => format!("0{} {} {}", &national[..2], &national[2..6], &national[6..]),
        _ => format!("0{national}"),
    }
}

fn parse(at: &str) -> TeraResult<OffsetDateTime> {
    OffsetDateTime::parse(at, &Rfc3339)
        .map(|at| at.to_offset(SHOP_TIME))
        .map_err(|error| Error::message(format!("`{at}` is not an RFC 3339 time: {error}")))
}

fn date(at: &str, lang: Lang) -> TeraResult<String> {
    let at = parse(at)?;
    match lang {
        Lang::Vi => at.format(format_description!("[day]/[month]/[year]")),
        Lang::En => at.format(format_description!("[day padding:none] [month repr:short] [year]")),
    }
    .map_err(Error::message)
}

fn date_time(at: &str, lang: Lang) -> TeraResult<String> {
    let at = parse(at)?;
    match lang {
        Lang::Vi => at.format(format_description!("[day]/[month]/[year] [hour]:[minute]")),
        Lang::En => at.format(format_description!("[day padding:none] [month repr:short] [year], [hour]:[minute]")),
    }
    .map_err(Error::message)
}

/// Plain text as HTML: a blank line parts paragraphs, a line end stays a line end. The text itself is escaped.
fn paragraphs(text: &str) -> TeraResult<Value> {
    let text = text.replace("\r\n", "\n");
    let mut html = String::with_capacity(text.len() + 32);
    for paragraph in text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty()) {
        html.push_str("<p>");
        html.push_str(&escape(paragraph)?.replace('\n', "<br>"));
        html.push_str("</p>");
    }
    Ok(Value::safe_string(&html))
}

/// A value as the text of a form field: nothing for what is absent.
fn text(value: &Value) -> Value {
    if value.is_undefined() || value.is_none() { Value::from("") } else { Value::from(value.to_string()) }
}

/// A value as JSON that may stand inside a `<script>` element: nothing in it can end the element.
fn json(value: &Value) -> TeraResult<Value> {
    let json = serde_json::to_string(value).map_err(Error::message)?;
    let json = json
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029");
    Ok(Value::safe_string(&json))
}

/// A value as JSON for an attribute (`data-…="{{ x | json_attr }}"`): escaped there like any other text.
fn json_attr(value: &Value) -> TeraResult<String> {
    serde_json::to_string(value).map_err(Error::message)
}

/// Text made safe for HTML, quotes included.
pub(super) fn escape(text: &str) -> TeraResult<String> {
    let mut escaped = Vec::with_capacity(text.len());
    escape_html(text, &mut escaped).map_err(Error::message)?;
    String::from_utf8(escaped).map_err(Error::message)
}

#[cfg(test)]
mod tests {
    use super::{Lang, date, date_time, json, paragraphs, phone};
    use tera::Value;

    #[test]
    fn times_are_shown_in_the_shops_time_and_the_readers_way() {
        let at = "2026-11-22T17:05:09Z";
        assert_eq!(date_time(at, Lang::Vi).expect("a time"), "23/11/2026 00:05");
        assert_eq!(date_time(at, Lang::En).expect("a time"), "23 Nov 2026, 00:05");
        assert_eq!(date(at, Lang::Vi).expect("a time"), "23/11/2026");
        assert!(date("yesterday", Lang::Vi).is_err());
    }

    #[test]
    fn a_phone_number_reads_as_people_say_it() {
        assert_eq!(phone("+84901000101"), "090 100 0101");
        assert_eq!(phone("+842439990118"), "024 3999 0118");
        assert_eq!(phone("+6561234567"), "+6561234567");
    }

    #[test]
    fn a_description_cannot_bring_markup() {
        let html = paragraphs("Mềm & mát\r\n<b>x</b>\n\n\n\nHai").expect("html");
        assert_eq!(html.to_string(), "<p>Mềm &amp; mát<br>&lt;b&gt;x&lt;/b&gt;</p><p>Hai</p>");
    }

    #[test]
    fn json_cannot_end_its_script_element() {
        let json = json(&Value::from("</script><b>&")).expect("json");
        assert_eq!(json.to_string(), "\"\\u003c/script\\u003e\\u003cb\\u003e\\u0026\"");
    }
}
