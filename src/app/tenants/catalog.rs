use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A line of `catalog.csv`: one variant. The product's own columns are read from its first line.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    slug: String,
    name: String,
    description: String,
    status: String,
    category: String,
    brand: String,
    supplier: String,
    images: String,
    option1_name: String,
    option1_value: String,
    option2_name: String,
    option2_value: String,
    sku: String,
    barcode: String,
    price: i64,
    compare_at_price: Option<i64>,
    cost: Option<i64>,
    weight_g: Option<i64>,
    opening_stock: Option<i64>,
}

/// A product of `catalog.csv` with its variants.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ProductRow {
    /// Where its first line is in the file, the header being 1.
    pub(super) place: usize,
    pub(super) slug: String,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) hidden: bool,
    pub(super) category: Option<String>,
    pub(super) brand: Option<String>,
    pub(super) supplier: Option<String>,
    pub(super) images: Vec<String>,
    pub(super) options: Vec<(String, Vec<String>)>,
    pub(super) variants: Vec<VariantRow>,
}

/// A variant of `catalog.csv`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct VariantRow {
    pub(super) sku: String,
    pub(super) barcode: Option<String>,
    pub(super) choices: Vec<(String, String)>,
    pub(super) price: i64,
    pub(super) compare_at_price: Option<i64>,
    pub(super) cost: Option<i64>,
    pub(super) weight_g: Option<i64>,
    pub(super) opening_stock: i64,
}

/// The rows of a file below its header, each with its number as a spreadsheet counts them.
pub(super) fn rows<T: DeserializeOwned>(csv: &str) -> anyhow::Result<Vec<(usize, T)>> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(csv.as_bytes());
    let header = reader.headers()?.clone();
    (2..).zip(reader.deserialize()).map(|(place, row)| Ok((place, row.map_err(|error| flawed(place, &header, &error))?))).collect()
}

fn flawed(place: usize, header: &csv::StringRecord, error: &csv::Error) -> anyhow::Error {
    match error.kind() {
        csv::ErrorKind::Deserialize { err, .. } => match err.field().and_then(|field| header.get(usize::try_from(field).ok()?)) {
            Some(column) => anyhow::anyhow!("row {place}, column {column}: {}", err.kind()),
            None => anyhow::anyhow!("row {place}: {}", err.kind()),
        },
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            anyhow::anyhow!("row {place}: it has {len} columns, the header has {expected_len}")
        }
        _ => anyhow::anyhow!("row {place}: {error}"),
    }
}

/// Reads the file by product: the lines of one stand together.
pub(super) fn read(csv: &str) -> anyhow::Result<Vec<ProductRow>> {
    let mut products: Vec<ProductRow> = Vec::new();
    for (place, line) in rows::<Line>(csv)? {
        anyhow::ensure!(!line.slug.is_empty(), "row {place}: a slug is needed");
        if products.last().is_none_or(|product| product.slug != line.slug) {
            anyhow::ensure!(products.iter().all(|p| p.slug != line.slug), "row {place}: the rows of {} do not stand together", line.slug);
            products.push(product(&line, place)?);
        }
        if let Some(product) = products.last_mut() {
            add_variant(product, line, place)?;
        }
    }
    Ok(products)
}

fn product(line: &Line, place: usize) -> anyhow::Result<ProductRow> {
    anyhow::ensure!(matches!(line.status.as_str(), "active" | "hidden"), "row {place}: status is active or hidden");
    Ok(ProductRow {
        place,
        slug: line.slug.clone(),
        name: line.name.clone(),
        description: line.description.clone(),
        hidden: line.status == "hidden",
        category: filled(&line.category),
        brand: filled(&line.brand),
        supplier: filled(&line.supplier),
        images: line.images.split(';').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect(),
        options: [&line.option1_name, &line.option2_name].into_iter().filter(|n| !n.is_empty()).map(|n| (n.clone(), Vec::new())).collect(),
        variants: Vec::new(),
    })
}

fn add_variant(product: &mut ProductRow, line: Line, place: usize) -> anyhow::Result<()> {
    let given = [(line.option1_name, line.option1_value), (line.option2_name, line.option2_value)];
    let choices: Vec<(String, String)> = given.into_iter().filter(|(name, _)| !name.is_empty()).collect();
    let names_match = choices.iter().map(|(name, _)| name).eq(product.options.iter().map(|(name, _)| name));
    anyhow::ensure!(names_match, "row {place}: the options of {} have other names than in its first row", product.slug);
    for ((_, values), (_, value)) in product.options.iter_mut().zip(&choices) {
        if !values.contains(value) {
            values.push(value.clone());
        }
    }
    product.variants.push(VariantRow {
        sku: line.sku,
        barcode: filled(&line.barcode),
        choices,
        price: line.price,
        compare_at_price: line.compare_at_price,
        cost: line.cost,
        weight_g: line.weight_g,
        opening_stock: line.opening_stock.unwrap_or(0),
    });
    Ok(())
}

fn filled(text: &str) -> Option<String> {
    (!text.trim().is_empty()).then(|| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "slug,name,description,status,category,brand,supplier,images,option1_name,option1_value,option2_name,option2_value,sku,barcode,price,compare_at_price,cost,weight_g,opening_stock\n";

    #[test]
    fn rows_of_a_product_become_its_variants_and_options() {
        let csv = format!("{HEAD}ao,Áo,,active,,,,a.svg;b.svg,Màu,Đỏ,Cỡ,M,A-1,,1000,,,,5\nao,,,,,,,,Màu,Đỏ,Cỡ,L,A-2,,1000,2000,,,\n");
        let products = read(&csv).unwrap();
        assert_eq!(products.len(), 1);
        assert_eq!(
            products[0].options,
            [("Màu".to_owned(), vec!["Đỏ".to_owned()]), ("Cỡ".to_owned(), vec!["M".to_owned(), "L".to_owned()])]
        );
        assert_eq!(products[0].images, ["a.svg", "b.svg"]);
        assert_eq!(products[0].variants[1].opening_stock, 0);
    }

    #[test]
    fn a_product_whose_rows_are_torn_apart_is_refused() {
        let row = |slug: &str, sku: &str| format!("{slug},X,,active,,,,,,,,,{sku},,1,,,,\n");
        let error = read(&format!("{HEAD}{}{}{}", row("a", "1"), row("b", "2"), row("a", "3"))).unwrap_err();
        assert!(error.to_string().contains("row 4"), "{error}");
    }
}
