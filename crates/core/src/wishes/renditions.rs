//! Several renditions as people ask for them: heights with their bandwidths. Knows no clip.

use super::ladder;
use crate::units::{FrameRate, Kbps};
use serde::{Deserialize, Serialize};

/// A rendition that the person wants, by its size and bandwidth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Wanted {
    /// Its shorter side, in pixels.
    pub side: u32,
    /// Bandwidth of its video.
    pub rate: Kbps,
}

/// Several renditions as people usually want them.
pub const USUAL: [Wanted; 3] = [
    Wanted { side: 720, rate: Kbps(3000.0) },
    Wanted { side: 480, rate: Kbps(1500.0) },
    Wanted { side: 360, rate: Kbps(800.0) },
];

/// Nobody needs more than this at once, and memory would not suffice.
const MOST_WANTED: usize = 8;

/// Reads `720:3000,480:1500` or `720p 3000, 480p 1500`. `None` where one of them cannot be read or is out of all
/// reason, two have the same size, or there are none or too many.
pub fn parse(text: &str) -> Option<Vec<Wanted>> {
    let one = |part: &str| {
        let (side, rate) = part.trim().split_once([':', ' '])?;
        let side = side.trim_end_matches(['p', 'P']).parse().ok()?;
        // The same bounds as for a custom format.
        let rung = ladder::own(side, side, FrameRate::whole(25), rate.trim().parse().ok()?)?;
        Some(Wanted { side: rung.height, rate: rung.rate })
    };
    let mut wanted = text.split(',').map(one).collect::<Option<Vec<_>>>()?;
    wanted.sort_by_key(|one| std::cmp::Reverse(one.side));
    let twice = wanted.windows(2).any(|pair| pair[0].side == pair[1].side);
    (!twice && wanted.len() <= MOST_WANTED).then_some(wanted)
}

/// Returns them as `parse` reads them back: `720p 3000, 480p 1500`.
pub fn text(wanted: &[Wanted]) -> String {
    let each: Vec<String> = wanted.iter().map(|one| format!("{}p {}", one.side, one.rate.0)).collect();
    each.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renditions_are_read_as_they_are_written() {
        assert_eq!(parse(&text(&USUAL)).as_deref(), Some(&USUAL[..]));
        for text in ["720:3000,480:1500,360:800", " 360p 800, 720p 3000 ,480P:1500"] {
            assert_eq!(parse(text).as_deref(), Some(&USUAL[..]), "{text}");
        }
        let many = (1..10).map(|one| format!("{}:500", one * 100)).collect::<Vec<_>>().join(",");
        for bad in ["", "720", "720:", "720:x", "p:300", "720:3000,720:1500", "720:3000,", "2:300", &many] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
