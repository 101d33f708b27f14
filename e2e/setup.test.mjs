// From nothing to a company that signs in, on pages alone: setting up, inviting, linking, and signing in again.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { barriers, launchBrowser, openPage, screenshots, sidewaysScroll } from './lib/browser.mjs';
import { freePort, portcullis, start } from './lib/portcullis.mjs';
import { CLIENT, startProvider } from './lib/provider.mjs';

let folder;
let port;
let url;
let browser;
let server;
let corp;
/** The admin's browser. */
let admin;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portcullis-setup-'));
  port = await freePort();
  url = `http://127.0.0.1:${port}`;
  browser = await launchBrowser();
  corp = await startProvider('corp', url);
  corp.person('c-you', { email: 'you@example.com', name: 'You' });
  corp.person('c-ana', { email: 'ana@elsewhere.example', name: 'Ana' });
});

after(async () => {
  await browser?.close();
  await server?.stop();
  await corp?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function newBrowser() {
  const opened = await openPage(browser);
  const { page } = opened;
  return { ...opened, go: (path) => page.goto(url + path), at: () => page.url().slice(url.length) };
}

async function identify(page, who) {
  await page.getByLabel('Who are you?').fill(who);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.waitForURL((to) => to.href.startsWith(url));
  await page.waitForLoadState();
}

const main = (page) => page.locator('main');
const heading = (page) => page.getByRole('heading', { level: 1 });
const button = (page, name) => main(page).getByRole('button', { name, exact: true });
const link = (page, name) => main(page).getByRole('link', { name, exact: true });

async function isWhole(page, name) {
  await screenshots(page, `setup-${name}`);
  const size = page.viewportSize();
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 800 });
    assert.equal(await sidewaysScroll(page), 0, `${name} scrolls sideways at ${width}`);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await barriers(page), [], `${name}, ${width}, ${colorScheme}`);
    }
  }
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize(size);
}

test('the first admin is led to what is to set up', async () => {
  await portcullis(['init', 'you@example.com'], folder);
  server = await start(['serve', '--port', String(port)], folder);
  const first = /^\s*(http:\S+\/sign-in\/link\/\S+)$/m.exec(server.log())?.[1];
  admin = await newBrowser();
  await admin.page.goto(first);
  await button(admin.page, 'Sign in').click();
  await admin.page.waitForURL(`${url}/`);
  await link(admin.page, 'Set up').click();
  assert.equal(await heading(admin.page).innerText(), 'Set up');
  await main(admin.page).getByText('0 of 3 done').waitFor();
  await isWhole(admin.page, 'steps');
});

test('a provider is tried before it is used, and what is wrong is told', async () => {
  const { page, faults } = admin;
  await link(page, 'Add an identity provider').click();
  await isWhole(page, 'new-provider');
  await page.getByLabel('What people call it').fill('Corp');
  await page.getByLabel('Name in addresses').fill('corp');
  await page.getByLabel('Issuer').fill('http://example.com');
  await page.getByLabel('Client ID').fill(CLIENT.id);
  await page.getByLabel('Client secret').fill('a wrong secret');
  await button(page, 'Save, then test').click();
  await main(page).getByText(/write an https address/).first().waitFor();
  assert.equal(await page.getByLabel('Client secret').inputValue(), '', 'no page repeats a secret');
  await page.getByLabel('Issuer').fill(corp.issuer);
  await page.getByLabel('Client secret').fill('a wrong secret');
  await button(page, 'Save, then test').click();
  await main(page).getByText(`${url}/sign-in/oidc/corp/callback`).waitFor();
  await isWhole(page, 'provider');

  // Nobody signs in by it yet.
  const other = await newBrowser();
  await other.go('/sign-in');
  assert.equal(await link(other.page, 'Continue with Corp').count(), 0);
  assert.equal((await other.page.goto(`${url}/sign-in/oidc/corp`)).status(), 404);
  await other.close();

  await button(page, 'Test sign-in').click();
  await page.waitForURL((to) => to.href.startsWith(corp.issuer));
  await identify(page, 'c-you');
  await main(page).getByText('Signing in did not work.').waitFor();
  await link(page, 'Edit').click();
  await page.getByLabel('Client secret').fill(CLIENT.secret);
  await button(page, 'Save, then test').click();
  await button(page, 'Test sign-in').click();
  await main(page).getByText('It works').waitFor();
  await main(page).getByText('c-you').waitFor();
  await isWhole(page, 'tried');
  await button(page, 'Use this provider').click();
  await main(page).getByText('in use').waitFor();
  await admin.go('/setup');
  await main(page).getByText('1 of 3 done').waitFor();
  assert.deepEqual(faults.filter((fault) => !/40[0-9]|422/.test(String(fault))), []);
});

test('a second server offers it without a start, and the admin signs in by it', async () => {
  const there = await freePort();
  const second = await start(['serve', '--port', String(there)], folder);
  const page = await (await fetch(`http://127.0.0.1:${there}/sign-in`)).text();
  await second.stop();
  assert.match(page, /Continue with Corp/);

  const fresh = await newBrowser();
  await fresh.go('/account');
  await link(fresh.page, 'Continue with Corp').click();
  await identify(fresh.page, 'c-you');
  await main(fresh.page).getByText('by corp').waitFor();
  await fresh.go('/settings/sign-in');
  await isWhole(fresh.page, 'settings');
  for (const name of ['Connectors', 'Deliveries', 'Tokens', 'About']) {
    await fresh.page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name }).click();
    await isWhole(fresh.page, name.toLowerCase());
  }
  await fresh.close();
});

test('somebody is invited, and is who they say from then on', async () => {
  const { page } = admin;
  await admin.go('/people/new');
  await page.getByLabel('Name', { exact: true }).fill('Ana Silva');
  await page.getByLabel('Login').fill('ana');
  await button(page, 'Add').click();
  await main(page).locator('details.menu summary', { hasText: 'More' }).click();
  await page.getByRole('link', { name: 'Sign-in and tokens', exact: true }).click();
  await button(page, 'Make an invitation').click();
  await isWhole(page, 'invitation');
  const invitation = (await page.locator('.code code').innerText()).trim();

  const ana = await newBrowser();
  await ana.page.goto(invitation);
  assert.equal(await heading(ana.page).innerText(), 'Welcome, Ana Silva');
  await isWhole(ana.page, 'invited');
  await button(ana.page, 'Continue with Corp').click();
  await ana.page.waitForURL((to) => to.href.startsWith(corp.issuer));
  await identify(ana.page, 'c-ana');
  await ana.go('/account');
  await main(ana.page).getByText('c-ana').waitFor();
  await ana.page.goto(invitation);
  assert.equal(await heading(ana.page).innerText(), 'This invitation is not valid any more');
  await ana.close();

  const again = await newBrowser();
  await again.go('/account');
  await link(again.page, 'Continue with Corp').click();
  await identify(again.page, 'c-ana');
  assert.equal(again.at(), '/account');
  await again.close();
});

test('before an act that matters one signs in again, as the same person and well enough', async () => {
  await server.stop();
  const settings = '[sign_in.step_up]\nacts = ["administer"]\nmax_age_minutes = 60\nacr_values = ["mfa"]\n';
  await writeFile(join(folder, 'portcullis.toml'), settings, { mode: 0o600 });
  server = await start(['serve', '--port', String(port)], folder);
  const it = await newBrowser();
  const { page } = it;
  await it.go('/tags/new');
  await link(page, 'Continue with Corp').click();
  await identify(page, 'c-you');
  const create = async () => {
    await page.getByLabel('Name', { exact: true }).fill('Careful');
    await button(page, 'Create the tag').click();
  };
  await create();
  assert.equal(await heading(page).innerText(), 'Sign in again to go on');
  await isWhole(page, 'again');
  // Not well enough will not do.
  await it.go('/sign-in/again?next=/tags/new');
  await identify(page, 'c-you');
  assert.match(await main(page).innerText(), /You have to sign in there in another way/);
  await it.go('/tags/new');
  await create();
  await link(page, 'Sign in again').click();
  await identify(page, 'c-you with mfa');
  assert.equal(it.at(), '/tags/new');
  await create();
  assert.equal(await heading(page).innerText(), 'Careful');
  // As somebody else neither.
  await it.go('/sign-in/again?next=/tags/new');
  await identify(page, 'c-ana with mfa');
  assert.match(await main(page).innerText(), /not the account you signed in with/);
  await it.close();
});
