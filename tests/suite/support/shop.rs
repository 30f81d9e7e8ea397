use std::ops::Deref;

use rand::Rng;
use serde_json::{Value, json};
use shophouse::identity::{NewStaff, create_staff};
use shophouse::kernel::ShopId;

use super::{Actor, OwnServer, Place, Reply, on_server, server};

/// The password of everybody the fixtures make.
pub(crate) const PASSWORD: &str = "correct horse 9 battery";

/// A recipient and where they live.
pub(crate) const ADDRESS: &str = r#"{"name": "Nguyễn Văn A", "phone": "0901234567", "line1": "12 Lê Lợi", "ward": "Bến Nghé",
    "province": "Hồ Chí Minh", "country": "VN"}"#;

/// [`ADDRESS`] as JSON.
pub(crate) fn address() -> Value {
    serde_json::from_str(ADDRESS).unwrap()
}

/// A random word of small letters.
pub(crate) fn word(length: usize) -> String {
    let mut rng = rand::rng();
    (0..length).map(|_| char::from(rng.random_range(b'a'..=b'z'))).collect()
}

/// The platform's API, on the base host.
pub(crate) async fn platform() -> Actor {
    let place = server().await.place;
    Actor::new(place, place.base_host(), "/api/platform/v1")
}

/// A shop opened through the API, and its owner.
#[derive(Debug, Clone)]
pub(crate) struct Shop {
    pub(crate) id: ShopId,
    pub(crate) handle: String,
    /// The owner at the admin API.
    pub(crate) owner: Actor,
    pub(crate) owner_email: String,
    /// The owner's refresh token.
    pub(crate) refresh_token: String,
    pub(crate) publishable_key: String,
    pub(crate) place: Place,
}

/// Two shops on the same server.
pub(crate) async fn two_shops() -> (Shop, Shop) {
    (Shop::open().await, Shop::open().await)
}

impl Shop {
    /// Signs up for a shop on the shared server.
    pub(crate) async fn open() -> Self {
        Self::open_at(server().await.place).await
    }

    /// Signs up for a shop on this server.
    pub(crate) async fn open_at(place: Place) -> Self {
        let handle = format!("s{}", word(11));
        let owner_email = format!("owner@{handle}.example");
        let body = json!({
            "handle": handle, "name": format!("Shop {handle}"), "currency": "VND", "locale": "vi",
            "owner": { "name": format!("Owner {handle}"), "email": owner_email, "password": PASSWORD },
        });
        let made = Actor::new(place, place.base_host(), "/api/platform/v1").post("/shops").json(body).await.expect(201);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Self {
            id: text(&made["shop"]["id"]).parse().unwrap(),
            owner: admin_of(place, &handle).with_token(text(&made["session"]["access_token"])),
            refresh_token: text(&made["session"]["refresh_token"]),
            publishable_key: text(&made["publishable_key"]),
            handle,
            owner_email,
            place,
        }
    }

    /// The same shop seen through another server.
    pub(crate) fn on(&self, own: &OwnServer) -> Self {
        Self { place: own.place, owner: self.owner.at(own.place), ..self.clone() }
    }

    /// Its host with the server's port.
    pub(crate) fn host(&self) -> String {
        self.place.shop_host(&self.handle)
    }

    /// What stands in every text of this shop that the fixtures write, and nowhere else.
    pub(crate) fn canary(&self) -> &str {
        &self.handle
    }

    /// The admin API without a token.
    pub(crate) fn stranger(&self) -> Actor {
        admin_of(self.place, &self.handle)
    }

    /// The storefront API without a token.
    pub(crate) fn visitor(&self) -> Actor {
        Actor::new(self.place, self.host(), "/api/store/v1")
    }

    /// The HTML pages; `/admin` too.
    pub(crate) fn pages(&self) -> Actor {
        Actor::new(self.place, self.host(), "")
    }

    /// A new manager, signed in.
    pub(crate) async fn manager(&self) -> Actor {
        self.staff("manager").await
    }

    /// A new clerk, signed in.
    pub(crate) async fn clerk(&self) -> Actor {
        self.staff("clerk").await
    }

    /// A new member of staff with a role, signed in at the admin API.
    pub(crate) async fn staff(&self, role: &'static str) -> Actor {
        let (id, email) = (self.id, format!("{role}-{}@{}.example", word(8), self.handle));
        let (name, login) = (format!("{role} {}", self.handle), email.clone());
        on_server(|services| async move {
            let new = NewStaff::parse(&services.passwords, &name, &login, None, PASSWORD).await.unwrap();
            let mut tx = services.db.begin(id).await.unwrap();
            create_staff(&mut tx, &new, role).await.unwrap();
            tx.commit().await.unwrap();
        })
        .await;
        self.sign_in(&email).await
    }

    /// Signs a member of staff in at the admin API.
    pub(crate) async fn sign_in(&self, email: &str) -> Actor {
        let body = json!({ "email": email, "password": PASSWORD });
        let session = self.stranger().post("/sessions").json(body).await.expect(201);
        self.stranger().with_token(session["access_token"].as_str().unwrap())
    }

    /// A new customer, signed in.
    pub(crate) async fn customer(&self) -> Customer {
        self.customer_with(json!({})).await
    }

    /// A new customer with some fields of their own.
    pub(crate) async fn customer_with(&self, fields: Value) -> Customer {
        let email = format!("{}@{}.example", word(10), self.handle);
        let body = merged(json!({ "name": format!("Khách {}", self.handle), "email": email, "password": PASSWORD }), fields);
        let made = self.visitor().post("/customers").json(body).await.expect(201);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Customer {
            id: text(&made["customer"]["id"]),
            email: text(&made["customer"]["email"]),
            actor: self.visitor().with_token(text(&made["session"]["access_token"])),
            refresh_token: text(&made["session"]["refresh_token"]),
        }
    }

    /// A new product of one variant at 199.000 ₫, nothing in stock.
    pub(crate) async fn product(&self) -> Product {
        self.product_with(json!({})).await
    }

    /// A new product with some fields of its own.
    pub(crate) async fn product_with(&self, fields: Value) -> Product {
        let sku = word(8).to_uppercase();
        let name = format!("Áo {} {}", self.handle, word(5));
        let body = json!({ "name": name, "status": "active", "variants": [{ "sku": sku, "price": 199_000 }] });
        let made = self.owner.post("/products").json(merged(body, fields)).await.expect(201);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Product {
            id: text(&made["id"]),
            slug: text(&made["slug"]),
            variant: text(&made["variants"][0]["id"]),
            variants: made["variants"].as_array().unwrap().iter().map(|v| text(&v["id"])).collect(),
            view: made,
        }
    }

    /// A new product with goods received for each variant.
    pub(crate) async fn stocked_product(&self, quantity: i64) -> Product {
        let product = self.product().await;
        for variant in &product.variants {
            self.receive(variant, quantity).await;
        }
        product
    }

    /// Receives goods; gives the completed receipt.
    pub(crate) async fn receive(&self, variant: &str, quantity: i64) -> Value {
        let lines = json!([{ "variant_id": variant, "quantity": quantity, "unit_cost": 1_000 }]);
        self.owner.post("/receipts").json(json!({ "status": "completed", "lines": lines })).await.expect(201)
    }

    /// The stock row of a variant: `on_hand`, `reserved`, `available`.
    pub(crate) async fn stock(&self, variant: &str) -> Value {
        let rows = self.owner.get(&format!("/stock?variant_id={variant}")).await.expect(200);
        rows["data"][0].clone()
    }

    /// (`on_hand`, `reserved`) of a variant.
    pub(crate) async fn stock_of(&self, variant: &str) -> (i64, i64) {
        let row = self.stock(variant).await;
        (row["on_hand"].as_i64().unwrap(), row["reserved"].as_i64().unwrap())
    }
}

fn admin_of(place: Place, handle: &str) -> Actor {
    Actor::new(place, place.shop_host(handle), "/api/admin/v1")
}

/// The fields of `over` laid over those of `base`.
fn merged(mut base: Value, over: Value) -> Value {
    if let (Some(base), Value::Object(over)) = (base.as_object_mut(), over) {
        base.extend(over);
    }
    base
}

/// A product the fixtures made.
#[derive(Debug, Clone)]
pub(crate) struct Product {
    pub(crate) id: String,
    pub(crate) slug: String,
    /// Its first variant.
    pub(crate) variant: String,
    pub(crate) variants: Vec<String>,
    /// As the admin API answered.
    pub(crate) view: Value,
}

/// A signed-in customer; calls the storefront API.
#[derive(Debug, Clone)]
pub(crate) struct Customer {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) actor: Actor,
    pub(crate) refresh_token: String,
}

impl Deref for Customer {
    type Target = Actor;

    fn deref(&self) -> &Actor {
        &self.actor
    }
}

impl Customer {
    /// Puts a quantity of a variant into the cart.
    pub(crate) async fn put_in_cart(&self, variant: &str, quantity: i64) -> Reply {
        self.actor.put(&format!("/cart/lines/{variant}")).json(json!({ "quantity": quantity })).await
    }

    /// Orders these lines, paid on delivery, under a new key.
    pub(crate) async fn order(&self, lines: &[(&str, i64)]) -> Reply {
        self.order_with(&word(20), order_body(lines)).await
    }

    /// Buys the cart, paid on delivery, under a new key.
    pub(crate) async fn order_cart(&self) -> Reply {
        self.order_with(&word(20), json!({ "shipping_address": address(), "payment_method": "cod" })).await
    }

    /// Orders with this key and body.
    pub(crate) async fn order_with(&self, key: &str, body: Value) -> Reply {
        self.actor.post("/orders").key(key).json(body).await
    }
}

/// The body of an order of these lines, paid on delivery.
pub(crate) fn order_body(lines: &[(&str, i64)]) -> Value {
    let lines: Vec<Value> = lines.iter().map(|(variant, quantity)| json!({ "variant_id": variant, "quantity": quantity })).collect();
    json!({ "lines": lines, "shipping_address": address(), "payment_method": "cod" })
}
