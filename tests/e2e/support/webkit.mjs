// Starts WebKitGTK on a screen of its own and drives it by W3C WebDriver. Its pages have as much of puppeteer's interface
// as most tests and the benchmark use. Knows nothing of Clipfit.

import { spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { accessSync, constants } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const DRIVER = process.env.CLIPFIT_WEBKIT ?? "/usr/bin/WebKitWebDriver";
const SCREEN = "Xvfb";
/** WebDriver's name for a reference to an element. */
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
/**
 * Two defects of WebKitGTK 2.50, in docs/browser-codecs.md. It gives back what GLib's slices allocated as if it came from
 * malloc, in `AudioData.copyTo` of mono among others: true from GLib 2.76 on, and not in Debian 12. And where it compiles
 * WebAssembly anew beside the code that runs, about one of a hundred encodes by x264 is wrong.
 */
const ENVIRONMENT = { G_SLICE: "always-malloc", JSC_useConcurrentJIT: "0" };
/** Nothing in a page is given up by WebDriver: whoever asks has a limit of its own. */
const LIMITS = { script: 2 ** 31 - 1, pageLoad: 60_000 };
const USUAL_TIMEOUT = 30_000;

/** What is not here of what is needed, as a sentence; undefined if WebKit can be started. */
export function whatIsMissing() {
  const missing = [DRIVER, SCREEN].filter((program) => !isProgram(program));
  return missing.length === 0 ? undefined : `WebKit is not tested: there is no ${missing.join(" and no ")}`;
}

function isProgram(name) {
  const places = name.includes("/") ? [name] : process.env.PATH.split(delimiter).map((at) => join(at, name));
  return places.some((place) => {
    try {
      accessSync(place, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Starts a screen, a driver and a browser. @returns {Promise<Browser>} */
export async function launch() {
  const missing = whatIsMissing();
  if (missing) throw new Error(missing);
  const programs = new Programs();
  try {
    const screen = programs.start(SCREEN, ["-displayfd", "3", "-nolisten", "tcp"], {}, "pipe");
    const [number] = await firstOf(once(screen.stdio[3], "data"), once(screen, "exit"), SCREEN);
    const port = await freePort();
    const driver = programs.start(DRIVER, [`--port=${port}`], {
      ...ENVIRONMENT,
      DISPLAY: `:${String(number).trim()}`,
    });
    const ended = once(driver, "exit");
    const wire = new Wire(port);
    await firstOf(wire.untilReady(), ended, DRIVER);
    const { sessionId, capabilities } = await wire.call("POST", "/session", { capabilities: {} });
    wire.session = `/session/${sessionId}`;
    await wire.call("POST", "/timeouts", LIMITS);
    const first = await wire.call("GET", "/window");
    return new Browser(wire, programs, driver, capabilities.browserVersion, first);
  } catch (error) {
    programs.end();
    throw error;
  }
}

/** The first result; a program that ends before it is an error. */
async function firstOf(wanted, ended, program) {
  const tooEarly = ended.then(([code]) => {
    throw new Error(`${program} ended with ${code}`);
  });
  tooEarly.catch(() => {});
  return Promise.race([wanted, tooEarly]);
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** Programs, and all that they start, that end with this process. */
class Programs {
  #leaders = [];
  #end = () => this.end();
  #exit = () => process.exit(130);

  constructor() {
    process.once("exit", this.#end);
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, this.#exit);
  }

  start(program, words, environment, ...pipes) {
    // The leader of a group: the browser's own processes belong to it.
    const options = { detached: true, stdio: ["ignore", "ignore", "ignore", ...pipes] };
    const child = spawn(program, words, { ...options, env: { ...process.env, ...environment } });
    child.on("error", () => {});
    if (child.pid) this.#leaders.push(child.pid);
    return child;
  }

  end() {
    process.off("exit", this.#end);
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.off(signal, this.#exit);
    // The screen last: whoever has it would complain.
    for (const leader of this.#leaders.splice(0).reverse()) {
      try {
        process.kill(-leader, "SIGKILL");
      } catch {
        // It has ended.
      }
    }
  }
}

/** The connection to the driver: one command at a time. */
class Wire {
  session = "";
  #before = Promise.resolve();

  constructor(port) {
    this.port = port;
  }

  async untilReady() {
    for (let tries = 0; ; tries += 1) {
      try {
        return await this.call("GET", "/status");
      } catch (error) {
        if (tries === 100) throw error;
        await sleep(50);
      }
    }
  }

  /** Calls that belong together, with no other call between them. @template Value @param {() => Promise<Value>} calls */
  together(calls) {
    const running = this.#before.then(calls);
    this.#before = running.catch(() => {});
    return running;
  }

  /** One command; `path` is within the session once there is one. */
  async call(method, path, body) {
    // Not `fetch`: it gives up after five minutes without an answer, and a script may wait for a long job.
    const asked = request({ port: this.port, host: "127.0.0.1", method, path: this.session + path });
    asked.end(body && JSON.stringify(body));
    const [answer] = await once(asked, "response");
    const parts = [];
    for await (const part of answer) parts.push(part);
    const { value } = JSON.parse(Buffer.concat(parts).toString());
    if (answer.statusCode === 200) return value;
    throw Object.assign(new Error(value.message || value.error), { kind: value.error });
  }
}

/** A browser with one session. */
export class Browser extends EventEmitter {
  #programs;
  #driver;
  #version;
  #first;

  constructor(wire, programs, driver, version, first) {
    super();
    this.wire = wire;
    this.#programs = programs;
    this.#driver = driver;
    this.#version = version;
    this.#first = first;
    driver.once("exit", () => this.emit("disconnected"));
  }

  /** A window of its own. A tab behind others would be hidden, and its timers slow. */
  async newPage() {
    const { handle } = await this.wire.together(async () => {
      // A closed window can open none; the first one stays.
      await this.wire.call("POST", "/window", { handle: this.#first });
      return this.wire.call("POST", "/window/new", { type: "window" });
    });
    return new Page(this, handle);
  }

  async version() {
    return `WebKitGTK/${this.#version}`;
  }

  /** The driver, whose children are the browser's processes. */
  process() {
    return this.#driver;
  }

  /** Ends everything, even in the middle of a command. */
  async close() {
    const ended = this.#driver.exitCode === null ? once(this.#driver, "exit") : undefined;
    this.#programs.end();
    await ended;
  }
}

/** What the page remembers of its own errors: WebDriver tells none. */
function remember() {
  const told = [];
  window.toldErrors = told;
  const text = (what) => String(what?.message ?? what);
  addEventListener("error", (event) => told.push(["pageerror", text(event.error ?? event.message)]));
  addEventListener("unhandledrejection", (event) => told.push(["pageerror", text(event.reason)]));
  for (const type of ["error", "warn"]) {
    window.console[type] = (...words) => told.push([type, words.map(text).join(" ")]);
  }
}

/** One window. */
export class Page extends EventEmitter {
  #browser;
  #handle;
  #timeout = USUAL_TIMEOUT;

  constructor(browser, handle) {
    super();
    this.#browser = browser;
    this.#handle = handle;
  }

  browser() {
    return this.#browser;
  }

  /** @param {number} milliseconds */
  setDefaultTimeout(milliseconds) {
    this.#timeout = milliseconds;
  }

  #call(method, path, body) {
    const { wire } = this.#browser;
    return wire.together(async () => {
      await wire.call("POST", "/window", { handle: this.#handle });
      return wire.call(method, path, body);
    });
  }

  /** Opens an address. Errors are told from its load on, all at once when the page is closed. @param {string} url */
  async goto(url) {
    await this.#call("POST", "/url", { url });
    await this.evaluate(remember);
  }

  /** Closes the window, after it has emitted what went wrong in it. */
  async close() {
    for (const [kind, message] of (await this.evaluate(() => window.toldErrors)) ?? []) {
      if (kind === "pageerror") this.emit(kind, new Error(message));
      else this.emit("console", { type: () => kind, text: () => message });
    }
    await this.#call("DELETE", "/window");
  }

  /**
   * Calls a function in the page and waits for what it returns. Arguments and result travel as JSON.
   *
   * @param {Function} act
   * @param {...unknown} values
   */
  async evaluate(act, ...values) {
    // As text, because WebDriver makes null of what is undefined.
    const script = `return Promise.resolve((${act})(...JSON.parse(arguments[0]))).then(JSON.stringify)`;
    const text = await this.#call("POST", "/execute/sync", { script, args: [JSON.stringify(values)] });
    return text === null ? undefined : JSON.parse(text);
  }

  /**
   * Asks until a function in the page returns something true, which is returned.
   *
   * @param {Function} isMet
   * @param {{ timeout?: number, polling?: number }} how
   * @param {...unknown} values
   */
  async waitForFunction(isMet, { timeout = this.#timeout, polling = 50 } = {}, ...values) {
    for (const start = performance.now(); ; await sleep(polling)) {
      const met = await this.evaluate(isMet, ...values);
      if (met) return met;
      if (performance.now() - start > timeout) throw new Error(`not met after ${timeout} ms: ${isMet}`);
    }
  }

  /** Waits for an element. @param {string} selector @param {{ timeout?: number }} how */
  async waitForSelector(selector, how = {}) {
    await this.waitForFunction((wanted) => document.querySelector(wanted) !== null, how, selector);
    return this.$(selector);
  }

  /** The first such element, or null. @param {string} selector */
  async $(selector) {
    const [found] = await this.#call("POST", "/elements", { using: "css selector", value: selector });
    if (found === undefined) return null;
    const path = `/element/${found[ELEMENT]}`;
    return {
      /** Chooses files, as the chooser's dialogue would. @param {...string} paths */
      uploadFile: (...paths) => this.#call("POST", `${path}/value`, { text: paths.join("\n") }),
      dispose: async () => {},
    };
  }

  /** Calls a function in the page with the first such element. */
  $eval(selector, act, ...values) {
    return this.evaluate(
      onElements(`(${act})(document.querySelector(selector), ...values)`),
      selector,
      values,
    );
  }

  /** Calls a function in the page with all such elements. */
  $$eval(selector, act, ...values) {
    const all = "[...document.querySelectorAll(selector)]";
    return this.evaluate(onElements(`(${act})(${all}, ...values)`), selector, values);
  }
}

const onElements = (call) => `((selector, values) => ${call})`;
