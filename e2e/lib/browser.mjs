// Chromium for the tests: one way to launch it, to take pictures, and to look for barriers.

import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import { chromium } from 'playwright-core';

/** Where pictures go; not committed. */
export const SCREENS = fileURLToPath(new URL('../../target/screens/', import.meta.url));

/** The widths every page is looked at: a desk and a telephone. */
export const VIEWPORTS = { wide: { width: 1280, height: 800 }, narrow: { width: 390, height: 844 } };

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The rules that look at colours: all that changes between light and dark. */
const COLOURS = ['color-contrast', 'link-in-text-block'];

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Launches a browser with an empty profile of its own. The caller closes it. */
export function launchBrowser() {
  return chromium.launch({
    executablePath: process.env.PORTCULLIS_CHROMIUM ?? '/usr/bin/chromium',
    args: FLAGS,
  });
}

/**
 * A page in a context of its own, which remembers what went wrong in it.
 *
 * @param {import('playwright-core').Browser} browser
 * @param {import('playwright-core').BrowserContextOptions} [options]
 * @returns {Promise<{ page: import('playwright-core').Page, faults: string[], close: () => Promise<void> }>}
 *   `faults`: uncaught errors, console errors and requests that failed
 */
export async function openPage(browser, options = {}) {
  const context = await browser.newContext({
    viewport: VIEWPORTS.wide,
    locale: 'en-GB',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
    ...options,
  });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const faults = [];
  page.on('pageerror', (error) => faults.push(`uncaught: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()}`);
  });
  page.on('requestfailed', (request) => {
    // A request the page itself gave up on is no fault.
    if (request.failure()?.errorText !== 'net::ERR_ABORTED') {
      faults.push(`request: ${request.url()} ${request.failure()?.errorText}`);
    }
  });
  return { page, faults, close: () => context.close() };
}

/**
 * Takes four pictures of the page as it is: wide and narrow, light and dark. On CI, where nobody looks at them, none.
 *
 * @param {import('playwright-core').Page} page
 * @param {string} name the first part of the file names: `name-wide-light.png` and so on
 * @returns {Promise<string[]>} the files
 */
export async function screenshots(page, name) {
  if (process.env.CI) return [];
  await mkdir(SCREENS, { recursive: true });
  const before = page.viewportSize();
  const files = [];
  for (const [width, viewport] of Object.entries(VIEWPORTS)) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      const path = `${SCREENS}${name}-${width}-${colorScheme}.png`;
      await page.screenshot({ path, fullPage: true });
      files.push(path);
    }
  }
  await page.emulateMedia({ colorScheme: null });
  if (before) await page.setViewportSize(before);
  return files;
}

/**
 * How many pixels the page is wider than its window: more than 0 means it scrolls sideways.
 *
 * @param {import('playwright-core').Page} page
 */
export function sidewaysScroll(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/**
 * What axe finds that keeps people out: violations it calls serious or critical.
 *
 * @param {import('playwright-core').Page} page
 * @param {{ coloursOnly?: boolean }} [how] `coloursOnly` where the rest was looked at already
 * @returns {Promise<string[]>} one sentence each, empty when there are none
 */
export async function barriers(page, { coloursOnly = false } = {}) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  const runOnly = coloursOnly ? { type: 'rule', values: COLOURS } : { type: 'tag', values: RULES };
  const violations = await page.evaluate(
    async (options) => (await window.axe.run(document, options)).violations,
    { runOnly, resultTypes: ['violations'] },
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ impact, id, help, nodes }) => {
      const where = nodes.map(({ target }) => target.join(' ')).join(', ');
      return `${impact} ${id}: ${help} (${where})`;
    });
}
