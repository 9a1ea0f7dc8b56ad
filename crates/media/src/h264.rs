//! Reads what an H.264 decoder configuration says about the video. Knows nothing of containers beyond that record.

use clipfit_container::read::parameter_sets;
use h264_reader::nal::sps::{ChromaFormat, FrameMbsFlags, SeqParameterSet};
use h264_reader::nal::{Nal, RefNal};

/// The content of the first sequence parameter set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// ffmpeg's name for the pixel format.
    pub pixel_format: String,
    /// Whether frames may be coded as fields.
    pub interlaced: bool,
    /// Width and height of a sample, if specified.
    pub sample_aspect: Option<(u16, u16)>,
    /// Width and height of the visible part in pixels.
    pub size: Option<(u32, u32)>,
}

/// The record is unreadable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an unreadable H.264 configuration: {0}")]
pub struct Unreadable(String);

/// Reads an `avcC` record (ISO/IEC 14496-15, 5.3.3.1).
pub fn facts(record: &[u8]) -> Result<Facts, Unreadable> {
    let unreadable = |why: &str| Unreadable(why.to_owned());
    let [1, _, _, _, _, list @ ..] = record else {
        return Err(unreadable("too short, or of another version"));
    };
    let set = parameter_sets(list, 31)
        .and_then(|(sets, _)| {
            let set = *sets.first()?;
            // Some encoders append zeros to the set, which the reader would take for content.
            set.get(..=set.iter().rposition(|&byte| byte != 0)?)
        })
        .ok_or_else(|| unreadable("no sequence parameter set"))?;
    let set = SeqParameterSet::from_bits(RefNal::new(set, &[], true).rbsp_bits())
        .map_err(|error| Unreadable(format!("{error:?}")))?;
    let vui = set.vui_parameters.as_ref();
    Ok(Facts {
        pixel_format: pixel_format(&set),
        interlaced: set.frame_mbs_flags != FrameMbsFlags::Frames,
        sample_aspect: vui.and_then(|vui| vui.aspect_ratio_info.as_ref()).and_then(|aspect| aspect.get()),
        size: set.pixel_dimensions().ok().filter(|&(width, height)| width > 0 && height > 0),
    })
}

/// Returns ffmpeg's name for the pixel format.
fn pixel_format(set: &SeqParameterSet) -> String {
    let signal = set.vui_parameters.as_ref().and_then(|vui| vui.video_signal_type.as_ref());
    let full_range = signal.is_some_and(|signal| signal.video_full_range_flag);
    // Rec. ITU-T H.264, table E-5: the identity matrix.
    let rgb = signal
        .and_then(|signal| signal.colour_description.as_ref())
        .is_some_and(|colour| colour.matrix_coefficients == 0);
    let bits = set.chroma_info.bit_depth_luma_minus8 + 8;
    let layout = match set.chroma_info.chroma_format {
        ChromaFormat::YUV422 => "yuv422p",
        ChromaFormat::YUV444 if rgb => "gbrp",
        ChromaFormat::YUV444 => "yuv444p",
        // ffmpeg decodes monochrome as 4:2:0, too.
        ChromaFormat::YUV420 | ChromaFormat::Monochrome | ChromaFormat::Invalid(_) => "yuv420p",
    };
    match bits {
        8 if full_range && !rgb => layout.replace("yuv", "yuvj"),
        8 => layout.to_owned(),
        _ => format!("{layout}{bits}le"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]

    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// Parses bytes written in hexadecimal.
    fn bytes(text: &str) -> Vec<u8> {
        let digits: Vec<u8> =
            text.bytes().map(|digit| char::from(digit).to_digit(16).unwrap() as u8).collect();
        digits.chunks(2).map(|pair| pair[0] * 16 + pair[1]).collect()
    }

    /// Compares records of x264's streams with what ffprobe reports.
    #[test]
    fn as_ffprobe_says() {
        for (record, pixel_format, interlaced, sample_aspect) in [
            (
                "0164000affe100186764000aacd9447b011000000300100000030320f122596001000668ebe3cb22c0fdf8f800",
                "yuv420p",
                false,
                (1, 1),
            ),
            (
                "0164000affe100176764000aacd9447b016c800000030080000019078912cb01000668ebe3cb22c0fdf8f800",
                "yuvj420p",
                false,
                (1, 1),
            ),
            (
                "017a000affe10018677a000ab6cd9447b011000003000100000300320f12259601000668ebe3cb22c0fefafa00",
                "yuv422p10le",
                false,
                (1, 1),
            ),
            (
                "01f4000affe1001867f4000a919b288f6022000003000200000300641e244b2c01000668ebe3c44844fff8f800",
                "yuv444p",
                false,
                (1, 1),
            ),
            (
                "01f4000affe1001c67f4000a919b288f602dc080801000000300100000030320f122596001000668ebe3cb22c0fff8f800",
                "gbrp",
                false,
                (1, 1),
            ),
            (
                "01640015ffe1001967640015acd9444fcb808800000300080000030190f8a14cb001000668fba3cb22c0fdf8f800",
                "yuv420p",
                true,
                (1, 1),
            ),
            (
                "0164000affe100186764000aacd9447b051000000300100000030320f122596001000668ebe3cb22c0fdf8f800",
                "yuv420p",
                false,
                (40, 33),
            ),
            (
                "0164000affe1001c6764000aacd9447bff000700051000000300100000030320f122596001000668ebe3cb22c0fdf8f800",
                "yuv420p",
                false,
                (7, 5),
            ),
            (
                "016e000affe10018676e000adb36511ec05b20000003002000000641e244b2c001000668ebe3cb22c0fcfafa00",
                "yuv420p10le",
                false,
                (1, 1),
            ),
        ] {
            let wanted = Facts {
                pixel_format: pixel_format.into(),
                interlaced,
                sample_aspect: Some(sample_aspect),
                size: Some((64, 48)),
            };
            assert_eq!(facts(&bytes(record)), Ok(wanted), "{record}");
        }
    }

    #[test]
    fn zeros_after_the_set_are_ignored() {
        let record =
            "0164000affe1001a6764000aacd9447b011000000300100000030320f1225960000001000668ebe3cb22c0fdf8f800";
        assert_eq!(facts(&bytes(record)).map(|facts| facts.pixel_format), Ok("yuv420p".into()));
    }

    #[test]
    fn a_size_of_nothing_is_none() {
        // Found by the fuzz target: the crop leaves no column.
        let record = "01600015ffe100196723640028acd9444fcbb20088b200b2b2b2acd9447b20f810010300";
        assert_eq!(facts(&bytes(record)).map(|facts| facts.size), Ok(None));
    }

    #[test]
    fn damaged_records_are_refused() {
        for record in [
            "",
            "01",
            "0264000affe10001",
            "0164000affe00001ff",
            "0164000affe10000",
            "0164000affe1001867",
            "0164000affe1000267",
            // A set of nothing but zeros.
            "0164000affe100020000",
        ] {
            assert!(facts(&bytes(record)).is_err(), "{record}");
        }
    }

    #[cfg(not(target_arch = "wasm32"))]
    proptest::proptest! {
        #[test]
        fn never_panics(set in proptest::collection::vec(proptest::num::u8::ANY, 0..60)) {
            let _ = facts(&[&[1, 100, 0, 10, 255, 225, 0, set.len() as u8, 0x67], set.as_slice()].concat());
        }
    }
}
