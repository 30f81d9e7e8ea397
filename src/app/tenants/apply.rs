use anyhow::Context;

use super::files::{Person, ShopFiles};
use super::people::{self, Known};
use super::{goods, places};
use crate::app::sign_up::{NewSignUp, OwnerInput, SignUpInput, sign_up};
use crate::kernel::{Email, Handle, Invalid, Name, Phone, line, paragraph};
use crate::platform::media::MediaError;
use crate::platform::{Services, ShopTx};
use crate::tenancy::{self, Settings};

/// What applying a shop's files changed, a line each.
#[derive(Debug, Default)]
pub struct Changes {
    lines: Vec<String>,
}

impl Changes {
    pub(super) fn say(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
    }

    /// What changed; empty when the shop was already as its files say.
    #[must_use]
    pub fn lines(&self) -> &[String] {
        &self.lines
    }
}

/// Makes a shop from its files, unless there is one with its handle already: then nothing is touched.
///
/// # Errors
/// As [`apply`].
pub async fn open(services: &Services, files: &ShopFiles) -> anyhow::Result<Option<Changes>> {
    let handle = Handle::parse(&files.shop.handle).map_err(|flaw| anyhow::anyhow!("handle: {}", flaw.code))?;
    match tenancy::find_shop(&mut services.db.begin_platform().await?, &handle).await? {
        Some(_) => Ok(None),
        None => apply(services, files).await.map(Some),
    }
}

/// Makes or updates a shop from its files, in one transaction.
///
/// # Errors
/// What is wrong with the files, or why the shop could not be brought to what they say; then nothing changed but pictures kept
/// under names nobody uses yet.
pub async fn apply(services: &Services, files: &ShopFiles) -> anyhow::Result<Changes> {
    let handle = Handle::parse(&files.shop.handle).map_err(|flaw| anyhow::anyhow!("shop.toml, handle: {}", flaw.code))?;
    let mut changes = Changes::default();
    let existing = tenancy::find_shop(&mut services.db.begin_platform().await?, &handle).await?;
    let known = match existing {
        Some(shop) => Known::of(&mut services.db.begin(shop).await?, files).await?,
        None => Known::default(),
    };
    let new_people = people::prepare(&services.passwords, files, &known).await?;
    let (mut tx, made_now) = match existing {
        Some(shop) => (services.db.begin(shop).await?, false),
        None => (make(services, files).await?, true),
    };
    if made_now {
        changes.say(format!("shop {} is new", handle.as_str()));
    }
    rename(services, &mut tx, files, &mut changes).await?;
    settings(services, &mut tx, files, &mut changes).await?;
    people::apply(&mut tx, &new_people, &mut changes).await?;
    places::apply(&mut tx, files, made_now, &mut changes).await?;
    let shop = tenancy::load_shop(services, &mut tx).await?;
    goods::apply(services, &mut tx, &shop, files, &mut changes).await?;
    if !changes.lines.is_empty() {
        tx.commit().await?;
    }
    Ok(changes)
}

async fn make(services: &Services, files: &ShopFiles) -> anyhow::Result<ShopTx> {
    let Person { name, email, phone, password, .. } = &files.shop.owner;
    let input = SignUpInput {
        handle: files.shop.handle.clone(),
        name: files.shop.name.clone(),
        currency: files.shop.currency.clone(),
        locale: files.shop.locale.clone(),
        owner: OwnerInput { name: name.clone(), email: email.clone(), phone: phone.clone(), password: password.clone() },
    };
    let new = NewSignUp::parse(services, &input).await.map_err(|problem| {
        let flaws = Invalid(problem.errors().to_vec());
        anyhow::anyhow!("shop.toml: {flaws}")
    })?;
    let (tx, _) = sign_up(services, &new).await.map_err(|problem| anyhow::anyhow!("{}", problem.code()))?;
    Ok(tx)
}

async fn rename(services: &Services, tx: &mut ShopTx, files: &ShopFiles, changes: &mut Changes) -> anyhow::Result<()> {
    let shop = tenancy::load_shop(services, tx).await?;
    anyhow::ensure!(
        shop.currency.code() == files.shop.currency,
        "the shop's currency is {} and cannot become {}: its prices would mean something else",
        shop.currency.code(),
        files.shop.currency
    );
    if shop.name != files.shop.name {
        let name = Name::parse(&files.shop.name).map_err(|flaw| anyhow::anyhow!("shop.toml, name: {}", flaw.code))?;
        tenancy::rename_shop(tx, &name).await?;
        changes.say(format!("name: {}", name.as_str()));
    }
    Ok(())
}

async fn settings(services: &Services, tx: &mut ShopTx, files: &ShopFiles, changes: &mut Changes) -> anyhow::Result<()> {
    let current = tenancy::find_settings(tx).await?;
    let wanted = wanted_settings(services, tx, files).await?;
    if current != wanted {
        tenancy::change_settings(tx, &wanted).await?;
        changes.say("settings");
    }
    Ok(())
}

async fn wanted_settings(services: &Services, tx: &ShopTx, files: &ShopFiles) -> anyhow::Result<Settings> {
    let (toml, theme) = (&files.shop, &files.shop.theme);
    let flawed = |field: &'static str| move |flaw: crate::kernel::Flaw| anyhow::anyhow!("shop.toml, {field}: {}", flaw.code);
    let optional = |text: &str| !text.is_empty();
    Ok(Settings {
        tagline: line(&toml.tagline, 0, 200).map_err(flawed("tagline"))?,
        about: paragraph(&toml.about, 0, 5_000).map_err(flawed("about"))?,
        email: if optional(&toml.contact.email) {
            Email::parse(&toml.contact.email).map_err(flawed("contact.email"))?.as_str().to_owned()
        } else {
            String::new()
        },
        phone: if optional(&toml.contact.phone) {
            Phone::parse(&toml.contact.phone).map_err(flawed("contact.phone"))?.as_str().to_owned()
        } else {
            String::new()
        },
        address: line(&toml.contact.address, 0, 500).map_err(flawed("contact.address"))?,
        accent: accent(&theme.accent)?,
        logo: picture(services, tx, files, &theme.logo).await?,
        hero_image: picture(services, tx, files, &theme.hero_image).await?,
        hero_title: line(&theme.hero_title, 0, 200).map_err(flawed("theme.hero_title"))?,
        hero_text: line(&theme.hero_text, 0, 500).map_err(flawed("theme.hero_text"))?,
    })
}

fn accent(text: &str) -> anyhow::Result<String> {
    if text.is_empty() {
        return Ok(Settings::default().accent);
    }
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()));
    digits.map(|_| text.to_owned()).with_context(|| format!("shop.toml, theme.accent: {text} is not #rrggbb"))
}

async fn picture(services: &Services, tx: &ShopTx, files: &ShopFiles, name: &str) -> anyhow::Result<String> {
    if name.is_empty() {
        return Ok(String::new());
    }
    Ok(keep(services, tx, files, name).await?.key)
}

/// Keeps a picture of the files under a name made from its content.
pub(super) async fn keep(
    services: &Services,
    tx: &ShopTx,
    files: &ShopFiles,
    name: &str,
) -> anyhow::Result<crate::platform::media::Stored> {
    let bytes = files.file(name)?;
    let extension = name.rsplit_once('.').map(|(_, extension)| extension).unwrap_or_default();
    services.media.keep_file(tx.shop_id(), &bytes, extension).await.map_err(|error| match error {
        MediaError::NotAPicture => anyhow::anyhow!("{name} is no picture"),
        other => anyhow::Error::from(other).context(name.to_owned()),
    })
}
