// From nothing to signed in, by a link and by certified identity providers; and everybody who is not let in.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { barriers, launchBrowser, openPage, screenshots, sidewaysScroll } from './lib/browser.mjs';
import { freePort, portcullis, start } from './lib/portcullis.mjs';
import { CLIENT, startProvider } from './lib/provider.mjs';
import { startAccess, startProxy } from './lib/proxy.mjs';

const PROXY_SECRET = 'a-secret-between-the-program-and-its-proxy';

let folder;
let port;
let url;
let browser;
let server;
let corp;
let partners;
let settings;
/** Acts as the admin, over the API. */
let api;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portcullis-sign-in-'));
  port = await freePort();
  url = `http://127.0.0.1:${port}`;
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await server?.stop();
  await corp?.stop();
  await partners?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Starts the program anew, with these settings. */
async function serve(settings) {
  await server?.stop();
  await writeFile(join(folder, 'portcullis.toml'), settings, { mode: 0o600 });
  server = await start(['serve', '--port', String(port)], folder);
}

const provider = (name, { issuer }, more) => `
[[sign_in.oidc]]
name = "${name}"
title = "${name[0].toUpperCase()}${name.slice(1)}"
issuer = "${issuer}"
client_id = "${CLIENT.id}"
client_secret = "${CLIENT.secret}"
${more}
`;

/** A browser of its own. What a refusal writes to the console is no fault of the page. */
async function newBrowser() {
  const opened = await openPage(browser);
  const { page } = opened;
  return { ...opened, go: (path) => page.goto(url + path), at: () => page.url().slice(url.length) };
}

/** Says at the provider who one is, and waits for the way back. */
async function identify(page, sub) {
  await page.getByLabel('Who are you?').fill(sub);
  const back = page.waitForResponse((answer) => new URL(answer.url()).pathname.endsWith('/callback'));
  await page.getByRole('button', { name: 'Continue' }).click();
  const status = (await back).status();
  await page.waitForLoadState();
  return status;
}

/** Signs somebody in by a provider, in a browser of their own, from where they wanted to go. */
async function signIn(sub, { by = 'Corp', to = '/account' } = {}) {
  const opened = await newBrowser();
  await opened.go(to);
  await opened.page.getByRole('link', { name: `Continue with ${by}` }).click();
  const status = await identify(opened.page, sub);
  return { ...opened, status };
}

const main = (page) => page.locator('main');
const heading = (page) => page.getByRole('heading', { level: 1 });
const refused = async (page, why) => {
  assert.equal(await heading(page).innerText(), 'You are not let in');
  const said = await main(page).innerText();
  assert.match(said, why);
  assert.match(said, /Admins here: you/i);
};
const section = (page, name) => page.locator('section', { has: page.getByRole('heading', { name, exact: true }) });

/** That a page keeps nobody out and fits, at a desk and on the narrowest telephone. */
async function isWhole(page, name) {
  await screenshots(page, `sign-in-${name}`);
  const before = page.viewportSize();
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 800 });
    assert.equal(await sidewaysScroll(page), 0, `${name} scrolls sideways at ${width}`);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await barriers(page), [], `${name}, ${width}, ${colorScheme}`);
    }
  }
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize(before);
}

test('from nothing, the first admin is in by a link that works once', async () => {
  await portcullis(['init', 'you@example.com'], folder);
  await serve('');
  const link = /^\s*(http:\S+\/sign-in\/link\/\S+)$/m.exec(server.log())?.[1];
  assert.ok(link?.startsWith(url), server.log());

  const { page, faults, close, go, at } = await newBrowser();
  await go('/account');
  assert.equal(await heading(page).innerText(), 'Sign in');
  await main(page).getByText('sign-in link').waitFor();
  await isWhole(page, 'no-way');
  await page.goto(link);
  assert.equal(await heading(page).innerText(), 'Sign in as you');
  await isWhole(page, 'link');
  await main(page).getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(`${url}/`);

  await page.locator('summary.self').click();
  await page.getByRole('link', { name: 'Your account' }).click();
  assert.equal(at(), '/account');
  await section(page, 'Signed in').getByText('this browser').waitFor();
  await section(page, 'Signed in').getByText('by a link').waitFor();
  assert.deepEqual(faults, []);

  const other = await newBrowser();
  await other.page.goto(link);
  assert.equal(await heading(other.page).innerText(), 'This link is not valid any more');
  await isWhole(other.page, 'link-used');
  await other.close();

  // Whoever is in stays in when the program starts anew.
  await serve('');
  assert.ok(!server.log().includes('/sign-in/link/'), 'who has signed in needs no link');
  await go('/account');
  assert.equal(at(), '/account');
  await close();
});

test('people who are known, and identity providers, are set up', async () => {
  const made = await portcullis(
    ['token', 'create', 'you', '--name', 'tests', '--scope', 'read', '--scope', 'administer', '--json'],
    folder,
  );
  const { token } = JSON.parse(made);
  api = (path, method = 'GET', body) =>
    fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    });
  corp = await startProvider('corp', url);
  partners = await startProvider('partners', url);
  settings =
    provider('corp', corp, 'link_by = "verified_email"') + provider('partners', partners, 'unknown = "create"');
  await serve(settings);
  for (const login of ['ana', 'bob', 'dan']) {
    const answer = await api('/users', 'POST', { login, name: login, email: `${login}@example.com` });
    assert.equal(answer.status, 201, await answer.text());
  }
});

test('one lands where one wanted to go, and the account shows the session and whose it is', async () => {
  corp.person('c-ana', { email: 'Ana@Example.com', name: 'Ana Silva' });
  const { page, faults, close, go, at, status } = await signIn('c-ana', { to: '/groups?q=x' });
  assert.equal(status, 303);
  assert.equal(at(), '/groups?q=x');
  await go('/account');
  await section(page, 'Signed in').getByText('by corp').waitFor();
  await section(page, 'Linked accounts').getByText('c-ana').waitFor();
  const [cookie] = (await page.context().cookies(url)).filter(({ name }) => name === 'portcullis-session');
  assert.equal(cookie.httpOnly, true);
  assert.equal(cookie.sameSite, 'Lax');
  await isWhole(page, 'account');
  assert.deepEqual(faults, []);
  await close();
});

test('the sign-in page offers every provider, and leads nowhere else afterwards', async () => {
  const { page, close, go, at } = await newBrowser();
  await go('/sign-in');
  await isWhole(page, 'ways');
  await page.getByRole('link', { name: 'Continue with Partners' }).waitFor();
  for (const next of ['//127.0.0.2/', '/\\127.0.0.2', 'https://127.0.0.2/']) {
    await go(`/sign-in/oidc/corp?next=${encodeURIComponent(next)}`);
    if (page.url().startsWith(corp.issuer)) await identify(page, 'c-ana');
    assert.equal(at(), '/', next);
  }
  await close();
});

test('one signs out here, and then there', async () => {
  const { page, faults, close, go, at } = await signIn('c-ana');
  await page.locator('summary.self').click();
  await page.getByRole('button', { name: 'Sign out', exact: true }).first().click();
  await page.waitForURL(/\/signed-out/);
  assert.equal(await heading(page).innerText(), 'You are signed out');
  await isWhole(page, 'signed-out');
  await page.getByRole('link', { name: 'Sign out of Corp' }).click();
  await page.getByRole('button', { name: 'Sign me out' }).click();
  await page.waitForURL(`${url}/sign-in`);
  await go('/account');
  assert.equal(at(), '/sign-in?next=%2Faccount');
  await page.getByRole('link', { name: 'Continue with Corp' }).click();
  await page.getByLabel('Who are you?').waitFor();
  assert.deepEqual(faults, []);
  await close();
});

test('signing out everywhere else leaves this browser in, and no other', async () => {
  const here = await signIn('c-ana');
  const there = await signIn('c-ana');
  await here.page.getByRole('button', { name: 'Sign out everywhere else' }).click();
  await here.page.waitForURL(/\/account\?done=/);
  assert.equal(await section(here.page, 'Signed in').locator('tbody tr').count(), 1);
  await there.go('/account');
  assert.equal(there.at(), '/sign-in?next=%2Faccount');
  await here.close();
  await there.close();
});

test('signing out at the provider ends the session here at once', async () => {
  const { page, close, go, at } = await signIn('c-ana');
  assert.equal(at(), '/account');
  await page.goto(`${corp.issuer}/session/end`);
  await page.getByRole('button', { name: 'Sign me out' }).click();
  await page.waitForURL(/session\/end\/success/);
  await go('/account');
  assert.equal(at(), '/sign-in?next=%2Faccount');
  await close();
});

test('a provider that signs with another key is believed', async () => {
  const before = await signIn('c-ana');
  await before.close();
  corp.rotate();
  const { page, close, at } = await signIn('c-ana');
  // Keys are asked for every five seconds at most: whoever comes sooner tries again.
  for (const until = Date.now() + 15_000; at() !== '/account' && Date.now() < until; ) {
    await page.getByRole('link', { name: 'Try again with Corp' }).click();
    await page.waitForLoadState();
  }
  assert.equal(at(), '/account');
  await close();
});

test('somebody unknown is told whom to ask', async () => {
  corp.person('c-zoe', { email: 'zoe@example.com' });
  const { page, close, status } = await signIn('c-zoe');
  assert.equal(status, 403);
  await refused(page, /nobody here is known by that account/);
  await isWhole(page, 'refused');
  assert.match(server.log(), /subject.*"c-zoe"/, 'the log says whom to link');
  await close();
});

test('somebody unknown is made known where the settings say so', async () => {
  partners.person('p-yuki', { email: 'yuki@partner.example', name: 'Yuki Tanaka' });
  const { page, faults, close, status } = await signIn('p-yuki', { by: 'Partners', to: '/' });
  assert.equal(status, 303);
  await page.locator('summary.self').click();
  await page.locator('.menu-list').getByText('Yuki Tanaka').waitFor();
  assert.deepEqual(faults, []);
  assert.equal((await api('/users/yuki')).status, 200);
  await close();
});

test('nobody is made known twice, by the address of somebody', async () => {
  partners.person('p-bob', { email: 'bob@example.com' });
  const { page, close, status } = await signIn('p-bob', { by: 'Partners' });
  assert.equal(status, 403);
  await refused(page, /somebody who is not linked to the provider/);
  await close();
});

test('an address that is not verified makes nobody known', async () => {
  for (const email_verified of [false, 'true', undefined]) {
    corp.person('c-bob', { email: 'bob@example.com', email_verified });
    const { page, close, status } = await signIn('c-bob');
    assert.equal(status, 403);
    await refused(page, /Portcullis does not/);
    await close();
  }
});

test('another account of the same address does not become the person', async () => {
  corp.person('c-mallory', { email: 'ana@example.com' });
  const { page, close, status, at } = await signIn('c-mallory');
  assert.equal(status, 403);
  await refused(page, /somebody who is linked to another account there/);
  // The provider knows who they are by now: they are asked anew, and come as who they are.
  await page.getByRole('link', { name: 'Use another account at Corp' }).click();
  assert.equal(await identify(page, 'c-ana'), 303);
  assert.equal(at(), '/account');
  await close();
});

test('somebody deleted is out at once, and does not come back', async () => {
  corp.person('c-dan', { email: 'dan@example.com' });
  const { page, close, go, at } = await signIn('c-dan');
  assert.equal(at(), '/account');
  const gone = await api('/users/dan', 'DELETE');
  assert.ok(gone.ok, await gone.text());
  await go('/account');
  assert.equal(at(), '/sign-in?next=%2Faccount');
  await page.getByRole('link', { name: 'Continue with Corp' }).click();
  await page.waitForURL(/\/callback/);
  await refused(page, /your account here was closed/i);
  await close();
});

test('a provider that is down is told, and trying again works once it is back', async () => {
  await corp.stop();
  await serve(settings);
  const { page, close, go, at } = await newBrowser();
  await go('/groups?q=x');
  const answer = page.waitForResponse(/\/sign-in\/oidc\/corp/);
  await page.getByRole('link', { name: 'Continue with Corp' }).click();
  assert.equal((await answer).status(), 502);
  assert.equal(await heading(page).innerText(), 'The identity provider does not answer');
  assert.doesNotMatch(await main(page).innerText(), /127\.0\.0\.1/, 'where it was asked is not told');
  await isWhole(page, 'down');
  assert.match(server.log(), /Connection refused/);
  await corp.resume();
  await page.getByRole('link', { name: 'Try again with Corp' }).click();
  assert.equal(await identify(page, 'c-ana'), 303);
  assert.equal(at(), '/groups?q=x');
  await close();
});

test('a token made on the account page works for a program until it is revoked', async () => {
  const { page, faults, close } = await signIn('c-ana');
  await page.getByRole('link', { name: 'New token' }).click();
  await isWhole(page, 'new-token');
  await page.getByLabel('Name', { exact: true }).fill('laptop');
  await page.getByRole('button', { name: 'Create token' }).click();
  await heading(page).getByText('Token laptop').waitFor();
  await isWhole(page, 'token');
  const token = await main(page).locator('pre, code').first().innerText();
  const asks = (method = 'GET') =>
    fetch(`${url}/api/v1/groups`, { method, headers: { authorization: `Bearer ${token.trim()}` } });
  assert.equal((await asks()).status, 200);
  assert.equal((await asks('POST')).status, 403, 'it may read only');

  await page.getByRole('link', { name: 'Done' }).click();
  await page.waitForURL(`${url}/account`);
  assert.ok(!(await page.content()).includes(token.trim()), 'it is shown once');
  await isWhole(page, 'account-token');
  await section(page, 'Tokens').getByRole('link', { name: 'Revoke' }).click();
  await isWhole(page, 'revoke');
  await main(page).getByRole('button', { name: 'Revoke' }).click();
  await page.waitForURL(/\/account\?done=/);
  await section(page, 'Tokens').getByRole('cell', { name: 'laptop' }).waitFor({ state: 'detached' });
  assert.equal((await asks()).status, 401);
  assert.deepEqual(faults, []);
  await close();
});

test('whom the proxy lets through is in, and nobody else who says so', async () => {
  const headers = { 'x-forwarded-user': 'ana', 'x-portcullis-proxy-secret': PROXY_SECRET };
  const proxied = await startProxy(port, () => headers);
  await serve(`[sign_in.proxy]\nfrom = ["127.0.0.1"]\nsecret = "${PROXY_SECRET}"\n`);
  const { page, faults, close } = await openPage(browser);
  await page.goto(`${proxied.url}/account/tokens`);
  await page.getByLabel('Name', { exact: true }).fill('by proxy');
  await page.getByRole('button', { name: 'Create token' }).click();
  await heading(page).getByText('Token by proxy').waitFor();
  assert.deepEqual(faults, []);
  await close();
  await proxied.stop();

  const claims = { ...headers, accept: 'text/html', 'x-portcullis-proxy-secret': 'guessed' };
  const claimed = await fetch(`${url}/account`, { headers: claims, redirect: 'manual' });
  assert.equal(claimed.headers.get('location'), '/sign-in?next=%2Faccount');
});

test('whom Cloudflare Access lets through is in, for the application that leads here only', async () => {
  const edge = (audience) => startAccess(port, { team: 'example', audience, email: 'ana@example.com' });
  const here = await edge('this application');
  await serve(
    `[sign_in.cloudflare]\nteam = "example"\naudiences = ["this application"]\ncerts = "${here.certs}"\n`,
  );
  const { page, faults, close } = await openPage(browser);
  await page.goto(`${here.url}/account`);
  assert.equal(await heading(page).innerText(), 'Your account');
  await page.locator('summary.self').click();
  await page.locator('.menu-list').getByText('ana', { exact: false }).first().waitFor();
  assert.deepEqual(faults, []);
  await close();
  await here.stop();

  const elsewhere = await edge('another application');
  const answer = await fetch(`${elsewhere.url}/account`, { headers: { accept: 'text/html' }, redirect: 'manual' });
  assert.equal(answer.headers.get('location'), '/sign-in?next=%2Faccount');
  await elsewhere.stop();
});
