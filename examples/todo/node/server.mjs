// A to-do list over HTTP in which the rules of ../rules.json decide every answer, and a page that asks them too.
//
// `npm install && npm start` in this folder, then open http://localhost:8301.

import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { Rules } from '@portcullis/rules';

const text = readFileSync(new URL('../rules.json', import.meta.url), 'utf8');
const rules = Rules.parse(text);
const todos = new Map();
let made = 0;

/** The one question, asked here and in the page: a to-do, and who asks. */
const may = (who, action, todo) => rules.can(action, { type: 'todo', ...todo, 'subject.id': who });

class Refusal extends Error {
  constructor(status) {
    super(`status ${status}`);
    this.status = status;
  }
}

/** One to-do to do something with: not found for who may not read it, forbidden for who may. */
function find(who, action, id) {
  const todo = todos.get(Number(id));
  if (todo === undefined || !may(who, 'read', todo)) throw new Refusal(404);
  if (!may(who, action, todo)) throw new Refusal(403);
  return todo;
}

/** What a caller may say of a new one. The owner is who asks, never what the body says. */
function fields({ text, helpers = [], shared = false, ...unknown }) {
  const names = Array.isArray(helpers) && helpers.every((name) => typeof name === 'string');
  if (typeof text !== 'string' || !names || typeof shared !== 'boolean' || Object.keys(unknown).length > 0) throw new Refusal(400);
  return { text, helpers, shared };
}

const routes = {
  'GET /todos': (who) => [200, [...todos.values()].filter((todo) => may(who, 'read', todo))],
  'POST /todos': (who, _, body) => {
    const todo = { id: made + 1, owner: who, ...fields(body), done: false };
    if (!may(who, 'create', todo)) throw new Refusal(403);
    todos.set(++made, todo);
    return [201, todo];
  },
  'POST /todos/*/complete': (who, id) => {
    const todo = find(who, 'complete', id);
    todo.done = true;
    return [200, todo];
  },
  'DELETE /todos/*': (who, id) => {
    todos.delete(find(who, 'delete', id).id);
    return [204];
  },
};

async function json(request) {
  let text = '';
  for await (const piece of request.setEncoding('utf8')) {
    text += piece;
    if (text.length > 65536) throw new Refusal(413);
  }
  try {
    return Object(JSON.parse(text || '{}'));
  } catch {
    throw new Refusal(400);
  }
}

/** What the page is made of: itself, the rules, and the package that reads them. */
const PACKAGE = new URL('..', import.meta.resolve('@portcullis/rules'));
const FILES = {
  '/': [new URL('page.html', import.meta.url), 'text/html; charset=utf-8'],
  '/page.mjs': [new URL('page.mjs', import.meta.url), 'text/javascript'],
  '/rules.json': [new URL('../rules.json', import.meta.url), 'application/json'],
};
const LOADED = /^\/rules\/((?:lib|pkg)\/[a-z_]+\.(js|wasm))$/;
const TYPES = { js: 'text/javascript', wasm: 'application/wasm' };

async function answer(request) {
  const { pathname } = new URL(request.url, 'http://localhost');
  const loaded = LOADED.exec(pathname);
  const [file, type] = loaded ? [new URL(loaded[1], PACKAGE), TYPES[loaded[2]]] : (FILES[pathname] ?? []);
  if (file && request.method === 'GET') return [200, await readFile(fileURLToPath(file)), type];

  // Who asks. In your program this comes from its sign-in; here from the header of a proxy that signs people in.
  const who = request.headers['remote-user'];
  if (!who) throw new Refusal(401);
  const [, id] = /^\/todos\/(\d+)/.exec(pathname) ?? [];
  const route = routes[`${request.method} ${pathname.replace(/^\/todos\/\d+/, '/todos/*')}`];
  if (route === undefined) throw new Refusal(404);
  const [status, body] = route(who, id, await json(request));
  return [status, body === undefined ? '' : JSON.stringify(body), 'application/json'];
}

export const server = createServer(async (request, response) => {
  const [status, body, type] = await answer(request).catch((error) => [error.status ?? 500, '', 'text/plain']);
  const policy = "default-src 'self'; img-src 'self' data:; script-src 'self' 'wasm-unsafe-eval'";
  response.writeHead(status, { 'content-type': type, 'content-security-policy': policy }).end(body);
});

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  server.listen(8301, '127.0.0.1', () => console.log('http://localhost:8301'));
}
