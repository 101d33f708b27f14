import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import * as portcullis from '@portcullis/rules';
import { answerOf, cases } from './vectors.mjs';

const vectors = (name) => readFileSync(new URL(`../../../crates/rules/tests/vectors/${name}`, import.meta.url), 'utf8');
const all = cases(vectors('public.jsonl'), vectors('canonical-public.jsonl'));

/** Whether JavaScript's numbers hold everything the text says. */
const isHeld = (text) => JSON.stringify(JSON.parse(text)) === text;

test('every canonical answer is ours', () => {
  assert.equal(all.length, 3990);
  const wrong = all.filter((vector) => answerOf(portcullis, vector) !== vector.expected);
  assert.deepEqual(wrong, []);
});

test('resources as objects get the same answers as their text', () => {
  const held = all.filter(({ attributes }) => isHeld(attributes));
  assert.ok(held.length > 3500, `${held.length}`);
  const wrong = held.filter((vector) => answerOf(portcullis, vector, JSON.parse) !== vector.expected);
  assert.deepEqual(wrong, []);
});

test('a filter accepts what is allowed, and both queries can be written', () => {
  const stored = { v: { sql: 'v', kind: 'text' }, w: { sql: 'w', kind: 'json' } };
  let asked = 0;
  const wrong = all.filter(({ rules: text, action, type, attributes, expected }) => {
    if (expected === 'error') return false;
    const rules = portcullis.Rules.parse(text);
    const filter = rules.filter(action, type);
    try {
      for (const dialect of ['sqlite', 'postgres']) filter.toSql(dialect, stored);
      filter.toDynamo();
      asked++;
      return filter.accepts(attributes) !== (expected === 'allow');
    } finally {
      filter.free();
      rules.free();
    }
  });
  assert.deepEqual(wrong, []);
  assert.ok(asked > 3000, `${asked}`);
});

test('expressions match what RE2 matches', () => {
  const { Rule, Rules, RulesError } = portcullis;
  const cases = vectors('re2.jsonl').trim().split('\n').map((line) => JSON.parse(line));
  assert.equal(cases.length, 5000);
  const answer = ([source, fold, x]) => {
    try {
      return Rules.from([Rule.allow().when(['@x', fold ? '~*' : '~', source])]).can('read', { type: 't', x });
    } catch (error) {
      assert.ok(error instanceof RulesError, `${error}`);
      return null;
    }
  };
  assert.deepEqual(cases.filter((one) => answer(one) !== one[3]), []);
});
