//! The playlists (RFC 8216). Knows sizes and durations, not what is in the segments.

use super::{INDEX, INIT, SegmentFormat, Segments, segment_name};
use crate::units::{Bytes, Micros};
use clipfit_container::read::StreamCodecs;
use std::fmt::Write;

/// One rendition as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// Its folder, which is what it is called: `720p`.
    pub folder: String,
    /// What its streams are.
    pub codecs: StreamCodecs,
    /// Size of each segment.
    pub sizes: Vec<Bytes>,
}

/// Bits per second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// The largest of any row of segments that lasts from half to one and a half of the target duration.
    pub peak: u64,
    /// Of all segments.
    pub average: u64,
}

/// The first master playlist's choice is what a player tries before it knows the network: the best within this.
const START_BITS: u64 = 2_500_000;

/// Returns peak and average segment bit rate (section 4.1).
pub fn rates(sizes: &[Bytes], durations: &[Micros], target: u64) -> Rates {
    let rate = |bytes: u64, micros: u64| {
        let bits = u128::from(bytes) * 8 * 1_000_000;
        u64::try_from(bits.div_ceil(u128::from(micros.max(1)))).unwrap_or(u64::MAX)
    };
    let micros = |lasts: &Micros| lasts.0.max(0).unsigned_abs();
    let average = rate(sizes.iter().map(|size| size.0).sum(), durations.iter().map(micros).sum());
    let (least, most) = (target.saturating_mul(500_000), target.saturating_mul(1_500_000));
    let mut peak = 0;
    for first in 0..sizes.len() {
        let (mut bytes, mut lasts) = (0_u64, 0_u64);
        for (size, duration) in sizes.iter().zip(durations).skip(first) {
            bytes = bytes.saturating_add(size.0);
            lasts = lasts.saturating_add(micros(duration));
            if lasts > most {
                break;
            }
            if lasts >= least {
                peak = peak.max(rate(bytes, lasts));
            }
        }
    }
    Rates { peak: peak.max(average), average }
}

/// Returns the version (RFC 8216, 7): decimals in durations need version 3, a map in a playlist that has more than
/// keyframes needs version 6.
pub fn version(format: SegmentFormat) -> u32 {
    match format {
        SegmentFormat::Ts => 3,
        SegmentFormat::Fmp4 => 6,
    }
}

/// Returns the playlist of one rendition, in its folder; the same for all renditions.
pub fn media_playlist(format: SegmentFormat, segments: &Segments) -> String {
    let mut text = format!(
        "#EXTM3U\n#EXT-X-VERSION:{}\n#EXT-X-TARGETDURATION:{}\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n\
         #EXT-X-INDEPENDENT-SEGMENTS\n",
        version(format),
        segments.target_duration(),
    );
    if format == SegmentFormat::Fmp4 {
        let _ = writeln!(text, "#EXT-X-MAP:URI=\"{INIT}\"");
    }
    for (index, lasts) in segments.durations().into_iter().enumerate() {
        let (whole, rest) = (lasts.0 / 1_000_000, lasts.0 % 1_000_000);
        let _ = write!(text, "#EXTINF:{whole}.{rest:06},\n{}\n", segment_name(format, index));
    }
    text.push_str("#EXT-X-ENDLIST\n");
    text
}

/// Returns the master playlist of all renditions: first the one to start with, then the others, the leanest first.
pub fn master_playlist(format: SegmentFormat, segments: &Segments, variants: &[Variant]) -> String {
    let durations = segments.durations();
    let mut listed: Vec<(Rates, &Variant)> = variants
        .iter()
        .map(|variant| (rates(&variant.sizes, &durations, segments.target_duration()), variant))
        .collect();
    listed.sort_by_key(|(rates, _)| rates.peak);
    let start = listed.iter().rposition(|(rates, _)| rates.peak <= START_BITS).unwrap_or(0);
    listed.get_mut(..=start).unwrap_or_default().rotate_right(1);

    let mut text = format!("#EXTM3U\n#EXT-X-VERSION:{}\n#EXT-X-INDEPENDENT-SEGMENTS\n", version(format));
    for (rates, Variant { folder, codecs, .. }) in listed {
        let _ = write!(
            text,
            "#EXT-X-STREAM-INF:BANDWIDTH={},AVERAGE-BANDWIDTH={},RESOLUTION={}x{},FRAME-RATE={:.3},CODECS=\"{codecs}\"\n\
             {folder}/{INDEX}\n",
            rates.peak,
            rates.average,
            codecs.width,
            codecs.height,
            segments.rate().per_second(),
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::FrameRate;

    fn segments() -> Segments {
        let rate = FrameRate::new(30_000, 1001).unwrap_or(FrameRate::whole(30));
        Segments::new(vec![0, 180, 360], 400, rate).unwrap_or_else(|bad| panic!("{bad}"))
    }

    fn variant(height: u32, sizes: [u64; 3], audio: Option<&str>) -> Variant {
        let codecs = StreamCodecs {
            video: "avc1.64001e".into(),
            audio: audio.map(str::to_owned),
            width: height * 16 / 9,
            height,
        };
        Variant { folder: format!("{height}p"), codecs, sizes: sizes.map(Bytes).to_vec() }
    }

    #[test]
    fn a_media_playlist() {
        let ts = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:6\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n\
                  #EXT-X-INDEPENDENT-SEGMENTS\n#EXTINF:6.006000,\nsegment000.ts\n#EXTINF:6.006000,\nsegment001.ts\n\
                  #EXTINF:1.334667,\nsegment002.ts\n#EXT-X-ENDLIST\n";
        assert_eq!(media_playlist(SegmentFormat::Ts, &segments()), ts);
        let fragments = ts.replace("VERSION:3", "VERSION:6").replace(".ts", ".m4s").replacen(
            "#EXTINF",
            "#EXT-X-MAP:URI=\"init.mp4\"\n#EXTINF",
            1,
        );
        assert_eq!(media_playlist(SegmentFormat::Fmp4, &segments()), fragments);
    }

    #[test]
    fn a_master_playlist_starts_with_what_most_networks_carry() {
        let renditions = [
            variant(1080, [6_000_000, 4_000_000, 500_000], Some("mp4a.40.2")),
            variant(240, [200_000, 150_000, 30_000], Some("mp4a.40.2")),
            variant(720, [1_500_000, 1_000_000, 200_000], None),
        ];
        let master = master_playlist(SegmentFormat::Ts, &segments(), &renditions);
        let wanted = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-INDEPENDENT-SEGMENTS\n\
            #EXT-X-STREAM-INF:BANDWIDTH=1998002,AVERAGE-BANDWIDTH=1618382,RESOLUTION=1280x720,FRAME-RATE=29.970,CODECS=\"avc1.64001e\"\n\
            720p/index.m3u8\n\
            #EXT-X-STREAM-INF:BANDWIDTH=266401,AVERAGE-BANDWIDTH=227773,RESOLUTION=426x240,FRAME-RATE=29.970,CODECS=\"avc1.64001e,mp4a.40.2\"\n\
            240p/index.m3u8\n\
            #EXT-X-STREAM-INF:BANDWIDTH=7992008,AVERAGE-BANDWIDTH=6293707,RESOLUTION=1920x1080,FRAME-RATE=29.970,CODECS=\"avc1.64001e,mp4a.40.2\"\n\
            1080p/index.m3u8\n";
        assert_eq!(master, wanted);
        let one = master_playlist(SegmentFormat::Fmp4, &segments(), &renditions[..1]);
        assert!(one.contains("VERSION:6") && one.ends_with("1080p/index.m3u8\n"), "{one}");
    }

    #[test]
    fn peaks_are_of_rows_of_about_the_target() {
        let seconds =
            |lasts: &[f64]| lasts.iter().map(|&lasts| Micros::from_seconds(lasts)).collect::<Vec<_>>();
        let bytes = |sizes: &[u64]| sizes.iter().map(|&size| Bytes(size)).collect::<Vec<_>>();
        for (sizes, lasts, target, peak) in [
            // A short last segment alone does not count, with the one before it it does.
            (&[1000, 1000, 900][..], &[10.0, 10.0, 1.0][..], 10, 1382),
            (&[1000, 4000, 1000], &[10.0, 10.0, 10.0], 10, 3200),
            // Nothing lasts half the target: the average.
            (&[500], &[0.4], 1, 10_000),
            (&[], &[], 10, 0),
        ] {
            assert_eq!(rates(&bytes(sizes), &seconds(lasts), target).peak, peak, "{sizes:?}");
        }
    }
}
