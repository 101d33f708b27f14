// What is asked: resources and names, checked on their way into the engine, and its errors on their way out.

import { encodeMentioned, hasAttributes } from './values.js';

/** Longest text that is handed over, in UTF-16 units: one that the engine has no memory for would end it. */
const LONGEST = 64 << 20;

/** A resource whose type is not in its attributes. */
export class Resource {
  constructor(type, attributes = {}) {
    this.type = type;
    this.attributes = attributes;
    Object.freeze(this);
  }
}

/** A resource of a type; attributes are a plain object, or JSON text where every digit of a number counts. */
export function resource(type, attributes) {
  return new Resource(type, attributes);
}

/** The JSON text of attributes given as an object or as text. */
export function attributesText(attributes, mentioned) {
  if (typeof attributes === 'string') {
    wellFormed(attributes, 'the attributes');
    return attributes;
  }
  if (!hasAttributes(attributes)) throw new TypeError('attributes are a plain object, or JSON text of a map');
  return fitting(encodeMentioned(attributes, mentioned), 'the attributes');
}

/** The type and the attributes of a resource as texts. */
export function question(resource, mentioned) {
  if (resource instanceof Resource) {
    const { type, attributes } = resource;
    name(type, 'type of the resource');
    return [type, attributesText(attributes, mentioned)];
  }
  if (!hasAttributes(resource)) {
    throw new TypeError('a resource is an object with a `type`, or made by `resource(type, attributes)`');
  }
  const { type } = resource;
  name(type, 'type of the resource');
  return [type, fitting(encodeMentioned(resource, mentioned, 'type'), 'the attributes')];
}

export function name(text, what) {
  if (typeof text !== 'string') throw new TypeError(`the ${what} must be a string, not ${text === null ? 'null' : typeof text}`);
  wellFormed(text, `the ${what}`);
}

/** Half a character would become another one on its way into the engine. */
export function wellFormed(text, what) {
  fitting(text, what);
  if (!text.isWellFormed()) throw new TypeError(`${what} contains half a surrogate pair`);
}

function fitting(text, what) {
  if (text.length > LONGEST) throw new TypeError(`${what} takes ${text.length} characters, and at most ${LONGEST} can be read`);
  return text;
}

/** Names as a JSON list; `''` for undefined. */
export function nameList(names) {
  // A lone text would be taken for its letters.
  return names === undefined ? '' : JSON.stringify(typeof names === 'string' ? [names] : [...names]);
}

export function asked(question) {
  try {
    return question();
  } catch (error) {
    throw told(error);
  }
}

/** The engine throws its messages as plain strings. */
export function told(error) {
  return typeof error === 'string' ? new TypeError(error) : error;
}
