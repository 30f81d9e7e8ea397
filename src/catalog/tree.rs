use std::collections::{HashMap, HashSet};

use super::queries::categories::CategoryRow;
use crate::kernel::{CategoryId, Flaw, Status};

/// The most levels of categories.
pub const MAX_DEPTH: usize = 6;
/// The most categories a shop may have: the tree is read as a whole.
pub const MAX_CATEGORIES: usize = 1_000;

/// The shop's categories that are not deleted, by their parents. No walk over it can run in a circle, whatever the rows say:
/// it is entered at the roots, and what hangs on no root is reached by none.
pub(super) struct Tree<'a> {
    rows: HashMap<CategoryId, &'a CategoryRow>,
    children: HashMap<Option<CategoryId>, Vec<&'a CategoryRow>>,
}

impl<'a> Tree<'a> {
    /// All that are not deleted, in the order of the rows.
    pub(super) fn new(rows: &'a [CategoryRow]) -> Self {
        Self::of(rows, |row| Status::from(row.status) != Status::Deleted)
    }

    /// Those a shopper sees: one below a hidden one hangs on no root.
    pub(super) fn active(rows: &'a [CategoryRow]) -> Self {
        Self::of(rows, |row| Status::from(row.status) == Status::Active)
    }

    fn of(rows: &'a [CategoryRow], kept: impl Fn(&CategoryRow) -> bool) -> Self {
        let mut tree = Self { rows: HashMap::new(), children: HashMap::new() };
        for row in rows.iter().filter(|row| kept(row)) {
            tree.rows.insert(row.id, row);
            tree.children.entry(row.parent_id).or_default().push(row);
        }
        tree
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// One of them.
    pub(super) fn get(&self, id: CategoryId) -> Option<&'a CategoryRow> {
        self.rows.get(&id).copied()
    }

    /// Those right below one; at the top for `None`.
    pub(super) fn below(&self, parent: Option<CategoryId>) -> &[&'a CategoryRow] {
        self.children.get(&parent).map_or(&[], Vec::as_slice)
    }

    /// The way from the top to one, itself at the end; `None` when it hangs on no root.
    pub(super) fn path(&self, id: CategoryId) -> Option<Vec<&'a CategoryRow>> {
        let mut path = Vec::new();
        let mut next = Some(id);
        while let Some(id) = next {
            let row = self.get(id)?;
            if path.len() > MAX_CATEGORIES {
                return None;
            }
            path.push(row);
            next = row.parent_id;
        }
        path.reverse();
        Some(path)
    }

    /// One and all below it.
    pub(super) fn within(&self, id: CategoryId) -> Vec<CategoryId> {
        let mut found = vec![id];
        let mut seen: HashSet<CategoryId> = HashSet::from([id]);
        let mut next = 0;
        while let Some(parent) = found.get(next).copied() {
            next += 1;
            found.extend(self.below(Some(parent)).iter().map(|row| row.id).filter(|id| seen.insert(*id)));
        }
        found
    }

    /// All in the order of a list: each before those below it.
    pub(super) fn flat(&self) -> Vec<&'a CategoryRow> {
        let mut flat = Vec::with_capacity(self.len());
        let mut waiting: Vec<&CategoryRow> = self.below(None).iter().rev().copied().collect();
        while let Some(row) = waiting.pop() {
            flat.push(row);
            waiting.extend(self.below(Some(row.id)).iter().rev());
        }
        flat
    }

    /// How many levels one and what is below it take.
    fn height(&self, id: CategoryId) -> usize {
        let (mut level, mut height) = (vec![id], 0);
        while !level.is_empty() && height <= MAX_DEPTH {
            height += 1;
            level = level.iter().flat_map(|id| self.below(Some(*id))).map(|row| row.id).collect();
        }
        height
    }

    /// Whether one (`None`: a new one) may stand below this parent.
    ///
    /// # Errors
    /// `not_found` for a parent that is not here, `cycle` for one below itself, `too_deep`.
    pub(super) fn may_stand_below(&self, id: Option<CategoryId>, parent: Option<CategoryId>) -> Result<(), Flaw> {
        let Some(parent) = parent else { return Ok(()) };
        let Some(path) = self.path(parent) else { return Err(Flaw::new("not_found")) };
        if path.iter().any(|row| Some(row.id) == id) {
            return Err(Flaw::new("cycle"));
        }
        if path.len() + id.map_or(1, |id| self.height(id)) > MAX_DEPTH {
            return Err(Flaw::new("too_deep").with("max", MAX_DEPTH));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;
    use uuid::Uuid;

    use super::*;

    fn id(n: u128) -> CategoryId {
        CategoryId::from(Uuid::from_u128(n))
    }

    /// `(number, parent)`; 0 is no parent.
    fn rows(pairs: &[(u128, u128)]) -> Vec<CategoryRow> {
        pairs
            .iter()
            .map(|&(n, parent)| CategoryRow {
                id: id(n),
                slug: n.to_string(),
                name: n.to_string(),
                parent_id: (parent > 0).then(|| id(parent)),
                position: 0,
                status: 1,
                products: 0,
                active_products: 0,
                created_at: OffsetDateTime::UNIX_EPOCH,
                updated_at: OffsetDateTime::UNIX_EPOCH,
            })
            .collect()
    }

    #[test]
    fn a_list_shows_each_before_those_below_it() {
        let rows = rows(&[(1, 0), (2, 0), (3, 1), (4, 3), (5, 1)]);
        let flat: Vec<CategoryId> = Tree::new(&rows).flat().iter().map(|row| row.id).collect();
        assert_eq!(flat, [1, 3, 4, 5, 2].map(id));
        assert_eq!(Tree::new(&rows).within(id(1)), [1, 3, 5, 4].map(id));
    }

    #[test]
    fn none_stands_below_itself() {
        let rows = rows(&[(1, 0), (2, 1), (3, 2)]);
        let tree = Tree::new(&rows);
        assert_eq!(tree.may_stand_below(Some(id(1)), Some(id(3))).unwrap_err().code, "cycle");
        assert_eq!(tree.may_stand_below(Some(id(1)), Some(id(1))).unwrap_err().code, "cycle");
        assert_eq!(tree.may_stand_below(Some(id(3)), Some(id(9))).unwrap_err().code, "not_found");
        assert!(tree.may_stand_below(Some(id(3)), Some(id(1))).is_ok());
        assert!(tree.may_stand_below(Some(id(1)), None).is_ok());
    }

    #[test]
    fn the_tree_is_six_levels_deep_at_most() {
        let rows = rows(&[(1, 0), (2, 1), (3, 2), (4, 3), (5, 4), (6, 5), (7, 0), (8, 7)]);
        let tree = Tree::new(&rows);
        assert_eq!(tree.may_stand_below(None, Some(id(6))).unwrap_err().code, "too_deep");
        assert!(tree.may_stand_below(None, Some(id(5))).is_ok());
        assert_eq!(tree.may_stand_below(Some(id(7)), Some(id(5))).unwrap_err().code, "too_deep");
        assert!(tree.may_stand_below(Some(id(7)), Some(id(4))).is_ok());
    }

    #[test]
    fn rows_in_a_circle_are_walked_by_nothing() {
        let rows = rows(&[(1, 0), (2, 3), (3, 2)]);
        let tree = Tree::new(&rows);
        assert_eq!(tree.flat().len(), 1);
        assert!(tree.path(id(2)).is_none());
    }

    #[test]
    fn one_below_a_hidden_one_is_not_seen() {
        let mut rows = rows(&[(1, 0), (2, 1)]);
        rows[0].status = 0;
        let tree = Tree::active(&rows);
        assert!(tree.flat().is_empty());
        assert!(tree.path(id(2)).is_none());
    }
}
