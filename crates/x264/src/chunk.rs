//! Writes packets as an MP4 file with one track. Knows nothing of encoders or plans.

use crate::encoder::{Format, Packet, ParameterSets};
use clipfit_container::{Rate, UNSPECIFIED, VideoConfig, VideoFile};

/// Returns the file, or `None` if there are no packets or a number does not fit the format (4 GiB of
/// packets, a clip of years).
pub(crate) fn mp4(format: Format, sets: &ParameterSets, packets: &[Packet]) -> Option<Vec<u8>> {
    let config = VideoConfig {
        codec: "avc1".into(),
        description: Some(configuration(sets)?),
        width: u16::try_from(format.width).ok()?,
        height: u16::try_from(format.height).ok()?,
        // x264 writes it into its parameter sets.
        colour: [UNSPECIFIED; 3],
    };
    let rate = Rate { numerator: format.rate_numerator, denominator: format.rate_denominator };
    let mut file = VideoFile::new(config, rate).ok()?;
    for (turn, packet) in (0..).zip(packets) {
        let lead = packet.shown.checked_sub(turn)?;
        file.add(&packet.data, i32::try_from(lead).ok()?, packet.keyframe).ok()?;
    }
    // Decoding starts before zero so that every frame is decoded when it is due.
    let ahead = packets.first()?.decoded.min(0).unsigned_abs();
    file.finish(u32::try_from(ahead).ok()?).ok()
}

/// Returns the decoder's configuration record (ISO/IEC 14496-15, 5.3.3.1): sizes of four bytes, one set of each kind.
fn configuration(sets: &ParameterSets) -> Option<Vec<u8>> {
    let [_, profile, compatibility, level, ..] = *sets.sequence.as_slice() else { return None };
    let size = |set: &[u8]| Some(u16::try_from(set.len()).ok()?.to_be_bytes());
    Some(
        [
            &[1, profile, compatibility, level, 0xff, 0xe1][..],
            &size(&sets.sequence)?,
            &sets.sequence,
            &[1],
            &size(&sets.picture)?,
            &sets.picture,
        ]
        .concat(),
    )
}
