// The finished tasks of jobs that are not finished, in IndexedDB: a later page need not do them again. Refuses to know what
// a task is.

import { createStore, delMany, getMany, keys, setMany, type UseStore } from "idb-keyval";

/** A finished task. */
export interface Task {
  /** What was asked of the worker. */
  asked: string;
  /** The worker's last message, with its files. */
  message: object;
}

/** What was recorded of a job, in order, and what records more of it. */
export interface Journal {
  readonly done: readonly Task[];
  record(asked: string, message: object): void;
}

interface Entry extends Task {
  /** Another build may do the task in another way. */
  build: string;
  /** When the source was changed last, in milliseconds since 1970. */
  modified: number;
}

/** Digits of a task's place in the journal: keys are in the order of texts. */
const DIGITS = 6;

const build = document.querySelector<HTMLMetaElement>('meta[name="clipfit-build"]')?.content ?? "";
let opened: UseStore | undefined;

function store(): UseStore {
  opened ??= createStore(`clipfit ${new URL("./", document.baseURI).pathname} tasks`, "tasks");
  return opened;
}

/** Opens the journal of a job on this file. */
export async function openJournal(job: string, file: File): Promise<Journal> {
  const known = await keysOf(job);
  const entries = await getMany<Entry>(known, store());
  const isOfUse = (entry: Entry | undefined): entry is Entry =>
    entry?.build === build && entry.modified === file.lastModified;
  const done = entries.filter(isOfUse);
  let count = known.length === 0 ? 0 : Number(known.at(-1)?.slice(-DIGITS)) + 1;
  let fits = true;
  const record = (asked: string, message: object) => {
    if (!fits) {
      return;
    }
    const entry: Entry = { asked, message, build, modified: file.lastModified };
    setMany([[keyOf(job, count), entry]], store()).catch(() => {
      // The disk is full. A later page does again what is not here.
      fits = false;
    });
    count += 1;
  };
  return { done, record };
}

/** Gives the tasks of one job to another. */
export async function moveTasks(from: string, to: string): Promise<void> {
  const known = await keysOf(from);
  const entries = await getMany<Entry>(known, store());
  await setMany(
    entries.map((entry, index) => [keyOf(to, index), entry]),
    store(),
  );
  await delMany(known, store());
}

/** Removes the tasks of the jobs that are not wanted. */
export async function removeTasks(isWanted: (job: string) => boolean): Promise<void> {
  const known = await keys<string>(store());
  const unwanted = known.filter((key) => !isWanted(key.slice(0, -DIGITS - 1)));
  await delMany(unwanted, store());
}

async function keysOf(job: string): Promise<string[]> {
  const known = await keys<string>(store());
  return known.filter((key) => key.startsWith(`${job} `)).sort();
}

function keyOf(job: string, place: number): string {
  return `${job} ${String(place).padStart(DIGITS, "0")}`;
}
