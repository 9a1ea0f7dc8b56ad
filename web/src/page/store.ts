// Jobs that outlive the page: results, and what was asked for where there is none yet, in IndexedDB. Refuses to know what
// a job's account means.

import { createStore, del, entries, set, type UseStore } from "idb-keyval";
import { type Journal, moveTasks, openJournal, removeTasks } from "./journal.ts";

/** A job as it is stored. */
interface Entry {
  /** The page that it belongs to. */
  page: string;
  /** When it was stored, in milliseconds since 1970. */
  at: number;
  /** The page's account of it. */
  account: unknown;
  /** The result; `null` where there is none yet. */
  result: Blob | null;
}

/** A job that a page left that is gone. */
export interface Earlier {
  key: string;
  account: unknown;
  result: Blob | null;
}

const WEEK_MS = 7 * 24 * 60 * 60 * 1000;
const LOCK = "clipfit-page-";

const page = crypto.randomUUID();

/** Opened once. Installations in other folders of the same origin have stores of their own. */
const opened: Promise<UseStore> = open();
// Whoever uses it hears of a failure.
opened.catch(() => {});

async function open(): Promise<UseStore> {
  const store = createStore(`clipfit ${new URL("./", document.baseURI).pathname}`, "jobs");
  // Held for as long as the page lives: its jobs are not for others.
  await new Promise<void>((resolve, reject) => {
    const held = () => new Promise<void>(() => resolve());
    navigator.locks.request(LOCK + page, held).catch(reject);
  });
  return store;
}

/** Changes of one job in their order: a large result takes longer to store than its removal. */
const last = new Map<number, Promise<unknown>>();

function next(job: number, act: (store: UseStore) => Promise<void>): Promise<boolean> {
  const before = last.get(job) ?? Promise.resolve();
  const now = before
    .then(() => opened)
    .then(act)
    .then(
      () => true,
      // Private windows and full disks: the job lasts as long as the page.
      () => false,
    );
  last.set(job, now);
  return now;
}

/** Stores a job with the result at this object URL, if it has one. Returns whether it is stored. */
export function keep(job: number, account: unknown, url: string | undefined): Promise<boolean> {
  return next(job, async (store) => {
    const result = url === undefined ? null : await (await fetch(url)).blob();
    const entry: Entry = { page, at: Date.now(), account, result };
    await set(keyOf(job), entry, store);
    if (result !== null) {
      await removeTasksOf(keyOf(job));
    }
  });
}

/** Removes a job of this page. */
export function forget(job: number): Promise<boolean> {
  return next(job, (store) => removeJob(keyOf(job), store));
}

/** Gives what an earlier page did of a job to one of this page. */
export function adopt(job: number, earlier: string): Promise<boolean> {
  return next(job, async (store) => {
    await moveTasks(earlier, keyOf(job));
    await del(earlier, store);
  });
}

/** Opens the journal of a job of this page, which works on this file. */
export async function journal(job: number, file: File): Promise<Journal> {
  await last.get(job);
  return openJournal(keyOf(job), file);
}

/** Lists what pages left that are gone, the latest first, and removes what is older than a week. */
export async function earlier(): Promise<Earlier[]> {
  const store = await opened;
  const all = await entries<string, Entry>(store);
  // After that: a page has its lock before it stores anything.
  const { held = [] } = await navigator.locks.query();
  const alive = new Set(held.map(({ name }) => name));
  const left = all.filter(([, { page }]) => !alive.has(LOCK + page));
  const now = Date.now();
  // The clock was ahead: from now on it is a week for these, too, and not until the clock is there again.
  const ahead = left.filter(([, { at }]) => at > now);
  await Promise.all(ahead.map(([key, entry]) => set(key, { ...entry, at: now }, store)));
  const isRecent = ([, { at }]: [string, Entry]) => now - at < WEEK_MS;
  const old = left.filter((one) => !isRecent(one)).map(([key]) => key);
  await Promise.all(old.map((key) => del(key, store)));
  const known = new Set(all.map(([key]) => key).filter((key) => !old.includes(key)));
  await removeTasks((job) => known.has(job) || alive.has(LOCK + pageOf(job)));
  return left
    .filter(isRecent)
    .sort(([, one], [, other]) => other.at - one.at)
    .map(([key, { account, result }]) => ({ key, account, result }));
}

/** Removes what an earlier page left. */
export async function remove(key: string): Promise<void> {
  await removeJob(key, await opened);
}

async function removeJob(key: string, store: UseStore): Promise<void> {
  await del(key, store);
  await removeTasksOf(key);
}

function removeTasksOf(gone: string): Promise<void> {
  return removeTasks((job) => job !== gone);
}

function keyOf(job: number): string {
  return `${page} ${job}`;
}

function pageOf(key: string): string {
  return key.slice(0, key.lastIndexOf(" "));
}
