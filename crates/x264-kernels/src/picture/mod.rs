//! Intra prediction, its costs, and deblocking.
