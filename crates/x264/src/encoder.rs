//! The typed wrapper around x264: settings in, packets out, nothing left behind.
#![allow(unsafe_code, reason = "every call into the library is one")]

use crate::{files, library};
use std::cell::{Cell, RefCell};
use std::ffi::{CStr, CString, c_char, c_int};
use std::ptr::NonNull;

/// Size and rate of the frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    /// Width in pixels, even.
    pub width: u32,
    /// Height in pixels, even.
    pub height: u32,
    /// Frames per second: numerator.
    pub rate_numerator: u32,
    /// Frames per second: denominator.
    pub rate_denominator: u32,
}

impl Format {
    /// Returns the bytes of one planar 4:2:0 frame without padding, or `None` for a format that x264 does not encode.
    pub fn frame_bytes(self) -> Option<usize> {
        let even = |size: u32| (2..=16384).contains(&size) && size.is_multiple_of(2);
        let valid =
            even(self.width) && even(self.height) && self.rate_numerator > 0 && self.rate_denominator > 0;
        valid.then(|| self.width as usize * self.height as usize * 3 / 2)
    }
}

/// The output of a first pass, for the second pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statistics {
    /// x264's statistics for every frame, as text.
    pub frames: Vec<u8>,
    /// Its macroblock tree; empty for settings without one.
    pub tree: Vec<u8>,
}

/// The pass of an encode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pass {
    /// The only one.
    Only,
    /// The first of two, with x264's own fast settings for it. Produces statistics.
    First,
    /// The second of two, with these statistics.
    Second(Statistics),
}

/// How to encode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The format of the frames.
    pub format: Format,
    /// One of x264's presets.
    pub preset: String,
    /// x264's options by their names: `bitrate` in kb/s, `crf`, `keyint` in frames, `vbv-maxrate`, `colorprim`,
    /// `sar`...
    pub options: Vec<(String, String)>,
    /// The profile to obey.
    pub profile: Option<String>,
    /// The pass.
    pub pass: Pass,
    /// Whether x264 uses our kernels; otherwise it uses its own C, for comparison.
    pub kernels: bool,
}

/// Errors of the encoder.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Sizes that are odd, zero or too large, or no rate.
    #[error("x264 does not encode frames of {0:?}")]
    Format(Format),
    /// x264 has no preset of this name.
    #[error("x264 knows no preset {0:?}")]
    Preset(String),
    /// x264 has no option of this name.
    #[error("x264 has no option {0:?}")]
    UnknownOption(String),
    /// An option cannot have this value.
    #[error("x264's option {name:?} cannot be {value:?}")]
    BadValue {
        /// The option.
        name: String,
        /// The value.
        value: String,
    },
    /// The profile is unknown or too small for the settings.
    #[error("x264 cannot keep to the profile {0:?}")]
    Profile(String),
    /// x264 refused the combination of settings or the statistics, or had no memory.
    #[error("x264 did not open: {0}")]
    Refused(String),
    /// A frame does not have the format's size.
    #[error("a frame has {found} bytes instead of {wanted}")]
    FrameSize {
        /// Expected bytes.
        wanted: usize,
        /// Actual bytes.
        found: usize,
    },
    /// x264 failed on a frame.
    #[error("x264 failed at frame {frame}: {log}")]
    Encode {
        /// Frames pushed before.
        frame: i64,
        /// x264's log.
        log: String,
    },
}

/// One encoded frame: units with their sizes before them, as in MP4.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    /// When it is shown, in frames of the format's rate.
    pub shown: i64,
    /// When it is decoded, in frames of the format's rate; negative before the first.
    pub decoded: i64,
    /// Whether decoding can start here.
    pub keyframe: bool,
    /// Its bytes.
    pub data: Vec<u8>,
}

/// The parameter sets that a decoder needs before the first packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterSets {
    /// The sequence parameter set, without a size before it.
    pub sequence: Vec<u8>,
    /// The picture parameter set, without a size before it.
    pub picture: Vec<u8>,
}

thread_local! {
    static LOG: RefCell<String> = const { RefCell::new(String::new()) };
    static OPENED: Cell<u32> = const { Cell::new(0) };
}

/// Called by c/library.c with a warning or an error of x264's.
///
/// # Safety
/// `text` is a string.
#[unsafe(no_mangle)]
unsafe extern "C" fn clipfit_log(_level: c_int, text: *const c_char) {
    // SAFETY: format_log passes a buffer that it has just written.
    let text = unsafe { CStr::from_ptr(text) };
    LOG.with_borrow_mut(|log| {
        // Evidence, not a full record: a clip that causes a warning for every frame must not fill the memory.
        if log.len() < 4096 {
            log.push_str(&text.to_string_lossy());
        }
    });
}

/// Returns what x264 has logged since the last call.
fn log() -> String {
    LOG.take().trim().to_owned()
}

/// x264's settings while they are assembled.
struct Building(NonNull<library::RawSettings>);

impl Drop for Building {
    fn drop(&mut self) {
        // SAFETY: made by clipfit_settings_new, freed once.
        unsafe { library::clipfit_settings_free(self.0.as_ptr()) }
    }
}

/// A running encoder.
pub struct Encoder {
    raw: Option<NonNull<library::RawEncoder>>,
    format: Format,
    frame_bytes: usize,
    pushed: i64,
    /// The name of its statistics; unique, so that several encoders can be open.
    statistics: CString,
    writes_statistics: bool,
}

impl Encoder {
    /// Opens an encoder.
    ///
    /// # Errors
    /// Every `Error` but the last two.
    pub fn open(settings: Settings) -> Result<Encoder, Error> {
        let format = settings.format;
        let frame_bytes = format.frame_bytes().ok_or(Error::Format(format))?;
        log();
        let bad_preset = || Error::Preset(settings.preset.clone());
        let preset = CString::new(settings.preset.as_str()).map_err(|_| bad_preset())?;
        // SAFETY: a string.
        let raw = unsafe { library::clipfit_settings_new(preset.as_ptr()) };
        let building = Building(NonNull::new(raw).ok_or_else(bad_preset)?);
        let raw = building.0.as_ptr();
        let Format { width, height, rate_numerator, rate_denominator } = format;
        // SAFETY: `building` is alive; sizes were checked to be small.
        unsafe {
            library::clipfit_settings_clip(
                raw,
                width as i32,
                height as i32,
                rate_numerator,
                rate_denominator,
            );
        }
        for (name, value) in &settings.options {
            set(&building, name, value)?;
        }
        let number = OPENED.replace(OPENED.get().wrapping_add(1));
        let statistics = CString::new(format!("{number}/statistics")).unwrap_or_default();
        let pass = match settings.pass {
            Pass::Only => 0,
            Pass::First => 1,
            Pass::Second(given) => {
                files::give(&statistics, given.frames);
                if !given.tree.is_empty() {
                    files::give(&tree_name(&statistics), given.tree);
                }
                2
            }
        };
        // From here on, dropping the encoder removes the statistics.
        let mut encoder =
            Encoder { raw: None, format, frame_bytes, pushed: 0, statistics, writes_statistics: pass == 1 };
        if pass != 0 {
            // SAFETY: x264 copies the names when it opens.
            unsafe { library::clipfit_settings_pass(raw, pass, encoder.statistics.as_ptr().cast_mut()) };
        }
        if let Some(profile) = settings.profile {
            let name = CString::new(profile.as_str()).map_err(|_| Error::Profile(profile.clone()))?;
            // SAFETY: alive settings and a string.
            if unsafe { library::clipfit_settings_profile(raw, name.as_ptr()) } != 0 {
                return Err(Error::Profile(profile));
            }
        }
        // SAFETY: complete settings, which x264 copies.
        encoder.raw = NonNull::new(unsafe { library::clipfit_open(raw, c_int::from(settings.kernels)) });
        if encoder.raw.is_none() {
            return Err(Error::Refused(log()));
        }
        Ok(encoder)
    }

    /// Returns the parameter sets that decoders need first.
    ///
    /// # Errors
    /// `Encode` when x264 cannot write them.
    pub fn parameter_sets(&mut self) -> Result<ParameterSets, Error> {
        let (mut sps, mut pps) = (std::ptr::null(), std::ptr::null());
        let (mut sps_bytes, mut pps_bytes) = (0, 0);
        // SAFETY: an open encoder and four places to write to.
        let code = unsafe {
            library::clipfit_headers(self.raw(), &mut sps, &mut sps_bytes, &mut pps, &mut pps_bytes)
        };
        if code < 0 {
            return Err(self.failed());
        }
        // SAFETY: x264's own buffers, valid until its next call.
        unsafe {
            Ok(ParameterSets {
                sequence: std::slice::from_raw_parts(sps, sps_bytes.max(0) as usize).to_vec(),
                picture: std::slice::from_raw_parts(pps, pps_bytes.max(0) as usize).to_vec(),
            })
        }
    }

    /// Encodes the next frame (planar 4:2:0, no padding); `None` while x264 holds frames back.
    ///
    /// # Errors
    /// `FrameSize`, or `Encode` when x264 fails.
    pub fn push(&mut self, frame: &[u8]) -> Result<Option<Packet>, Error> {
        if frame.len() != self.frame_bytes {
            return Err(Error::FrameSize { wanted: self.frame_bytes, found: frame.len() });
        }
        let packet = self.encode(frame.as_ptr())?;
        self.pushed += 1;
        Ok(packet)
    }

    /// Returns the next delayed packet of x264; `None` if there is none left.
    ///
    /// # Errors
    /// `Encode` when x264 fails.
    pub fn flush(&mut self) -> Result<Option<Packet>, Error> {
        // SAFETY: an open encoder.
        while unsafe { library::clipfit_delayed(self.raw()) } > 0 {
            if let Some(packet) = self.encode(std::ptr::null())? {
                return Ok(Some(packet));
            }
        }
        Ok(None)
    }

    /// Ends the encode. A first pass returns its statistics.
    pub fn close(mut self) -> Option<Statistics> {
        self.end();
        if !self.writes_statistics {
            return None;
        }
        let frames = files::take(&self.statistics)?;
        Some(Statistics { frames, tree: files::take(&tree_name(&self.statistics)).unwrap_or_default() })
    }

    fn encode(&mut self, frame: *const u8) -> Result<Option<Packet>, Error> {
        let mut packet = library::RawPacket { pts: 0, dts: 0, data: std::ptr::null(), bytes: 0, keyframe: 0 };
        let (width, height) = (self.format.width as i32, self.format.height as i32);
        // SAFETY: an open encoder; the frame was measured and is only read.
        let code =
            unsafe { library::clipfit_encode(self.raw(), frame, width, height, self.pushed, &mut packet) };
        if code < 0 {
            return Err(self.failed());
        }
        if packet.bytes <= 0 {
            return Ok(None);
        }
        // SAFETY: x264's own buffer, valid until its next call.
        let data = unsafe { std::slice::from_raw_parts(packet.data, packet.bytes as usize) }.to_vec();
        Ok(Some(Packet { shown: packet.pts, decoded: packet.dts, keyframe: packet.keyframe != 0, data }))
    }

    fn raw(&self) -> *mut library::RawEncoder {
        self.raw.map_or(std::ptr::null_mut(), NonNull::as_ptr)
    }

    fn failed(&self) -> Error {
        Error::Encode { frame: self.pushed, log: log() }
    }

    fn end(&mut self) {
        if let Some(raw) = self.raw.take() {
            // SAFETY: opened once, closed once.
            unsafe { library::clipfit_close(raw.as_ptr()) }
        }
    }
}

impl Drop for Encoder {
    fn drop(&mut self) {
        self.end();
        files::forget(&self.statistics);
    }
}

fn set(building: &Building, name: &str, value: &str) -> Result<(), Error> {
    const BAD_NAME: c_int = -1;
    let unknown = || Error::UnknownOption(name.to_owned());
    let bad = || Error::BadValue { name: name.to_owned(), value: value.to_owned() };
    let c_name = CString::new(name).map_err(|_| unknown())?;
    let c_value = CString::new(value).map_err(|_| bad())?;
    // SAFETY: alive settings and two strings.
    match unsafe { library::clipfit_settings_set(building.0.as_ptr(), c_name.as_ptr(), c_value.as_ptr()) } {
        0 => Ok(()),
        BAD_NAME => Err(unknown()),
        _ => Err(bad()),
    }
}

/// Returns the name under which x264 looks for the macroblock tree.
fn tree_name(statistics: &CStr) -> CString {
    let mut name = statistics.to_bytes().to_vec();
    name.extend_from_slice(b".mbtree");
    CString::new(name).unwrap_or_default()
}
