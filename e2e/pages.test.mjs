// Every page at a desk and on a telephone, in light and dark: pictures to look at, no barriers, no
// faults, nothing wider than its window, and small.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { barriers, launchBrowser, openPage, screenshots, sidewaysScroll, VIEWPORTS } from './lib/browser.mjs';
import { ADMIN, api, become, ENGINEER, OWNER, pathOf } from './lib/demo.mjs';
import { startPortcullis } from './lib/portcullis.mjs';

const MOST_BYTES = 100_000;

let portcullis;
let browser;

before(async () => {
  portcullis = await startPortcullis();
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await portcullis?.stop();
});

/** Name of the pictures, and the address. */
async function addresses() {
  const { url } = portcullis;
  const group = await pathOf(url, 'groups', 'App-Payroll-Readers');
  const owned = await pathOf(url, 'groups', 'App-Ledger-Readers');
  const role = await pathOf(url, 'roles', 'Role-Product-Manager');
  const app = await pathOf(url, 'apps', 'Payroll');
  const tag = await pathOf(url, 'tags', 'Sensitive');
  const pending = (await api(url, '/requests?status=pending')).items[0];
  const approved = (await api(url, '/requests?status=approved')).items[0];
  const { position } = (await api(url, '/log')).items[0];
  const [, , groupId] = group.split('/');
  const onCall = await pathOf(url, 'groups', 'On-Call');
  const list = (await api(url, '/groups/On-Call/entitlements')).items.find(({ grant }) => grant === 'rules');
  const question = `subject=${ENGINEER}&action=restart&type=service&id=search`;
  return {
    home: '/',
    people: '/people',
    person: `/people/${ENGINEER}`,
    'person-history': `/people/${ENGINEER}/history`,
    'person-new': '/people/new',
    'person-edit': `/people/${ENGINEER}/edit`,
    'person-delete': `/people/${ENGINEER}/delete`,
    groups: '/groups',
    group,
    'group-history': `${group}/history`,
    'group-new': '/groups/new',
    'group-edit': `${group}/edit`,
    'group-delete': `${group}/delete`,
    'group-add': `${group}/people/add`,
    'group-add-owners': `${owned}/people/add?kind=owner`,
    'group-attach': `${group}/roles/attach`,
    'group-confer': `${group}/confer`,
    roles: '/roles',
    role,
    'role-history': `${role}/history`,
    'role-new': '/roles/new',
    'role-from-person': `/roles/new?from=${ENGINEER}`,
    'role-lead': `${role}/groups/attach`,
    'role-clone': `${role}/clone`,
    'role-merge': `${role}/merge`,
    'role-split': `${role}/split`,
    apps: '/apps',
    app,
    'app-new': '/apps/new',
    'app-edit': `${app}/edit`,
    'app-delete': `${app}/delete`,
    tags: '/tags',
    tag,
    'tag-new': '/tags/new',
    'tag-edit': `${tag}/edit`,
    'tag-delete': `${tag}/delete`,
    requests: '/requests',
    'requests-mine': '/requests?tab=mine',
    'requests-all': '/requests?tab=all',
    'request-new': '/requests/new',
    'request-find': '/requests/new?q=payroll',
    'request-ask': `/requests/new?group=${groupId}`,
    'request-pending': `/requests/${pending.id}`,
    'request-approved': `/requests/${approved.id}`,
    why: `/why?who=${ENGINEER}&permission=payroll:read`,
    compare: `/compare?a=${ENGINEER}&b=${OWNER}`,
    rules: '/rules',
    'rules-ask': `/rules/ask?${question}`,
    'rules-list': `${onCall}/rules/${list.id}`,
    'rules-new': `${group}/rules/new`,
    expiring: '/expiring',
    'expiring-all': '/expiring?whose=all&days=90',
    help: '/help',
    'app-people': `${app}?show=people`,
    'group-past': `${owned}?at=${new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)}`,
    'why-path': `/why?user=${ENGINEER}&permission=metrics:read`,
    activity: '/activity',
    'settings-sign-in': '/settings/sign-in',
    'settings-provider-new': '/settings/sign-in/new',
    'settings-connectors': '/settings/connectors',
    'settings-notifications': '/settings/notifications',
    deliveries: '/settings/deliveries',
    'settings-tokens': '/settings/tokens',
    'settings-about': '/settings/about',
    setup: '/setup',
    account: '/account',
    'account-token': '/account/tokens',
    notifications: '/account/notifications',
    'activity-entry': `/activity/${position}`,
    search: '/search?q=pay',
  };
}

test('every page is whole at every width, in light and dark', async (t) => {
  const { page, faults, close } = await openPage(browser);
  await page.goto(portcullis.url);
  await become(page, ADMIN);
  for (const [name, path] of Object.entries(await addresses())) {
    await t.test(`${name} ${path}`, async () => {
      faults.length = 0;
      const response = await page.goto(portcullis.url + path);
      assert.equal(response.status(), 200, path);
      const { length } = await response.body();
      await screenshots(page, name);
      for (const [width, viewport] of Object.entries(VIEWPORTS)) {
        await page.setViewportSize(viewport);
        assert.equal(await sidewaysScroll(page), 0, `${path} scrolls sideways when ${width}`);
        await page.emulateMedia({ colorScheme: 'light' });
        assert.deepEqual(await barriers(page), [], `${path}, ${width}, light`);
        await page.emulateMedia({ colorScheme: 'dark' });
        assert.deepEqual(await barriers(page, { coloursOnly: true }), [], `${path}, ${width}, dark`);
      }
      await page.emulateMedia({ colorScheme: null });
      await page.setViewportSize(VIEWPORTS.wide);
      assert.deepEqual(faults, []);
      assert.ok(length < MOST_BYTES, `${path} is ${length} bytes of HTML`);
    });
  }
  await close();
});

test('what one may not do is refused as a page with a way on', async () => {
  const { page, close } = await openPage(browser);
  await page.goto(portcullis.url);
  await become(page, ENGINEER);
  for (const path of ['/tags/new', '/people/new', '/apps/new', '/roles/new']) {
    const response = await page.goto(portcullis.url + path);
    assert.equal(response.status(), 403, path);
    await page.getByRole('link', { name: 'Home' }).first().waitFor();
    assert.deepEqual(await barriers(page), [], path);
  }
  const missing = await page.goto(`${portcullis.url}/groups/no-such-group/edit`);
  assert.equal(missing.status(), 404);
  await close();
});
