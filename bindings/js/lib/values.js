// From JavaScript values to the JSON text that crosses into the engine.
//
// JSON.stringify alone would lose meaning on the way: NaN and Infinity become null, a function or a symbol in a
// list becomes null, and bigint is refused. Here what has no exact form is an error, because an answer about
// something else than was asked may grant what it must not.

const DEEPEST = 100;

/** The exact JSON text of a value; `undefined` for undefined. */
export function encode(value, path, depth = 0) {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      if (Number.isFinite(value)) return Object.is(value, -0) ? '0' : String(value);
      throw new TypeError(`\`${path}\` is ${value}, which is no value rules can compare; leave it out`);
    case 'bigint':
      return String(value);
    case 'undefined':
      return undefined;
    case 'object':
      if (value === null) return 'null';
      if (depth >= DEEPEST) throw new TypeError(`\`${path}\` nests deeper than ${DEEPEST}, or contains itself`);
      return encodeObject(value, path, depth);
    default:
      throw new TypeError(`\`${path}\` is a ${typeof value}, which is no value rules can compare; leave it out`);
  }
}

function encodeObject(value, path, depth) {
  if (Array.isArray(value)) {
    const items = value.map((item, i) => encode(item, `${path}[${i}]`, depth + 1) ?? 'null');
    // `map` skips holes.
    return `[${Array.from(items, (item) => item ?? 'null').join(',')}]`;
  }
  if (typeof value.toJSON === 'function') return encode(value.toJSON(), path, depth + 1);
  if (value instanceof Set) return encodeObject([...value], path, depth);
  if (value instanceof Map) return encodeObject(Object.fromEntries(value), path, depth);
  const entries = [];
  for (const name of Object.keys(value)) {
    const text = encode(value[name], `${path}.${name}`, depth + 1);
    if (text !== undefined) entries.push(`${JSON.stringify(name)}:${text}`);
  }
  return `{${entries.join(',')}}`;
}

/** The JSON map of those own attributes that the rules mention: a decision asks for no other. `mentioned`: name and JSON key. */
export function encodeMentioned(attributes, mentioned, skip) {
  let text = '';
  for (const [name, key] of mentioned) {
    if (name === skip || !Object.hasOwn(attributes, name)) continue;
    const value = encode(attributes[name], name);
    if (value !== undefined) text += (text === '' ? '{' : ',') + key + value;
  }
  return text === '' ? '{}' : `${text}}`;
}
