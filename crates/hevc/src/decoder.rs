//! A decoder that owns FFmpeg's. Every error that FFmpeg reports is one here: it would go on with concealed frames.
#![allow(unsafe_code, reason = "this is the border to C")]

use crate::library::{self, RawDecoder, RawFrame};
use std::ffi::{CStr, c_int};
use std::mem::MaybeUninit;
use std::ptr::{self, NonNull};

/// Why nothing is decoded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The container's record is none of HEVC, or memory is short.
    #[error("no HEVC decoder for this record of {0} bytes")]
    NotOpened(usize),
    /// A packet is larger than FFmpeg counts.
    #[error("a packet of {0} bytes")]
    TooLarge(usize),
    /// FFmpeg gave up on a packet.
    #[error("FFmpeg's error {code}: {said}")]
    Failed {
        /// FFmpeg's number.
        code: i32,
        /// What it said last.
        said: String,
    },
    /// FFmpeg found an error and went on.
    #[error("a decode error: {0}")]
    Concealed(String),
}

/// One decode of a track.
#[derive(Debug)]
pub struct Decoder {
    raw: NonNull<RawDecoder>,
    /// Errors that FFmpeg had reported before.
    errors: c_int,
}

impl Decoder {
    /// Opens a decoder with an `HEVCDecoderConfigurationRecord` (ISO 14496-15).
    ///
    /// # Errors
    ///
    /// `NotOpened`, `TooLarge`
    pub fn open(record: &[u8]) -> Result<Decoder, Error> {
        let bytes = counted(record)?;
        // SAFETY: the record is as long as said; FFmpeg copies it.
        let raw = NonNull::new(unsafe { library::clipfit_open(record.as_ptr(), bytes) });
        let raw = raw.ok_or(Error::NotOpened(record.len()))?;
        Ok(Decoder { raw, errors: reported() })
    }

    /// Sends a packet with its time, which its frame gets.
    ///
    /// # Errors
    ///
    /// `TooLarge`, `Failed`, `Concealed`
    pub fn send(&mut self, packet: &[u8], time: i64) -> Result<(), Error> {
        let bytes = counted(packet)?;
        // SAFETY: the packet is as long as said; FFmpeg copies it.
        let code = unsafe { library::clipfit_send(self.raw.as_ptr(), packet.as_ptr(), bytes, time) };
        self.check(code)
    }

    /// Ends the stream: the frames in work come out.
    ///
    /// # Errors
    ///
    /// `Failed`, `Concealed`
    pub fn finish(&mut self) -> Result<(), Error> {
        // SAFETY: null is the end.
        let code = unsafe { library::clipfit_send(self.raw.as_ptr(), ptr::null(), 0, 0) };
        self.check(code)
    }

    /// Returns the next frame in presentation order, if one is ready.
    ///
    /// # Errors
    ///
    /// `Failed`, `Concealed`
    pub fn receive(&mut self) -> Result<Option<Frame>, Error> {
        let mut raw = MaybeUninit::<RawFrame>::uninit();
        // SAFETY: the decoder is open.
        let code = unsafe { library::clipfit_receive(self.raw.as_ptr(), raw.as_mut_ptr()) };
        // SAFETY: with 1 the frame is filled in.
        let frame = (code == 1).then(|| Frame { raw: unsafe { raw.assume_init() } });
        self.check(code)?;
        Ok(frame)
    }

    fn check(&mut self, code: c_int) -> Result<(), Error> {
        let before = std::mem::replace(&mut self.errors, reported());
        if code < 0 {
            Err(Error::Failed { code, said: last_error() })
        } else if self.errors != before {
            Err(Error::Concealed(last_error()))
        } else {
            Ok(())
        }
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        // SAFETY: opened by `open`, closed only here.
        unsafe { library::clipfit_close(self.raw.as_ptr()) }
    }
}

/// A decoded frame in the module's memory.
#[derive(Debug)]
pub struct Frame {
    raw: RawFrame,
}

impl Frame {
    /// Returns the time of its packet.
    pub fn time(&self) -> i64 {
        self.raw.time
    }

    /// Returns its width and height in pixels.
    pub fn size(&self) -> (u32, u32) {
        let [width, height] = [self.raw.width, self.raw.height].map(|side| u32::try_from(side).unwrap_or(0));
        (width, height)
    }

    /// Returns its layout in WebCodecs' words; `None` where WebCodecs has none.
    pub fn layout(&self) -> Option<String> {
        let subsampling = match (self.raw.chroma_across, self.raw.chroma_down) {
            (1, 1) => "I420",
            (1, 0) => "I422",
            (0, 0) => "I444",
            _ => return None,
        };
        match self.raw.bits {
            8 => Some(subsampling.to_owned()),
            bits @ (10 | 12) => Some(format!("{subsampling}P{bits}")),
            _ => None,
        }
    }

    /// Returns address and bytes from row to row of a plane: 0 for luma, 1 and 2 for chroma.
    pub fn plane(&self, plane: usize) -> Option<(usize, u32)> {
        let stride = u32::try_from(*self.raw.strides.get(plane)?).ok()?;
        Some((*self.raw.planes.get(plane)? as usize, stride))
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        // SAFETY: filled in by `receive`, released only here.
        unsafe { library::clipfit_release(self.raw.owner) }
    }
}

fn counted(bytes: &[u8]) -> Result<c_int, Error> {
    c_int::try_from(bytes.len()).map_err(|_| Error::TooLarge(bytes.len()))
}

fn reported() -> c_int {
    // SAFETY: a number.
    unsafe { library::clipfit_errors() }
}

fn last_error() -> String {
    // SAFETY: ends with zero, in memory that stays.
    unsafe { CStr::from_ptr(library::clipfit_last_error()) }.to_string_lossy().trim().to_owned()
}
