//! Synthetic video, and one way to encode it.
#![allow(dead_code, reason = "every test file takes what it needs")]

use clipfit_x264::{Encoder, Format, Packet, Pass, Settings, Statistics};

/// The kind of content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// A textured plane under a moving window: motion of whole and of partial pixels.
    Pan,
    /// Every pixel new in every frame.
    Noise,
    /// A texture that fades to black: weighted prediction.
    Fade,
    /// Uniform grey.
    Flat,
    /// A texture that is replaced midway.
    Cut,
}

/// Every kind.
pub(crate) const CONTENTS: [Content; 5] =
    [Content::Pan, Content::Noise, Content::Fade, Content::Flat, Content::Cut];

fn mixed(x: u32, y: u32, z: u32) -> u32 {
    let mut value = x.wrapping_mul(0x9e37_79b1) ^ y.wrapping_mul(0x85eb_ca77) ^ z.wrapping_mul(0xc2b2_ae3d);
    value ^= value >> 15;
    value = value.wrapping_mul(0x2c1b_3c6d);
    value ^ (value >> 13)
}

/// Returns soft waves with some grain, in 0..=255, at a position in quarter pixels.
fn texture(x: u32, y: u32, seed: u32) -> u32 {
    let wave = |place: u32, length: u32| {
        let phase = place % length;
        phase.min(length - phase) * 2 * 120 / length
    };
    let grain = mixed(x / 8, y / 8, seed) % 24;
    (wave(x + seed * 91, 173) + wave(y + x / 3, 259) + grain).min(255)
}

/// Returns frame `number` of `content`, planar 4:2:0.
pub(crate) fn frame(content: Content, format: Format, number: u32) -> Vec<u8> {
    let plane = |width: u32, height: u32, seed: u32| {
        (0..height).flat_map(move |y| {
            (0..width).map(move |x| {
                let value = match content {
                    Content::Pan => texture(x * 4 + number * 5, y * 4 + number * 3, seed),
                    Content::Noise => mixed(x, y, number * 7 + seed) & 255,
                    Content::Fade => texture(x * 4, y * 4, seed) * (24 - number.min(24)) / 24,
                    Content::Flat => 100 + seed,
                    Content::Cut => texture(x * 4 + number, y * 4, seed + number / 9 * 5),
                };
                value as u8
            })
        })
    };
    let Format { width, height, .. } = format;
    plane(width, height, 0)
        .chain(plane(width / 2, height / 2, 1))
        .chain(plane(width / 2, height / 2, 2))
        .collect()
}

/// Returns a format of this size at 25 frames per second.
pub(crate) fn format(width: u32, height: u32) -> Format {
    Format { width, height, rate_numerator: 25, rate_denominator: 1 }
}

/// Returns settings with options written as `name=value name=value`.
pub(crate) fn settings(format: Format, preset: &str, options: &str) -> Settings {
    let pairs = options.split_whitespace().map(|option| option.split_once('=').expect("name=value"));
    Settings {
        format,
        preset: preset.to_owned(),
        options: pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        profile: None,
        pass: Pass::Only,
        kernels: true,
    }
}

/// Runs a whole encode.
pub(crate) fn encode(settings: Settings, content: Content, frames: u32) -> (Vec<Packet>, Option<Statistics>) {
    let format = settings.format;
    let mut encoder = Encoder::open(settings).expect("an encoder");
    let mut packets = Vec::new();
    for number in 0..frames {
        packets.extend(encoder.push(&frame(content, format, number)).expect("a frame taken"));
    }
    while let Some(packet) = encoder.flush().expect("a packet") {
        packets.push(packet);
    }
    (packets, encoder.close())
}
