use std::collections::HashMap;

use serde::Serialize;
use time::{Date, Duration, OffsetDateTime};

use super::OrderingError;
use super::lines::LineImage;
use super::queries::figures::{self, DayRow};
use crate::kernel::{ProductId, SHOP_TIME};
use crate::platform::ShopTx;
use crate::tenancy::ShopInfo;

/// Days in a period of the dashboard.
const PERIOD: i64 = 30;

/// What was ordered in some time; cancelled and returned orders count nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Figure {
    /// Sum of their totals, minor units.
    pub revenue: i64,
    /// How many.
    pub orders: i64,
}

/// What was ordered on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct DayFigure {
    /// Where the day begins, in the shop's time.
    #[serde(with = "time::serde::rfc3339")]
    pub date: OffsetDateTime,
    /// What was ordered.
    #[serde(flatten)]
    pub figure: Figure,
}

/// The dashboard's figures, by days of the shop's time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OrderFigures {
    /// ISO 4217, of all amounts here.
    pub currency: &'static str,
    /// Today so far.
    pub today: Figure,
    /// Yesterday.
    pub yesterday: Figure,
    /// The last 30 days, today among them.
    pub days30: Figure,
    /// The 30 days before those.
    pub previous30: Figure,
    /// Each of the last 30 days, oldest first; days without orders too.
    pub days: Vec<DayFigure>,
}

/// A product by what was sold of it in the last 30 days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BestSeller {
    /// Its id.
    pub product_id: ProductId,
    /// Its name.
    pub name: String,
    /// Its leading picture.
    pub image: Option<LineImage>,
    /// Units.
    pub units: i64,
    /// Sum of their lines, minor units.
    pub revenue: i64,
}

/// The dashboard's figures.
///
/// # Errors
/// When the database gives no answer.
pub async fn order_figures(tx: &mut ShopTx, shop: &ShopInfo) -> Result<OrderFigures, OrderingError> {
    let today = today(tx);
    let rows = figures::list_days(tx, days_before(today, 2 * PERIOD - 1)).await?;
    Ok(summed(shop.currency.code(), today, &rows))
}

/// The products of which most was sold in the last 30 days.
///
/// # Errors
/// When the database gives no answer.
pub async fn best_sellers(tx: &mut ShopTx, shop: &ShopInfo, limit: i64) -> Result<Vec<BestSeller>, OrderingError> {
    let since = days_before(today(tx), PERIOD - 1);
    let rows = figures::list_best_sellers(tx, since, limit).await?;
    let seller = |row: figures::SoldRow| BestSeller {
        product_id: row.product_id,
        name: row.name,
        image: row.media_key.as_deref().map(|key| LineImage::new(shop, key)),
        units: row.units,
        revenue: row.revenue,
    };
    Ok(rows.into_iter().map(seller).collect())
}

fn today(tx: &ShopTx) -> Date {
    tx.now().to_offset(SHOP_TIME).date()
}

/// Where the day begins that lies so many days back.
fn days_before(today: Date, days: i64) -> OffsetDateTime {
    today.midnight().assume_offset(SHOP_TIME).saturating_sub(Duration::days(days))
}

fn summed(currency: &'static str, today: Date, rows: &[DayRow]) -> OrderFigures {
    let by_day: HashMap<Date, Figure> = rows.iter().map(|row| (row.day, Figure { revenue: row.revenue, orders: row.orders })).collect();
    let figure = |days: i64| by_day.get(&days_before(today, days).date()).copied().unwrap_or_default();
    let sum = |days: std::ops::Range<i64>| {
        days.map(figure).fold(Figure::default(), |sum, day| Figure {
            revenue: sum.revenue.saturating_add(day.revenue),
            orders: sum.orders.saturating_add(day.orders),
        })
    };
    OrderFigures {
        currency,
        today: figure(0),
        yesterday: figure(1),
        days30: sum(0..PERIOD),
        previous30: sum(PERIOD..2 * PERIOD),
        days: (0..PERIOD).rev().map(|days| DayFigure { date: days_before(today, days), figure: figure(days) }).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn each_day_counts_in_its_period_and_days_without_orders_are_there() {
        let row = |day, orders| DayRow { day, orders, revenue: orders * 100 };
        let rows = [
            row(date!(2026 - 11 - 22), 1),
            row(date!(2026 - 11 - 21), 2),
            row(date!(2026 - 10 - 24), 4),
            row(date!(2026 - 10 - 23), 8),
            row(date!(2026 - 09 - 24), 16),
            row(date!(2026 - 09 - 23), 32),
        ];
        let figures = summed("VND", date!(2026 - 11 - 22), &rows);
        let orders = [figures.today, figures.yesterday, figures.days30, figures.previous30].map(|figure| figure.orders);
        assert_eq!(orders, [1, 2, 7, 24]);
        assert_eq!(figures.days30.revenue, 700);
        assert_eq!(figures.days.len(), 30);
        assert_eq!(figures.days.iter().map(|day| day.figure.orders).sum::<i64>(), 7);
        assert_eq!(figures.days[0].date.to_string(), "2026-10-24 0:00:00.0 +07:00:00");
        assert_eq!(figures.days[29].figure.orders, 1);
    }
}
