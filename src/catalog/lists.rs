use crate::kernel::{Page, PageRequest, Status};

/// Which categories, brands or suppliers are wanted.
#[derive(Debug, Clone, Default)]
pub struct ListFilter {
    /// Of this status; `None`: all that are not deleted.
    pub status: Option<Status>,
    /// Looked for in names.
    pub q: Option<String>,
}

impl ListFilter {
    /// What is looked for, as the database takes it: a page's field may hold anything.
    pub(super) fn wanted(&self) -> Option<String> {
        let q: String = self.q.as_deref()?.chars().filter(|c| !c.is_control()).take(200).collect();
        Some(q.trim().to_owned()).filter(|q| !q.is_empty())
    }
}

/// The most rows a list gives when it is asked for as a whole.
pub(super) const WHOLE_LIST: i64 = 1_000;

/// What LIMIT and OFFSET take; `None` asks for the whole list.
pub(super) fn window(page: Option<PageRequest>) -> (i64, i64) {
    page.map_or((WHOLE_LIST, 0), |page| (page.limit(), page.offset()))
}

/// The page asked for, or the whole list as one page.
pub(super) fn page_of<T>(data: Vec<T>, page: Option<PageRequest>, total: i64) -> Page<T> {
    match page {
        Some(page) => Page::new(data, page, total),
        None => Page { data, page: 1, per_page: WHOLE_LIST, total, total_pages: (total + WHOLE_LIST - 1) / WHOLE_LIST },
    }
}
