// From JavaScript values to the JSON text that crosses into the engine.
//
// JSON.stringify alone would lose meaning on the way: NaN and Infinity become null, a function or a symbol in a
// list becomes null, and bigint is refused. Here what has no exact form is an error, because an answer about
// something else than was asked may grant what it must not.

/** How deep a value may nest. */
const DEEPEST = 100;

/** How deep a document may nest, at least: where the engine's own bound is, it says so with the place. */
export const DEEPEST_DOCUMENT = 200;

/** Longest text of a value, in UTF-16 units: a list may hold another twice, and that one another twice, and so on. */
const LONGEST = 64 << 20;

/** What an item counts for on top of its text: it takes memory even when it is empty. */
const ITEM = 64;

/** How much more text there may be in the value that is being written. */
let left = LONGEST;

/** The exact JSON text of a value that nests no deeper than `levels`; `undefined` for undefined. */
export function encode(value, path, levels = DEEPEST) {
  left = LONGEST;
  return write(value, path, levels);
}

function write(value, path, levels) {
  switch (typeof value) {
    case 'string':
      spend(value.length, path);
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
      if (levels <= 0) throw new TypeError(`\`${path.slice(0, 80)}…\` nests too deep, or contains itself`);
      return encodeObject(value, path, levels);
    default:
      throw new TypeError(`\`${path}\` is a ${typeof value}, which is no value rules can compare; leave it out`);
  }
}

function spend(length, path) {
  left -= length;
  if (left < 0) throw new TypeError(`\`${path.slice(0, 80)}…\` is where the value takes more than ${LONGEST} characters`);
}

function encodeObject(value, path, levels) {
  if (Array.isArray(value)) return encodeList(value, path, levels);
  if (value instanceof Set) return encodeList([...value], path, levels);
  if (value instanceof Map) return encodeMap(value, path, levels);
  // What these hold is not in their properties: they would pass for empty maps.
  const opaque = [Promise, RegExp, ArrayBuffer, WeakMap, WeakSet].find((kind) => value instanceof kind);
  if (opaque !== undefined || ArrayBuffer.isView(value)) {
    throw new TypeError(`\`${path}\` is a ${value.constructor?.name}, which is no value rules can compare; leave it out`);
  }
  if (value instanceof Date && Number.isNaN(value.getTime())) {
    throw new TypeError(`\`${path}\` is an invalid date; leave it out`);
  }
  if (typeof value.toJSON === 'function') return write(value.toJSON(), path, levels - 1);
  // `new String('x')` and the like.
  if ([String, Number, Boolean, BigInt].some((kind) => value instanceof kind)) return write(value.valueOf(), path, levels - 1);
  return braced(Object.keys(value).map((name) => [name, value[name]]), path, levels);
}

function encodeList(list, path, levels) {
  // A list may claim any length without having an item.
  spend(list.length * ITEM, path);
  const items = [];
  // By number, so that a hole counts.
  for (let i = 0; i < list.length; i++) items.push(write(list[i], `${path}[${i}]`, levels - 1) ?? 'null');
  return `[${items.join(',')}]`;
}

function encodeMap(map, path, levels) {
  for (const name of map.keys()) {
    if (typeof name !== 'string') throw new TypeError(`\`${path}\` has a key that is a ${typeof name}; keys are strings`);
  }
  return braced([...map], path, levels);
}

function braced(entries, path, levels) {
  spend(entries.length * ITEM, path);
  const parts = [];
  for (const [name, item] of entries) {
    spend(name.length, path);
    const text = write(item, `${path}.${name}`, levels - 1);
    if (text !== undefined) parts.push(`${JSON.stringify(name)}:${text}`);
  }
  return `{${parts.join(',')}}`;
}

/** Names with their JSON keys, as `encodeMentioned` takes them. */
export function keyed(names) {
  return names.map((name) => [name, `${JSON.stringify(name)}:`]);
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

/** Whether attributes may be its own properties: those of a list, a Map or a Promise would all seem to be missing. */
export function hasAttributes(value) {
  if (value === null || typeof value !== 'object') return false;
  // Most are plain, and this is asked in every decision.
  if (Object.getPrototypeOf(value) === Object.prototype) return true;
  return (
    !Array.isArray(value) &&
    ![Map, Set, Promise, Date, String, Number, Boolean].some((kind) => value instanceof kind)
  );
}
