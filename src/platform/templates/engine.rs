use rust_embed::RustEmbed;
use serde::Serialize;
use tera::{Context, Tera};

use super::{filters, functions};
use crate::platform::i18n::{self, Lang};

#[derive(RustEmbed)]
#[folder = "templates/"]
#[include = "*.html"]
#[include = "*.txt"]
#[include = "*.xml"]
#[exclude = "assets/*"]
#[exclude = "locales/*"]
struct Files;

/// What can go wrong with a template. The cause names the template, the line and the field: for the log, not for a visitor.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// A template or an icon set that cannot be parsed; at start only.
    #[error("templates: {0}")]
    Load(String),
    /// A catalogue of texts that cannot be read; at start only.
    #[error(transparent)]
    Catalogue(#[from] i18n::CatalogueError),
    /// A page that failed: no such template, an undefined field, a wrong type.
    #[error("template {name}: {reason}")]
    Render {
        /// The template that was asked for.
        name: String,
        /// What Tera said, causes included.
        reason: String,
    },
}

/// Every template, parsed. One engine a language, so that `t` and the formats know theirs everywhere, also inside
/// components, which see nothing of the page's context. Cheap to share, never changed after [`Templates::load`].
pub struct Templates {
    vi: Tera,
    en: Tera,
    names: Vec<String>,
}

impl Templates {
    /// Parses the embedded templates and catalogues.
    ///
    /// # Errors
    /// The first template or catalogue that cannot be used.
    pub fn load() -> Result<Self, TemplateError> {
        Self::build(false)
    }

    /// Like [`Templates::load`], but a text without a translation makes the page fail instead of showing its key: for tests.
    ///
    /// # Errors
    /// As [`Templates::load`].
    pub fn load_strict() -> Result<Self, TemplateError> {
        Self::build(true)
    }

    fn build(strict: bool) -> Result<Self, TemplateError> {
        i18n::check()?;
        let mut files = Vec::new();
        for name in Files::iter() {
            let Some(file) = Files::get(&name) else { continue };
            let text = String::from_utf8(file.data.into_owned()).map_err(|_| TemplateError::Load(format!("{name} is not UTF-8")))?;
            files.push((name.into_owned(), text));
        }
        files.sort();
        Ok(Self {
            vi: engine(Lang::Vi, strict, &files)?,
            en: engine(Lang::En, strict, &files)?,
            names: files.into_iter().map(|(name, _)| name).collect(),
        })
    }

    /// Renders a template, e.g. `storefront/home.html`, with the fields of `context` (a struct or a map) and `lang`.
    ///
    /// # Errors
    /// [`TemplateError::Render`].
    pub fn render<C: Serialize>(&self, name: &str, lang: Lang, context: &C) -> Result<String, TemplateError> {
        let engine = match lang {
            Lang::Vi => &self.vi,
            Lang::En => &self.en,
        };
        Context::from_serialize(context)
            .and_then(|mut context| {
                context.insert("lang", lang.as_str());
                engine.render(name, &context)
            })
            .map_err(|error| TemplateError::Render { name: name.to_owned(), reason: with_causes(&error) })
    }

    /// The names of all templates, layouts and component files included, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }
}

fn engine(lang: Lang, strict: bool, files: &[(String, String)]) -> Result<Tera, TemplateError> {
    let mut tera = Tera::new();
    tera.autoescape_on([".html", ".xml"]);
    tera.global_context().insert("lang", lang.as_str());
    functions::register(&mut tera, lang, strict);
    filters::register(&mut tera, lang);
    tera.add_raw_templates(files.iter().map(|(name, text)| (name, text))).map_err(|error| TemplateError::Load(with_causes(&error)))?;
    Ok(tera)
}

fn with_causes(error: &tera::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}
