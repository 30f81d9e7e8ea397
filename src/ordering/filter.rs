use serde::Deserialize;
use time::format_description::well_known::{Iso8601, Rfc3339};
use time::{Date, OffsetDateTime};

use super::read::{OrderFilter, OrderSort};
use crate::kernel::{Check, Flaw, Invalid, Phone, SHOP_TIME, fold, line};

/// A filter as it comes in a query; an empty text is none.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct OrderFilterInput {
    /// A status.
    pub status: Option<String>,
    /// A payment status.
    pub payment_status: Option<String>,
    /// A customer's id.
    pub customer: Option<String>,
    /// First day (`2026-11-22`, in the shop's time) or moment (RFC 3339).
    pub from: Option<String>,
    /// Last day, or the moment before which.
    pub to: Option<String>,
    /// Name, phone or number.
    pub q: Option<String>,
    /// `-placed_at` (the default), `placed_at`, `-number`, `number`, `-total`, `total`.
    pub sort: Option<String>,
}

impl OrderFilterInput {
    /// Parses every field.
    ///
    /// # Errors
    /// The flaws of all fields.
    pub fn parse(&self) -> Result<OrderFilter, Invalid> {
        fn given(text: Option<&String>) -> Option<&str> {
            text.map(|text| text.trim()).filter(|text| !text.is_empty())
        }
        let mut check = Check::default();
        let status = check.opt("/status", given(self.status.as_ref()), word);
        let payment_status = check.opt("/payment_status", given(self.payment_status.as_ref()), word);
        let customer = check.opt("/customer", given(self.customer.as_ref()), |id| id.parse().map_err(|_| Flaw::new("malformed")));
        let from = check.opt("/from", given(self.from.as_ref()), |text| moment(text, false));
        let until = check.opt("/to", given(self.to.as_ref()), |text| moment(text, true));
        let q = check.opt("/q", given(self.q.as_ref()), wanted_text);
        let sort = check.opt("/sort", given(self.sort.as_ref()), sort);
        check.finish()?;
        Ok(OrderFilter {
            status: status.flatten(),
            payment_status: payment_status.flatten(),
            customer: customer.flatten(),
            from: from.flatten(),
            until: until.flatten(),
            q: q.flatten().filter(|q| !q.is_empty()),
            sort: sort.flatten().unwrap_or_default(),
        })
    }
}

/// A status by the name it has in the API.
fn word<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Flaw> {
    serde_json::from_value(serde_json::Value::from(text)).map_err(|_| Flaw::new("not_allowed"))
}

fn sort(text: &str) -> Result<OrderSort, Flaw> {
    match text {
        "-placed_at" | "-number" => Ok(OrderSort::Newest),
        "placed_at" | "number" => Ok(OrderSort::Oldest),
        "total" => Ok(OrderSort::Smallest),
        "-total" => Ok(OrderSort::Largest),
        _ => Err(Flaw::new("not_allowed")),
    }
}

/// A day of the shop's time, or a moment. `last`: the end of the day.
fn moment(text: &str, last: bool) -> Result<OffsetDateTime, Flaw> {
    let malformed = || Flaw::new("malformed");
    let moment = if let Ok(day) = Date::parse(text, &Iso8601::DATE) {
        let day = if last { day.next_day().ok_or_else(malformed)? } else { day };
        day.midnight().assume_offset(SHOP_TIME)
    } else {
        OffsetDateTime::parse(text, &Rfc3339).map_err(|_| malformed())?
    };
    // What PostgreSQL can hold and a shop can mean.
    if (2000..=2200).contains(&moment.year()) { Ok(moment) } else { Err(malformed()) }
}

/// A text as the orders' search texts are written: without marks; a telephone number however it is typed; a number without its `#`.
fn wanted_text(text: &str) -> Result<String, Flaw> {
    let text = line(text, 0, 200)?;
    if let Ok(phone) = Phone::parse(&text) {
        return Ok(phone.as_str().to_owned());
    }
    Ok(fold(text.trim_start_matches('#')).trim().to_owned())
}

/// What an order is found by: the receiver's and the customer's names without marks, the phone as dialled here and abroad, the number.
pub(super) fn search_text(receiver: &str, customer: &str, phone: &str, number: i64) -> String {
    let here = phone.strip_prefix("+84").map(|rest| format!("0{rest}")).unwrap_or_default();
    format!("{} {} {phone} {here} {number}", fold(receiver), fold(customer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    fn filter(change: impl FnOnce(&mut OrderFilterInput)) -> Result<OrderFilter, Invalid> {
        let mut input = OrderFilterInput::default();
        change(&mut input);
        input.parse()
    }

    #[test]
    fn days_are_the_shops_days_and_the_last_one_counts() {
        let found = filter(|input| {
            input.from = Some("2026-11-22".to_owned());
            input.to = Some("2026-11-22".to_owned());
        })
        .unwrap();
        assert_eq!(found.from.unwrap(), datetime!(2026-11-21 17:00 UTC));
        assert_eq!(found.until.unwrap(), datetime!(2026-11-22 17:00 UTC));
    }

    #[test]
    fn what_is_no_day_no_status_and_no_sort_is_refused_and_empty_is_none() {
        assert!(filter(|input| input.q = Some("  ".to_owned())).unwrap().q.is_none());
        for text in ["2026-13-01", "yesterday", "9999-12-31", "+100000-01-01", "-0001-01-01", "1"] {
            assert!(filter(|input| input.from = Some(text.to_owned())).is_err(), "{text}");
            assert!(filter(|input| input.to = Some(text.to_owned())).is_err(), "{text}");
        }
        assert!(filter(|input| input.status = Some("lost".to_owned())).is_err());
        assert!(filter(|input| input.sort = Some("name".to_owned())).is_err());
        assert!(filter(|input| input.customer = Some("1".to_owned())).is_err());
    }

    #[test]
    fn an_order_is_found_by_name_phone_and_number_as_people_type_them() {
        let text = search_text("Nguyễn Văn Á", "Đỗ Thị B", "+84901234567", 1001);
        for q in ["nguyen van", "Đỗ", "0901 234 567", "+84901234567", "901234567", "#1001", "1001"] {
            let wanted = filter(|input| input.q = Some(q.to_owned())).unwrap().q.unwrap();
            assert!(text.contains(&wanted), "{q} → {wanted}");
        }
    }
}
