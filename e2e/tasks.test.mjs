// What people come for, done in the browser, with scripts and without.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { barriers as found, launchBrowser, openPage, screenshots } from './lib/browser.mjs';
import { ADMIN, become, ENGINEER, NEWCOMER, OWNER, pathOf } from './lib/demo.mjs';
import { startPortcullis } from './lib/portcullis.mjs';

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

/** Opens a page as somebody. */
async function as(login, options) {
  const opened = await openPage(browser, options);
  await opened.page.goto(portcullis.url);
  await become(opened.page, login);
  return { ...opened, go: (path) => opened.page.goto(portcullis.url + path) };
}

/** What axe finds; it is a script itself, so without scripts there is nothing to ask. */
const barriers = (page, scripts = true) => (scripts ? found(page) : []);
const notice = (page) => page.locator('.notice');
const inDays = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with scripts' : 'without scripts';
  const mark = javaScriptEnabled ? 'on' : 'off';

  test(`ask for access and have the owner approve it, ${how}`, async () => {
    const wanted = javaScriptEnabled ? 'App-Ledger-Readers' : 'App-Payroll-Readers';
    const { page, faults, close, go } = await as(NEWCOMER, { javaScriptEnabled });
    await go('/requests/new');
    await page.getByRole('searchbox', { name: 'Find groups, roles and apps' }).fill(wanted);
    await page.getByRole('button', { name: 'Find', exact: true }).click();
    await page.getByRole('link', { name: `Ask for ${wanted}` }).click();
    await page.getByText('Who decides').waitFor();
    await page.getByText('30 days', { exact: true }).click();
    await page.getByLabel('Reason').fill('I prepare the quarter');
    await page.getByRole('button', { name: 'Ask for access' }).click();
    await notice(page).getByText('Request sent').waitFor();
    await screenshots(page, `task-asked-${mark}`);
    const request = new URL(page.url()).pathname;

    await become(page, OWNER);
    await go('/requests');
    await page.getByRole('link', { name: new RegExp(`Decide on the request of .* for ${wanted}`) }).first().waitFor();
    await go(request);
    await page.getByRole('heading', { name: 'What approving changes' }).waitFor();
    assert.match(await page.locator('.tally').innerText(), /gained/);
    assert.deepEqual(await barriers(page, javaScriptEnabled), []);
    await screenshots(page, `task-decide-${mark}`);
    await page.getByLabel('Your reason').fill('Welcome');
    await page.getByRole('button', { name: 'Approve' }).click();
    await notice(page).getByText('Approved').waitFor();
    await page.locator('.page-head .chip', { hasText: 'approved' }).waitFor();

    await go(await pathOf(portcullis.url, 'groups', wanted));
    await page.locator('main').getByRole('link', { name: 'Lucía Ferrer' }).first().waitFor();
    assert.deepEqual(faults, []);
    await close();
  });

  test(`a request cannot be rejected without a reason, ${how}`, async () => {
    const { page, close, go } = await as(NEWCOMER, { javaScriptEnabled });
    const group = await pathOf(portcullis.url, 'groups', javaScriptEnabled ? 'App-Wiki-Editors' : 'App-CRM-Editors');
    await go(`/requests/new?group=${group.split('/')[2]}`);
    await page.getByRole('button', { name: 'Ask for access' }).click();
    await notice(page).waitFor();
    const request = new URL(page.url()).pathname;
    await become(page, ADMIN);
    await go(request);
    await page.getByRole('button', { name: 'Reject' }).click();
    await page.locator('#reason-error').waitFor();
    assert.deepEqual(await barriers(page, javaScriptEnabled), []);
    await page.getByLabel('Your reason').fill('Ask for the role instead');
    await page.getByRole('button', { name: 'Reject' }).click();
    await notice(page).getByText('Rejected').waitFor();
    await page.locator('main').getByText('Ask for the role instead').waitFor();
    await close();
  });

  test(`add somebody until a date, remove them after a preview, and undo it, ${how}`, async () => {
    const group = await pathOf(portcullis.url, 'groups', javaScriptEnabled ? 'App-Newsletter-Writers' : 'App-Support Desk-Agents');
    const { page, faults, close, go } = await as(ADMIN, { javaScriptEnabled });
    await go(`${group}/people/add`);
    await page.getByLabel('People', { exact: true }).fill(`${NEWCOMER}, nobody.at.all, nothing`);
    await page.getByText('Until a date', { exact: true }).click();
    await page.getByLabel('Last day').fill(inDays(20));
    await page.getByRole('button', { name: 'Add members' }).click();
    const error = page.locator('#users-error');
    assert.match(await error.innerText(), /`nobody.at.all`, `nothing`/, 'all that are unknown are told at once');
    const clear = page.getByRole('checkbox', { name: /Lucía Ferrer/ });
    assert.ok(await clear.isChecked(), 'what is clear is taken');
    const unclear = page.locator('.picked input[type=text]');
    assert.equal(await unclear.first().inputValue(), 'nobody.at.all', 'what is not stands beside its fault');
    assert.equal(await page.getByLabel('Last day').inputValue(), inDays(20), 'the date is kept');
    await screenshots(page, `task-add-error-${mark}`);
    assert.deepEqual(await barriers(page, javaScriptEnabled), []);

    await unclear.first().fill('');
    await unclear.last().fill(`Lucía Ferrer <${NEWCOMER}>`);
    await page.getByRole('button', { name: 'Add members' }).click();
    await notice(page).getByText('People added').waitFor();
    assert.equal(new URL(page.url()).pathname, group);

    await go(`${group}?q=lucia`);
    const row = page.locator('tr', { hasText: 'Lucía Ferrer' }).first();
    await row.getByText(/in (19|20|21) days/).waitFor();
    await row.getByRole('checkbox').or(row.getByRole('button', { name: /Remove/ })).first().click();
    const bulk = page.getByRole('button', { name: /^Remove/ }).first();
    if (await bulk.isVisible()) await bulk.click();
    await page.locator('.preview').waitFor();
    assert.match(await page.locator('.tally').innerText(), /lost/);
    await screenshots(page, `task-remove-preview-${mark}`);
    assert.deepEqual(await barriers(page, javaScriptEnabled), []);
    await page.getByRole('button', { name: 'Remove' }).click();
    await notice(page).getByText('People removed').waitFor();

    await notice(page).getByRole('button', { name: 'Undo' }).click();
    await notice(page).getByText('Undone').waitFor();
    await go(`${group}?q=lucia`);
    await page.locator('tr', { hasText: 'Lucía Ferrer' }).first().waitFor();
    assert.deepEqual(faults.filter((fault) => !fault.includes('422')), []);
    await close();
  });

  test(`make a role of what somebody has, ${how}`, async () => {
    const { page, faults, close, go } = await as(ADMIN, { javaScriptEnabled });
    await go(`/roles/new?from=${ENGINEER}`);
    await page.getByLabel('Name of the new role').fill(`Release-${mark}`);
    await page.getByLabel('Reason').fill('The release captains need the same');
    await page.getByRole('button', { name: 'Show what changes' }).click();
    await page.locator('.preview').waitFor();
    await screenshots(page, `task-role-preview-${mark}`);
    await page.getByRole('button', { name: 'Make the role' }).click();
    await page.getByRole('heading', { level: 1, name: `Role-Release-${mark}` }).waitFor();
    await notice(page).getByText('Role created').waitFor();
    assert.deepEqual(faults, []);
    await close();
  });

  test(`a shorter limit shows whose ends it cuts before it is saved, ${how}`, async () => {
    const tag = await pathOf(portcullis.url, 'tags', javaScriptEnabled ? 'Production' : 'Sensitive');
    const { page, faults, close, go } = await as(ADMIN, { javaScriptEnabled });
    await go(`${tag}/edit`);
    await page.getByLabel('Members at most').fill('soon');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('#member_limit-error').waitFor();
    await page.getByLabel('Members at most').fill('2 days');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('.preview').waitFor();
    assert.match(await page.locator('.tally').innerText(), /changed/);
    await screenshots(page, `task-tag-cut-${mark}`);
    assert.deepEqual(await barriers(page, javaScriptEnabled), []);
    await page.getByRole('button', { name: 'Save' }).click();
    await notice(page).getByText('Tag saved').waitFor();
    await notice(page).getByRole('button', { name: 'Undo' }).click();
    await notice(page).getByText('Undone').waitFor();
    assert.deepEqual(faults.filter((fault) => !fault.includes('422')), []);
    await close();
  });

  test(`decide several requests with one preview, ${how}`, async () => {
    const { page, close, go } = await as(OWNER, { javaScriptEnabled });
    await go('/requests');
    const boxes = page.locator('tbody .pick input');
    const count = Math.min(await boxes.count(), 2);
    assert.ok(count > 0, 'something waits for the owner');
    for (let i = 0; i < count; i += 1) await boxes.nth(i).check();
    await page.getByLabel('Reason for all selected').fill('As agreed');
    await page.getByRole('button', { name: 'Reject…' }).click();
    await page.locator('.preview').waitFor();
    await screenshots(page, `task-bulk-${mark}`);
    await page.getByRole('button', { name: 'Reject' }).click();
    await notice(page).waitFor();
    // So that the other run finds something to decide.
    await notice(page).getByRole('button', { name: 'Undo' }).click();
    await notice(page).getByText('Undone').waitFor();
    await close();
  });
}

test('people are found and chosen by keyboard alone', async () => {
  const group = await pathOf(portcullis.url, 'groups', 'App-Wiki-Editors');
  const { page, faults, close, go } = await as(ADMIN);
  await go(`${group}/people/add`);
  const people = page.getByRole('combobox', { name: 'People', exact: true });
  await people.focus();
  await page.keyboard.type('ferrer');
  await page.getByRole('option', { name: /Lucía Ferrer/ }).waitFor();
  assert.equal(await people.getAttribute('aria-expanded'), 'true');
  await screenshots(page, 'task-pick');
  assert.deepEqual(await barriers(page), []);
  await page.keyboard.press('Escape');
  assert.equal(await people.getAttribute('aria-expanded'), 'false');
  await page.keyboard.press('ArrowDown');
  await page.getByRole('option', { name: /Lucía Ferrer/ }).waitFor();
  await page.keyboard.press('ArrowDown');
  assert.ok(await people.getAttribute('aria-activedescendant'), 'the option is told, the field keeps the focus');
  await page.keyboard.press('Enter');
  assert.ok(await page.getByRole('checkbox', { name: /Lucía Ferrer/ }).isChecked());
  assert.equal(await people.inputValue(), '');
  await page.getByLabel('Reason').fill('She writes');
  await page.getByRole('button', { name: 'Add members' }).click();
  await notice(page).getByText(/People added or extended: Lucía Ferrer/).waitFor();
  assert.deepEqual(faults, []);
  await close();
});

test('a preview follows the end that is chosen', async () => {
  const group = await pathOf(portcullis.url, 'groups', 'App-CRM-Editors');
  const { page, faults, close, go } = await as(NEWCOMER);
  await go(`/requests/new?group=${group.split('/')[2]}`);
  await page.getByLabel('Reason').fill('For the preview');
  await page.getByRole('button', { name: 'Ask for access' }).click();
  await notice(page).waitFor();
  const request = new URL(page.url()).pathname;
  await become(page, ADMIN);
  await go(request);
  const granted = page.locator('.preview dd time').last();
  const before = await granted.getAttribute('datetime');
  await page.getByText('12 hours', { exact: true }).click();
  await page.waitForFunction(
    (was) => [...document.querySelectorAll('.preview dd time')].at(-1)?.dateTime !== was,
    before,
  );
  assert.equal(await page.getByRole('button', { name: 'Show what changes' }).isVisible(), false);
  await screenshots(page, 'task-preview-follows');
  assert.deepEqual(faults, []);
  await close();
});

test('the quick switcher goes somewhere by keyboard alone', async () => {
  const { page, faults, close, go } = await as(ENGINEER);
  await go('/activity');
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.type('App-Payroll-Read');
  await page.getByRole('option', { name: /App-Payroll-Readers/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'App-Payroll-Readers' }).waitFor();
  await page.keyboard.press('/');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  assert.deepEqual(faults, []);
  await close();
});

test('a form is filled in and sent by keyboard alone', async () => {
  const { page, faults, close, go } = await as(ADMIN);
  await go('/tags/new');
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('name') ?? '');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Skip to the content');
  await page.keyboard.press('Enter');
  const seen = [];
  const reach = async (name) => {
    for (let i = 0; i < 40 && (await focused()) !== name; i += 1) {
      await page.keyboard.press('Tab');
      seen.push(await focused());
    }
    assert.equal(await focused(), name);
  };
  await reach('name');
  await page.keyboard.type('Keyboard');
  await reach('description');
  await page.keyboard.type('Made without a mouse');
  await reach('member_limit');
  await page.keyboard.type('7 days');
  await reach('demands');
  await page.keyboard.press('Space');
  await reach('enabled');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Keyboard' }).waitFor();
  await notice(page).getByText('Tag created').waitFor();
  assert.deepEqual(
    [...new Set(seen.filter(Boolean))].filter((name) => name !== 'q'),
    ['name', 'description', 'member_limit', 'owner_limit', 'demands', 'enabled'],
    'Tab order is reading order',
  );
  assert.deepEqual(faults, []);
  await close();
});
