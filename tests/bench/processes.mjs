// Runs native programs. Knows nothing of media.

import { spawn } from "node:child_process";

/** The tail of a log that names the cause. */
const ERROR_LINES = 3;

/**
 * Runs a program to its end.
 *
 * @param {string} program
 * @param {string[]} words
 * @param {{ timeout: number, signal?: NodeJS.Signals }} options `timeout` in seconds, after which the program gets `signal`.
 * @returns {Promise<{ stdout: string, stderr: string, seconds: number }>} `seconds` by the clock on the wall.
 */
export function run(program, words, { timeout, signal = "SIGKILL" }) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"] });
    const output = { stdout: "", stderr: "" };
    let late = false;
    const kill = () => child.kill(signal);
    process.once("exit", kill);
    const timer = setTimeout(() => {
      late = true;
      kill();
    }, timeout * 1000);
    for (const name of ["stdout", "stderr"]) {
      child[name].setEncoding("utf8").on("data", (text) => {
        output[name] += text;
      });
    }
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(new Error(error.code === "ENOENT" ? `${program} is not installed` : error.message));
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      process.off("exit", kill);
      const seconds = (performance.now() - started) / 1000;
      if (late) reject(new Error(`${program} was given up after ${timeout} s`));
      else if (code !== 0) reject(new Error(`${program} ended with ${code}: ${lastLines(output.stderr)}`));
      else resolve({ ...output, seconds });
    });
  });
}

/** @param {string} text */
export function lastLines(text) {
  return text.trim().split("\n").slice(-ERROR_LINES).join(" / ");
}
