/** One way in which a server lets itself be asked. */
export interface Challenge {
  /** Lower case: `bearer`, `basic`. */
  readonly scheme: string;
  /** Names in lower case; the first of one name counts. */
  readonly parameters: ReadonlyMap<string, string>;
}

const TOKEN = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/sy;
const SPACE = /[ \t]*/y;
/** Longer than any real one; what a header may hold is bounded anyway. */
const MAX_CHALLENGES = 16;

/**
 * The value of `WWW-Authenticate`: challenges and their parameters share one comma, so a name belongs to the
 * challenge before it exactly when `=` follows it. What does not parse ends the list. RFC 9110, section 11.6.1.
 */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  const reader = new Reader(header);
  while (!reader.isAtEnd && challenges.length < MAX_CHALLENGES) {
    reader.skipCommas();
    const name = reader.take(TOKEN);
    if (name === null) break;
    const isParameter = reader.takeEquals();
    if (!isParameter) {
      challenges.push({ scheme: name.toLowerCase(), parameters: new Map() });
      continue;
    }
    const value = reader.takeQuoted() ?? reader.take(TOKEN);
    const parameters = challenges.at(-1)?.parameters;
    if (value === null || parameters === undefined) break;
    if (!parameters.has(name.toLowerCase())) parameters.set(name.toLowerCase(), value);
  }
  return challenges;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return null;
    this.#at = pattern.lastIndex;
    return found[1] ?? found[0];
  }

  takeQuoted(): string | null {
    return this.take(QUOTED)?.replaceAll(/\\(.)/gs, '$1') ?? null;
  }

  takeEquals(): boolean {
    const start = this.#at;
    this.take(SPACE);
    if (this.#text[this.#at] === '=') {
      this.#at++;
      this.take(SPACE);
      return true;
    }
    this.#at = start;
    return false;
  }

  skipCommas(): void {
    while (/[ \t,]/.test(this.#text[this.#at] ?? '')) this.#at++;
  }
}
