import assert from 'node:assert/strict';
import test from 'node:test';
import { all, any, can, init, resource, Rule, Rules, RulesError } from '@portcullis/rules';

const mine = Rule.allow().onTypes('doc').actions('read').when(['@owner', '=', 'ann']);
const where = { rsrc_type: 'doc', action: 'read', rsrc_match: [['@owner', '=', 'ann']] };

test('a subject is rules as built, as objects, as text, or compiled', () => {
  for (const subject of [[mine], mine, [{ access: 'allow', where }], JSON.stringify([mine]), Rules.from([mine])]) {
    assert.equal(can(subject, 'read', { type: 'doc', owner: 'ann' }), true);
    assert.equal(can(subject, 'read', { type: 'doc', owner: 'bob' }), false);
    assert.equal(can(subject, 'read', resource('doc', { owner: 'ann' })), true);
    assert.equal(can(subject, 'read', resource('doc', '{"owner": "ann"}')), true);
    assert.equal(can(subject, 'read', resource('doc')), false);
  }
});

test('a builder is never changed by what is built from it', () => {
  const base = Rule.allow().onTypes('doc');
  const narrowed = base.actions('read').when(['@a', '=', 1]).when(any(['@b', '=', 2], all(['@c', '=', 3])));
  assert.deepEqual(JSON.parse(JSON.stringify(base)).where.rsrc_match, []);
  assert.deepEqual(narrowed.withMeta({ why: 'test' }).toJSON(), {
    access: 'allow',
    where: {
      rsrc_type: ['doc'],
      action: ['read'],
      rsrc_match: [['@a', '=', 1], { $or: [['@b', '=', 2], { $and: [['@c', '=', 3]] }] }],
    },
    $meta: { why: 'test' },
  });
  const except = Rules.from([Rule.deny().exceptTypes('doc'), Rule.allow().exceptActions(['delete'])]);
  assert.deepEqual(
    ['read', 'delete'].map((action) => except.can(action, { type: 'doc' })),
    [true, false],
  );
  assert.equal(except.can('read', { type: 'key' }), false);
});

test('a refused list tells every diagnostic with its place', () => {
  const text = '[{"access": "permit",\n "where": {"rsrc_type": "*", "action": [], "rsrc_match": []}}]';
  assert.throws(() => Rules.parse(text), (error) => {
    assert.ok(error instanceof RulesError);
    assert.deepEqual(
      error.diagnostics.map(({ code, path, line }) => [code, path, line]),
      [['unknown_access', '[0].access', 1], ['empty_names', '[0].where.action', 2]],
    );
    assert.equal(error.omitted, 0);
    assert.match(error.message, /^1:13: \[0\]\.access: /);
    return true;
  });
  assert.throws(() => Rules.parse([mine]), /Rules\.from/);
  assert.throws(() => can({ access: 'allow' }, 'read', { type: 'doc' }), TypeError);
  // A repeated key is seen, because the text itself is read.
  assert.throws(() => Rules.parse('[{"access": "deny", "access": "allow", "where": {}}]'), /duplicate|twice|repeated/);
});

test('numbers keep every digit as text and as bigint', () => {
  const rules = Rules.parse('[{"access":"allow","where":{"rsrc_type":"doc","action":"read","rsrc_match":[["@n","=",9007199254740993]]}}]');
  assert.equal(rules.can('read', { type: 'doc', n: 9007199254740993n }), true);
  assert.equal(rules.can('read', { type: 'doc', n: 9007199254740992n }), false);
  assert.equal(rules.can('read', resource('doc', '{"n": 9007199254740993}')), true);
  assert.equal(rules.can('read', { type: 'doc', n: 2 ** 53 }), false);
  const same = Rules.from([Rule.allow().when(['@n', '=', 9007199254740993n])]);
  assert.equal(same.can('read', { type: 'doc', n: 9007199254740993n }), true);
  const tenth = Rules.parse('[{"access":"allow","where":{"rsrc_type":"doc","action":"read","rsrc_match":[["@n","=",0.1]]}}]');
  assert.equal(tenth.can('read', { type: 'doc', n: 0.1 }), true);
  assert.equal(tenth.can('read', { type: 'doc', n: 0.1 + 1e-18 }), true);
  assert.equal(tenth.can('read', { type: 'doc', n: 0.2 }), false);
});

test('what rules cannot compare is an error and never another value', () => {
  const rules = Rules.from([Rule.allow().when(any(['@v', '=', null], ['@v', '!=', 1]))]);
  for (const v of [NaN, Infinity, () => 1, Symbol('v'), [NaN], { a: [Symbol('v')] }]) {
    assert.throws(() => rules.can('read', { type: 'doc', v }), TypeError);
  }
  const loop = [];
  loop.push(loop);
  assert.throws(() => rules.can('read', { type: 'doc', v: loop }), /contains itself/);
  for (const resource of [null, 'doc', 5, undefined, {}, { type: 5 }, { type: '' }]) {
    assert.throws(() => rules.can('read', resource), TypeError);
  }
  assert.throws(() => rules.can(undefined, { type: 'doc' }), TypeError);
  assert.throws(() => rules.can('\ud800', { type: 'doc' }), /surrogate/);
  assert.throws(() => rules.can('read', { type: 'doc', v: '\ud800' }), TypeError);
  assert.throws(() => rules.can('read', resource('doc', '{"v": 1, "v": 2}')), /written twice/);
  assert.throws(() => rules.can('read', resource('doc', '[]')), TypeError);
});

test('only own attributes count and undefined is missing', () => {
  const rules = Rules.from([Rule.allow().when(['@constructor', '=', null], ['@a', '=', null])]);
  assert.equal(rules.can('read', { type: 'doc' }), true);
  assert.equal(rules.can('read', { type: 'doc', a: undefined }), true);
  assert.equal(rules.can('read', { type: 'doc', a: 'x' }), false);
  assert.equal(rules.can('read', Object.create({ a: 'x' }, { type: { value: 'doc' } })), true);
  // The type of a plain object is no attribute.
  const typed = Rules.from([Rule.allow().when(['@type', '=', 'doc'])]);
  assert.equal(typed.can('read', { type: 'doc' }), false);
  assert.equal(typed.can('read', resource('doc', { type: 'doc' })), true);
});

test('lists, sets, maps and dates are values', () => {
  const rules = Rules.from([Rule.allow().when(any(['@tags', '&', ['a']], ['@at', '~=', '2026-*'], ['@m', '=', 1]))]);
  assert.equal(rules.can('read', { type: 'doc', tags: ['b', 'a'] }), true);
  assert.equal(rules.can('read', { type: 'doc', tags: new Set(['a']) }), true);
  assert.equal(rules.can('read', { type: 'doc', at: new Date(Date.UTC(2026, 1)) }), true);
  assert.equal(rules.can('read', { type: 'doc', m: new Map([['a', 1]]) }), false);
});

test('an answer names its rule, for one action or for all', () => {
  const rules = Rules.from([Rule.deny().onTypes('doc').actions('delete'), mine]);
  assert.deepEqual(rules.decide('delete', { type: 'doc' }), { allowed: false, effect: 'deny', rule: 0 });
  assert.deepEqual(rules.decide('read', { type: 'doc', owner: 'ann' }), { allowed: true, effect: 'allow', rule: 1 });
  assert.deepEqual(rules.decide('read', { type: 'key' }), { allowed: false, effect: 'deny', rule: null });
  const { named, other } = rules.whichActions({ type: 'doc', owner: 'ann' });
  assert.deepEqual([...named].map(([action, { effect }]) => [action, effect]), [['delete', 'deny'], ['read', 'allow']]);
  assert.equal(other.rule, null);
});

test('an explanation tells why, and hides what it must', () => {
  const rules = Rules.from([mine]);
  const why = rules.explain('read', { type: 'doc', owner: 'bob' });
  assert.deepEqual(why.change, [{ attribute: 'owner', to: 'ann' }]);
  assert.match(why.text, /set @owner to "ann"/);
  assert.equal(String(why), why.text);
  assert.equal(why.digest, rules.digest);
  for (const redaction of [{ hide: ['owner'] }, { show: [] }, { show: ['owner'], hide: ['owner'] }]) {
    const hidden = rules.explain('read', { type: 'doc', owner: 'bob' }, redaction);
    assert.doesNotMatch(hidden.text + JSON.stringify(hidden), /bob/);
  }
});

test('findings, cases and the digest are those of the engine', () => {
  const rules = Rules.from([mine, mine]);
  assert.deepEqual(rules.lint().map(({ code, rule }) => [code, rule]), [['redundant_rule', 0], ['unreachable_rule', 1]]);
  const report = rules.test([{ name: 'own', action: 'read', type: 'doc', attributes: { owner: 'ann' }, expect: 'allow', rule: 0 }]);
  assert.equal(report.passed, true);
  assert.deepEqual(report.undecidedRules, [1]);
  const said = (expect) => `{"cases": [{"name": "n", "action": "read", "type": "doc", ${expect}}]}`;
  assert.equal(rules.test(said('"expect": "deny"')).passed, true);
  assert.throws(() => rules.test(said('"expect": "deny", "expect": "deny"')), /`expect` is written twice/);
  assert.throws(() => rules.test(said('"expect": "deny", "attributes": {"a": 1, "a": 1}')), /`a` is written twice/);
  assert.throws(() => rules.test(said('"expect": "deny", "attributes": {"a": 1e-400}')), /outside the range/);
  assert.throws(() => rules.test([]), /nothing would be tested/);
  assert.equal(Rules.from([]).digest, 'd228cb690f1a8caf78912b704e4a1344');
  assert.equal(rules.size, 2);
  assert.equal(Rules.parse(String(rules)).digest, rules.digest);
  assert.deepEqual(rules.toJSON()[0].access, 'allow');
});

test('freed rules answer nothing', async () => {
  await init();
  const rules = Rules.from([mine]);
  rules.free();
  rules.free();
  assert.throws(() => rules.can('read', { type: 'doc', owner: 'ann' }), /freed/);
});
