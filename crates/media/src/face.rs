//! The module's face to JavaScript: plain values and bytes, failures thrown. Decides nothing.

use crate::{h264, picture, sound};
use clipfit_container as container;
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

/// Turns decoded pictures of one layout into planar 4:2:0, 8 bits, limited range, upright, at the output size.
#[wasm_bindgen]
pub struct Picture(picture::Picture);

#[wasm_bindgen]
impl Picture {
    /// `format` is a `VideoPixelFormat`, width and height are of its visible pixels; `fullRange` is about YUV, whose matrix
    /// stays, RGB becomes BT.709; `turn` is clockwise in degrees and makes the picture upright; `out` is width and height
    /// of the frame to make, then left, top, width and height of the picture in it.
    #[wasm_bindgen(constructor)]
    pub fn new(
        format: &str,
        width: u32,
        height: u32,
        #[wasm_bindgen(js_name = fullRange)] full_range: bool,
        turn: u32,
        out: &[u32],
    ) -> Result<Picture, JsError> {
        let refused = picture::PictureError::Size { width: 0, height: 0 };
        let &[out_width, out_height, left, top, inner_width, inner_height] = out else {
            return Err(refused.into());
        };
        let (out, inside) = ((out_width, out_height), [left, top, inner_width, inner_height]);
        Ok(Picture(picture::Picture::new(format, (width, height), full_range, turn, out, inside)?))
    }

    /// Where in the module's memory the next picture belongs: its planes in the order of `VideoFrame`, without padding,
    /// chroma sizes rounded up. The memory may grow in every call, the place stays.
    #[wasm_bindgen(getter, js_name = inputAddress)]
    pub fn input_address(&self) -> usize {
        self.0.input().as_ptr() as usize
    }

    /// Bytes of a picture that goes in.
    #[wasm_bindgen(getter, js_name = inputBytes)]
    pub fn input_bytes(&self) -> usize {
        self.0.input().len()
    }

    /// Where the converted picture is.
    #[wasm_bindgen(getter, js_name = outputAddress)]
    pub fn output_address(&self) -> usize {
        self.0.output().as_ptr() as usize
    }

    /// Bytes of a converted picture.
    #[wasm_bindgen(getter, js_name = outputBytes)]
    pub fn output_bytes(&self) -> usize {
        self.0.output().len()
    }

    /// Converts the picture that lies at `inputAddress`.
    pub fn convert(&mut self) -> Result<(), JsError> {
        Ok(self.0.convert()?)
    }
}

/// Changes the sample rate of interleaved sound.
#[wasm_bindgen]
pub struct Resampler(sound::Resampler);

#[wasm_bindgen]
impl Resampler {
    /// Rates in hertz.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(js_name = fromRate)] from_rate: u32,
        #[wasm_bindgen(js_name = toRate)] to_rate: u32,
        channels: u32,
    ) -> Result<Resampler, JsError> {
        Ok(Resampler(sound::Resampler::new(from_rate, to_rate, channels)?))
    }

    /// Takes interleaved samples and answers what is ready, interleaved.
    pub fn push(&mut self, samples: &[f32]) -> Result<Vec<f32>, JsError> {
        Ok(self.0.push(samples)?)
    }

    /// Answers the rest: in total as many frames as were given times `toRate / fromRate`, rounded, without delay.
    pub fn finish(&mut self) -> Result<Vec<f32>, JsError> {
        Ok(self.0.finish()?)
    }
}

enum File {
    Picture(container::PictureFile),
    Sound(container::SoundFile),
}

/// Packets as an MP4 file of one track, media data first.
#[wasm_bindgen]
pub struct TrackFile(Option<File>);

#[wasm_bindgen]
impl TrackFile {
    /// A file of AAC. `description` is its AudioSpecificConfig.
    pub fn sound(
        description: Vec<u8>,
        #[wasm_bindgen(js_name = sampleRate)] sample_rate: u32,
        channels: u16,
    ) -> Result<TrackFile, JsError> {
        let sound = container::Sound { description, sample_rate, channels };
        Ok(TrackFile(Some(File::Sound(container::SoundFile::new(sound)?))))
    }

    /// A file of pictures at an even rate. `codec` and `description` are those of a `VideoDecoderConfig`, `colour` are the
    /// code points of H.273 for primaries, transfer and matrix.
    pub fn picture(
        codec: String,
        description: Option<Vec<u8>>,
        width: u16,
        height: u16,
        colour: Vec<u16>,
        #[wasm_bindgen(js_name = rateNumerator)] rate_numerator: u32,
        #[wasm_bindgen(js_name = rateDenominator)] rate_denominator: u32,
    ) -> Result<TrackFile, JsError> {
        let colour = colour.try_into().unwrap_or([container::UNSAID; 3]);
        let picture = container::Picture { codec, description, width, height, colour };
        let rate = container::Rate { numerator: rate_numerator, denominator: rate_denominator };
        Ok(TrackFile(Some(File::Picture(container::PictureFile::new(picture, rate)?))))
    }

    /// The next packet, in the order of decoding. `ticks` is, of sound, for how many samples it lasts, and of pictures by how
    /// many frames it is presented after its turn in that order.
    pub fn add(&mut self, data: &[u8], ticks: i32, key: bool) -> Result<(), JsError> {
        match &mut self.0 {
            Some(File::Picture(file)) => file.add(data, ticks, key)?,
            Some(File::Sound(file)) => {
                file.add(data, u32::try_from(ticks).map_err(|_| container::Error::TooLarge)?)?;
            }
            None => return Err(container::Error::Empty.into()),
        }
        Ok(())
    }

    /// The whole file, once. `startMicros` is when the first sample of sound is due: what is due before zero is cut by an
    /// edit, what begins later is waited for. Pictures begin at zero.
    pub fn finish(
        &mut self,
        #[wasm_bindgen(js_name = startMicros)] start_micros: f64,
    ) -> Result<Vec<u8>, JsError> {
        match self.0.take() {
            Some(File::Picture(file)) => Ok(file.finish(0)?),
            Some(File::Sound(file)) => Ok(file.finish(start_micros.round() as i64)?),
            None => Err(container::Error::Empty.into()),
        }
    }
}

/// What chunks and sound become: a head, and where the packets behind it come from.
#[wasm_bindgen]
pub struct Assembly(container::Assembly);

#[wasm_bindgen]
impl Assembly {
    /// Everything before the packets: file type, index, and the head of the media data.
    #[wasm_bindgen(getter)]
    pub fn head(&self) -> Vec<u8> {
        self.0.head.clone()
    }

    /// The packets in order, as triples: which file (the chunks from 0, then the sound), first byte, bytes.
    #[wasm_bindgen(getter)]
    pub fn pieces(&self) -> Vec<f64> {
        self.0
            .pieces
            .iter()
            .flat_map(|piece| [piece.file as f64, piece.offset as f64, piece.bytes as f64])
            .collect()
    }
}

/// Puts chunks of pictures and a file of sound together. Takes the `moov` box of each, header and all, and when the
/// pictures were captured, in seconds since the beginning of 1970.
#[wasm_bindgen]
pub fn assemble(
    chunks: Vec<Uint8Array>,
    sound: Option<Vec<u8>>,
    #[wasm_bindgen(js_name = rateNumerator)] rate_numerator: u32,
    #[wasm_bindgen(js_name = rateDenominator)] rate_denominator: u32,
    captured: Option<f64>,
) -> Result<Assembly, JsError> {
    let chunks: Vec<Vec<u8>> = chunks.iter().map(Uint8Array::to_vec).collect();
    let chunks: Vec<&[u8]> = chunks.iter().map(Vec::as_slice).collect();
    let rate = container::Rate { numerator: rate_numerator, denominator: rate_denominator };
    Ok(Assembly(container::assemble(
        &chunks,
        sound.as_deref(),
        rate,
        captured.map(|seconds| seconds as i64),
    )?))
}

/// Cuts a finished file into the segments of a stream, one after the other.
#[wasm_bindgen]
pub struct Packager(container::Packager);

#[wasm_bindgen]
impl Packager {
    /// `index` is the file's `moov` box, header and all; `fragments` asks for MP4 rather than for transport streams; `firsts`
    /// are the frames with which segments begin.
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

    /// The initialization file, of which transport streams have no need.
    pub fn init(&self) -> Result<Vec<u8>, JsError> {
        Ok(self.0.init()?)
    }

    /// What of the file the next segment needs, as pairs: first byte, bytes. None after the last segment.
    pub fn wanted(&self) -> Option<Vec<f64>> {
        let pieces = self.0.wanted()?;
        Some(pieces.iter().flat_map(|piece| [piece.offset as f64, piece.bytes as f64]).collect())
    }

    /// The next segment, out of the bytes that `wanted` names, one piece behind the other.
    pub fn write(&mut self, media: &[u8]) -> Result<Vec<u8>, JsError> {
        Ok(self.0.write(media)?)
    }
}

/// What an H.264 stream says about its pictures.
#[wasm_bindgen]
pub struct H264Facts(h264::Facts);

#[wasm_bindgen]
impl H264Facts {
    /// ffmpeg's name of the pixel format.
    #[wasm_bindgen(getter, js_name = pixelFormat)]
    pub fn pixel_format(&self) -> String {
        self.0.pixel_format.clone()
    }

    /// Whether pictures may be coded as fields.
    #[wasm_bindgen(getter)]
    pub fn interlaced(&self) -> bool {
        self.0.interlaced
    }

    /// Width and height of a sample; none where the stream does not say.
    #[wasm_bindgen(getter, js_name = sampleAspect)]
    pub fn sample_aspect(&self) -> Option<Vec<u16>> {
        self.0.sample_aspect.map(|(width, height)| vec![width, height])
    }
}

/// Reads an H.264 decoder configuration record (`avcC`).
#[wasm_bindgen(js_name = h264Facts)]
pub fn h264_facts(avcc: &[u8]) -> Result<H264Facts, JsError> {
    Ok(H264Facts(h264::facts(avcc)?))
}
