// What the rules ask of resources that are not known yet: in memory, as SQL, as a DynamoDB expression.

import { asked, attributesText, name, Resource } from './questions.js';
import { encode, keyed } from './values.js';

/** Made by `Rules.filter`. */
export class Filter {
  #compiled;
  #action;
  #type;
  #mentioned;

  constructor(compiled, action, type) {
    this.#compiled = compiled;
    this.#action = action;
    this.#type = type;
    this.#mentioned = keyed(JSON.parse(compiled.attributes()));
  }

  get action() {
    return this.#action;
  }

  get type() {
    return this.#type;
  }

  /** The attributes that the answer depends on. */
  get attributes() {
    return this.#mentioned.map(([name]) => name);
  }

  /** Whether every resource of the type is accepted, as far as that was proved. */
  get isAlways() {
    return this.#engine().constant() > 0;
  }

  /** Whether no resource of the type is accepted, as far as that was proved. */
  get isNever() {
    return this.#engine().constant() < 0;
  }

  /** Whether a resource with these attributes is accepted. */
  accepts(attributes) {
    let given = attributes;
    if (attributes instanceof Resource) {
      if (attributes.type !== this.#type) throw new TypeError(`this filter is for \`${this.#type}\`, not for \`${String(attributes.type)}\``);
      given = attributes.attributes;
    }
    const text = attributesText(given, this.#mentioned);
    return asked(() => this.#engine().accepts(text));
  }

  /** A `WHERE` clause with its parameters, which count from `first`. */
  toSql(dialect, columns, { first = 1 } = {}) {
    name(dialect, 'dialect');
    if (!Number.isInteger(first) || first < 1 || first > 1_000_000) throw new TypeError('`first` is a whole number from 1');
    if (columns === null || typeof columns !== 'object') throw new TypeError('columns are an object that maps attributes to columns');
    const text = encode(columns, 'columns');
    const { parameters, ...sql } = JSON.parse(asked(() => this.#engine().sql(dialect, text, first)));
    return { ...sql, parameters: parameters.map((value) => (typeof value === 'object' ? BigInt(value.bigint) : value)) };
  }

  /** A `FilterExpression` with what it refers to. */
  toDynamo() {
    return JSON.parse(this.#engine().dynamo());
  }

  /** The condition in words. */
  toString() {
    return this.#engine().text();
  }

  /** Gives the memory back now; otherwise the garbage collector does. */
  free() {
    this.#compiled?.free();
    this.#compiled = undefined;
  }

  #engine() {
    if (this.#compiled === undefined) throw new Error('this filter was freed');
    return this.#compiled;
  }
}

if (Symbol.dispose !== undefined) Filter.prototype[Symbol.dispose] = Filter.prototype.free;
