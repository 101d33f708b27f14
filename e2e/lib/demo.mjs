// The sample company as the tests know it: who is who, and where things are.

/** The personas the tests act as. */
export const ADMIN = 'ines.okafor';
export const OWNER = 'marta.oyelaran';
export const ENGINEER = 'jonas.meyer';
export const NEWCOMER = 'lucia.ferrer';

/**
 * Asks the API as the admin.
 *
 * @param {string} url where the program listens
 * @param {string} path below `/api/v1`
 */
export async function api(url, path) {
  const response = await fetch(`${url}/api/v1${path}`, {
    headers: { authorization: `Bearer demo-${ADMIN}`, accept: 'application/json' },
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

/**
 * The address of the page of a group, role, app or tag, by its name.
 *
 * @param {string} url
 * @param {'groups' | 'roles' | 'apps' | 'tags'} kind
 * @param {string} name
 */
export async function pathOf(url, kind, name) {
  const { id } = await api(url, `/${kind}/${encodeURIComponent(name)}`);
  return `/${kind}/${id}`;
}

/**
 * Turns into another persona with the switcher in the page's head, and waits for the page.
 *
 * @param {import('playwright-core').Page} page
 * @param {string} login
 */
export async function become(page, login) {
  const form = page.locator('form[action="/auth/demo"]');
  await page.locator('details.menu', { has: form }).locator('summary').click();
  await form.locator(`button[value="${login}"]`).click();
  await page.waitForLoadState();
  await page.locator(`details.menu button[value="${login}"][aria-current]`).waitFor({ state: 'attached' });
}
