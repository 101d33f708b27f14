// What a call costs: `node bindings/js/test/cost.mjs`. Not a test.

import { resource, Rule, Rules } from '@portcullis/rules';

const rules = Rules.from([
  Rule.deny().onTypes('doc').actions('delete').when(['@sealed', '=', true]),
  Rule.allow().onTypes('doc').actions('read').when(['@owner', '=', 'ann']),
]);
const questions = {
  'no attributes': resource('key'),
  'plain object, 3 attributes': { type: 'doc', owner: 'ann', sealed: false, size: 7 },
  'JSON text, 3 attributes': resource('doc', '{"owner":"ann","sealed":false,"size":7}'),
};
for (const [what, question] of Object.entries(questions)) {
  // The quickest of many short rounds: other programs on the machine only ever add to it.
  let best = Infinity;
  for (let round = 0; round < 2000; round++) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < 500; i++) rules.can('read', question);
    best = Math.min(best, Number(process.hrtime.bigint() - start) / 500);
  }
  console.log(`${what}: ${best.toFixed(0)} ns`);
}
