// The page's other ways in and out: dropping and pasting, handing over by itself, narrow windows.

import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { test } from "node:test";
import { media } from "../media/make.mjs";
import { Clipfit } from "./support/page.mjs";
import { BOTH, inBrowsers } from "./support/site.mjs";

/** Hands files to the page in an event, as a drag or the clipboard carries them. */
async function bring(clipfit, kind, ...paths) {
  const files = await Promise.all(
    paths.map(async (path) => ({ name: basename(path), base64: (await readFile(path)).toString("base64") })),
  );
  await clipfit.page.evaluate(
    (kind, files) => {
      const carried = new DataTransfer();
      for (const { name, base64 } of files) {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        carried.items.add(new File([bytes], name, { type: "video/mp4" }));
      }
      const event = new (kind === "paste" ? ClipboardEvent : DragEvent)(kind, {
        bubbles: true,
        cancelable: true,
      });
      // Not every browser lets a page fill in what its own events carry.
      Object.defineProperty(event, kind === "paste" ? "clipboardData" : "dataTransfer", { value: carried });
      document.body.dispatchEvent(event);
    },
    kind,
    files,
  );
}

inBrowsers("the page", BOTH, (site) => {
  for (const kind of ["drop", "paste"]) {
    test(`takes what people ${kind} anywhere`, { timeout: 60_000 }, async () => {
      const sources = await Promise.all(["halfSecond", "text"].map(media));
      const clipfit = await Clipfit.open(site, { target: "30KB" });
      await bring(clipfit, kind, ...sources);
      const job = await clipfit.result({ index: 0 });
      assert.ok(job.bytes <= 30_000);
      assert.match(job.text, /half-second\.mp4/);
      await clipfit.reaches(["failed"], { index: 1 });
      assert.equal((await clipfit.jobs()).length, 2);
      await clipfit.close();
    });
  }

  test("start=auto hands the result over without a click", { timeout: 60_000 }, async () => {
    const source = await media("halfSecond");
    const clipfit = await Clipfit.open(site, { target: "30KB", start: "auto" }, (page) =>
      page.evaluateOnNewDocument(() => {
        window.handedOver = [];
        const click = HTMLElement.prototype.click;
        HTMLElement.prototype.click = function () {
          if (this instanceof HTMLAnchorElement) window.handedOver.push([this.href, this.download]);
          else click.call(this);
        };
      }),
    );
    await clipfit.choose(source);
    const job = await clipfit.result();
    await clipfit.page.waitForFunction(() => window.handedOver.length > 0, { timeout: 5000 });
    assert.deepEqual(await clipfit.page.evaluate(() => window.handedOver), [[job.href, job.download]]);
    await clipfit.close();
  });

  test("fits windows of 360 pixels and more, before and after a job", { timeout: 60_000 }, async () => {
    const source = await media("halfSecond");
    assert.ok((await stat(source)).size > 30_000);
    const clipfit = await Clipfit.open(site, { target: "30KB", colour: "blue" });
    const overflow = async (width) => {
      await clipfit.page.setViewport({ width, height: 740 });
      return clipfit.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    };
    const widths = [360, 768, 1280];
    for (const width of widths) assert.ok((await overflow(width)) <= 0, `empty, ${width} pixels`);
    await clipfit.choose(source, await media("text"));
    await clipfit.reaches(["failed"], { index: 1 });
    await clipfit.log(1);
    for (const width of widths) assert.ok((await overflow(width)) <= 0, `with jobs, ${width} pixels`);
    await clipfit.close();
  });

  test("shows the same as commands of ffmpeg, with a sentence for each option", {
    timeout: 60_000,
  }, async () => {
    const source = await media("halfSecond");
    const clipfit = await Clipfit.open(site, { target: "30KB" }, (page) =>
      page.evaluateOnNewDocument(() => {
        navigator.clipboard.writeText = async (text) => {
          window.copied = text;
        };
      }),
    );
    await clipfit.choose(source);
    // It comes with the plan, before the result.
    const details = await clipfit.page.waitForSelector('[data-testid="job-command"]', { timeout: 30_000 });
    assert.equal(await details.evaluate((details) => details.open), false);
    await clipfit.result();
    await (await details.$("summary")).click();
    const shown = await details.evaluate((details) => ({
      open: details.open,
      command: details.querySelector("pre").textContent,
      options: [...details.querySelectorAll("dl > div")].map((row) => ({
        words: [...row.querySelectorAll("dt code")].map((code) => code.textContent),
        sentence: row.querySelector("dd").textContent,
      })),
    }));
    assert.ok(shown.open);
    const lines = shown.command.split(" &&\n");
    assert.equal(lines.length, 2, shown.command);
    for (const [index, line] of lines.entries()) {
      assert.match(line, new RegExp(`^ffmpeg -i half-second\\.mp4 .* -pass ${index + 1} `));
    }
    assert.match(lines[1], / half-second-clipfit\.mp4$/);
    for (const { words, sentence } of shown.options) assert.match(sentence, /^[A-Z].*[.:]$/, words.join());
    // Every option of the commands is among those that have a sentence.
    const explained = new Set(shown.options.flatMap(({ words }) => words.map((word) => word.split(" ")[0])));
    const options = shown.command.split(/\s+/).filter((word) => /^-[a-z]/.test(word));
    assert.ok(options.length > 20, shown.command);
    for (const option of options) assert.ok(explained.has(option), option);
    await clipfit.page.click('[data-testid="job-command-copy"]');
    await clipfit.page.waitForFunction(() => window.copied !== undefined, { timeout: 5000 });
    assert.equal(await clipfit.page.evaluate(() => window.copied), shown.command);
    const copy = await clipfit.page.waitForSelector('[data-testid="job-command-copy"]');
    assert.equal((await copy.evaluate((button) => button.textContent)).trim(), "Copied");
    assert.ok(await details.evaluate((details) => details.open));
    await clipfit.page.setViewport({ width: 360, height: 740 });
    const overflow = () => document.documentElement.scrollWidth - window.innerWidth;
    assert.ok((await clipfit.page.evaluate(overflow)) <= 0);
    await clipfit.close();
  });
});
