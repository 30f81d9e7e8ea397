//! A good request for every operation of the API: what the tests of isolation and of bad input begin with.
//!
//! A new operation needs a line in [`call`]; without it those tests fail and name it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Actor, Operation, Reply, Request, World, address, order_body, picture_form, word};

/// What to send, in the shop of a [`World`]: its ids stand in the path and the body.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// Path and query below the audience's prefix.
    pub(crate) path: String,
    pub(crate) body: Option<Value>,
    /// A form with a picture, in place of a body.
    pub(crate) picture: bool,
}

impl Call {
    /// The request that this call is, from somebody.
    pub(crate) fn by(&self, actor: &Actor, method: &Method) -> Request {
        let request = actor.request(method, &self.path);
        match &self.body {
            Some(body) => request.json(body),
            None if self.picture => request.multipart(picture_form("Ảnh")),
            None => request,
        }
        // Where it is asked for; elsewhere it means nothing.
        .key(&word(24))
    }

    /// The same under a key of the caller's choice.
    pub(crate) async fn under(&self, key: &str, actor: &Actor, operation: &Operation) -> Reply {
        self.by(actor, &operation.method).key(key).await
    }

    pub(crate) async fn send(&self, actor: &Actor, operation: &Operation) -> Reply {
        self.by(actor, &operation.method).await
    }

    /// All its text, to look for ids in.
    pub(crate) fn names(&self, id: &str) -> bool {
        self.path.contains(id) || self.body.as_ref().is_some_and(|body| body.to_string().contains(id))
    }

    /// The same with one id in the place of another.
    pub(crate) fn with(&self, id: &str, other: &str) -> Self {
        let body = self.body.as_ref().map(|body| serde_json::from_str(&body.to_string().replace(id, other)).unwrap());
        Self { path: self.path.replace(id, other), body, ..self.clone() }
    }
}

fn get(path: impl Into<String>) -> Call {
    Call { path: path.into(), body: None, picture: false }
}

fn body(path: impl Into<String>, body: Value) -> Call {
    Call { path: path.into(), body: Some(body), picture: false }
}

fn picture(path: impl Into<String>) -> Call {
    Call { path: path.into(), body: None, picture: true }
}

/// A good call of an operation in a world; `None` for one that nobody wrote a line for.
pub(crate) fn call(operation: &str, w: &World) -> Option<Call> {
    let (audience, id) = operation.split_once('.')?;
    match audience {
        "platform" => platform(id, w),
        "store" => store(id, w),
        _ => sessions(id, w).or_else(|| goods(id, w)).or_else(|| stock(id, w)).or_else(|| orders(id, w)),
    }
}

fn platform(id: &str, w: &World) -> Option<Call> {
    let owner = json!({ "name": "An", "email": "an@example.org", "password": "correct horse 9 battery" });
    Some(match id {
        "create_shop" => {
            body("/shops", json!({ "handle": format!("s{}", word(11)), "name": "Shop", "currency": "VND", "locale": "vi", "owner": owner }))
        }
        "get_handle" => get(format!("/handles/{}", w.shop.handle)),
        "list_plans" => get("/plans"),
        _ => return None,
    })
}

fn store(id: &str, w: &World) -> Option<Call> {
    let login = json!({ "login": w.customer.email, "password": crate::support::PASSWORD });
    Some(match id {
        "get_shop" => get("/shop"),
        "create_customer" => {
            body("/customers", json!({ "name": "An", "email": format!("{}@example.org", word(12)), "password": "correct horse 9 battery" }))
        }
        "create_session" => body("/sessions", login),
        "refresh_session" => body("/sessions/refresh", json!({ "refresh_token": &w["refresh_token"] })),
        "delete_session" => get("/sessions/current"),
        "get_me" => get("/me"),
        "update_me" => body("/me", json!({ "name": "An Bình" })),
        "list_my_addresses" => get("/me/addresses"),
        "create_my_address" => body("/me/addresses", json!({ "address": address(), "is_default": true })),
        "delete_my_address" => get(format!("/me/addresses/{}", &w["address"])),
        "list_products" => get(format!("/products?category={}&per_page=5", &w["category_slug"])),
        "get_product" => get(format!("/products/{}", &w["product_slug"])),
        "list_categories" => get("/categories"),
        "get_category" => get(format!("/categories/{}", &w["category_slug"])),
        "list_brands" => get("/brands"),
        "suggest_products" => get("/search/suggest?q=%C3%A1o"),
        "list_branches" => get("/locations?per_page=50"),
        "get_cart" | "delete_cart" => get("/cart"),
        "put_cart_line" => body(format!("/cart/lines/{}", &w["variant"]), json!({ "quantity": 3 })),
        "delete_cart_line" => get(format!("/cart/lines/{}", &w["variant"])),
        "create_order" => body("/orders", order_body(&[(&w["variant"], 1)])),
        "cancel_order" => body(format!("/orders/{}/cancel", &w["order"]), json!({ "reason": "Đổi ý" })),
        "list_my_orders" => get("/me/orders"),
        "get_my_order" => get(format!("/me/orders/{}", &w["order"])),
        _ => return None,
    })
}

fn sessions(id: &str, w: &World) -> Option<Call> {
    Some(match id {
        "create_session" => body("/sessions", json!({ "email": w.shop.owner_email, "password": crate::support::PASSWORD })),
        "refresh_session" => body("/sessions/refresh", json!({ "refresh_token": &w["staff_refresh_token"] })),
        "delete_session" => get("/sessions/current"),
        "get_me" => get("/me"),
        "list_permissions" => get("/permissions"),
        "list_shop_customers" => get("/customers?q=kh%C3%A1ch"),
        "get_customer" => get(format!("/customers/{}", &w["customer"])),
        _ => return None,
    })
}

fn goods(id: &str, w: &World) -> Option<Call> {
    let product = format!("/products/{}", &w["product"]);
    let image = format!("{product}/images/{}", &w["image"]);
    let variant = format!("{product}/variants/{}", &w["second_variant"]);
    let (category, brand, supplier) =
        (format!("/categories/{}", &w["category"]), format!("/brands/{}", &w["brand"]), format!("/suppliers/{}", &w["supplier"]));
    let name = || json!({ "name": format!("Tên {}", word(8)) });
    let refs = json!({ "category_id": &w["category"], "brand_id": &w["brand"], "supplier_id": &w["supplier"] });
    let new_variant = json!({ "sku": word(9).to_uppercase(), "options": { "Cỡ": "XL" }, "price": 219_000 });
    Some(match id {
        "list_products" => get(format!("/products?category_id={}&brand_id={}&supplier_id={}", &w["category"], &w["brand"], &w["supplier"])),
        "create_product" => body("/products", w.product_body()),
        "get_product" | "delete_product" => get(product),
        "update_product" => body(product, refs),
        "restore_product" => get(format!("/products/{}/restore", &w["deleted_product"])),
        "create_variant" => body(format!("{product}/variants"), new_variant),
        "update_variant" => body(variant, json!({ "price": 205_000 })),
        "delete_variant" => get(variant),
        "create_image" => picture(format!("{product}/images")),
        "order_images" => body(format!("{product}/images"), json!({ "order": [&w["image"]] })),
        "replace_image" => picture(image),
        "delete_image" => get(image),
        "list_categories" => get("/categories"),
        "create_category" => body("/categories", json!({ "name": format!("Tên {}", word(8)), "parent_id": &w["category"] })),
        "get_category" => get(category),
        "delete_category" => get(format!("/categories/{}", &w["lower_category"])),
        "update_category" => body(format!("/categories/{}", &w["lower_category"]), json!({ "parent_id": &w["category"], "position": 3 })),
        "restore_category" => get(format!("/categories/{}/restore", &w["deleted_category"])),
        "list_brands" => get("/brands?per_page=10"),
        "create_brand" => body("/brands", name()),
        "get_brand" | "delete_brand" => get(brand),
        "update_brand" => body(brand, name()),
        "restore_brand" => get(format!("/brands/{}/restore", &w["deleted_brand"])),
        "list_suppliers" => get("/suppliers"),
        "create_supplier" => body("/suppliers", name()),
        "get_supplier" | "delete_supplier" => get(supplier),
        "update_supplier" => body(supplier, name()),
        "restore_supplier" => get(format!("/suppliers/{}/restore", &w["deleted_supplier"])),
        _ => return None,
    })
}

fn stock(id: &str, w: &World) -> Option<Call> {
    let lines = json!([{ "variant_id": &w["variant"], "quantity": 5, "unit_cost": 90_000 }]);
    let receipt = format!("/receipts/{}", &w["receipt"]);
    let whole = json!({ "supplier_id": &w["supplier"], "location_id": &w["location"], "reference": "HĐ 1", "lines": lines });
    let mut new = whole.clone();
    new["status"] = json!("completed");
    let adjustment = json!({ "lines": [{ "variant_id": &w["variant"], "location_id": &w["location"], "delta": -1, "reason": "Vỡ" }] });
    let location = format!("/locations/{}", &w["location"]);
    Some(match id {
        "list_receipts" => get(format!("/receipts?supplier_id={}", &w["supplier"])),
        "create_receipt" => body("/receipts", new),
        "get_receipt" | "delete_receipt" => get(receipt),
        "update_receipt" => body(receipt, whole),
        "complete_receipt" => get(format!("{receipt}/complete")),
        "restore_receipt" => get(format!("/receipts/{}/restore", &w["deleted_receipt"])),
        "list_stock" => get(format!("/stock?variant_id={}", &w["variant"])),
        "list_stock_movements" => get(format!("/stock/movements?variant_id={}", &w["variant"])),
        "create_stock_adjustment" => body("/stock/adjustments", adjustment),
        "list_locations" => get("/locations"),
        "create_location" => body("/locations", json!({ "name": format!("Kho {}", word(8)) })),
        "get_location" => get(location),
        "update_location" => body(location, json!({ "name": "Kho mới" })),
        "delete_location" => get(format!("/locations/{}", &w["empty_location"])),
        _ => return None,
    })
}

fn orders(id: &str, w: &World) -> Option<Call> {
    let order = format!("/orders/{}", &w["order"]);
    Some(match id {
        "list_orders" => get(format!("/orders?customer={}", &w["customer"])),
        "get_order" => get(order),
        "change_order_status" => body(format!("{order}/status"), json!({ "status": "confirmed", "note": "Đã gọi" })),
        "cancel_order" => body(format!("{order}/cancel"), json!({ "reason": "Khách đổi ý" })),
        "create_order_payment" => body(format!("{order}/payments"), json!({ "amount": 1_000 })),
        "list_events" => get("/events?after=0"),
        // Read by a test of its own: it has no end.
        "stream_events" => get("/events/stream"),
        _ => return None,
    })
}
