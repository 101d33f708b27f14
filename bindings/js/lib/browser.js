// The package in a browser: `await init()` first, which fetches the module beside this file.

import load from '../pkg/rules.js';
import { setStarted } from './engine.js';

let loading;

/** Fetches and starts the engine, once; a failed attempt may be repeated. */
export function init(source) {
  loading ??= load({ module_or_path: source ?? new URL('../pkg/rules_bg.wasm', import.meta.url) }).then(
    setStarted,
    (error) => {
      loading = undefined;
      throw error;
    },
  );
  return loading;
}

export * from './api.js';
