//! Places that limit uploads, from `data/destinations.csv`: what an upload form accepts, with the source of the figure
//! and the date when that was last known. Knows no clip.

use crate::table;
use crate::units::{Bytes, Micros};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

/// The name of a destination of the table, as in the link parameter `preset=`. Names stay: links outlive releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Id(&'static str);

impl Id {
    /// Returns the name that is written so, if a destination has it.
    pub fn parse(text: &str) -> Option<Id> {
        find(text).map(|destination| destination.id)
    }

    /// Returns it as links write it.
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// Returns the destination; `None` only if the table lost it.
    pub fn destination(self) -> Option<Destination> {
        find(self.0)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Id, D::Error> {
        let text = String::deserialize(deserializer)?;
        Id::parse(&text).ok_or_else(|| D::Error::custom("no such destination"))
    }
}

/// One destination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Destination {
    /// Its name in links.
    pub id: Id,
    /// Name for people.
    pub label: &'static str,
    /// The most bytes that it takes.
    pub limit: Bytes,
    /// The greatest length that it takes; `None` if it takes any.
    pub longest: Option<Micros>,
    /// Remark on the figures.
    pub note: &'static str,
    /// Where the figures come from.
    pub source: &'static str,
    /// Year and month when they were known to hold.
    pub as_of: &'static str,
}

impl fmt::Display for Destination {
    /// Writes name and limits: `Bluesky: 300 MB, 10:00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.label, self.limit)?;
        self.longest.map_or(Ok(()), |longest| write!(f, ", {longest}"))
    }
}

const TABLE: &str = include_str!("../../data/destinations.csv");

/// Returns all destinations, in the table's order.
pub fn all() -> Vec<Destination> {
    rows().collect()
}

/// Returns the destination with this name.
pub fn find(id: &str) -> Option<Destination> {
    rows().find(|destination| destination.id.0 == id)
}

fn rows() -> impl Iterator<Item = Destination> {
    TABLE.lines().skip(1).filter_map(parse_row)
}

fn parse_row(row: &'static str) -> Option<Destination> {
    let fields = table::fields(row);
    let [id, label, limit, longest, note, _codecs, source, as_of] = fields.as_slice() else { return None };
    let longest = match *longest {
        "" => None,
        seconds => Some(Micros::from_seconds(f64::from(seconds.parse::<u32>().ok()?))),
    };
    Some(Destination { id: Id(id), label, limit: Bytes(limit.parse().ok()?), longest, note, source, as_of })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wishes::DEFAULT_TARGET;

    #[test]
    fn every_row_of_the_table_is_read() {
        assert_eq!(all().len(), TABLE.lines().count() - 1);
        for destination in all() {
            let Destination { id, label, source, as_of, .. } = &destination;
            assert!(!label.is_empty() && !source.is_empty() && as_of.len() >= 4, "{destination:?}");
            assert_eq!(Id::parse(id.as_str()).and_then(Id::destination).as_ref(), Some(&destination));
        }
        assert_eq!(find("nowhere"), None);
    }

    #[test]
    fn the_default_target_passes_everywhere() {
        for destination in all() {
            assert!(destination.limit >= DEFAULT_TARGET, "{destination:?}");
        }
    }

    #[test]
    fn limits_are_as_their_sources_say() {
        for (id, bytes, seconds) in [
            ("10mb", 10_000_000, None),
            ("discord", 20 * 1024 * 1024, None),
            ("discord-basic", 50_000_000, None),
            ("discord-boost-2", 50_000_000, None),
            ("discord-boost-3", 100_000_000, None),
            ("discord-nitro", 500_000_000, None),
            ("github-free", 10_000_000, None),
            ("github-paid", 100_000_000, None),
            ("email-20", 14_500_000, None),
            ("email-25", 18_000_000, None),
            ("whatsapp", 16_000_000, None),
            ("whatsapp-document", 2_000_000_000, None),
            ("signal", 100_000_000, None),
            ("telegram", 4_000 * 512 * 1024, None),
            ("telegram-premium", 8_000 * 512 * 1024, None),
            ("slack", 1_000_000_000, None),
            ("mastodon", 99 * 1024 * 1024, None),
            ("fediverse-small", 40 * 1024 * 1024, None),
            ("bluesky", 300_000_000, Some(600.0)),
            ("x", 512_000_000, Some(140.0)),
            ("x-dm", 512_000_000, Some(140.0)),
        ] {
            let found = find(id).map(|found| (found.limit, found.longest));
            assert_eq!(found, Some((Bytes(bytes), seconds.map(Micros::from_seconds))), "{id}");
        }
    }

    #[test]
    fn names_are_kept_as_links_write_them() {
        let id = Id::parse("bluesky");
        assert_eq!(id.map(Id::as_str), Some("bluesky"));
        assert_eq!(Id::parse("nowhere"), None);
        let shown = id.and_then(Id::destination).map(|found| found.to_string());
        assert_eq!(shown.as_deref(), Some("Bluesky: 300 MB, 10:00"));
    }
}
