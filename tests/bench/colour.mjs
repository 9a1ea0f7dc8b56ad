// How far the colours of two results are apart, in CIEDE2000. Knows nothing of where they come from.

import { execFile } from "node:child_process";
import { promisify } from "node:util";

const execute = promisify(execFile);
/** Small frames: a difference of colour is one of areas, not of the encoders' noise. */
const [WIDTH, HEIGHT] = [96, 54];

/**
 * @param {string} one path
 * @param {string} other
 * @param {number} timeout seconds
 * @returns {Promise<{ deltaE: number, deltaEMost: number }>} mean and most over a frame a second
 */
export async function colourDistance(one, other, timeout) {
  const [first, second] = await Promise.all([one, other].map((path) => pixels(path, timeout)));
  let [sum, most, count] = [0, 0, 0];
  for (let at = 0; at + 3 <= Math.min(first.length, second.length); at += 3) {
    const distance = ciede2000(lab(first, at), lab(second, at));
    sum += distance;
    most = Math.max(most, distance);
    count += 1;
  }
  if (count === 0) throw new Error("no frames to compare colours of");
  return { deltaE: sum / count, deltaEMost: most };
}

async function pixels(path, timeout) {
  const filter = `fps=1,scale=${WIDTH}:${HEIGHT}:flags=area`;
  const words = ["-v", "error", "-i", path, "-vf", filter, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"];
  const options = { timeout: timeout * 1000, encoding: "buffer", maxBuffer: 1 << 30 };
  return (await execute("ffmpeg", words, options)).stdout;
}

/** CIE 1976 L*a*b* of sRGB, white D65. */
function lab(bytes, at) {
  const [r, g, b] = [0, 1, 2].map((index) => {
    const value = bytes[at + index] / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  const curve = (value) => (value > 216 / 24389 ? Math.cbrt(value) : (24389 / 27 / 116) * value + 16 / 116);
  const x = curve((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  const y = curve(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
  const z = curve((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** ISO/CIE 11664-6, with the names of Sharma, Wu and Dalal. */
function ciede2000([l1, a1, b1], [l2, a2, b2]) {
  const degrees = Math.PI / 180;
  const chromaMean = (Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2;
  const seventh = chromaMean ** 7;
  const g = 0.5 * (1 - Math.sqrt(seventh / (seventh + 25 ** 7)));
  const [p1, p2] = [a1 * (1 + g), a2 * (1 + g)];
  const [c1, c2] = [Math.hypot(p1, b1), Math.hypot(p2, b2)];
  const angle = (a, b) => (a === 0 && b === 0 ? 0 : (Math.atan2(b, a) / degrees + 360) % 360);
  const [h1, h2] = [angle(p1, b1), angle(p2, b2)];
  const gray = c1 * c2 === 0;
  const turn = h2 - h1;
  const dh = gray ? 0 : Math.abs(turn) <= 180 ? turn : turn - 360 * Math.sign(turn);
  const dH = 2 * Math.sqrt(c1 * c2) * Math.sin((dh / 2) * degrees);
  const [dL, dC] = [l2 - l1, c2 - c1];
  const [lMean, cMean] = [(l1 + l2) / 2, (c1 + c2) / 2];
  const sum = h1 + h2;
  const hMean = gray ? sum : Math.abs(turn) <= 180 ? sum / 2 : (sum + (sum < 360 ? 360 : -360)) / 2;
  const cos = (factor, offset) => Math.cos((factor * hMean + offset) * degrees);
  const t = 1 - 0.17 * cos(1, -30) + 0.24 * cos(2, 0) + 0.32 * cos(3, 6) - 0.2 * cos(4, -63);
  const sL = 1 + (0.015 * (lMean - 50) ** 2) / Math.sqrt(20 + (lMean - 50) ** 2);
  const [sC, sH] = [1 + 0.045 * cMean, 1 + 0.015 * cMean * t];
  const rC = 2 * Math.sqrt(cMean ** 7 / (cMean ** 7 + 25 ** 7));
  const rT = -Math.sin(60 * Math.exp(-(((hMean - 275) / 25) ** 2)) * degrees) * rC;
  return Math.sqrt((dL / sL) ** 2 + (dC / sC) ** 2 + (dH / sH) ** 2 + rT * (dC / sC) * (dH / sH));
}
