//! The colour difference CIEDE2000, for tests.

use super::{Matrix, product};

/// A colour in CIE L*a*b*.
#[derive(Debug, Clone, Copy)]
pub struct Lab {
    l: f32,
    a: f32,
    b: f32,
}

/// Returns the colour of coded red, green and blue of BT.709, white being the white of the screen.
pub fn lab(coded: [f32; 3]) -> Lab {
    /// IEC 61966-2-1: to CIE XYZ, with the sums divided by those of white.
    const TO_XYZ: Matrix = [[0.4339, 0.3762, 0.1899], [0.2126, 0.7152, 0.0722], [0.0178, 0.1095, 0.8727]];
    let light = coded.map(|value| value.clamp(0.0, 1.0).powf(2.4));
    let [x, y, z] = product(&TO_XYZ, light).map(|value| {
        if value > 216.0 / 24389.0 { value.cbrt() } else { (24389.0 / 27.0 * value + 16.0) / 116.0 }
    });
    Lab { l: 116.0 * y - 16.0, a: 500.0 * (x - y), b: 200.0 * (y - z) }
}

impl Lab {
    /// Returns the difference to another colour (Sharma, Wu and Dalal 2005).
    pub fn difference(self, other: Lab) -> f32 {
        let [one, two] = [self, other].map(|lab| [lab.l, lab.a, lab.b].map(f64::from));
        let chroma = |[_, a, b]: [f64; 3]| a.hypot(b);
        let mean = (chroma(one) + chroma(two)) / 2.0;
        let seventh = |value: f64| (value.powi(7) / (value.powi(7) + 25_f64.powi(7))).sqrt();
        let g = 0.5 * (1.0 - seventh(mean));
        let prime = |[l, a, b]: [f64; 3]| {
            let a = (1.0 + g) * a;
            (l, a.hypot(b), b.atan2(a).to_degrees().rem_euclid(360.0))
        };
        let ((l1, c1, h1), (l2, c2, h2)) = (prime(one), prime(two));
        let gray = c1 * c2 == 0.0;
        let turn = match h2 - h1 {
            _ if gray => 0.0,
            turn if turn > 180.0 => turn - 360.0,
            turn if turn < -180.0 => turn + 360.0,
            turn => turn,
        };
        let (dl, dc) = (l2 - l1, c2 - c1);
        let dh = 2.0 * (c1 * c2).sqrt() * (turn / 2.0).to_radians().sin();
        let (l, c) = ((l1 + l2) / 2.0, (c1 + c2) / 2.0);
        let h = match (h1 - h2).abs() {
            _ if gray => h1 + h2,
            apart if apart <= 180.0 => (h1 + h2) / 2.0,
            _ if h1 + h2 < 360.0 => (h1 + h2 + 360.0) / 2.0,
            _ => (h1 + h2 - 360.0) / 2.0,
        };
        let cosine = |degrees: f64| degrees.to_radians().cos();
        let t = 1.0 - 0.17 * cosine(h - 30.0) + 0.24 * cosine(2.0 * h) + 0.32 * cosine(3.0 * h + 6.0)
            - 0.2 * cosine(4.0 * h - 63.0);
        let sl = 1.0 + 0.015 * (l - 50.0).powi(2) / (20.0 + (l - 50.0).powi(2)).sqrt();
        let (sc, sh) = (1.0 + 0.045 * c, 1.0 + 0.015 * c * t);
        let rotation = -2.0 * seventh(c) * (60.0 * (-((h - 275.0) / 25.0).powi(2)).exp()).to_radians().sin();
        ((dl / sl).powi(2) + (dc / sc).powi(2) + (dh / sh).powi(2) + rotation * (dc / sc) * (dh / sh)).sqrt()
            as f32
    }
}

#[test]
fn differences_are_those_of_the_published_pairs() {
    let cases = [
        ([50.0, 2.6772, -79.7751], [50.0, 0.0, -82.7485], 2.0425),
        ([50.0, 0.0, 0.0], [50.0, -1.0, 2.0], 2.3669),
        ([50.0, 2.5, 0.0], [73.0, 25.0, -18.0], 27.1492),
        ([60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644),
        ([2.0776, 0.0795, -1.1350], [0.9033, -0.0636, -0.5514], 0.9082),
    ];
    for (one, two, wanted) in cases {
        let [one, two] = [one, two].map(|[l, a, b]| Lab { l, a, b });
        assert!((one.difference(two) - wanted).abs() < 2e-4, "{one:?} {two:?}: {}", one.difference(two));
    }
}
