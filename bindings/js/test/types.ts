// Compiled, never run: what must and must not typecheck (`tsc --noEmit`).

import { all, any, can, init, resource, Rule, Rules, RulesError, type Answer, type Filter, type RuleDocument } from '@portcullis/rules';

const document: RuleDocument[] = [
  { access: 'allow', where: { rsrc_type: 'doc', action: ['read'], rsrc_match: [['@owner', '=', 'ann']] } },
  { access: 'deny', where: { rsrc_type: { $not: 'doc' }, action: '*', rsrc_match: { $or: [['@a', '$in', [1, 2]]] } } },
];
const built = [
  Rule.allow().onTypes('doc', 'img').actions(['read']).when(['@owner', '=', 'ann']),
  Rule.deny().exceptActions('read').when(any(['@a', '~', '^x'], all(['@b', '=', 1], ['@c', '!=', null]))),
];
const rules: Rules = Rules.from([...document, ...built]);
const answer: Answer = rules.decide('read', { type: 'doc', owner: 'ann', size: 2n ** 63n, made: new Date(0) });
const yes: boolean = can(rules, 'read', resource('doc', '{"owner": "ann"}')) && answer.allowed;
const text: string = rules.explain('read', { type: 'doc' }, { hide: ['owner'] }).text;

class Doc {
  type = 'doc';
  constructor(readonly owner: string) {}
}
can(built, 'read', new Doc('ann'));
const filter: Filter = rules.filter('read', 'doc', { 'subject.id': 'ann' }, { completeUnder: 'subject.' });
const { text: where, parameters } = filter.toSql('postgres', { owner: { sql: 'd.owner', kind: 'text', nullable: false } });
const ids: readonly unknown[] = [where, ...parameters, filter.accepts({ owner: 'ann' }), filter.toDynamo().names];
const effects = rules.diff(built).differences.map(({ before, after }) => [before.effect, after.effect, ids]);
await init(new URL('https://example.com/rules.wasm'));

try {
  Rules.parse(text);
} catch (error) {
  if (error instanceof RulesError) error.diagnostics.map(({ path, line }) => `${path}:${line ?? 0}`);
}

// @ts-expect-error a resource has a type
can(rules, 'read', { owner: 'ann' });
// @ts-expect-error there is no such operator
Rule.allow().when(['@owner', '==', 'ann']);
// @ts-expect-error there is no such dialect
filter.toSql('mysql', {});
// @ts-expect-error parse takes text
Rules.parse(document);

export { effects, yes };
