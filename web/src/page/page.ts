// What the page needs of the browser beyond Rust's bindings: a store that outlives it, and a screen that stays on.

export { stayAwake } from "./awake.ts";
export { adopt, earlier, forget, journal, keep, remove } from "./store.ts";
