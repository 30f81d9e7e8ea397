//! Pictures of products: taken as they come, kept as ours, served as pictures and nothing else.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::support::{Product, Reply, Shop, fingerprint, server, two_shops};

fn encoded(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn jpeg(width: u32, height: u32) -> Vec<u8> {
    encoded(RgbImage::from_pixel(width, height, Rgb([166, 38, 27])), ImageFormat::Jpeg)
}

fn png(width: u32, height: u32) -> Vec<u8> {
    encoded(RgbaImage::from_pixel(width, height, Rgba([11, 110, 95, 128])), ImageFormat::Png)
}

fn form(bytes: Vec<u8>, name: &str, media_type: &str) -> Form {
    Form::new().part("file", Part::bytes(bytes).file_name(name.to_owned()).mime_str(media_type).unwrap()).text("alt", "Áo nhìn từ trước")
}

async fn upload(shop: &Shop, product: &Product, form: Form) -> Reply {
    shop.owner.post(&format!("/products/{}/images", product.id)).multipart(form).await
}

/// The bytes and headers of a picture, fetched from the address the API gave.
async fn fetch(shop: &Shop, image: &Value) -> Reply {
    let url = image["url"].as_str().unwrap();
    let path = url.strip_prefix(&format!("http://{}", shop.host())).unwrap();
    shop.pages().get(path).await
}

/// Names of the files in the shop's folder.
async fn files(shop: &Shop) -> Vec<String> {
    let folder = server().await.stores.folder.join("media").join(shop.id.to_string());
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn an_uploaded_picture_is_encoded_anew_and_served_as_a_picture_only() {
    let (shop, other) = two_shops().await;
    let product = shop.product().await;
    // What a camera, or somebody with a plan, left behind the picture.
    let hidden = b"<script>alert('exif')</script>";
    for (bytes, sent_as, served_as) in [(jpeg(40, 30), "image/jpeg", "image/jpeg"), (png(20, 10), "image/png", "image/png")] {
        let (width, height) = if sent_as == "image/jpeg" { (40, 30) } else { (20, 10) };
        let sent = [&bytes[..], hidden].concat();
        let made = upload(&shop, &product, form(sent, "../../ao.php", sent_as)).await.expect(201);
        assert_eq!((&made["width"], &made["height"], &made["alt"]), (&json!(width), &json!(height), &json!("Áo nhìn từ trước")));
        let reply = fetch(&shop, &made).await;
        assert_eq!((reply.status, reply.header("content-type")), (200, Some(served_as)));
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        assert!(reply.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
        assert_eq!(reply.header("cache-control"), Some("public, max-age=31536000, immutable"));
        assert!(!reply.shows("alert("), "what stood behind the picture is served");
        let picture = image::load_from_memory(&reply.body).unwrap();
        assert_eq!((picture.width(), picture.height()), (width, height));
        let key = made["url"].as_str().unwrap().rsplit_once("/media/").unwrap().1.to_owned();
        assert_eq!(other.pages().get(&format!("/media/{key}")).await.status, 404);
    }
    let view = shop.owner.get(&format!("/products/{}", product.id)).await.expect(200);
    assert_eq!(view["images"].as_array().unwrap().len(), 2);
    let card = &shop.visitor().get("/products").await.expect(200)["data"][0];
    assert_eq!(card["image"], view["images"][0]);
}

#[tokio::test]
async fn what_a_file_is_called_matters_less_than_what_it_is() {
    let (shop, _) = two_shops().await;
    let product = shop.product().await;
    let made = upload(&shop, &product, form(jpeg(8, 8), "a.txt", "text/plain")).await.expect(201);
    assert_eq!(fetch(&shop, &made).await.header("content-type"), Some("image/jpeg"));
}

#[tokio::test]
async fn a_large_picture_is_made_smaller_in_proportion() {
    let (shop, _) = two_shops().await;
    let product = shop.product().await;
    let made = upload(&shop, &product, form(jpeg(3200, 1000), "wide.jpg", "image/jpeg")).await.expect(201);
    assert_eq!((&made["width"], &made["height"]), (&json!(1600), &json!(500)));
    let picture = image::load_from_memory(&fetch(&shop, &made).await.body).unwrap();
    assert_eq!((picture.width(), picture.height()), (1600, 500));
}

#[tokio::test]
async fn what_is_no_picture_is_refused_and_nothing_is_kept() {
    let (shop, _) = two_shops().await;
    let product = shop.product().await;
    upload(&shop, &product, form(jpeg(8, 8), "a.jpg", "image/jpeg")).await.expect(201);
    let (before, kept) = (fingerprint(&shop).await, files(&shop).await);
    let svg = br#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><script>alert(1)</script></svg>"#.to_vec();
    let whole = jpeg(64, 64);
    for (bytes, name, media_type) in [
        (b"not a picture".to_vec(), "a.png", "image/png"),
        (svg, "a.svg", "image/svg+xml"),
        (whole[..40].to_vec(), "a.jpg", "image/jpeg"),
        (png(64, 64)[..60].to_vec(), "a.png", "image/png"),
    ] {
        upload(&shop, &product, form(bytes, name, media_type)).await.expect_problem(422, "unsupported-picture");
    }
    upload(&shop, &product, Form::new().text("alt", "nothing to see")).await.expect_problem(422, "invalid");
    let wordy = Form::new().part("file", Part::bytes(jpeg(8, 8)).file_name("a.jpg")).text("alt", "x".repeat(301));
    let reply = upload(&shop, &product, wordy).await;
    reply.expect_problem(422, "invalid");
    assert_eq!(reply.flaws(), [("/alt".to_owned(), "too_long".to_owned())]);
    let large = form(vec![0xff; 11 * 1024 * 1024], "large.jpg", "image/jpeg");
    // A client that is still sending may see the connection close before it reads why.
    if let Ok(reply) = shop.owner.post(&format!("/products/{}/images", product.id)).multipart(large).try_send().await {
        reply.expect_problem(413, "payload-too-large");
    }
    assert_eq!((fingerprint(&shop).await, files(&shop).await), (before, kept));
}

#[tokio::test]
async fn pictures_are_replaced_put_in_order_and_taken_away() {
    let (shop, _) = two_shops().await;
    let (product, elsewhere) = (shop.product().await, shop.product().await);
    let path = format!("/products/{}/images", product.id);
    let mut ids = Vec::new();
    for side in [10, 20, 30] {
        let made = upload(&shop, &product, form(jpeg(side, side), "a.jpg", "image/jpeg")).await.expect(201);
        ids.push(made["id"].as_str().unwrap().to_owned());
    }
    let theirs = upload(&shop, &elsewhere, form(jpeg(5, 5), "a.jpg", "image/jpeg")).await.expect(201);
    let widths = async || {
        let view = shop.owner.get(&format!("/products/{}", product.id)).await.expect(200);
        view["images"].as_array().unwrap().iter().map(|image| image["width"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    shop.owner.put(&path).json(json!({ "order": [ids[2], ids[0], ids[1]] })).await.expect(200);
    assert_eq!(widths().await, [30, 10, 20]);
    let before = fingerprint(&shop).await;
    for (list, pointer, code) in [
        (json!([ids[0], ids[1]]), "/order", "incomplete"),
        (json!([ids[0], ids[0], ids[1]]), "/order/1", "duplicate"),
        (json!([ids[0], ids[1], theirs["id"]]), "/order/2", "not_found"),
    ] {
        let reply = shop.owner.put(&path).json(json!({ "order": list })).await;
        reply.expect_problem(422, "invalid");
        assert_eq!(reply.flaws(), [(pointer.to_owned(), code.to_owned())]);
    }
    let stray = format!("{path}/{}", theirs["id"].as_str().unwrap());
    shop.owner.delete(&stray).await.expect_problem(404, "not-found");
    shop.owner.put(&stray).multipart(form(jpeg(9, 9), "a.jpg", "image/jpeg")).await.expect_problem(404, "not-found");
    assert_eq!(fingerprint(&shop).await, before);

    let one = format!("{path}/{}", ids[0]);
    let replaced = shop.owner.put(&one).multipart(form(jpeg(70, 70), "b.jpg", "image/jpeg")).await.expect(200);
    assert_eq!(replaced["id"], json!(ids[0]));
    assert_eq!(widths().await, [30, 70, 20]);
    shop.owner.delete(&one).await.expect(204);
    assert_eq!(widths().await, [30, 20]);
    shop.owner.delete(&one).await.expect_problem(404, "not-found");
}

#[tokio::test]
async fn a_product_has_twenty_pictures_at_most() {
    let (shop, _) = two_shops().await;
    let product = shop.product().await;
    for _ in 0..20 {
        upload(&shop, &product, form(jpeg(4, 4), "a.jpg", "image/jpeg")).await.expect(201);
    }
    let (before, kept) = (fingerprint(&shop).await, files(&shop).await);
    let reply = upload(&shop, &product, form(jpeg(4, 4), "a.jpg", "image/jpeg")).await;
    reply.expect_problem(422, "invalid");
    assert_eq!(reply.flaws(), [("/file".to_owned(), "too_many".to_owned())]);
    assert_eq!((fingerprint(&shop).await, files(&shop).await), (before, kept));
}

#[tokio::test]
async fn a_picture_sent_twice_under_one_key_is_one_picture() {
    let (shop, _) = two_shops().await;
    let product = shop.product().await;
    let path = format!("/products/{}/images", product.id);
    let send = |side: u32| shop.owner.post(&path).key("picture-1").multipart(form(jpeg(side, side), "a.jpg", "image/jpeg"));
    let first = send(8).await.expect(201);
    let again = send(8).await;
    assert_eq!((again.expect(201), again.header("idempotency-replayed")), (first, Some("true")));
    let another = send(9).await;
    assert_eq!(another.status, 422, "{another}");
    assert_eq!(shop.owner.get(&format!("/products/{}", product.id)).await.expect(200)["images"].as_array().unwrap().len(), 1);
    assert_eq!(files(&shop).await.len(), 1);
}
