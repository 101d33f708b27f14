// The package is built with fewer Unicode tables than the tests of the crate: ignoring case has to be the same.

import assert from 'node:assert/strict';
import test from 'node:test';
import { Rule, Rules } from '@portcullis/rules';

/** Where letters have cases since long; of the newest it depends on whose Unicode tables are newer. */
const blocks = [
  [0x80, 0xa7c0], [0xab30, 0xd800], [0xe000, 0x10500], [0x10c80, 0x10d00], [0x118a0, 0x11900], [0x16e40, 0x16e80],
  [0x1e900, 0x1e950],
];
const codes = blocks.flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => from + i));

/** Characters outside ASCII with others that are the same ignoring case, as JavaScript knows them. */
const pairs = [];
for (const code of codes) {
  const c = String.fromCodePoint(code);
  for (const other of [c.toLowerCase(), c.toUpperCase()]) {
    if (other !== c && new RegExp(`^${c}$`, 'iu').test(other)) pairs.push([c, other]);
  }
}

for (const operator of ['~=', '~*']) {
  test(`${operator} ignores case in every script`, () => {
    assert.ok(pairs.length > 2500, `${pairs.length}`);
    const different = pairs.filter(([c, other]) => {
      const rules = Rules.from([Rule.allow().when(['@v', operator, c])]);
      return !rules.can('read', { type: 'doc', v: other }) || !rules.can('read', { type: 'doc', v: c });
    });
    assert.deepEqual(different, []);
  });
}
