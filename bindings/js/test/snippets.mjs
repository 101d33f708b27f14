// The examples of docs/how-to/embed-rules.md.

import { readFileSync } from 'node:fs';

const DOCUMENT = new URL('../../../docs/how-to/embed-rules.md', import.meta.url);

/** The blocks of a language that are marked as tested. */
export function snippets(language) {
  const fence = new RegExp(`^\`\`\`${language} tested\\n(.*?)^\`\`\``, 'gms');
  return [...readFileSync(DOCUMENT, 'utf8').matchAll(fence)].map(([, code]) => code);
}
