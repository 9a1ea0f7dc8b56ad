// Replaces what a media worker finds of the browser's own codecs by something that fails in a chosen way. The page itself
// is left as it is.

/**
 * Puts `patch` in front of every worker that the page starts.
 *
 * @param {import("puppeteer-core").Page} page before it loads
 * @param {() => void} patch runs in the worker; nothing around it is seen there
 */
export async function inWorkers(page, patch) {
  await page.evaluateOnNewDocument((code) => {
    const Real = window.Worker;
    window.Worker = class extends Real {
      constructor(address, options) {
        // The page has the worker's script at hand. It imports nothing, so it can be told in one piece.
        const request = new XMLHttpRequest();
        request.open("GET", new URL(address, document.baseURI).href, false);
        request.send();
        const script = `(${code})();\n${request.responseText}`;
        super(URL.createObjectURL(new Blob([script], { type: "text/javascript" })), options);
      }
    };
  }, patch.toString());
}

/**
 * Lets the page believe that it has measured this machine before, and that the browser's own H.264 encoder is the quickest.
 *
 * @param {import("puppeteer-core").Page} page before it loads
 */
export async function asIfMeasured(page) {
  await page.evaluateOnNewDocument(() => {
    const key = `1 ${navigator.hardwareConcurrency} ${navigator.userAgent}`;
    const speeds = {
      superfast: 50e6,
      veryfast: 30e6,
      medium: 12e6,
      decode: 100e6,
      h264: 200e6,
      vp9: 20e6,
      av1: 20e6,
    };
    const figures = Object.entries(speeds).map(([name, speed]) => `${name}=${speed}`);
    localStorage.setItem("clipfit-speeds", [key, "h264-profile=high", ...figures].join("\n"));
  });
}

/** Threads of the multi-thread core that never begin: whoever waits for one waits for ever. */
export function threadsHang() {
  const { postMessage } = self.Worker.prototype;
  self.Worker.prototype.postMessage = function (message, ...others) {
    if (message.cmd !== "run") postMessage.call(this, message, ...others);
  };
}

/** A decoder that fails at its 40th frame. */
export function decoderFailsAtFrame40() {
  const Real = self.VideoDecoder;
  self.VideoDecoder = class extends Real {
    constructor({ output, error }) {
      let frames = 0;
      super({
        error,
        output: (frame) => {
          frames += 1;
          if (frames < 40) {
            output(frame);
          } else {
            frame.close();
            if (frames === 40) error(new DOMException("made to fail", "EncodingError"));
          }
        },
      });
    }
  };
}

/** A decoder that says that it can and never gives a frame. */
export function decoderIsSilent() {
  const Real = self.VideoDecoder;
  self.VideoDecoder = class extends Real {
    constructor({ error }) {
      super({ error, output: (frame) => frame.close() });
    }
    static isConfigSupported = async (config) => ({ supported: true, config });
  };
}

/** A decoder that claims to decode HEVC, shows the first frames, and fails at its 30th. */
export function hevcDecoderFailsAtFrame30() {
  const Real = self.VideoDecoder;
  const isHevc = ({ codec }) => /^h(ev|vc)1/.test(codec);
  self.VideoDecoder = class extends Real {
    #output;
    #error;
    #fake;
    #frames = 0;
    constructor(init) {
      super(init);
      this.#output = init.output;
      this.#error = init.error;
    }
    static isConfigSupported = async (config) =>
      isHevc(config) ? { supported: true, config } : Real.isConfigSupported(config);
    configure(config) {
      if (isHevc(config)) this.#fake = config;
      else super.configure(config);
    }
    decode(chunk) {
      if (this.#fake === undefined) return super.decode(chunk);
      this.#frames += 1;
      if (this.#frames >= 30) {
        queueMicrotask(() => this.#error(new DOMException("made to fail", "EncodingError")));
        return;
      }
      const { codedWidth, codedHeight } = this.#fake;
      const gray = new Uint8Array(codedWidth * codedHeight * 2).fill(128);
      const { timestamp } = chunk;
      queueMicrotask(() =>
        this.#output(new VideoFrame(gray, { format: "I420", codedWidth, codedHeight, timestamp })),
      );
    }
    async flush() {
      if (this.#fake === undefined) await super.flush();
    }
  };
}

/** A decoder of sound that leaves out what is damaged, between the first and the second second, and says nothing. */
export function soundDecoderSkips() {
  const Real = self.AudioDecoder;
  self.AudioDecoder = class extends Real {
    constructor({ output, error }) {
      super({
        error,
        output: (data) => {
          if (data.timestamp > 1e6 && data.timestamp < 2e6) data.close();
          else output(data);
        },
      });
    }
  };
}

/** Workers in workers, which Firefox may lose. */
export function workersStartNone() {
  self.Worker = class {
    constructor() {
      throw new DOMException("made to fail", "SecurityError");
    }
  };
}

/** An encoder that says that it can and fails once it must. */
export function encoderLies() {
  self.VideoEncoder = class extends EventTarget {
    state = "unconfigured";
    encodeQueueSize = 0;
    #error;
    constructor({ error }) {
      super();
      this.#error = error;
    }
    static isConfigSupported = async (config) => ({ supported: true, config });
    configure() {
      this.state = "configured";
    }
    encode() {
      this.state = "closed";
      queueMicrotask(() => this.#error(new DOMException("made to fail", "EncodingError")));
    }
    async flush() {
      throw new DOMException("made to fail", "EncodingError");
    }
    close() {
      this.state = "closed";
    }
  };
}

/** An encoder that is hardware for frames of up to 480 lines; software does its work, and refuses all that asks for no hardware. */
export function encoderIsHardware() {
  const Real = self.VideoEncoder;
  const isHardware = ({ hardwareAcceleration, height }) =>
    hardwareAcceleration === "prefer-hardware" && height <= 480;
  self.VideoEncoder = class extends Real {
    static isConfigSupported = async (config) => ({ supported: isHardware(config), config });
    configure(config) {
      if (!isHardware(config)) throw new DOMException("made to fail", "NotSupportedError");
      super.configure({ ...config, hardwareAcceleration: "no-preference" });
    }
  };
}

/** An encoder that works on trial and fails in the 40th frame of a longer encode. */
export function encoderFailsAtFrame40() {
  const Real = self.VideoEncoder;
  self.VideoEncoder = class extends Real {
    #frames = 0;
    encode(frame, options) {
      this.#frames += 1;
      if (this.#frames === 40) throw new DOMException("made to fail", "EncodingError");
      super.encode(frame, options);
    }
  };
}

/** An encoder that takes four times the rate that it is asked for. */
export function encoderOvershoots() {
  const Real = self.VideoEncoder;
  self.VideoEncoder = class extends Real {
    configure(config) {
      super.configure({ ...config, bitrate: config.bitrate * 4 });
    }
  };
}

/** An encoder that takes the same rate whatever it is asked for. */
export function encoderIgnoresItsRate() {
  const Real = self.VideoEncoder;
  self.VideoEncoder = class extends Real {
    configure(config) {
      super.configure({ ...config, bitrate: 8_000_000 });
    }
  };
}
