//! Pages and messages from templates.
//!
//! Owns the files under `templates/` as embedded in the binary: the Tera templates (`*.html`, `*.txt`, `*.xml`), the assets in
//! `templates/assets/`, and the functions and filters templates may use. Promises: everything is parsed at start, `.html` and
//! `.xml` are always escaped, an undefined field is an error, and a template reaches no file, environment or network. A shop's
//! or a visitor's text is only ever data, never a template. Leaves to others: which page gets which context (the slices), and
//! the words (`platform::i18n`).
//!
//! To add a page: a file under `templates/<room>/`, samples under `tests/samples/<room>/<page>.json`. To add a part: a
//! `{% component %}` in `templates/components/`. To add a function or a filter: [`functions`] or [`filters`], and
//! `register` there.

mod assets;
mod engine;
mod filters;
mod functions;
mod theme;

pub use assets::{Asset, asset};
pub use engine::{TemplateError, Templates};
pub use theme::{BadColour, theme_css};
