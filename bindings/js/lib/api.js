// The package's face: rules, resources, questions. What computes is the compiled module behind `Compiled`.

import { checkStarted, Compiled } from './engine.js';
import { encode, encodeMentioned } from './values.js';

/** A rule list that was refused; `offences` has every reason, with its place. */
export class RulesError extends Error {
  constructor({ message, offences, omitted }) {
    super(message);
    this.name = 'RulesError';
    this.offences = offences;
    this.omitted = omitted;
  }
}

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

/** Whether the rules let the action be done on the resource. Rules that are asked often: compile them once. */
export function can(subject, action, resource) {
  if (subject instanceof Rules) return subject.can(action, resource);
  const rules = Rules.from(subject);
  try {
    return rules.can(action, resource);
  } finally {
    rules.free();
  }
}

/** One rule in the making; every method returns a new one. */
export class Rule {
  #json;

  constructor(json) {
    this.#json = json;
  }

  static allow() {
    return new Rule({ access: 'allow', where: { rsrc_type: '*', action: '*', rsrc_match: [] } });
  }

  static deny() {
    return new Rule({ access: 'deny', where: { rsrc_type: '*', action: '*', rsrc_match: [] } });
  }

  onTypes(...types) {
    return this.#where({ rsrc_type: types.flat() });
  }

  exceptTypes(...types) {
    return this.#where({ rsrc_type: { $not: types.flat() } });
  }

  actions(...actions) {
    return this.#where({ action: actions.flat() });
  }

  exceptActions(...actions) {
    return this.#where({ action: { $not: actions.flat() } });
  }

  /** Adds conditions that must all hold: `["@owner", "=", "ann"]`, `any(…)`, `all(…)`. */
  when(...conditions) {
    return this.#where({ rsrc_match: [...this.#json.where.rsrc_match, ...conditions] });
  }

  withMeta(meta) {
    return new Rule({ ...this.#json, $meta: meta });
  }

  toJSON() {
    return this.#json;
  }

  #where(part) {
    return new Rule({ ...this.#json, where: { ...this.#json.where, ...part } });
  }
}

/** All of these must hold. */
export function all(...conditions) {
  return { $and: conditions };
}

/** One of these must hold. */
export function any(...conditions) {
  return { $or: conditions };
}

/** A compiled rule list. */
export class Rules {
  #compiled;
  #mentioned;

  constructor(text) {
    this.#compiled = compile(text);
    const names = JSON.parse(this.#compiled.mentioned());
    this.#mentioned = names.map((name) => [name, `${JSON.stringify(name)}:`]);
  }

  /** Loads JSON text, exactly as written: repeated keys are seen and no digit is lost. */
  static parse(text) {
    if (typeof text !== 'string') {
      throw new TypeError('`Rules.parse` takes JSON text; for rules as objects use `Rules.from`');
    }
    return new Rules(text);
  }

  /** Compiles rules given as text, as objects, or as built with `Rule`. */
  static from(rules) {
    if (rules instanceof Rules) return rules;
    if (typeof rules === 'string') return new Rules(rules);
    if (rules instanceof Rule) return new Rules(encode([rules], 'rules'));
    if (Array.isArray(rules)) return new Rules(encode(rules, 'rules'));
    throw new TypeError('rules are a list, JSON text of a list, or compiled `Rules`');
  }

  can(action, resource) {
    return this.#decide(action, resource) > 0;
  }

  /** The answer and the number of the rule that gave it, or null when none matched. */
  decide(action, resource) {
    return answer(this.#decide(action, resource));
  }

  /** The answers for every action that a rule mentions, and for all others. */
  whichActions(resource) {
    const [type, attributes] = this.#question(resource);
    const { named, other } = JSON.parse(asked(() => this.#engine().which_actions(type, attributes)));
    const pairs = Object.entries(named).map(([action, code]) => [action, answer(code)]);
    return { named: new Map(pairs), other: answer(other) };
  }

  /** Why the answer is what it is: as data, and in words (`text`, also by `String(explanation)`). */
  explain(action, resource, { show, hide } = {}) {
    name(action, 'action');
    const [type, attributes] = this.#question(resource);
    // A lone text would be taken for its letters.
    const list = (names) => (names === undefined ? '' : JSON.stringify(typeof names === 'string' ? [names] : [...names]));
    const said = asked(() => this.#engine().explain(action, type, attributes, list(show), list(hide)));
    const { explanation, text } = JSON.parse(said);
    Object.defineProperty(explanation, 'text', { value: text });
    Object.defineProperty(explanation, 'toString', { value: () => text });
    return explanation;
  }

  /** What in the rules cannot have an effect, or may have another than meant. */
  lint() {
    return JSON.parse(this.#engine().lint());
  }

  /** Runs test cases that stand beside rules. */
  test(suite) {
    const text = typeof suite === 'string' ? suite : encode(Array.isArray(suite) ? { cases: suite } : suite, 'suite');
    return JSON.parse(asked(() => this.#engine().test(text)));
  }

  /** What identifies the content, 32 hexadecimal digits: the same in Rust, Python and JavaScript. */
  get digest() {
    return this.#engine().digest();
  }

  /** How many rules there are. */
  get size() {
    return this.#engine().size();
  }

  /** The JSON text that reads back as these rules. */
  toString() {
    return this.#engine().document();
  }

  toJSON() {
    return JSON.parse(this.toString());
  }

  /** Gives the memory back now; otherwise the garbage collector does. */
  free() {
    this.#compiled?.free();
    this.#compiled = undefined;
  }

  #engine() {
    if (this.#compiled === undefined) throw new Error('these rules were freed');
    return this.#compiled;
  }

  #decide(action, resource) {
    name(action, 'action');
    const [type, attributes] = this.#question(resource);
    return asked(() => this.#engine().decide(action, type, attributes));
  }

  /** The type and the attributes of a resource as texts. */
  #question(resource) {
    if (resource === null || typeof resource !== 'object') {
      throw new TypeError('a resource is an object with a `type`, or made by `resource(type, attributes)`');
    }
    const { type } = resource;
    name(type, 'type of the resource');
    if (!(resource instanceof Resource)) {
      return [type, encodeMentioned(resource, this.#mentioned, 'type')];
    }
    const { attributes } = resource;
    if (typeof attributes === 'string') {
      wellFormed(attributes, 'the attributes');
      return [type, attributes];
    }
    if (attributes === null || typeof attributes !== 'object') {
      throw new TypeError('attributes are a plain object, or JSON text of a map');
    }
    return [type, encodeMentioned(attributes, this.#mentioned)];
  }
}

if (Symbol.dispose !== undefined) Rules.prototype[Symbol.dispose] = Rules.prototype.free;

function compile(text) {
  checkStarted();
  wellFormed(text, 'the rules');
  try {
    return new Compiled(text);
  } catch (error) {
    if (typeof error === 'string') throw new RulesError(JSON.parse(error));
    throw told(error);
  }
}

/** `n` is the rule `n - 1`, negative when it denied; 0 is the default. */
function answer(code) {
  return { allowed: code > 0, effect: code > 0 ? 'allow' : 'deny', rule: code === 0 ? null : Math.abs(code) - 1 };
}

function name(text, what) {
  if (typeof text !== 'string') throw new TypeError(`the ${what} must be a string, not ${text === null ? 'null' : typeof text}`);
  wellFormed(text, `the ${what}`);
}

/** Half a character would become another one on its way into the engine. */
function wellFormed(text, what) {
  if (!text.isWellFormed()) throw new TypeError(`${what} contains half a surrogate pair`);
}

function asked(question) {
  try {
    return question();
  } catch (error) {
    throw told(error);
  }
}

/** The engine throws its messages as plain strings. */
function told(error) {
  return typeof error === 'string' ? new TypeError(error) : error;
}
