use std::fs;
use std::path::PathBuf;

use serde_json::json;

use super::{Actor, PASSWORD, Ran, Shop, database, run, server, stores, word};

pub(crate) const HEAD: &str = "slug,name,description,status,category,brand,supplier,images,option1_name,option1_value,option2_name,option2_value,\
sku,barcode,price,compare_at_price,cost,weight_g,opening_stock\n";
pub(crate) const SHIRT: &str = "ao-lua,Áo lụa,\"Lụa tơ tằm.\n\nGiặt tay.\",active,ao,may,NCC1,ao.svg,Cỡ,M,,,AL-M,8938505974194,450000,500000,210000,180,12\n\
ao-lua,,,,,,,,Cỡ,L,,,AL-L,,470000,,,,0\n";
pub(crate) const SCARF: &str = "khan,Khăn,,hidden,,,,,,,,,KH-1,,90000,,,,3\n";
pub(crate) const PLACES: &str = "code,name,line1,ward,province,country,phone,latitude,longitude,hours,is_default\n\
HN,Mây Hàng Gai,36 Hàng Gai,Hoàn Kiếm,Hà Nội,VN,024 3999 0118,21.0321,105.8502,Mo-Su 08:30-21:30,true\n\
HUE,Mây Huế,24 Phan Bội Châu,Thuận Hóa,Huế,VN,,,,,false\n";
pub(crate) const PICTURE: &str = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 30"><rect width="40" height="30"/></svg>"#;

/// A shop's folder, removed at the end.
pub(crate) struct Folder {
    pub(crate) path: PathBuf,
    pub(crate) handle: String,
}

impl Folder {
    /// A folder with a shop of two products, two locations and a picture.
    pub(crate) fn new() -> Self {
        let handle = format!("t{}", word(11));
        let folder = Self { path: std::env::temp_dir().join(format!("shophouse-tenant-{handle}")), handle };
        fs::create_dir_all(folder.path.join("images")).unwrap();
        folder.write("shop.toml", &folder.shop());
        folder.write("catalog.csv", &[HEAD, SHIRT, SCARF].concat());
        folder.write("locations.csv", PLACES);
        folder.write("images/ao.svg", PICTURE);
        folder
    }

    /// Its `shop.toml` as it was made.
    pub(crate) fn shop(&self) -> String {
        let handle = &self.handle;
        format!(
            r##"handle = "{handle}"
name = "Mây"
currency = "VND"
locale = "vi"
tagline = "Lụa thật"
about = """
Một dòng.

Hai dòng."""
[contact]
email = "Chao@{handle}.example"
phone = "024 3999 0118"
[theme]
accent = "#A6251B"
logo = "images/ao.svg"
[owner]
name = "Chủ"
email = "Owner@{handle}.example"
password = "{PASSWORD}"
[[staff]]
name = "Nhân viên"
email = "Clerk@{handle}.example"
password = "{PASSWORD}"
role = "clerk"
[[customers]]
name = "Khách"
email = "Khach@{handle}.example"
phone = "0912 345 678"
password = "{PASSWORD}"
[[brands]]
slug = "may"
name = "Mây"
[[categories]]
slug = "quan-ao"
name = "Quần áo"
[[categories]]
slug = "ao"
name = "Áo"
parent = "quan-ao"
[[suppliers]]
code = "NCC1"
name = "Dệt Nam Định"
email = "Det@{handle}.example"
phone = "0228 3 849 586"
"##
        )
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path.join(name), text).unwrap();
    }

    pub(crate) async fn apply(&self) -> Ran {
        apply(&[self]).await
    }

    /// The shop as the tests know one, its owner signed in.
    pub(crate) async fn opened(&self) -> Shop {
        opened(&self.handle, PASSWORD).await
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.path).ok();
    }
}

/// Applies folders in one run of the program.
pub(crate) async fn apply(folders: &[&Folder]) -> Ran {
    let mut arguments = vec!["tenants", "apply"];
    arguments.extend(folders.iter().map(|folder| folder.path.to_str().unwrap()));
    run(&arguments, &stores().await).await
}

/// The shop that has a handle.
pub(crate) async fn shop_called(handle: &str) -> Option<uuid::Uuid> {
    sqlx::query_scalar("SELECT id FROM shops WHERE handle = $1").bind(handle).fetch_optional(&mut database().await).await.unwrap()
}

/// A shop that was made from files, its owner signed in.
pub(crate) async fn opened(handle: &str, password: &str) -> Shop {
    let place = server().await.place;
    let stranger = Actor::new(place, place.shop_host(handle), "/api/admin/v1");
    let owner_email = format!("owner@{handle}.example");
    let session = stranger.post("/sessions").json(json!({ "email": owner_email, "password": password })).await.expect(201);
    let text = |name: &str| session[name].as_str().unwrap().to_owned();
    Shop {
        id: shop_called(handle).await.unwrap().into(),
        handle: handle.to_owned(),
        owner: stranger.with_token(text("access_token")),
        owner_email,
        refresh_token: text("refresh_token"),
        publishable_key: String::new(),
        place,
    }
}
