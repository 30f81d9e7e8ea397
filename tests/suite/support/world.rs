use std::collections::BTreeMap;
use std::ops::Index;

use image::{ImageFormat, RgbImage};
use serde_json::{Value, json};

use super::{Actor, Customer, Reply, Shop, address, database, order_body, word};

/// One thing of every kind that a request can name, in one shop, by its name in [`crate::requests::call`].
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) shop: Shop,
    pub(crate) customer: Customer,
    /// A session of staff that may be ended, and its refresh token.
    pub(crate) manager: Actor,
    ids: BTreeMap<&'static str, String>,
}

impl Index<&str> for World {
    type Output = str;

    fn index(&self, name: &str) -> &str {
        self.ids.get(name).unwrap_or_else(|| panic!("the world has no {name}"))
    }
}

fn id(made: &Value) -> String {
    made["id"].as_str().unwrap_or_else(|| panic!("no id in {made}")).to_owned()
}

/// A picture of a few pixels, as PNG.
pub(crate) fn picture() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    RgbImage::from_pixel(4, 3, image::Rgb([166, 38, 27])).write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// A form with a picture in it.
pub(crate) fn picture_form(alt: &str) -> reqwest::multipart::Form {
    let file = reqwest::multipart::Part::bytes(picture()).file_name("picture.png").mime_str("image/png").unwrap();
    reqwest::multipart::Form::new().part("file", file).text("alt", alt.to_owned())
}

/// Waits for what happens by itself soon.
pub(crate) async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !holds().await {
        assert!(std::time::Instant::now() < end, "not within 20 s: {what}");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

impl World {
    /// Fills a shop: what the API can make, through the API, every text with the shop's canary in it.
    pub(crate) async fn fill(shop: &Shop) -> Self {
        let customer = shop.customer().await;
        let manager = shop.manager().await;
        let mut world = Self { shop: shop.clone(), customer, manager, ids: BTreeMap::new() };
        world.fill_catalog().await;
        world.fill_stock().await;
        world.fill_people().await;
        world
    }

    fn name(&self, what: &str) -> String {
        format!("{what} {} {}", self.shop.canary(), word(6))
    }

    async fn make(&mut self, name: &'static str, path: &str, body: Value) -> Value {
        let made = self.shop.owner.post(path).json(body).await.expect(201);
        self.ids.insert(name, id(&made));
        made
    }

    /// Makes something and deletes it, to be restored.
    async fn make_deleted(&mut self, name: &'static str, path: &str, body: Value) {
        self.make(name, path, body).await;
        self.shop.owner.delete(&format!("{path}/{}", &self[name])).await.expect(204);
    }

    async fn fill_catalog(&mut self) {
        let named = |world: &Self, what: &str| json!({ "name": world.name(what) });
        let category = self.make("category", "/categories", named(self, "Áo")).await;
        self.ids.insert("category_slug", category["slug"].as_str().unwrap().to_owned());
        self.make("lower_category", "/categories", json!({ "name": self.name("Tay dài"), "parent_id": &self["category"] })).await;
        self.make_deleted("deleted_category", "/categories", named(self, "Bỏ")).await;
        self.make("brand", "/brands", named(self, "Mây")).await;
        self.make_deleted("deleted_brand", "/brands", named(self, "Bỏ")).await;
        self.make("supplier", "/suppliers", named(self, "Dệt")).await;
        self.make_deleted("deleted_supplier", "/suppliers", named(self, "Bỏ")).await;

        let product = self.product_body();
        self.make_deleted("deleted_product", "/products", product).await;
        let product = self.product_body();
        let product = self.make("product", "/products", product).await;
        self.ids.insert("product_slug", product["slug"].as_str().unwrap().to_owned());
        self.ids.insert("variant", id(&product["variants"][0]));
        self.ids.insert("second_variant", id(&product["variants"][1]));
        let form = picture_form(&self.name("Ảnh"));
        let image = self.shop.owner.post(&format!("/products/{}/images", &self["product"])).multipart(form).await.expect(201);
        self.ids.insert("image", id(&image));
        self.ids.insert("media", image["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned());
    }

    /// A product of two variants that names all that a product may name.
    pub(crate) fn product_body(&self) -> Value {
        let sku = || word(9).to_uppercase();
        json!({
            "name": self.name("Áo dài"), "description": self.name("Lụa"), "status": "active",
            "category_id": &self["category"], "brand_id": &self["brand"], "supplier_id": &self["supplier"],
            "options": [{ "name": "Cỡ", "values": ["M", "L", "XL"] }],
            "variants": [{ "sku": sku(), "options": { "Cỡ": "M" }, "price": 199_000 }, { "sku": sku(), "options": { "Cỡ": "L" }, "price": 209_000 }],
        })
    }

    async fn fill_stock(&mut self) {
        self.make("location", "/locations", json!({ "name": self.name("Kho") })).await;
        let receipt = |world: &Self, status: &str| {
            json!({
                "supplier_id": &world["supplier"], "location_id": &world["location"], "reference": world.name("HĐ"), "status": status,
                "lines": [{ "variant_id": &world["variant"], "quantity": 50, "unit_cost": 90_000 }],
            })
        };
        self.make("completed_receipt", "/receipts", receipt(self, "completed")).await;
        self.make("receipt", "/receipts", receipt(self, "draft")).await;
        self.make_deleted("deleted_receipt", "/receipts", receipt(self, "draft")).await;
        // Without goods in it, so that it can be deleted.
        self.make("empty_location", "/locations", json!({ "name": self.name("Kho") })).await;
    }

    async fn fill_people(&mut self) {
        self.ids.insert("customer", self.customer.id.clone());
        let mut home = address();
        home["name"] = json!(self.name("Nhà"));
        let made = self.customer.post("/me/addresses").json(json!({ "address": home })).await.expect(201);
        self.ids.insert("address", id(&made));
        self.ids.insert("order", self.order().await);
        self.customer.put_in_cart(&self["variant"], 2).await.expect(200);
        // The cart is copied to the database behind the answer; from here on nothing of this shop changes by itself.
        let mut database = database().await;
        let copied = "SELECT EXISTS (SELECT FROM carts WHERE shop_id = $1 AND customer_id = $2::uuid)";
        eventually("the cart is copied", async || {
            sqlx::query_scalar(copied).bind(self.shop.id.uuid()).bind(&self.customer.id).fetch_one(&mut database).await.unwrap()
        })
        .await;
        self.ids.insert("refresh_token", self.customer.refresh_token.clone());
        self.ids.insert("staff_refresh_token", self.staff_refresh_token().await);
    }

    /// Places another order of the customer's.
    pub(crate) async fn order(&self) -> String {
        let mut body = order_body(&[(&self["variant"], 1)]);
        body["note"] = json!(self.name("Gói quà"));
        body["shipping_address"]["name"] = json!(self.name("Người nhận"));
        id(&self.customer.order_with(&word(20), body).await.expect(201))
    }

    async fn staff_refresh_token(&self) -> String {
        let email = self.manager.get("/me").await.expect(200)["email"].clone();
        let body = json!({ "email": email, "password": super::PASSWORD });
        let session: Reply = self.shop.stranger().post("/sessions").json(body).await;
        session.expect(201)["refresh_token"].as_str().unwrap().to_owned()
    }

    /// Puts another thing in the place of one.
    pub(crate) fn set(&mut self, name: &'static str, id: String) {
        self.ids.insert(name, id);
    }

    /// All names and what they stand for.
    pub(crate) fn ids(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.ids.iter().map(|(name, id)| (*name, id.as_str()))
    }
}
