import { redactTokens } from '../formats/redact.ts';
import { dotted, suggest } from '../formats/yaml-schema.ts';
import type { Code } from '../model/codes.ts';
import type { Severity } from '../model/finding.ts';

/** A finding before it is known which of several files its place is in. */
export interface Problem {
  readonly code: Code;
  readonly severity: Severity;
  readonly path: readonly string[];
  readonly part: 'key' | 'value';
  readonly message: string;
  readonly hint?: string;
}

export type Path = readonly string[];

/** After so many hints, computing more is work for nobody: each compares one word with all known ones. */
const MOST_SUGGESTIONS = 100;

/** Collects problems; every message starts with the place, so that it can be understood alone. None shows a token. */
export class Problems {
  #all: Problem[] = [];
  #suggestions = 0;

  get all(): readonly Problem[] {
    return this.#all;
  }

  error(code: Code, path: Path, message: string, more: More = {}): void {
    this.add(code, 'error', path, message, more);
  }

  warning(code: Code, path: Path, message: string, more: More = {}): void {
    this.add(code, 'warning', path, message, more);
  }

  keep(isKept: (problem: Problem, index: number) => boolean): void {
    this.#all = this.#all.filter(isKept);
  }

  private add(code: Code, severity: Severity, path: Path, message: string, more: More): void {
    const { part = 'value' } = more;
    const hint = this.hintOf(more);
    const place = path.length === 0 ? '' : `${dotted(path)}: `;
    this.#all.push({
      ...{ code, severity, path, part, message: redactTokens(`${place}${message}`) },
      ...(hint === undefined ? {} : { hint: redactTokens(hint) }),
    });
  }

  private hintOf({ hint, near }: More): string | undefined {
    if (near === undefined || this.#suggestions >= MOST_SUGGESTIONS) return hint;
    this.#suggestions += 1;
    const [word, known] = near;
    return suggest(word, [...known]).hint ?? hint;
  }
}

interface More {
  readonly part?: 'key' | 'value';
  /** What to do next; with `near`, when no known word is near. */
  readonly hint?: string | undefined;
  /** An unknown word, and those that are known. */
  readonly near?: readonly [word: string, known: Iterable<string>];
}
