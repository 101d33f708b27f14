// Whatever is handed over: an error that says what is wrong, or the documented answer. Never a trap in the engine.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { resource, Rule, Rules, RulesError } from '@portcullis/rules';

const rules = Rules.from([Rule.deny().when(['@v', '=', 'bad']), Rule.allow().when(['@v', '!=', 'never'])]);
const ask = (v) => rules.can('read', { type: 'doc', v });

// A trap would leave the engine unusable.
afterEach(() => assert.equal(ask('x'), true));

test('what is no value is refused, and never taken for an empty map or a missing attribute', () => {
  const cyclic = {};
  cyclic.self = [cyclic];
  const refused = {
    nan: NaN,
    infinity: -Infinity,
    function: () => 1,
    symbol: Symbol('x'),
    promise: Promise.resolve('bad'),
    regexp: /x/,
    bytes: new Uint8Array(3),
    buffer: Buffer.from('bad'),
    'array buffer': new ArrayBuffer(3),
    'weak map': new WeakMap(),
    'invalid date': new Date(NaN),
    cyclic,
    'itself as JSON': { toJSON() { return this; } },
    'keys that are no text': new Map([[1, 'a'], ['1', 'b']]),
    'endless list': new Array(2 ** 32 - 1),
    'a list of lists of lists': Array.from({ length: 90 }).reduce((inner) => [inner, inner], 'x'),
    'one long text many times': new Array(10_000).fill('x'.repeat(1 << 20)),
    'half a character': '\ud800',
    'half a character inside': [{ a: '\udfff' }],
    'half a character as a key': { '\ud800': 1 },
    'a boxed NaN': new Number(NaN),
  };
  for (const [what, value] of Object.entries(refused)) assert.throws(() => ask(value), TypeError, what);
});

test('what holds a value is that value', () => {
  const equal = (a, b) => Rules.from([Rule.allow().when(['@v', '=', a])]).can('read', { type: 'doc', v: b });
  assert.equal(equal('ann', new String('ann')), true);
  assert.equal(equal(5, new Number(5)), true);
  assert.equal(equal(false, new Boolean(false)), true);
  assert.equal(equal(2n ** 63n - 1n, Object(2n ** 63n - 1n)), true);
  assert.equal(equal(0, -0), true);
  assert.equal(equal(null, undefined), true);
  // Larger than the engine's integers: the nearest double, as in JSON.
  assert.equal(equal(2n ** 70n, 2 ** 70), true);
  assert.throws(() => ask(10n ** 400n), TypeError);
});

test('attributes that are not in properties are refused, and do not seem to be missing', () => {
  for (const wrong of [new Map([['v', 'bad']]), [['v', 'bad']], new Set(), Promise.resolve({}), new Date(0), new String('{}'), null, 5]) {
    assert.throws(() => rules.can('read', resource('doc', wrong)), TypeError);
    assert.throws(() => rules.filter('read', 'doc', wrong), TypeError);
  }
  assert.throws(() => rules.can('read', Object.assign(new Map([['v', 'bad']]), { type: 'doc' })), TypeError);
  assert.throws(() => rules.can('read', Promise.resolve({ type: 'doc' })), TypeError);
});

test('names of the language itself are attributes like any other', () => {
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'toJSON']) {
    const named = Rules.from([Rule.allow().when([`@${name}`, '=', 'x'])]);
    assert.equal(named.can('read', { type: 'doc' }), false, name);
    assert.equal(named.can('read', resource('doc', JSON.parse(`{"${name}": "x"}`))), true, name);
    assert.equal(named.can('read', resource('doc', `{"${name}": "x"}`)), true, name);
  }
  const acting = Rules.from([Rule.allow().actions('__proto__', '1', 'read')]);
  assert.deepEqual(new Set(acting.whichActions({ type: 'doc' }).named.keys()), new Set(['__proto__', '1', 'read']));
});

test('a polluted prototype adds no attribute', () => {
  try {
    Object.prototype.v = 'never';
    assert.equal(rules.can('read', { type: 'doc' }), true);
  } finally {
    delete Object.prototype.v;
  }
});

test('an own getter is read once, and its error is the caller\'s', () => {
  let reads = 0;
  const counting = { type: 'doc', get v() { reads++; return reads === 1 ? 'bad' : 'good'; } };
  assert.equal(rules.can('read', counting), false);
  assert.equal(reads, 1);
  const failing = new Proxy({ type: 'doc', v: 1 }, { get(target, name) { if (name === 'v') throw new RangeError('mine'); return target[name]; } });
  assert.throws(() => rules.can('read', failing), { name: 'RangeError', message: 'mine' });
  const freeing = Rules.from([Rule.allow().when(['@v', '=', 1])]);
  assert.throws(() => freeing.can('read', { type: 'doc', get v() { freeing.free(); return 1; } }), /freed/);
});

test('names and texts that are none are refused', () => {
  for (const wrong of [undefined, null, 5, ['read'], new String('read'), '\ud800']) {
    assert.throws(() => rules.can(wrong, { type: 'doc' }), TypeError);
    assert.throws(() => rules.can('read', resource(wrong, {})), TypeError);
    assert.throws(() => rules.test(wrong), TypeError);
  }
  assert.throws(() => rules.can('read', resource('', {})), TypeError);
  for (const list of [[5], ['\ud800'], [10n], 5]) assert.throws(() => rules.explain('read', { type: 'doc' }, { show: list }), TypeError);
  for (const text of ['', '[', '{"a":1,"a":2}', '[1]', '{"v":1e999}', '{"v":"\\ud800"}', `{"v":${'['.repeat(1e5)}`]) {
    assert.throws(() => rules.can('read', resource('doc', text)), TypeError);
  }
});

test('documents of any size or depth are read or refused', () => {
  const refused = [
    '['.repeat(1e6),
    `[{"access":"allow","where":{"rsrc_type":"*","action":"*","rsrc_match":${'[['.repeat(5000)}`,
    ' '.repeat(17 << 20),
    'é'.repeat(16 << 20),
    '{}',
    '\ud800',
  ];
  for (const text of refused) {
    assert.throws(() => Rules.parse(text), (error) => error instanceof RulesError || error instanceof TypeError);
  }
  assert.throws(() => Rules.parse(' '.repeat(17 << 20)), ({ diagnostics }) => diagnostics[0].code === 'document_too_large');
  assert.throws(() => Rules.parse(`[${' '.repeat(1)}"\ud800"]`), TypeError);
  const nested = Array.from({ length: 60 }).reduce((inner) => ({ $and: [inner] }), ['@v', '=', 1]);
  assert.equal(Rules.from([Rule.allow().when(nested)]).can('read', { type: 'doc', v: 1 }), true);
  const long = 'x'.repeat(70 << 20);
  assert.throws(() => ask(long), TypeError);
  assert.throws(() => rules.can(long, { type: 'doc' }), TypeError);
  assert.equal(ask('x'.repeat(8 << 20)), true);
});
