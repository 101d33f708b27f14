import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { snippets } from './snippets.mjs';

test('the examples for Node.js run', () => {
  const found = snippets('js');
  assert.equal(found.length, 2);
  for (const code of found) {
    // In this folder the package's own name leads to it.
    const cwd = fileURLToPath(new URL('.', import.meta.url));
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-'], { cwd, input: code, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  }
});
