//! Readers in the module for the media worker.

use clipfit_media::audio::Resampler;
use clipfit_media::h264::facts;

/// A decoder configuration record.
pub fn h264(bytes: &[u8]) {
    if let Ok(facts) = facts(bytes) {
        assert!(facts.pixel_format.len() <= 16);
        assert!(facts.size.is_none_or(|(width, height)| width > 0 && height > 0));
    }
}

/// The most bytes that become samples: the filter takes its time.
const MOST_SAMPLES: usize = 4096;

/// Audio: both rates in four bytes each, the channels in one, samples in the rest. As many frames come out as are due.
pub fn resample(bytes: &[u8]) {
    let Some((&[a, b, c, d, e, f, g, h, channels], samples)) = bytes.split_first_chunk() else { return };
    let (from, to) = (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]));
    let Ok(mut resampler) = Resampler::new(from, to, channels.into()) else { return };
    let channels = usize::from(channels);
    let samples = &samples[..samples.len().min(MOST_SAMPLES)];
    let samples: Vec<f32> = samples.iter().map(|byte| f32::from(*byte) / 128.0 - 1.0).collect();
    let frames = samples.len() / channels;
    let mut out = resampler.push(&samples[..frames * channels]).unwrap();
    out.extend(resampler.finish().unwrap());
    let due = (2 * frames as u64 * u64::from(to) + u64::from(from)) / (2 * u64::from(from));
    assert_eq!(out.len() as u64, due * channels as u64);
    assert!(out.iter().all(|sample| sample.abs() < 4.0));
}
