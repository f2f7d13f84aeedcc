import { McpformError } from '../model/error.ts';
import { type PolicyPlace, parsePolicyPlace } from './policy-place.ts';
import { splitWords } from './split-words.ts';

export const COMMANDS = ['validate', 'plan', 'apply', 'drift', 'lock-check'] as const;
export type CommandName = (typeof COMMANDS)[number];

export const FAILS_ON = ['changes', 'drift', 'destroy', 'policy'] as const;
export type FailOn = (typeof FAILS_ON)[number];

const COMPARES = ['auto', 'revisions', 'machine'] as const;
const APPROVALS = ['pull-request', 'none'] as const;

/** The inputs of `action.yml`, read and checked. Their sentences stand there. */
export interface Inputs {
  readonly command: CommandName;
  /** As written: paths below the working directory. Empty: `mcp.yaml`. */
  readonly files: readonly string[];
  /** More arguments of the command line. */
  readonly args: readonly string[];
  /** As written: a path below the workspace. */
  readonly workingDirectory: string;
  readonly compare: (typeof COMPARES)[number];
  /** Revisions as somebody named them; null: what the event says. */
  readonly from: string | null;
  readonly to: string | null;
  readonly comment: boolean;
  readonly issue: boolean;
  readonly label: string | null;
  /** Null: nobody uploads the reports. */
  readonly artifact: string | null;
  readonly failOn: ReadonlySet<FailOn>;
  readonly policies: readonly PolicyPlace[];
  readonly approval: (typeof APPROVALS)[number];
  /** How many approving reviews a change needs before it is applied; 0: that it was in a pull request is enough. */
  readonly reviews: number;
  /** Empty: GitHub is not asked. */
  readonly token: string;
  /** For policies in other repositories. */
  readonly policyToken: string;
}

/** Reads them from the variables that `action.yml` sets. Throws ACTION_INPUT_INVALID. */
export function readInputs(env: Readonly<Record<string, string | undefined>>): Inputs {
  const text = (name: string): string =>
    (env[`INPUT_${name.toUpperCase().replaceAll('-', '_')}`] ?? '').trim();
  const lines = (name: string): readonly string[] =>
    text(name)
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
  const orNull = (value: string): string | null => (value === '' ? null : value);
  const token = text('token');
  return {
    command: oneOf('command', text('command') || 'plan', COMMANDS),
    files: lines('file').map((file) => pathInside('file', file)),
    args: splitWords(text('args')),
    workingDirectory: pathInside('working-directory', text('working-directory') || '.'),
    compare: oneOf('compare', text('compare') || 'auto', COMPARES),
    from: orNull(text('from')),
    to: orNull(text('to')),
    comment: isTrue('comment', text('comment') || 'true'),
    issue: isTrue('issue', text('issue') || 'false'),
    label: orNull(text('label')),
    artifact: orNull(text('artifact')),
    failOn: new Set(
      text('fail-on')
        .split(/[\s,]+/)
        .filter((word) => word !== '')
        .map((word) => oneOf('fail-on', word, FAILS_ON)),
    ),
    policies: lines('policy').map(parsePolicyPlace),
    approval: oneOf('approval', text('approval') || 'pull-request', APPROVALS),
    reviews: wholeNumber('reviews', text('reviews') || '1'),
    token,
    policyToken: text('policy-token') || token,
  };
}

export function invalidInput(name: string, value: string, wanted: string): McpformError {
  return new McpformError('ACTION_INPUT_INVALID', `input ${name}: "${value}" is not ${wanted}`, {
    hint: `correct \`${name}:\` under \`with:\` in the workflow`,
  });
}

function oneOf<const T extends string>(name: string, value: string, words: readonly T[]): T {
  const found = words.find((word) => word === value);
  if (found === undefined) throw invalidInput(name, value, `one of ${words.join(', ')}`);
  return found;
}

function isTrue(name: string, value: string): boolean {
  return oneOf(name, value.toLowerCase(), ['true', 'false']) === 'true';
}

function wholeNumber(name: string, value: string): number {
  if (!/^\d{1,2}$/.test(value)) throw invalidInput(name, value, 'a whole number from 0 to 99');
  return Number(value);
}

/** Only the spelling is judged; where links lead is looked at when the file is. */
function pathInside(name: string, value: string): string {
  const isInside =
    !value.startsWith('/') && !value.startsWith('-') && !/^[a-z]:/i.test(value) && !/[\\\0]/.test(value);
  if (!isInside || value.split('/').includes('..')) {
    throw invalidInput(name, value, 'a path inside the workspace, with `/` and without `..`');
  }
  return value;
}
