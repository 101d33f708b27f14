import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

test('the package holds what it needs, its licence, and nothing else', () => {
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  const [packed] = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd, encoding: 'utf8', stdio: 'pipe' }));
  assert.deepEqual(packed.files.map(({ path }) => path).sort(), [
    'LICENSE',
    'README.md',
    'lib/api.js',
    'lib/browser.js',
    'lib/engine.js',
    'lib/filter.js',
    'lib/index.d.ts',
    'lib/node.js',
    'lib/questions.js',
    'lib/values.js',
    'package.json',
    'pkg/rules.js',
    'pkg/rules_bg.wasm',
  ]);
});
