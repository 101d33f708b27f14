// The application of examples/todo: its cases, and its page in a browser.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { launchBrowser, openPage } from '../../../e2e/lib/browser.mjs';

const EXAMPLE = fileURLToPath(new URL('../../../examples/todo', import.meta.url));
let folder;

/** Where the server is, as somebody has it who copied the example and installed the package; no to-do is in it. */
async function start(context) {
  const { server } = await import(`${pathToFileURL(join(folder, 'node/server.mjs'))}?${Math.random()}`);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${server.address().port}`;
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'todo-'));
  await cp(EXAMPLE, folder, { recursive: true, filter: (path) => !path.includes('node_modules') });
  await mkdir(join(folder, 'node/node_modules/@portcullis'), { recursive: true });
  await symlink(fileURLToPath(new URL('..', import.meta.url)), join(folder, 'node/node_modules/@portcullis/rules'));
});

after(() => rm(folder, { recursive: true }));

test('the server answers every case as it says', async (context) => {
  const cases = JSON.parse(await readFile(join(EXAMPLE, 'cases.json'), 'utf8'));
  assert.equal(cases.length, 17);
  const base = await start(context);
  for (const { who, ask, body, status, answer, ids } of cases) {
    const [method, path] = ask.split(' ');
    const response = await fetch(base + path, {
      method,
      headers: who === null ? {} : { 'remote-user': who },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    assert.equal(response.status, status, `${who} ${ask} ${text}`);
    if (answer !== undefined) assert.deepEqual(JSON.parse(text), answer);
    if (ids !== undefined) assert.deepEqual(JSON.parse(text).map(({ id }) => id), ids, `${who} ${ask}`);
  }
});

test('the page shows what the rules allow and hides the rest', { skip: !process.env.PORTCULLIS_CHROMIUM }, async (context) => {
  const base = await start(context);
  const browser = await launchBrowser();
  context.after(() => browser.close());
  const { page, faults } = await openPage(browser);
  await page.goto(base);
  const buttons = () => page.locator('li').first().getByRole('button').allTextContents();

  await page.getByLabel('Text').fill('Water the plants');
  await page.getByLabel('Helper').fill('bob');
  await page.getByRole('button', { name: 'Add' }).click();
  await page.getByText('Water the plants (ann)').waitFor();
  assert.deepEqual(await buttons(), ['Complete', 'Delete']);

  await page.getByLabel('You are').selectOption('cyd');
  await page.waitForFunction(() => document.querySelectorAll('li').length === 0);

  await page.getByLabel('You are').selectOption('bob');
  await page.getByText('Water the plants (ann)').waitFor();
  assert.deepEqual(await buttons(), ['Complete']);
  await page.getByRole('button', { name: 'Complete' }).click();
  await page.getByText('✓ Water the plants').waitFor();
  assert.deepEqual(await buttons(), []);

  await page.getByLabel('You are').selectOption('ann');
  await page.waitForFunction(() => document.querySelectorAll('li').length === 1);
  assert.deepEqual(await buttons(), []);
  assert.deepEqual(faults, []);
});
