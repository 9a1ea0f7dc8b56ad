//! Places that limit uploads, from `data/destinations.csv`. A limit is what an upload form accepts, with the date when
//! that was last known.

use crate::table;
use crate::units::Bytes;
use serde::Serialize;

/// One destination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Destination {
    /// Identifier, as in the link parameter `preset=`.
    pub id: &'static str,
    /// Name for people.
    pub label: &'static str,
    /// The limit.
    pub limit: Bytes,
    /// Remark on where the figure comes from.
    pub note: &'static str,
    /// How sure the figure is.
    pub confidence: &'static str,
    /// Year and month when it was known to hold.
    pub as_of: &'static str,
}

const TABLE: &str = include_str!("../../data/destinations.csv");

/// Returns all destinations, in the table's order.
pub fn all() -> Vec<Destination> {
    TABLE.lines().skip(1).filter_map(parse_row).collect()
}

/// Returns the destination with this identifier.
pub fn find(id: &str) -> Option<Destination> {
    all().into_iter().find(|destination| destination.id == id)
}

fn parse_row(row: &'static str) -> Option<Destination> {
    let fields = table::fields(row);
    let [id, label, limit, note, _codecs, confidence, as_of] = fields.as_slice() else { return None };
    Some(Destination { id, label, limit: Bytes(limit.parse().ok()?), note, confidence, as_of })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_is_read() {
        assert_eq!(all().len(), TABLE.lines().count() - 1);
        for destination in all() {
            assert!(destination.limit.0 >= 10_000_000 && destination.as_of.len() >= 4, "{destination:?}");
        }
        assert_eq!(find("discord").map(|d| (d.limit, d.as_of)), Some((Bytes(20_000_000), "2026-09")));
        assert_eq!(find("nowhere"), None);
    }
}
