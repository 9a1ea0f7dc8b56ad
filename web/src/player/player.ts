// Plays and saves finished packages. The page loads this script when it has the first one.

export { saveIntoFolder, zip } from "./deliver.ts";
export { type PlayError, type Playing, play, type State } from "./play.ts";
