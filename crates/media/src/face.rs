//! The module's interface for JavaScript: takes and returns plain values and bytes, throws failures. Decides nothing.

use crate::{audio, frame, h264};
use clipfit_container as container;
use clipfit_tone::Hdr;
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

/// Converts decoded frames of one layout to planar 4:2:0 with 8 bits and limited range, upright, at the output size.
#[wasm_bindgen]
pub struct FrameConverter(frame::Converter);

#[wasm_bindgen]
impl FrameConverter {
    /// Creates a converter. `format` is a `VideoPixelFormat`; `size` is width and height of the part to convert.
    /// `fullRange` is about YUV, which keeps its matrix; RGB becomes BT.709. `turn` is the clockwise rotation that
    /// makes the frame upright, in degrees; `mirrored` swaps left and right after it. `out` is the width and height of the output frame, then left, top, width
    /// and height of the video in it. `hdr` is empty, or what HDR is made of, which becomes BT.709: the code points of
    /// H.273 for transfer, primaries and matrix, and the brightest light in nits, 0 if unknown.
    #[wasm_bindgen(constructor)]
    pub fn new(
        format: &str,
        size: &[u32],
        #[wasm_bindgen(js_name = fullRange)] full_range: bool,
        turn: u32,
        mirrored: bool,
        out: &[u32],
        hdr: &[u32],
    ) -> Result<FrameConverter, JsError> {
        let refused = frame::FrameError::Size { width: 0, height: 0 };
        let (&[width, height], &[out_width, out_height, left, top, inner_width, inner_height]) = (size, out)
        else {
            return Err(refused.into());
        };
        let (out, inside) = ((out_width, out_height), [left, top, inner_width, inner_height]);
        let hdr = match *hdr {
            [transfer, primaries, matrix, peak] => Some(
                Hdr::new(transfer, primaries, matrix, peak).ok_or(frame::FrameError::Transfer(transfer))?,
            ),
            _ => None,
        };
        let (size, turn) = ((width, height), (turn, mirrored));
        Ok(FrameConverter(frame::Converter::new(format, size, full_range, turn, out, inside, hdr)?))
    }

    /// Returns the address of the next input frame in the module's memory: its planes in the order of `VideoFrame`,
    /// without padding, chroma sizes rounded up. The memory may grow in every call; the address stays.
    #[wasm_bindgen(getter, js_name = inputAddress)]
    pub fn input_address(&self) -> usize {
        self.0.input().as_ptr() as usize
    }

    /// Returns the size of an input frame in bytes.
    #[wasm_bindgen(getter, js_name = inputBytes)]
    pub fn input_bytes(&self) -> usize {
        self.0.input().len()
    }

    /// Returns the address of the converted frame.
    #[wasm_bindgen(getter, js_name = outputAddress)]
    pub fn output_address(&self) -> usize {
        self.0.output().as_ptr() as usize
    }

    /// Returns the size of a converted frame in bytes.
    #[wasm_bindgen(getter, js_name = outputBytes)]
    pub fn output_bytes(&self) -> usize {
        self.0.output().len()
    }

    /// Converts the frame at `inputAddress`.
    pub fn convert(&mut self) {
        self.0.convert();
    }
}

/// Changes the sample rate of interleaved audio.
#[wasm_bindgen]
pub struct Resampler(audio::Resampler);

#[wasm_bindgen]
impl Resampler {
    /// Creates a resampler; rates are in hertz.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(js_name = fromRate)] from_rate: u32,
        #[wasm_bindgen(js_name = toRate)] to_rate: u32,
        channels: u32,
    ) -> Result<Resampler, JsError> {
        Ok(Resampler(audio::Resampler::new(from_rate, to_rate, channels)?))
    }

    /// Takes interleaved samples and returns what is ready, interleaved.
    pub fn push(&mut self, samples: &[f32]) -> Result<Vec<f32>, JsError> {
        Ok(self.0.push(samples)?)
    }

    /// Returns the rest. In total there are `toRate / fromRate` times as many frames as in the input, rounded, without
    /// delay.
    pub fn finish(&mut self) -> Result<Vec<f32>, JsError> {
        Ok(self.0.finish()?)
    }
}

enum File {
    Video(container::VideoFile),
    Audio(container::AudioFile),
}

/// Writes packets as an MP4 file with one track, media data first.
#[wasm_bindgen]
pub struct TrackFile(Option<File>);

#[wasm_bindgen]
impl TrackFile {
    /// Creates a file of AAC. `description` is its AudioSpecificConfig.
    pub fn audio(
        description: Vec<u8>,
        #[wasm_bindgen(js_name = sampleRate)] sample_rate: u32,
        channels: u16,
    ) -> Result<TrackFile, JsError> {
        let config = container::AudioConfig { description, sample_rate, channels };
        Ok(TrackFile(Some(File::Audio(container::AudioFile::new(config)?))))
    }

    /// Creates a file of video with an even frame rate. `codec` and `description` are those of a `VideoDecoderConfig`;
    /// `colour` is the code points of H.273 for primaries, transfer and matrix.
    pub fn video(
        codec: String,
        description: Option<Vec<u8>>,
        width: u16,
        height: u16,
        colour: Vec<u16>,
        #[wasm_bindgen(js_name = rateNumerator)] rate_numerator: u32,
        #[wasm_bindgen(js_name = rateDenominator)] rate_denominator: u32,
    ) -> Result<TrackFile, JsError> {
        let colour = colour.try_into().unwrap_or([container::UNSPECIFIED; 3]);
        let config = container::VideoConfig { codec, description, width, height, colour };
        let rate = container::Rate { numerator: rate_numerator, denominator: rate_denominator };
        Ok(TrackFile(Some(File::Video(container::VideoFile::new(config, rate)?))))
    }

    /// Adds the next packet in decoding order. For audio, `ticks` is how many samples it lasts; for video, how many
    /// frames after its place in that order it is presented.
    pub fn add(&mut self, data: &[u8], ticks: i32, key: bool) -> Result<(), JsError> {
        match &mut self.0 {
            Some(File::Video(file)) => file.add(data, ticks, key)?,
            Some(File::Audio(file)) => {
                file.add(data, u32::try_from(ticks).map_err(|_| container::Error::TooLarge)?)?;
            }
            None => return Err(container::Error::Empty.into()),
        }
        Ok(())
    }

    /// Returns the whole file, once. `startMicros` is when the first audio sample is due: an edit hides what is due
    /// before zero, or delays audio that begins later. Video begins at zero.
    pub fn finish(
        &mut self,
        #[wasm_bindgen(js_name = startMicros)] start_micros: f64,
    ) -> Result<Vec<u8>, JsError> {
        match self.0.take() {
            Some(File::Video(file)) => Ok(file.finish(0)?),
            Some(File::Audio(file)) => Ok(file.finish(start_micros.round() as i64)?),
            None => Err(container::Error::Empty.into()),
        }
    }
}

/// An assembled file: its head, and where the packets after it come from.
#[wasm_bindgen]
pub struct Assembly(container::Assembly);

#[wasm_bindgen]
impl Assembly {
    /// Returns everything before the packets: file type, index, and the head of the media data.
    #[wasm_bindgen(getter)]
    pub fn head(&self) -> Vec<u8> {
        self.0.head.clone()
    }

    /// Returns the packets in order, as triples: index of the file (the chunks, then the audio), offset, bytes.
    #[wasm_bindgen(getter)]
    pub fn pieces(&self) -> Vec<f64> {
        self.0
            .pieces
            .iter()
            .flat_map(|piece| [piece.file as f64, piece.offset as f64, piece.bytes as f64])
            .collect()
    }
}

/// Assembles chunks of video and a file of audio. Takes the `moov` box of each, box header included, and when the clip
/// was captured, in seconds since the beginning of 1970.
#[wasm_bindgen]
pub fn assemble(
    chunks: Vec<Uint8Array>,
    audio: Option<Vec<u8>>,
    #[wasm_bindgen(js_name = rateNumerator)] rate_numerator: u32,
    #[wasm_bindgen(js_name = rateDenominator)] rate_denominator: u32,
    captured: Option<f64>,
) -> Result<Assembly, JsError> {
    let chunks: Vec<Vec<u8>> = chunks.iter().map(Uint8Array::to_vec).collect();
    let chunks: Vec<&[u8]> = chunks.iter().map(Vec::as_slice).collect();
    let rate = container::Rate { numerator: rate_numerator, denominator: rate_denominator };
    let captured = captured.map(|seconds| seconds as i64);
    Ok(Assembly(container::assemble(&chunks, audio.as_deref(), rate, captured)?))
}

/// Cuts a finished file into the segments of a stream, one by one.
#[wasm_bindgen]
pub struct Packager(container::Packager);

#[wasm_bindgen]
impl Packager {
    /// Creates a packager. `index` is the file's `moov` box, box header included; `fragments` selects MP4 instead of
    /// transport streams; `firsts` are the frames that segments begin with.
    #[wasm_bindgen(constructor)]
    pub fn new(
        index: &[u8],
        fragments: bool,
        #[wasm_bindgen(js_name = rateNumerator)] rate_numerator: u32,
        #[wasm_bindgen(js_name = rateDenominator)] rate_denominator: u32,
        firsts: Vec<u32>,
    ) -> Result<Packager, JsError> {
        let format =
            if fragments { container::Format::Fragments } else { container::Format::TransportStream };
        let rate = container::Rate { numerator: rate_numerator, denominator: rate_denominator };
        let firsts: Vec<u64> = firsts.into_iter().map(u64::from).collect();
        Ok(Packager(container::Packager::new(index, format, rate, &firsts)?))
    }

    /// Returns the initialization file, which transport streams do not need.
    pub fn init(&self) -> Result<Vec<u8>, JsError> {
        Ok(self.0.init()?)
    }

    /// Returns the parts of the file that the next segment needs, as pairs: offset, bytes. None after the last segment.
    pub fn wanted(&self) -> Option<Vec<f64>> {
        let pieces = self.0.wanted()?;
        Some(pieces.iter().flat_map(|piece| [piece.offset as f64, piece.bytes as f64]).collect())
    }

    /// Writes the next segment. `media` are the parts that `wanted` returns, concatenated.
    pub fn write(&mut self, media: &[u8]) -> Result<Vec<u8>, JsError> {
        Ok(self.0.write(media)?)
    }
}

/// What an H.264 stream specifies about its frames.
#[wasm_bindgen]
pub struct H264Facts(h264::Facts);

#[wasm_bindgen]
impl H264Facts {
    /// Returns ffmpeg's name for the pixel format.
    #[wasm_bindgen(getter, js_name = pixelFormat)]
    pub fn pixel_format(&self) -> String {
        self.0.pixel_format.clone()
    }

    /// Returns whether frames may be coded as fields.
    #[wasm_bindgen(getter)]
    pub fn interlaced(&self) -> bool {
        self.0.interlaced
    }

    /// Returns width and height of a sample; none if the stream does not specify them.
    #[wasm_bindgen(getter, js_name = sampleAspect)]
    pub fn sample_aspect(&self) -> Option<Vec<u16>> {
        self.0.sample_aspect.map(|(width, height)| vec![width, height])
    }

    /// Returns width and height of the visible part in pixels; none if they make no sense.
    #[wasm_bindgen(getter)]
    pub fn size(&self) -> Option<Vec<u32>> {
        self.0.size.map(|(width, height)| vec![width, height])
    }
}

/// Reads an H.264 decoder configuration record (`avcC`).
#[wasm_bindgen(js_name = h264Facts)]
pub fn h264_facts(avcc: &[u8]) -> Result<H264Facts, JsError> {
    Ok(H264Facts(h264::facts(avcc)?))
}
