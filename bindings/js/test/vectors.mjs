// The measured cases of crates/rules, for the tests in Node.js and in the browser.

/** The text of a member of a one-line JSON map, as written: numbers and repeated keys are part of the case. */
export function rawMember(line, name) {
  let at = 1;
  while (line[at] !== '}') {
    const key = end(line, at);
    const value = end(line, key + 1);
    if (JSON.parse(line.slice(at, key)) === name) return line.slice(key + 1, value);
    at = line[value] === ',' ? value + 1 : value;
  }
  throw new Error(`no member ${name}: ${line}`);
}

/** Where the JSON value that begins at `at` ends. */
function end(text, at) {
  let depth = 0;
  for (let i = at; ; i++) {
    const c = text[i];
    if (c === '"') {
      for (i++; text[i] !== '"'; i++) if (text[i] === '\\') i++;
      if (depth === 0) return i + 1;
    } else if (c === '{' || c === '[') {
      depth++;
    } else if (c === '}' || c === ']') {
      if (depth === 0) return i;
      if (--depth === 0) return i + 1;
    } else if (depth === 0 && (c === ',' || c === ':')) {
      return i;
    }
  }
}

/** `{ id, rules, action, type, attributes, expected }` of every case; rules and attributes as text. */
export function cases(publicText, canonicalText) {
  const lines = (text) => text.split('\n').filter((line) => line !== '');
  const canonical = new Map(lines(canonicalText).map((line) => JSON.parse(line)).map(({ id, canon }) => [id, canon]));
  return lines(publicText).map((line) => {
    const { id, action, rsrc_type: type } = JSON.parse(line);
    return {
      id,
      action,
      type,
      rules: rawMember(line, 'rules'),
      attributes: rawMember(line, 'rsrc_attrs'),
      expected: canonical.get(id),
    };
  });
}

/** What the package answers: `allow`, `deny` or `error`; `read` turns the text of the attributes into what is asked with. */
export function answerOf({ Rules, resource }, { rules, action, type, attributes }, read = (text) => text) {
  let compiled;
  try {
    compiled = Rules.parse(rules);
    return compiled.decide(action, resource(type, read(attributes))).effect;
  } catch {
    return 'error';
  } finally {
    compiled?.free();
  }
}
