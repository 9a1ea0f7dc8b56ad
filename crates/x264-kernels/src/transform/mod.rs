//! Transforms, quantisation and what is asked of quantised coefficients.
