//! Products: the list, the editor with its variant matrix, pictures, deleting and restoring.

mod editor;
mod form;
mod input;
mod list;
mod matrix;
mod pictures;
mod remove;
mod save;

pub(super) use editor::{edit, new};
pub(super) use list::list;
pub(super) use pictures::{MAX_PICTURES_BODY, add, delete as delete_picture, shift};
pub(super) use remove::{ask, delete, restore};
pub(super) use save::{create, update};
