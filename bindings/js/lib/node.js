// The package in Node.js: ready once imported.

import { readFileSync } from 'node:fs';
import { initSync } from '../pkg/rules.js';
import { setStarted } from './engine.js';

initSync({ module: readFileSync(new URL('../pkg/rules_bg.wasm', import.meta.url)) });
setStarted();

/** Already done in Node.js; here so that the same code runs in a browser. */
export async function init() {}

export * from './api.js';
