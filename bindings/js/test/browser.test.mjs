// The package in a real browser, from a server that only hands out files, under a strict content policy.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { extname, join, normalize } from 'node:path';
import test, { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launchBrowser, openPage } from '../../../e2e/lib/browser.mjs';
import { snippets } from './snippets.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };
/** One in this many vectors; Node.js runs them all. */
const EVERY = 10;

async function serve() {
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, 'http://localhost').pathname));
    // Asked for by the browser, not by the page.
    if (path === '/favicon.ico') return response.writeHead(204).end();
    try {
      const body = path === '/embed.html' ? snippets('html')[0] : await readFile(join(ROOT, path.replace(/^\/rules\//, '/')));
      response.writeHead(200, {
        'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
        // No `unsafe-eval`: compiling WebAssembly is all that is asked for.
        'content-security-policy': "default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'",
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function vectors(name) {
  const text = await readFile(new URL(`../../../crates/rules/tests/vectors/${name}`, import.meta.url), 'utf8');
  return text.split('\n').filter((line, i) => line !== '' && i % EVERY === 0);
}

let server;
let browser;
let base;

before(async () => {
  server = await serve();
  base = `http://127.0.0.1:${server.address().port}`;
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  server?.close();
});

test('a page loads the package and gets the same answers', async () => {
  const { page, faults, close } = await openPage(browser);
  await page.goto(`${base}/test/page.html`);
  await page.waitForFunction(() => window.ready === true);
  assert.deepEqual(await page.evaluate(() => window.sample), [true, false]);
  assert.match(await page.evaluate(() => window.early), /await init\(\)/);

  const [cases, canonical] = await Promise.all([vectors('public.jsonl'), vectors('canonical-public.jsonl')]);
  assert.equal(cases.length, 399);
  const wrong = await page.evaluate(([c, k]) => window.wrong(c, k), [cases.join('\n'), canonical.join('\n')]);
  assert.deepEqual(wrong, []);
  assert.deepEqual(faults, []);
  await close();
});

test('the example page of the documentation works', async () => {
  const { page, faults, close } = await openPage(browser);
  await page.goto(`${base}/embed.html`);
  await page.waitForFunction(() => document.querySelector('#answer').textContent !== '…');
  assert.equal(await page.textContent('#answer'), 'yes');
  assert.deepEqual(faults, []);
  await close();
});
