import { dotted } from '../formats/yaml-schema.ts';
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

/** Collects problems; every message starts with the place, so that it can be understood alone. */
export class Problems {
  readonly all: Problem[] = [];

  error(code: Code, path: Path, message: string, more: More = {}): void {
    this.add(code, 'error', path, message, more);
  }

  warning(code: Code, path: Path, message: string, more: More = {}): void {
    this.add(code, 'warning', path, message, more);
  }

  private add(code: Code, severity: Severity, path: Path, message: string, more: More): void {
    const { part = 'value', hint } = more;
    const place = path.length === 0 ? '' : `${dotted(path)}: `;
    const text = `${place}${message}`;
    this.all.push({ code, severity, path, part, message: text, ...(hint === undefined ? {} : { hint }) });
  }
}

interface More {
  readonly part?: 'key' | 'value';
  readonly hint?: string | undefined;
}
