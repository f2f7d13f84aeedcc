import { matches, type Operator, parseSpecifier } from './specifier.ts';
import { parseVersion } from './version.ts';

/** A condition on the machine. https://packaging.python.org/specifications/dependency-specifiers */
export type Marker = Comparison | { readonly kind: 'and' | 'or'; readonly parts: readonly Marker[] };

interface Comparison {
  readonly kind: 'compare';
  readonly left: Operand;
  readonly operator: string;
  readonly right: Operand;
}

type Operand = { readonly variable: string } | { readonly text: string };

const tokenPattern =
  /\s*(?:(\(|\))|(<=|>=|===|==|~=|!=|<|>|not\s+in\b|in\b)|(and|or)\b|([a-z][a-z_.]*)|'([^'"\\\n]*)'|"([^'"\\\n]*)")/y;

/** Null for a text that is no marker. */
export function parseMarker(text: string): Marker | null {
  const tokens = tokenize(text);
  if (tokens === null) return null;
  const parser = new Parser(tokens);
  const marker = parser.any();
  return parser.isAtEnd ? marker : null;
}

/** The one spelling of a marker. */
export function printMarker(marker: Marker): string {
  if (marker.kind === 'compare') {
    const [left, right] = [marker.left, marker.right].map((each) =>
      'text' in each ? `"${each.text}"` : each.variable,
    );
    return `${left} ${marker.operator} ${right}`;
  }
  return marker.parts
    .map((part) =>
      part.kind === 'or' && marker.kind === 'and' ? `(${printMarker(part)})` : printMarker(part),
    )
    .join(` ${marker.kind} `);
}

/** What is left to ask of the machine once it is known which extras are wanted: true, false, or a marker. */
export function withExtras(marker: Marker, extras: ReadonlySet<string>): Marker | boolean {
  if (marker.kind === 'compare') return comparesExtra(marker) ? isExtraMet(marker, extras) : marker;
  const parts = marker.parts.map((part) => withExtras(part, extras));
  const decisive = marker.kind === 'or';
  if (parts.includes(decisive)) return decisive;
  const open = parts.filter((part) => typeof part !== 'boolean');
  if (open.length === 0) return !decisive;
  return open.length === 1 ? (open[0] as Marker) : { kind: marker.kind, parts: open };
}

/** Whether a marker holds on a machine, given its variables as pip reports them. */
export function holds(marker: Marker, environment: Readonly<Record<string, string>>): boolean {
  if (marker.kind !== 'compare') {
    const results = marker.parts.map((part) => holds(part, environment));
    return marker.kind === 'and' ? !results.includes(false) : results.includes(true);
  }
  const [left, right] = [marker.left, marker.right].map((each) =>
    'text' in each ? each.text : (environment[each.variable] ?? ''),
  ) as [string, string];
  return compare(left, marker.operator, right);
}

function compare(left: string, operator: string, right: string): boolean {
  if (operator === 'in') return right.includes(left);
  if (operator === 'not in') return !right.includes(left);
  const version = parseVersion(left);
  const range = parseSpecifier(`${operator}${right}`);
  if (version !== null && range !== null) return matches(version, range);
  switch (operator as Operator) {
    case '==':
    case '===':
      return left === right;
    case '!=':
      return left !== right;
    case '<=':
      return left <= right;
    case '>=':
      return left >= right;
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '~=':
      return false;
  }
}

function comparesExtra({ left, right }: Comparison): boolean {
  return [left, right].some((each) => 'variable' in each && each.variable === 'extra');
}

function isExtraMet({ left, operator, right }: Comparison, extras: ReadonlySet<string>): boolean {
  const name = 'text' in left ? left.text : 'text' in right ? right.text : '';
  return (operator === '==') === extras.has(normalizedExtra(name));
}

/** PEP 685: extras are compared as names of projects are. */
export function normalizedExtra(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

type Token =
  | { readonly kind: 'bracket' | 'operator' | 'word'; readonly text: string }
  | { readonly kind: 'operand'; readonly operand: Operand };

function tokenize(text: string): readonly Token[] | null {
  const tokens: Token[] = [];
  const pattern = new RegExp(tokenPattern);
  const end = text.trimEnd().length;
  while (pattern.lastIndex < end) {
    const match = pattern.exec(text);
    if (match === null || tokens.length > 200) return null;
    const [, bracket, operator, word, variable, single, double] = match;
    if (bracket !== undefined) tokens.push({ kind: 'bracket', text: bracket });
    else if (operator !== undefined) tokens.push({ kind: 'operator', text: operator.replace(/\s+/, ' ') });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else if (variable !== undefined) tokens.push({ kind: 'operand', operand: { variable } });
    else tokens.push({ kind: 'operand', operand: { text: single ?? double ?? '' } });
  }
  return tokens;
}

/** One method per rule of the grammar; each gives null where the text does not follow it. */
class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  any(): Marker | null {
    return this.#joined('or', () => this.#joined('and', () => this.#atom()));
  }

  #joined(kind: 'and' | 'or', next: () => Marker | null): Marker | null {
    const parts: (Marker | null)[] = [next()];
    while (this.#takes('word', kind)) parts.push(next());
    if (parts.includes(null)) return null;
    return parts.length === 1 ? (parts[0] as Marker) : { kind, parts: parts as Marker[] };
  }

  #atom(): Marker | null {
    if (this.#takes('bracket', '(')) {
      const inner = this.any();
      return this.#takes('bracket', ')') ? inner : null;
    }
    const left = this.#operand();
    const operator = this.#tokens[this.#at];
    if (left === null || operator?.kind !== 'operator') return null;
    this.#at += 1;
    const right = this.#operand();
    return right === null ? null : { kind: 'compare', left, operator: operator.text, right };
  }

  #operand(): Operand | null {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'operand') return null;
    this.#at += 1;
    return token.operand;
  }

  #takes(kind: 'bracket' | 'word', text: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== kind || token.text !== text) return false;
    this.#at += 1;
    return true;
  }
}
