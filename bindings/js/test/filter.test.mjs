import assert from 'node:assert/strict';
import test from 'node:test';
import { any, Filter, resource, Rule, Rules } from '@portcullis/rules';

const rules = Rules.from([
  Rule.deny().onTypes('doc').when(['@sealed', '=', true]),
  Rule.allow().onTypes('doc').actions('read').when(['@owner', '=', '@subject.id']),
  Rule.allow().onTypes('doc').actions('read').when(['@level', '=', 2n ** 53n + 1n], ['@name', '~', '^a.c']),
]);
const columns = {
  owner: { sql: 'd.owner', kind: 'text', nullable: false },
  sealed: { sql: 'd.sealed', kind: 'boolean', nullable: false },
  level: { sql: 'd.level', kind: 'integer' },
};
const filter = () => rules.filter('read', 'doc', { 'subject.id': 'ann' }, { completeUnder: 'subject.' });

test('a filter accepts just what the rules allow', () => {
  const docs = [{ owner: 'ann' }, { owner: 'bob' }, { owner: 'ann', sealed: true }, { level: 2n ** 53n + 1n, name: 'abc' }];
  const mine = filter();
  assert.ok(mine instanceof Filter);
  assert.deepEqual([mine.action, mine.type, mine.attributes], ['read', 'doc', ['sealed', 'owner', 'level', 'name']]);
  for (const doc of docs) {
    assert.equal(mine.accepts(doc), rules.can('read', resource('doc', { ...doc, 'subject.id': 'ann' })), JSON.stringify(doc.owner));
  }
  assert.equal(mine.accepts('{"owner": "ann"}'), true);
  assert.equal(mine.accepts(resource('doc', { owner: 'ann' })), true);
  // What was known does not count again.
  assert.equal(mine.accepts({ owner: 'bob', 'subject.id': 'bob' }), false);
  assert.throws(() => mine.accepts(resource('img', { owner: 'ann' })), /for `doc`, not for `img`/);
  assert.match(String(mine), /@owner = "ann"/);
});

test('what is missing for sure, and what may be anything', () => {
  assert.equal(rules.filter('read', 'doc').accepts({ owner: 'ann', 'subject.id': 'ann' }), true);
  const nobody = rules.filter('read', 'doc', {}, { completeUnder: ['subject.'] });
  assert.equal(nobody.accepts({ owner: 'ann', 'subject.id': 'ann' }), false);
  assert.deepEqual([nobody.isAlways, nobody.isNever], [false, false]);
  assert.equal(rules.filter('write', 'doc').isNever, true);
  assert.equal(Rules.from([Rule.allow()]).filter('read', 'doc').isAlways, true);
});

test('a clause binds its values, counts from where it is told, and says what it leaves out', () => {
  const sql = filter().toSql('postgres', columns, { first: 3 });
  assert.deepEqual(sql, {
    text: '(d.sealed IS FALSE AND (d.owner = $3::text OR (d.level IS NOT NULL AND d.level = $4::int8)))',
    parameters: ['ann', 9007199254740993n],
    exact: false,
    residue: ['@name ~ "^a.c"'],
  });
  assert.match(filter().toSql('sqlite', new Map(Object.entries(columns))).text, /d\.owner = \?1/);
  assert.equal(rules.filter('write', 'doc').toSql('sqlite', {}).text, 'FALSE');
});

test('an expression for DynamoDB comes with its names and values', () => {
  const query = Rules.from([Rule.allow().when(['@owner', '=', 'ann'])]).filter('read', 'doc').toDynamo();
  assert.deepEqual(query, {
    selection: 'where',
    expression: '#a0 = :v0',
    names: { '#a0': 'owner' },
    values: { ':v0': { S: 'ann' } },
    exact: true,
    residue: [],
  });
  assert.equal(rules.filter('write', 'doc').toDynamo().selection, 'none');
});

test('a filter or a clause that cannot be asked for is an error', () => {
  const mine = filter();
  for (const wrong of [
    () => rules.filter('read', ''),
    () => rules.filter(5, 'doc'),
    () => rules.filter('read', 'doc', [['subject.id', 'ann']]),
    () => rules.filter('read', 'doc', { 'subject.id': NaN }),
    () => rules.filter('read', 'doc', {}, { completeUnder: [5] }),
    () => mine.accepts(),
    () => mine.accepts([]),
    () => mine.accepts('[]'),
    () => mine.toSql('mysql', columns),
    () => mine.toSql('sqlite'),
    () => mine.toSql('sqlite', { owner: 'owner' }),
    () => mine.toSql('sqlite', { owner: { sql: 'owner', kind: 'varchar' } }),
    () => mine.toSql('sqlite', { owner: { sql: 'owner', kind: 'text', null: false } }),
    ...[0, -1, 1.5, NaN, 2 ** 53].map((first) => () => mine.toSql('sqlite', columns, { first })),
  ]) {
    assert.throws(wrong, TypeError, String(wrong));
  }
  mine.free();
  assert.throws(() => mine.accepts({}), /freed/);
});

test('a difference is a request that both lists can be asked', () => {
  const before = Rules.from([Rule.allow().onTypes('doc').actions('read').when(['@level', '=', 2n ** 53n + 1n])]);
  const after = [Rule.allow().onTypes('doc').actions('read').when(any(['@level', '=', 2n ** 53n + 1n], ['@level', '=', 7]))];
  const { differences, exhaustive } = before.diff(after);
  assert.equal(exhaustive, true);
  assert.deepEqual(
    differences.map(({ action, type, attributes, before, after }) => [action, type, attributes, before.effect, after.rule]),
    [['read', 'doc', { level: 7 }, 'deny', 0]],
  );
  assert.match(differences[0].text, /^read on doc with \{@level: 7\}: deny by default becomes allow by rule 0$/);
  const lost = before.diff([]).differences[0];
  // The digits that a number would lose.
  assert.equal(before.can(lost.action, lost.resource), true);
  assert.deepEqual(before.diff(before), { differences: [], exhaustive: true });
  assert.equal(before.size, 1);
  assert.throws(() => before.diff(5), TypeError);
});
