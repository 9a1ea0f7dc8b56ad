//! Motion compensation: interpolating, averaging, weighting and copying blocks and planes.
