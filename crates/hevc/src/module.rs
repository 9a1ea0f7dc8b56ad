//! The module's interface for JavaScript. Decides nothing.

use crate::decoder::{Decoder, Frame};
use wasm_bindgen::prelude::*;

/// Returns whether an allocation ever failed. Can be called after a trap, too.
#[wasm_bindgen(js_name = memoryRefused)]
pub fn memory_refused() -> bool {
    clipfit_wasm_c::memory_refused()
}

/// One decode of a track.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Hevc(Decoder);

#[wasm_bindgen]
impl Hevc {
    /// Opens a decoder with an `HEVCDecoderConfigurationRecord`.
    #[wasm_bindgen(constructor)]
    pub fn new(record: &[u8]) -> Result<Hevc, JsError> {
        Ok(Hevc(Decoder::open(record)?))
    }

    /// Sends a packet with its time in microseconds.
    pub fn send(&mut self, packet: &[u8], time: f64) -> Result<(), JsError> {
        Ok(self.0.send(packet, time as i64)?)
    }

    /// Ends the stream: the frames in work come out.
    pub fn finish(&mut self) -> Result<(), JsError> {
        Ok(self.0.finish()?)
    }

    /// Returns the next frame in presentation order, if one is ready.
    pub fn receive(&mut self) -> Result<Option<HevcFrame>, JsError> {
        Ok(self.0.receive()?.map(HevcFrame))
    }
}

/// A decoded frame in the module's memory, until it is freed. The decoder may end before.
#[wasm_bindgen]
#[derive(Debug)]
pub struct HevcFrame(Frame);

#[wasm_bindgen]
impl HevcFrame {
    /// The time of its packet in microseconds.
    #[wasm_bindgen(getter)]
    pub fn time(&self) -> f64 {
        self.0.time() as f64
    }

    /// In pixels.
    #[wasm_bindgen(getter)]
    pub fn width(&self) -> u32 {
        self.0.size().0
    }

    /// In pixels.
    #[wasm_bindgen(getter)]
    pub fn height(&self) -> u32 {
        self.0.size().1
    }

    /// In WebCodecs' words, if it has any.
    #[wasm_bindgen(getter)]
    pub fn layout(&self) -> Option<String> {
        self.0.layout()
    }

    /// Returns the address of a plane in the module's memory, and the bytes from row to row.
    pub fn plane(&self, plane: usize) -> Option<Vec<u32>> {
        self.0.plane(plane).map(|(address, stride)| vec![address as u32, stride])
    }
}
