// The compiled module, and whether it has been started.

export { Compiled } from '../pkg/rules.js';

let started = false;

export function setStarted() {
  started = true;
}

export function checkStarted() {
  if (!started) throw new Error('the engine is not loaded yet: `await init()` first');
}
