//! What a wish for the shape is of one clip's frames: which part of the coded frames, and which turn. Refuses to know
//! filters and decoders.

use crate::clip::facts::{Framing, VideoFacts};
use crate::clip::rotation::Rotation;
use crate::wishes::shape::{Flip, Shape};

/// A smaller frame is no video: some encoders refuse it.
const LEAST_SIDE: u32 = 16;

/// The part to keep has less than 16 pixels to a side, or none at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outside {
    /// The size of the frames, upright.
    pub size: (u32, u32),
}

/// Returns what a wish is of this video's frames. What reaches beyond them is left out.
pub fn framing(shape: &Shape, video: &VideoFacts) -> Result<Framing, Outside> {
    let (turn, mirrored) = match shape.flip {
        Flip::None => (shape.turn, false),
        Flip::Horizontal => (shape.turn, true),
        // Top and bottom are left and right after half a turn.
        Flip::Vertical => (shape.turn.and(Rotation::Half), true),
        Flip::Both => (shape.turn.and(Rotation::Half), false),
    };
    let crop = match shape.crop {
        None => None,
        Some(crop) => {
            let size = video.full_size();
            let part = crop.within(size);
            if part[2] < LEAST_SIDE || part[3] < LEAST_SIDE {
                return Err(Outside { size });
            }
            coded(part, size, video)
        }
    };
    Ok(Framing { crop, turn, mirrored })
}

/// Returns a part of the upright frame of square pixels in pixels of the coded frame, on whole samples of colour; `None`
/// if it is the whole frame.
fn coded(part: [u32; 4], size: (u32, u32), video: &VideoFacts) -> Option<[u32; 4]> {
    let frame = (video.width, video.height);
    let upright = video.rotation.turned(frame);
    let scaled = |value: u32, to: u32, from: u32| {
        (f64::from(value) * f64::from(to) / f64::from(from.max(1))).round() as u32
    };
    let [left, top, width, height] = part;
    let across = [left, left + width].map(|x| scaled(x, upright.0, size.0));
    let down = [top, top + height].map(|y| scaled(y, upright.1, size.1));
    let part = [across[0], down[0], across[1] - across[0], down[1] - down[0]];
    let [left, top, width, height] = video.rotation.back().part(part, upright);
    if (width, height) == frame {
        return None;
    }
    let even = |from: u32, side: u32| (from & !1, (side & !1).max(2));
    let ((left, width), (top, height)) = (even(left, width), even(top, height));
    Some([left, top, width, height])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]

    use super::*;
    use crate::testing::facts;
    use crate::wishes::shape::Crop;

    /// Size, rotation and aspect of the frames; crop; the part of the coded frame and the size that is seen of it.
    #[test]
    fn a_part_is_found_in_the_coded_frame() {
        use Rotation::{Half, Left, None as Not, Right};
        type Case = ((u32, u32), Rotation, (u32, u32), &'static str, Option<[u32; 4]>, (u32, u32));
        let cases: [Case; 10] = [
            ((640, 360), Not, (1, 1), "1:1", Some([140, 0, 360, 360]), (360, 360)),
            ((640, 360), Not, (1, 1), "16:9", None, (640, 360)),
            ((640, 360), Not, (1, 1), "200x100+11+21", Some([10, 20, 200, 100]), (200, 100)),
            // What reaches beyond the frame is left out.
            ((640, 360), Not, (1, 1), "200x100+540+300", Some([540, 300, 100, 60]), (100, 60)),
            // Upright it is 360x640.
            ((640, 360), Right, (1, 1), "100x200+20+40", Some([40, 240, 200, 100]), (100, 200)),
            ((640, 360), Left, (1, 1), "100x200+20+40", Some([400, 20, 200, 100]), (100, 200)),
            ((640, 360), Half, (1, 1), "100x200+20+40", Some([520, 120, 100, 200]), (100, 200)),
            // 720x576 with pixels of 16:11 is 1047x576.
            ((720, 576), Not, (16, 11), "1:1", Some([162, 0, 396, 576]), (576, 576)),
            ((720, 576), Right, (16, 11), "1:1", Some([162, 0, 396, 576]), (576, 576)),
            ((641, 361), Not, (1, 1), "641x361+0+0", None, (641, 361)),
        ];
        for ((width, height), rotation, sample_aspect, crop, coded, seen) in cases {
            let mut video = VideoFacts { width, height, rotation, sample_aspect, ..facts(10).video };
            let shape = Shape { crop: Crop::parse(crop), ..Shape::default() };
            video.framing = framing(&shape, &video).unwrap();
            assert_eq!(
                (video.framing.crop, video.display_size()),
                (coded, seen),
                "{crop} of {width}x{height}"
            );
            video.framing.turn = Rotation::Right;
            assert_eq!(video.display_size(), (seen.1, seen.0));
        }
        let video = VideoFacts { width: 640, height: 360, ..facts(10).video };
        for crop in ["200x100+640+0", "200x100+630+0", "8x100", "1:100"] {
            let shape = Shape { crop: Crop::parse(crop), ..Shape::default() };
            assert_eq!(framing(&shape, &video), Err(Outside { size: (640, 360) }), "{crop}");
        }
    }

    #[test]
    fn a_flip_is_a_turn_and_a_mirror() {
        let video = facts(10).video;
        for (turn, flip, expected) in [
            (0, Flip::Horizontal, (0, true)),
            (0, Flip::Vertical, (180, true)),
            (90, Flip::Both, (270, false)),
            (270, Flip::Vertical, (90, true)),
        ] {
            let shape = Shape { turn: Rotation::from_clockwise(turn), flip, ..Shape::default() };
            let framing = framing(&shape, &video).unwrap();
            assert_eq!((framing.turn.clockwise(), framing.mirrored), expected);
            assert_eq!(Flip::find(flip.id()), Some(flip));
        }
    }
}
