// Plays and saves finished packages. The page loads this script before it makes the first one.

export { prepare, saveIntoFolder, zip } from "./deliver.ts";
export { type PlayError, type Playing, play, type State } from "./play.ts";
