// Shows what may be done, by the same rules the server decides with. The server decides again, whatever is shown.

import { init, Rules } from './rules/lib/browser.js';

await init();
const rules = Rules.parse(await (await fetch('rules.json')).text());
const who = document.querySelector('#who');
const list = document.querySelector('#list');
const form = document.querySelector('#new');

const may = (action, todo) => rules.can(action, { type: 'todo', ...todo, 'subject.id': who.value });

async function ask(method, path, body) {
  const headers = { 'remote-user': who.value, 'content-type': 'application/json' };
  const response = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  if (!response.ok) alert(`Not done: ${response.status}`);
  return response;
}

function button(text, shown, method, path) {
  const made = document.createElement('button');
  made.textContent = text;
  made.hidden = !shown;
  made.onclick = async () => {
    await ask(method, path);
    await show();
  };
  return made;
}

async function show() {
  const todos = await (await ask('GET', 'todos')).json();
  list.replaceChildren(...todos.map((todo) => {
    const item = document.createElement('li');
    item.append(
      `${todo.done ? '✓ ' : ''}${todo.text} (${todo.owner}) `,
      button('Complete', !todo.done && may('complete', todo), 'POST', `todos/${todo.id}/complete`),
      button('Delete', may('delete', todo), 'DELETE', `todos/${todo.id}`),
    );
    return item;
  }));
}

who.onchange = show;
form.onsubmit = async (event) => {
  event.preventDefault();
  const { text, helper, shared } = form.elements;
  await ask('POST', 'todos', { text: text.value, helpers: helper.value ? [helper.value] : [], shared: shared.checked });
  form.reset();
  await show();
};
await show();
