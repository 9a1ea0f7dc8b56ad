//! Transforms, quantisation and what is asked of quantised coefficients. Coefficients are 16 bits wide and lie as x264
//! keeps them: column after column, so index = size * horizontal frequency + vertical frequency.

pub mod coefficients;
pub mod dc;
pub mod dct4;
pub mod dct8;
pub mod dequant;
pub mod quant;
pub mod scan;
mod turn;
