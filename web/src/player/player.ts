// What the page does with a finished package: play it, save it. Fetched when the first one is there.

export { saveIntoFolder, zip } from "./deliver.ts";
export { type PlayError, type Playing, play, type State } from "./play.ts";
