// The smallest honest test: the program that was built starts, and its home page opens in a browser.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { barriers, launchBrowser, openPage, screenshots, sidewaysScroll, VIEWPORTS } from './lib/browser.mjs';
import { startPortcullis } from './lib/portcullis.mjs';

let portcullis;
let browser;

before(async () => {
  portcullis = await startPortcullis();
});

after(async () => {
  await browser?.close();
  await portcullis?.stop();
});

test('the home page answers 200', async () => {
  // Only what asks for a page is let in as the first persona; programs name theirs.
  const response = await fetch(portcullis.url, { headers: { accept: 'text/html' } });
  assert.equal(response.status, 200, portcullis.log());
});

test('the home page opens in a browser without faults or barriers', async () => {
  browser = await launchBrowser();
  const { page, faults, close } = await openPage(browser);
  const response = await page.goto(portcullis.url);
  assert.equal(response.status(), 200, portcullis.log());
  assert.notEqual((await page.title()).trim(), '', 'the page has a title');

  await screenshots(page, 'home');
  assert.deepEqual(await barriers(page), []);
  await page.setViewportSize(VIEWPORTS.narrow);
  assert.equal(await sidewaysScroll(page), 0, 'the page fits a telephone');
  assert.deepEqual(faults, []);
  await close();
});
