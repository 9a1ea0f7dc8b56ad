//! What the kernels of this group compute, in plain arithmetic: one segment of four samples along an edge.

/// A segment's parameters as FFmpeg passes them, of 8 bits.
#[derive(Clone, Copy)]
pub struct Segment {
    /// The threshold of what counts as smooth (luma only).
    pub beta: i32,
    /// The most that a sample changes.
    pub tc: i32,
    /// Whether the samples before the edge stay.
    pub keep_p: bool,
    /// Whether the samples behind the edge stay.
    pub keep_q: bool,
    /// Bits per sample.
    pub bits: u32,
}

/// Filters a segment of luma: four lines across the edge, each p3 to p0, q0 to q3.
pub fn luma(lines: &mut [[i32; 8]; 4], segment: Segment) {
    let (beta, tc) = (segment.beta << (segment.bits - 8), segment.tc << (segment.bits - 8));
    let bend_p = |line: &[i32; 8]| (line[1] - 2 * line[2] + line[3]).abs();
    let bend_q = |line: &[i32; 8]| (line[6] - 2 * line[5] + line[4]).abs();
    let ends = [lines[0], lines[3]];
    let sides: i32 = ends.iter().map(bend_p).sum();
    let others: i32 = ends.iter().map(bend_q).sum();
    if sides + others >= beta {
        return;
    }
    let smooth = ends.iter().all(|line| {
        (line[0] - line[3]).abs() + (line[7] - line[4]).abs() < beta >> 3
            && (line[3] - line[4]).abs() < (tc * 5 + 1) >> 1
            && 2 * (bend_p(line) + bend_q(line)) < beta >> 2
    });
    let side = (beta + (beta >> 1)) >> 3;
    for line in lines {
        let old = *line;
        let [p3, p2, p1, p0, q0, q1, q2, q3] = old;
        if smooth {
            let new = |old: i32, value: i32| old + (value - old).clamp(-2 * tc, 2 * tc);
            line[1] = new(p2, (2 * p3 + 3 * p2 + p1 + p0 + q0 + 4) >> 3);
            line[2] = new(p1, (p2 + p1 + p0 + q0 + 2) >> 2);
            line[3] = new(p0, (p2 + 2 * p1 + 2 * p0 + 2 * q0 + q1 + 4) >> 3);
            line[4] = new(q0, (p1 + 2 * p0 + 2 * q0 + 2 * q1 + q2 + 4) >> 3);
            line[5] = new(q1, (p0 + q0 + q1 + q2 + 2) >> 2);
            line[6] = new(q2, (p0 + q0 + q1 + 3 * q2 + 2 * q3 + 4) >> 3);
        } else {
            let delta = (9 * (q0 - p0) - 3 * (q1 - p1) + 8) >> 4;
            if delta.abs() < 10 * tc {
                let delta = delta.clamp(-tc, tc);
                let clip = |value: i32| value.clamp(0, (1 << segment.bits) - 1);
                let half = |change: i32| (change >> 1).clamp(-(tc >> 1), tc >> 1);
                line[3] = clip(p0 + delta);
                line[4] = clip(q0 - delta);
                if sides < side {
                    line[2] = clip(p1 + half(((p2 + p0 + 1) >> 1) - p1 + delta));
                }
                if others < side {
                    line[5] = clip(q1 + half(((q2 + q0 + 1) >> 1) - q1 - delta));
                }
            }
        }
        keep(line, &old, segment, 4);
    }
}

/// Filters a segment of chroma: four lines across the edge, each p1, p0, q0, q1.
pub fn chroma(lines: &mut [[i32; 4]; 4], segment: Segment) {
    let tc = segment.tc << (segment.bits - 8);
    if tc <= 0 {
        return;
    }
    for line in lines {
        let old = *line;
        let [p1, p0, q0, q1] = old;
        let delta = (((q0 - p0) * 4 + p1 - q1 + 4) >> 3).clamp(-tc, tc);
        let clip = |value: i32| value.clamp(0, (1 << segment.bits) - 1);
        line[1] = clip(p0 + delta);
        line[2] = clip(q0 - delta);
        keep(line, &old, segment, 2);
    }
}

fn keep(line: &mut [i32], old: &[i32], segment: Segment, edge: usize) {
    if segment.keep_p {
        line[..edge].copy_from_slice(&old[..edge]);
    }
    if segment.keep_q {
        line[edge..].copy_from_slice(&old[edge..]);
    }
}
