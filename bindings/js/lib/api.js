// The package's face: rules, resources, questions. What computes is the compiled module behind `Compiled`.

import { checkStarted, Compiled } from './engine.js';
import { Filter } from './filter.js';
import { asked, attributesText, name, nameList, question, resource, told, wellFormed } from './questions.js';
import { DEEPEST_DOCUMENT, encode, keyed } from './values.js';

export { Filter } from './filter.js';
export { Resource, resource } from './questions.js';

/** Longest document that is read, in bytes. */
const LONGEST_DOCUMENT = 16 << 20;

/** A rule list that was refused; `diagnostics` has every reason, with its place. */
export class RulesError extends Error {
  constructor({ message, diagnostics, omitted }) {
    super(message);
    this.name = 'RulesError';
    this.diagnostics = diagnostics;
    this.omitted = omitted;
  }
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
    this.#mentioned = keyed(JSON.parse(this.#compiled.mentioned()));
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
    if (rules instanceof Rule) return new Rules(encode([rules], 'rules', DEEPEST_DOCUMENT));
    if (Array.isArray(rules)) return new Rules(encode(rules, 'rules', DEEPEST_DOCUMENT));
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
    const [type, attributes] = question(resource, this.#mentioned);
    const { named, other } = JSON.parse(asked(() => this.#engine().which_actions(type, attributes)));
    const pairs = Object.entries(named).map(([action, code]) => [action, answer(code)]);
    return { named: new Map(pairs), other: answer(other) };
  }

  /** Why the answer is what it is: as data, and in words (`text`, also by `String(explanation)`). */
  explain(action, resource, { show, hide } = {}) {
    name(action, 'action');
    const [type, attributes] = question(resource, this.#mentioned);
    const [shown, hidden] = [nameList(show), nameList(hide)];
    const said = asked(() => this.#engine().explain(action, type, attributes, shown, hidden));
    const { explanation, text } = JSON.parse(said);
    Object.defineProperty(explanation, 'text', { value: text });
    Object.defineProperty(explanation, 'toString', { value: () => text });
    return explanation;
  }

  /** What in the rules cannot have an effect, or may have another than meant. */
  lint() {
    return JSON.parse(this.#engine().lint());
  }

  /** Requests that other rules answer differently, one for each pair of deciding rules. */
  diff(other) {
    const after = Rules.from(other);
    try {
      const { differences, exhaustive } = JSON.parse(this.#engine().diff(after.#engine()));
      return { differences: differences.map(difference), exhaustive };
    } finally {
      if (after !== other) after.free();
    }
  }

  /** What the rules ask of resources of a type for one action, when what is `known` is known and the rest is not. */
  filter(action, type, known = {}, { completeUnder = [] } = {}) {
    name(action, 'action');
    name(type, 'type of the resource');
    const given = attributesText(known, this.#mentioned);
    const prefixes = nameList(completeUnder);
    return new Filter(asked(() => this.#engine().filter(action, type, given, prefixes)), action, type);
  }

  /** Runs test cases that stand beside rules. */
  test(suite) {
    const text = typeof suite === 'string' ? suite : encode(Array.isArray(suite) ? { cases: suite } : suite, 'suite') ?? 'null';
    wellFormed(text, 'the suite');
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
    const [type, attributes] = question(resource, this.#mentioned);
    return asked(() => this.#engine().decide(action, type, attributes));
  }
}

if (Symbol.dispose !== undefined) Rules.prototype[Symbol.dispose] = Rules.prototype.free;

function compile(text) {
  checkStarted();
  if (text.length > LONGEST_DOCUMENT) {
    const message = `the document has more than ${LONGEST_DOCUMENT} bytes; split it`;
    throw new RulesError({ message, diagnostics: [{ code: 'document_too_large', path: '', line: null, column: null, message }], omitted: 0 });
  }
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

function difference({ action, type, attributes, before, after, text }) {
  return {
    action,
    type,
    attributes: JSON.parse(attributes),
    // With every digit, to ask again with.
    resource: resource(type, attributes),
    before: answer(before),
    after: answer(after),
    text,
  };
}
