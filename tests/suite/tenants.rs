//! Shops as files: `shophouse tenants apply` makes a shop, brings it to what its files say, or leaves it as it was.

use std::fs;

use serde_json::{Value, json};

use crate::support::{PASSWORD, Shop, fingerprint, order_body, run, stores, tenant};
use tenant::{Folder, HEAD, PICTURE, PLACES, SCARF, SHIRT, apply, opened, shop_called};

async fn product(shop: &Shop, slug: &str) -> Value {
    let list = shop.owner.get("/products?per_page=100").await.expect(200);
    list["data"].as_array().unwrap().iter().find(|product| product["slug"] == slug).unwrap().clone()
}

#[tokio::test]
async fn a_folder_becomes_a_shop() {
    let folder = Folder::new();
    let said = folder.apply().await;
    let said = said.lines();
    assert_eq!(said[0], format!("{0}: shop {0} is new", folder.handle));
    assert!(said.iter().all(|line| line.starts_with(&format!("{}: ", folder.handle))), "{said:?}");
    let shop = folder.opened().await;

    let shirt = product(&shop, "ao-lua").await;
    assert_eq!((&shirt["name"], &shirt["description"]), (&json!("Áo lụa"), &json!("Lụa tơ tằm.\n\nGiặt tay.")));
    let facts: Vec<Value> = ["sku", "price", "compare_at_price", "cost", "weight_g", "barcode", "on_hand"]
        .map(|member| shirt["variants"][0][member].clone())
        .to_vec();
    assert_eq!(json!(facts), json!(["AL-M", 450_000, 500_000, 210_000, 180, "8938505974194", 12]));
    assert_eq!((&shirt["variants"][1]["on_hand"], &shirt["options"][0]["values"]), (&json!(0), &json!(["M", "L"])));
    assert_eq!(product(&shop, "khan").await["status"], json!("hidden"));
    let picture = shirt["images"][0]["url"].as_str().unwrap().rsplit_once("/media/").unwrap().1.to_owned();
    let served = shop.pages().get(&format!("/media/{picture}")).await;
    assert_eq!((served.status, served.header("content-type"), served.text()), (200, Some("image/svg+xml"), PICTURE.to_owned()));

    let seen = shop.visitor().get("/shop").await.expect(200);
    assert_eq!((&seen["name"], &seen["tagline"], &seen["accent"]), (&json!("Mây"), &json!("Lụa thật"), &json!("#A6251B")));
    assert_eq!(seen["contact"]["phone"], json!("+842439990118"));
    let locations = shop.owner.get("/locations").await.expect(200);
    let codes: Vec<&str> = locations["data"].as_array().unwrap().iter().map(|row| row["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["hn", "hue"]);
    let clerk = shop.sign_in(&format!("clerk@{}.example", folder.handle)).await;
    assert_eq!(clerk.get("/me").await.expect(200)["role"], json!("clerk"));
    let login = json!({ "login": "0912345678", "password": PASSWORD });
    shop.visitor().post("/sessions").json(login).await.expect(201);
    assert_eq!(shop.visitor().get("/products?category=quan-ao&brand=may").await.expect(200)["total"], json!(1));
}

#[tokio::test]
async fn a_second_time_there_is_nothing_to_change() {
    let folder = Folder::new();
    folder.apply().await.lines();
    let shop = folder.opened().await;
    let before = fingerprint(&shop).await;
    assert_eq!(folder.apply().await.lines(), [format!("{}: nothing to change", folder.handle)]);
    assert_eq!(fingerprint(&shop).await, before);

    // The same files by way of other machines: a mark at the start, line ends of Windows, letters put together as on a Mac.
    let apart = |text: &str| text.replace('á', "a\u{301}").replace('Á', "A\u{301}").replace('ế', "e\u{302}\u{301}");
    for name in ["shop.toml", "catalog.csv", "locations.csv"] {
        let text = fs::read_to_string(folder.path.join(name)).unwrap();
        folder.write(name, &format!("\u{feff}{}", apart(&text).replace('\n', "\r\n")));
    }
    assert_eq!(folder.apply().await.lines(), [format!("{}: nothing to change", folder.handle)]);
    assert_eq!(fingerprint(&shop).await, before);
}

#[tokio::test]
async fn a_changed_price_changes_just_that() {
    let folder = Folder::new();
    folder.apply().await.lines();
    let shop = folder.opened().await;
    let (before, tables) = (product(&shop, "ao-lua").await, fingerprint(&shop).await);
    folder.write("catalog.csv", &[HEAD, &SHIRT.replace("470000", "480000"), SCARF].concat());
    assert_eq!(folder.apply().await.lines(), [format!("{}: product ao-lua", folder.handle)]);
    let after = product(&shop, "ao-lua").await;
    let mut expected = before;
    expected["variants"][1]["price"] = json!(480_000);
    expected["updated_at"] = after["updated_at"].clone();
    assert_eq!(after, expected);
    let now = fingerprint(&shop).await;
    let changed: Vec<&String> = now.iter().filter(|(table, sum)| tables[*table] != **sum).map(|(table, _)| table).collect();
    assert_eq!(changed, ["counters", "products", "shop_events", "variants"]);
}

#[tokio::test]
async fn what_the_shop_did_meanwhile_stays() {
    let folder = Folder::new();
    folder.apply().await.lines();
    let shop = folder.opened().await;
    let own = shop.product_with(json!({ "name": "Tự thêm" })).await;
    let an = shop.customer().await;
    let variant = product(&shop, "ao-lua").await["variants"][0]["id"].as_str().unwrap().to_owned();
    let order = an.order_with("key-of-the-order-1", order_body(&[(&variant, 2)])).await.expect(201);
    // Another description, and one size more with goods of its own; the goods of the others do not come in again.
    let more = "ao-lua,,,,,,,,Cỡ,XL,,,AL-XL,,490000,,,,4\n";
    folder.write("catalog.csv", &[HEAD, &SHIRT.replace("Giặt tay", "Giặt khô"), more, SCARF].concat());
    let said = folder.apply().await;
    let expected = ["product ao-lua", "opening stock of 1 variants, 4 units"].map(|line| format!("{}: {line}", folder.handle));
    assert_eq!(said.lines(), expected);
    let shirt = product(&shop, "ao-lua").await;
    let stock: Vec<(i64, i64)> = shirt["variants"]
        .as_array()
        .unwrap()
        .iter()
        .map(|variant| (variant["on_hand"].as_i64().unwrap(), variant["reserved"].as_i64().unwrap()))
        .collect();
    assert_eq!(stock, [(12, 2), (0, 0), (4, 0)]);
    assert_eq!(product(&shop, &own.slug).await, shop.owner.get(&format!("/products/{}", own.id)).await.expect(200));
    assert_eq!(an.get(&format!("/me/orders/{}", order["id"].as_str().unwrap())).await.expect(200)["status"], json!("pending"));
    assert_eq!(folder.apply().await.lines(), [format!("{}: nothing to change", folder.handle)]);
}

/// Spoilt files: which file, what stands there, and what must be said.
fn spoilt(folder: &Folder) -> Vec<(&'static str, String, Vec<&'static str>)> {
    let catalog = |from: &str, to: &str| [HEAD, SHIRT, SCARF].concat().replacen(from, to, 1);
    let shop = |from: &str, to: &str| folder.shop().replacen(from, to, 1);
    vec![
        ("catalog.csv", catalog("470000", "cheap"), vec!["catalog.csv", "row 3, column price"]),
        ("catalog.csv", catalog("450000", "-1"), vec!["catalog.csv, row 2, product ao-lua", "variants/0/price", "too_small"]),
        ("catalog.csv", catalog("hidden", "secret"), vec!["catalog.csv", "row 4", "status is active or hidden"]),
        ("catalog.csv", catalog("KH-1", "AL-M"), vec!["catalog.csv, row 4, product khan", "SKU is taken"]),
        ("catalog.csv", catalog("khan,Khăn", "khan lụa,Khăn"), vec!["catalog.csv, row 4", "slug"]),
        ("catalog.csv", catalog(",ao,may", ",quan,may"), vec!["catalog.csv, row 2", "no category quan in shop.toml"]),
        ("catalog.csv", catalog("Cỡ,L", "Size,L"), vec!["catalog.csv", "row 3", "other names than in its first row"]),
        ("catalog.csv", [HEAD, SHIRT, SCARF, "ao-lua,,,,,,,,Cỡ,S,,,AL-S,,1,,,,\n"].concat(), vec!["row 5", "do not stand together"]),
        ("catalog.csv", catalog("slug,name", "slug,title"), vec!["catalog.csv", "title"]),
        ("catalog.csv", catalog("ao.svg", "quan.svg"), vec!["catalog.csv, row 2", "images/quan.svg is missing"]),
        ("catalog.csv", catalog("ao.svg", "../../secret.svg"), vec!["catalog.csv, row 2", "leads out of the shop's folder"]),
        ("images/ao.svg", "<svg>".to_owned(), vec!["images/ao.svg is no picture"]),
        ("locations.csv", PLACES.replace("105.8502", "200"), vec!["locations.csv, location HN", "longitude"]),
        ("locations.csv", PLACES.replace(",true", ",yes"), vec!["locations.csv", "row 2, column is_default"]),
        ("shop.toml", shop("tagline", "slogan"), vec!["shop.toml", "slogan"]),
        ("shop.toml", shop("#A6251B", "red"), vec!["shop.toml, theme.accent", "red"]),
        ("shop.toml", shop("role = \"clerk\"", "role = \"king\""), vec!["shop.toml, staff", "king"]),
        ("shop.toml", shop("0912 345 678", "12"), vec!["shop.toml, customer", "phone"]),
        ("shop.toml", shop("parent = \"quan-ao\"", "parent = \"vay\""), vec!["shop.toml, category ao", "no category vay above it"]),
        ("shop.toml", shop("name = \"Mây\"\nc", "name = \"\"\nc"), vec!["shop.toml", "name"]),
    ]
}

#[tokio::test]
async fn a_flawed_file_is_named_with_its_place_and_nothing_is_half_made() {
    let (fresh, known) = (Folder::new(), Folder::new());
    known.apply().await.lines();
    let shop = known.opened().await;
    let before = fingerprint(&shop).await;
    let mut unsaid = Vec::new();
    for folder in [&fresh, &known] {
        // In a shop that is there already, what is only found once its transaction has begun.
        let inside = |said: &str| said.starts_with("catalog.csv, row") || said.starts_with("locations.csv, location");
        let cases = spoilt(folder).into_iter().filter(|(_, _, said)| folder.handle == fresh.handle || inside(said[0]));
        for (name, text, said) in cases {
            let whole = fs::read_to_string(folder.path.join(name)).unwrap();
            assert_ne!(whole, text, "{name} is not spoilt: {said:?}");
            folder.write(name, &text);
            let ran = folder.apply().await;
            folder.write(name, &whole);
            for part in said {
                if !ran.failure().contains(part) {
                    unsaid.push(format!("{part}: {}", ran.err));
                }
            }
            for inside in ["FieldError", "Flaw", "sqlx", "constraint"] {
                assert!(!ran.err.contains(inside), "{ran}");
            }
        }
    }
    assert!(unsaid.is_empty(), "{}", unsaid.join("\n"));
    assert_eq!(shop_called(&fresh.handle).await, None);
    assert_eq!(fingerprint(&shop).await, before);
    // The last folder's mistake keeps the first one from being made.
    known.write("catalog.csv", "nothing of ours\n1\n");
    assert!(apply(&[&fresh, &known]).await.failure().contains("catalog.csv"));
    assert_eq!(shop_called(&fresh.handle).await, None);
    fs::remove_file(fresh.path.join("shop.toml")).unwrap();
    assert!(fresh.apply().await.failure().contains("holds no shop.toml"));
}

#[tokio::test]
async fn a_shops_currency_stays() {
    let folder = Folder::new();
    folder.apply().await.lines();
    let shop = folder.opened().await;
    let before = fingerprint(&shop).await;
    folder.write("shop.toml", &folder.shop().replace("\"VND\"", "\"USD\"").replace("Lụa thật", "Real silk"));
    assert!(folder.apply().await.failure().contains("the shop's currency is VND and cannot become USD"));
    assert_eq!(fingerprint(&shop).await, before);
}

#[tokio::test]
async fn the_demo_shops_apply_and_their_books_agree() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/tenants");
    let folders = ["demo", "roastery"].map(|handle| format!("{root}/{handle}"));
    let arguments = ["tenants", "apply", &folders[0], &folders[1]];
    let stores = stores().await;
    let first = run(&arguments, &stores).await;
    assert!(first.lines().contains(&"demo: shop demo is new") && first.lines().contains(&"roastery: shop roastery is new"), "{first}");
    for handle in ["demo", "roastery"] {
        let shop = opened(handle, "demo shophouse 1").await;
        let total = shop.visitor().get("/products").await.expect(200)["total"].as_i64().unwrap();
        assert!((24..=40).contains(&total), "{handle} has {total} products");
        let before = fingerprint(&shop).await;
        let again = run(&["tenants", "apply", &format!("{root}/{handle}")], &stores).await;
        assert_eq!(again.lines(), [format!("{handle}: nothing to change")]);
        assert_eq!(fingerprint(&shop).await, before);
    }
    // Other tests' shops are audited too, and some of them are spoilt on purpose.
    let audit = run(&["audit"], &stores).await;
    let ours: Vec<&str> = audit.out.lines().filter(|line| line.starts_with("demo: ") || line.starts_with("roastery: ")).collect();
    assert_eq!(ours, [""; 0]);
    assert!(audit.out.contains("shops checked"), "{audit}");
}
