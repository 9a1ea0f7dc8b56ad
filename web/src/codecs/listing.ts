// Writes facts in the format of ffprobe's flat listing. Refuses to know what they mean.

/** Undefined facts are left out. */
type Value = string | number | undefined;

/** Collects lines such as `streams.stream.0.codec_name="h264"`: numbers are bare, strings quoted. */
export class Listing {
  #lines: string[] = [];

  add(prefix: string, facts: Readonly<Record<string, Value>>): void {
    for (const [key, value] of Object.entries(facts)) {
      if (value !== undefined) {
        this.#lines.push(`${prefix}.${key}=${typeof value === "number" ? value : quoted(value)}`);
      }
    }
  }

  toString(): string {
    return `${this.#lines.join("\n")}\n`;
  }
}

const ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r" };

/** Escapes as ffprobe's flat writer does, for a shell. */
function quoted(text: string): string {
  return `"${text.replace(/[\\"`$\n\r]/g, (character) => ESCAPES[character] ?? `\\${character}`)}"`;
}

/** Formats seconds with six digits, as ffprobe writes times. */
export function seconds(time: number): string {
  const text = time.toFixed(6);
  return text === "-0.000000" ? "0.000000" : text;
}
