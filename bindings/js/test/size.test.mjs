import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { gzipSync } from 'node:zlib';

test('the module stays small enough for a page', (context) => {
  const module = readFileSync(new URL('../pkg/rules_bg.wasm', import.meta.url));
  const [raw, zipped] = [module.length, gzipSync(module, { level: 9 }).length].map((bytes) => Math.round(bytes / 1000));
  context.diagnostic(`size ${raw} kB, ${zipped} kB gzipped`);
  assert.ok(raw < 1350 && zipped < 515, `${raw} kB, ${zipped} kB gzipped`);
});
