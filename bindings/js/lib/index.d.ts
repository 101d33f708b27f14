/** A value that rules compare. A `bigint` keeps every digit; NaN and the infinities are refused. */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly Value[]
  | ReadonlySet<Value>
  | ReadonlyMap<string, Value>
  | { readonly [name: string]: Value | undefined }
  | { toJSON(): unknown };

export type Attributes = { readonly [name: string]: Value | undefined };

export type Effect = 'allow' | 'deny';

/** `=` equal, `~=` like with stars, `~` regular expression, `*` ignoring case, `&` lists with a common item. */
export type Operator = '=' | '!=' | '~=' | '~' | '~*' | '!~' | '!~*' | '$in' | '$nin' | '&' | '-';

/** `["@owner", "=", "ann"]`: a text that begins with `@` names an attribute of the resource. */
export type Comparison = readonly [left: Value, operator: Operator, right: Value];

export type Condition =
  | Comparison
  | { readonly $and: readonly Condition[] }
  | { readonly $or: readonly Condition[] }
  | readonly Condition[];

export type Names = string | readonly string[];

/** One rule as it stands in a document. */
export interface RuleDocument {
  readonly access: Effect;
  readonly where: {
    readonly rsrc_type: Names | { readonly $not: Names };
    readonly action: Names | { readonly $not: Names };
    readonly rsrc_match: readonly Condition[] | { readonly $and: readonly Condition[] } | { readonly $or: readonly Condition[] };
  };
  readonly $meta?: unknown;
}

/** One rule in the making; every method returns a new one. */
export class Rule {
  private constructor();
  /** Allows everything, to be narrowed. */
  static allow(): Rule;
  /** Denies everything, to be narrowed. */
  static deny(): Rule;
  onTypes(...types: Names[]): Rule;
  exceptTypes(...types: Names[]): Rule;
  actions(...actions: Names[]): Rule;
  exceptActions(...actions: Names[]): Rule;
  /** Adds conditions that must all hold, besides those that are there. */
  when(...conditions: Condition[]): Rule;
  /** Attaches notes, which deciding never looks at. */
  withMeta(meta: unknown): Rule;
  toJSON(): RuleDocument;
}

/** All of these must hold. */
export function all(...conditions: Condition[]): Condition;
/** One of these must hold; with none at all it holds. */
export function any(...conditions: Condition[]): Condition;

/** A resource whose type stands beside its attributes. */
export class Resource {
  private constructor();
  readonly type: string;
  readonly attributes: Attributes | string;
}

/**
 * A resource of a type. Attributes are an object, of which only own properties count, or JSON text of a map,
 * where numbers keep every digit.
 */
export function resource(type: string, attributes?: object | string): Resource;

/** A resource as a plain object: its `type` is no attribute, everything else is. */
export type ResourceLike =
  | Resource
  | { readonly type: string }
  | { readonly type: string; readonly [attribute: string]: unknown };

export interface Answer {
  readonly allowed: boolean;
  readonly effect: Effect;
  /** The rule that decided, counted from 0; null when none matched and the default denied. */
  readonly rule: number | null;
}

export interface Diagnostic {
  /** Stable across versions, such as `unknown_key`. */
  readonly code: string;
  /** Such as `[3].where.rsrc_match[0]`; empty for the whole. */
  readonly path: string;
  /** From 1. */
  readonly line: number | null;
  /** In characters, from 1. */
  readonly column: number | null;
  readonly message: string;
}

/** A rule list that was refused, with every reason. */
export class RulesError extends Error {
  private constructor();
  readonly diagnostics: readonly Diagnostic[];
  /** How many more there are past the first thousand. */
  readonly omitted: number;
}

export interface Finding {
  readonly code: string;
  readonly severity: 'note' | 'warning' | 'error';
  /** Counted from 0. */
  readonly rule: number;
  readonly path: string;
  readonly message: string;
  readonly suggestion: string;
}

export type Truth = 'true' | 'false' | 'undecided';

export type OperandTrace =
  | { readonly literal: unknown }
  | { readonly attribute: string; readonly value: unknown }
  | { readonly attribute: string; readonly missing: true }
  | { readonly attribute: string; readonly hidden: string };

export interface ConditionTrace {
  readonly path: string;
  readonly left: OperandTrace;
  readonly op: Operator;
  readonly right: OperandTrace;
  readonly truth: Truth;
}

export interface RuleTrace {
  readonly rule: number;
  readonly effect: Effect;
  readonly outcome: 'other_type' | 'other_action' | Truth;
  readonly decides: boolean;
  readonly conditions?: readonly ConditionTrace[];
}

/** Why an answer is what it is. */
export interface Explanation {
  readonly version: 1;
  readonly digest: string;
  readonly action: string;
  readonly resource_type: string;
  readonly effect: Effect;
  readonly rule: number | null;
  readonly meta?: unknown;
  readonly rules: readonly RuleTrace[];
  readonly rules_after: number;
  /** The smallest change of the resource that turns the answer around, if one was found. */
  readonly change:
    | null
    | readonly ({ readonly attribute: string; readonly to: unknown } | { readonly attribute: string; readonly remove: true })[];
  /** In words; also by `String(explanation)`. */
  readonly text: string;
  toString(): string;
}

export interface Redaction {
  /** Only the values of these attributes are shown. */
  readonly show?: Iterable<string>;
  /** The values of these attributes are not shown. */
  readonly hide?: Iterable<string>;
}

export interface Case {
  readonly name: string;
  readonly action: string;
  readonly type: string;
  readonly attributes?: Attributes;
  readonly expect: Effect;
  readonly rule?: number;
}

/** A request that two rule lists answer differently. */
export interface Difference {
  readonly action: string;
  readonly type: string;
  /** All others are missing. Numbers as JavaScript has them; `resource` keeps every digit. */
  readonly attributes: { readonly [name: string]: unknown };
  /** To ask again with: `rules.explain(difference.action, difference.resource)`. */
  readonly resource: Resource;
  readonly before: Answer;
  readonly after: Answer;
  /** In words. */
  readonly text: string;
}

export interface Diff {
  readonly differences: readonly Difference[];
  /** Whether every request that changes its answer does so by a pair of rules that is told; if there are none, the lists are the same. */
  readonly exhaustive: boolean;
}

export type Dialect = 'sqlite' | 'postgres';

/**
 * Where an attribute is stored. `sql` is copied into the clause as it is: write names quoted and qualified as the
 * query needs them, and never put data in it. `text` must compare bytes, `integer` has at most 64 bits, `json` is
 * valid JSON text in SQLite and `jsonb` in PostgreSQL.
 */
export interface Column {
  readonly sql: string;
  readonly kind: 'text' | 'integer' | 'real' | 'boolean' | 'json';
  /** Whether it may be null; true unless said. */
  readonly nullable?: boolean;
}

/** A `WHERE` clause, without the word. */
export interface Sql {
  readonly text: string;
  /** A `bigint` where a number would lose digits. */
  readonly parameters: readonly (string | number | bigint)[];
  /** Whether it selects just what the filter accepts; otherwise it selects more, to be checked with `accepts`. */
  readonly exact: boolean;
  /** What it asks only in part or not at all, in words. */
  readonly residue: readonly string[];
}

/** A value in DynamoDB's JSON. */
export type DynamoValue = { readonly S: string } | { readonly N: string } | { readonly BOOL: boolean } | { readonly NULL: true };

/** A DynamoDB `FilterExpression` with what it refers to. */
export interface Dynamo {
  /** `all`: leave the expression out. `none`: do not ask at all. */
  readonly selection: 'all' | 'none' | 'where';
  readonly expression: string | null;
  /** `ExpressionAttributeNames`. */
  readonly names: { readonly [placeholder: string]: string };
  /** `ExpressionAttributeValues`. */
  readonly values: { readonly [placeholder: string]: DynamoValue };
  /** Whether it selects just what the filter accepts; otherwise it selects more, to be checked with `accepts`. */
  readonly exact: boolean;
  /** What it asks only in part or not at all, in words. */
  readonly residue: readonly string[];
}

/** What rules ask of resources that are not known yet; made by {@link Rules.filter}. */
export class Filter {
  private constructor();
  readonly action: string;
  readonly type: string;
  /** The attributes that the answer depends on. */
  readonly attributes: readonly string[];
  /** Whether every resource of the type is accepted, as far as that was proved. */
  readonly isAlways: boolean;
  /** Whether no resource of the type is accepted, as far as that was proved. */
  readonly isNever: boolean;
  /**
   * Whether a resource is accepted: just when the rules allow the action on it. Attributes are an object, of which
   * every own property counts (also `type`), JSON text of a map, or a {@link Resource} of the filter's type. What
   * was known need not be given again, and does not count if it is.
   */
  accepts(attributes: object | string | Resource): boolean;
  /** A clause with its parameters, `?1` or `$1`, counted from `first`; attributes without a column are left to `accepts`. */
  toSql(
    dialect: Dialect,
    columns: { readonly [attribute: string]: Column } | ReadonlyMap<string, Column>,
    options?: { readonly first?: number },
  ): Sql;
  toDynamo(): Dynamo;
  /** The condition in words. */
  toString(): string;
  /** Gives the memory back now; otherwise the garbage collector does. */
  free(): void;
}

export interface Report {
  readonly passed: boolean;
  readonly results: readonly { readonly name: string; readonly failure: string | null }[];
  /** Rules that decided no case. */
  readonly undecidedRules: readonly number[];
  readonly summary: string;
}

export type RulesLike = Rules | string | Rule | readonly (Rule | RuleDocument)[];

/** A compiled rule list. */
export class Rules {
  private constructor();
  /** Loads JSON text exactly as written; throws {@link RulesError}. */
  static parse(text: string): Rules;
  /** Compiles rules given as text, as objects or as built with {@link Rule}; throws {@link RulesError}. */
  static from(rules: RulesLike): Rules;
  can(action: string, resource: ResourceLike): boolean;
  decide(action: string, resource: ResourceLike): Answer;
  /** For each action that a rule mentions, and for all others at once. */
  whichActions(resource: ResourceLike): { readonly named: ReadonlyMap<string, Answer>; readonly other: Answer };
  explain(action: string, resource: ResourceLike, redaction?: Redaction): Explanation;
  /** What in the rules cannot have an effect, or may have another than meant. */
  lint(): Finding[];
  /** Requests that other rules answer differently, one for each pair of deciding rules. */
  diff(other: RulesLike): Diff;
  /**
   * What the rules ask of resources of a type for one action. What is `known` is taken as given, attributes whose
   * names begin with one of `completeUnder` are missing unless known, and all others may be anything.
   */
  filter(
    action: string,
    type: string,
    known?: object | string,
    options?: { readonly completeUnder?: string | Iterable<string> },
  ): Filter;
  /** Runs test cases that stand beside rules; JSON text, a suite, or its cases. */
  test(suite: string | { readonly cases: readonly Case[] } | readonly Case[]): Report;
  /** What identifies the content: 32 hexadecimal digits, the same in Rust, Python and JavaScript. */
  readonly digest: string;
  /** How many rules there are. */
  readonly size: number;
  /** The JSON text that reads back as these rules. */
  toString(): string;
  toJSON(): RuleDocument[];
  /** Gives the memory back now; otherwise the garbage collector does. */
  free(): void;
}

/** Whether the rules let the action be done. Rules that are asked often: compile them once with `Rules.from`. */
export function can(subject: RulesLike, action: string, resource: ResourceLike): boolean;

/**
 * Starts the engine. In Node.js it is started already. In a browser call it once before anything else; it
 * fetches `rules_bg.wasm` beside the package, or from where you say.
 */
export function init(source?: string | URL | Request | Response | Promise<Response> | BufferSource): Promise<void>;
