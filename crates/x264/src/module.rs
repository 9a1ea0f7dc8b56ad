//! The module's interface for JavaScript: encodes one chunk at a time, with frames in shared memory. Decides nothing.

use crate::chunk;
use crate::encoder::{Encoder, Error, Format, Packet, ParameterSets, Pass, Settings, Statistics};
use wasm_bindgen::prelude::*;

/// Returns whether an allocation ever failed. Can be called after a trap, too.
#[wasm_bindgen(js_name = memoryRefused)]
pub fn memory_refused() -> bool {
    clipfit_wasm_c::memory_refused()
}

/// One encode of one chunk.
#[wasm_bindgen]
pub struct X264 {
    format: Format,
    /// Where JavaScript puts the next frame.
    frame: Vec<u8>,
    encoder: Option<Encoder>,
    sets: ParameterSets,
    packets: Vec<Packet>,
    statistics: Option<Statistics>,
}

#[wasm_bindgen]
impl X264 {
    /// Opens an encoder. `options` are x264's own, each as `name=value`; `profile` is obeyed as a limit. `pass` is 0
    /// for the only pass, 1 for the first and 2 for the second, which needs the first one's statistics.
    #[wasm_bindgen(constructor)]
    #[allow(
        clippy::too_many_arguments,
        reason = "plain values are what crosses to JavaScript without a copy of the type"
    )]
    pub fn new(
        width: u32,
        height: u32,
        rate_numerator: u32,
        rate_denominator: u32,
        preset: String,
        options: Vec<String>,
        pass: u8,
        statistics: Option<Vec<u8>>,
        tree: Option<Vec<u8>>,
        kernels: bool,
    ) -> Result<X264, JsError> {
        let format = Format { width, height, rate_numerator, rate_denominator };
        let mut profile = None;
        let mut pairs = Vec::new();
        for option in options {
            let (name, value) = option.split_once('=').ok_or_else(|| Error::UnknownOption(option.clone()))?;
            match name {
                "profile" => profile = Some(value.to_owned()),
                _ => pairs.push((name.to_owned(), value.to_owned())),
            }
        }
        let pass = match pass {
            1 => Pass::First,
            2 => Pass::Second(Statistics {
                frames: statistics.unwrap_or_default(),
                tree: tree.unwrap_or_default(),
            }),
            _ => Pass::Only,
        };
        let frame_bytes = format.frame_bytes().ok_or(Error::Format(format))?;
        let mut encoder = Encoder::open(Settings { format, preset, options: pairs, profile, pass, kernels })?;
        let sets = encoder.parameter_sets()?;
        let frame = vec![0; frame_bytes];
        Ok(X264 { format, frame, encoder: Some(encoder), sets, packets: Vec::new(), statistics: None })
    }

    /// Returns the address of the next frame in the module's memory: planar 4:2:0 without padding. The memory may grow
    /// in every call; the address stays.
    #[wasm_bindgen(getter, js_name = frameAddress)]
    pub fn frame_address(&self) -> usize {
        self.frame.as_ptr() as usize
    }

    /// Returns the size of a frame in bytes.
    #[wasm_bindgen(getter, js_name = frameBytes)]
    pub fn frame_bytes(&self) -> usize {
        self.frame.len()
    }

    /// Encodes the frame at `frameAddress`.
    pub fn push(&mut self) -> Result<(), JsError> {
        if let Some(encoder) = &mut self.encoder {
            self.packets.extend(encoder.push(&self.frame)?);
        }
        Ok(())
    }

    /// Encodes the delayed frames and ends the encode.
    pub fn finish(&mut self) -> Result<(), JsError> {
        if let Some(mut encoder) = self.encoder.take() {
            while let Some(packet) = encoder.flush()? {
                self.packets.push(packet);
            }
            self.statistics = encoder.close();
        }
        Ok(())
    }

    /// Returns the packets as an MP4 file.
    pub fn chunk(&self) -> Option<Vec<u8>> {
        chunk::mp4(self.format, &self.sets, &self.packets)
    }

    /// Returns a first pass's statistics for every frame, once finished.
    pub fn statistics(&self) -> Option<Vec<u8>> {
        self.statistics.as_ref().map(|statistics| statistics.frames.clone())
    }

    /// Returns a first pass's macroblock tree, once finished, if the settings make one.
    pub fn tree(&self) -> Option<Vec<u8>> {
        self.statistics.as_ref().map(|statistics| statistics.tree.clone()).filter(|tree| !tree.is_empty())
    }
}
