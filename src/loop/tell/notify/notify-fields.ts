import { McpformError } from '../../../model/error.ts';
import type { Json } from '../../../model/json.ts';

/** Where their locators are one line. For others, write a file of 0600 with what they say. */
const BACKENDS = ['env', 'file', 'pass', 'op'] as const;

export interface LineSource {
  readonly backend: (typeof BACKENDS)[number];
  readonly argument: string;
}

type Table = Readonly<Record<string, Json>>;

/**
 * Readers of the fields of `notify.yaml`. They throw LOOP_SINK_INVALID, which says where in the file something is not
 * as it should be, and never what is there: it may be a pasted secret.
 */
export function notifyFields(path: string) {
  const fail = (where: string, what: string): never => {
    throw new McpformError('LOOP_SINK_INVALID', `"${path}": ${where === '' ? 'it' : where} must be ${what}`, {
      hint: 'docs/service.md has an example',
    });
  };
  const table = (value: Json | undefined, where: string, known: readonly string[]): Table => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return fail(where, 'a table');
    const keys = Object.keys(value);
    if (!keys.every((key) => known.includes(key))) fail(where, `a table of ${known.join(', ')}`);
    return value as Table;
  };
  const text = (value: Json | undefined, where: string): string =>
    typeof value === 'string' && value !== '' ? value : fail(where, 'a text');
  return {
    table,
    text,
    list: (value: Json | undefined, where: string): readonly Json[] => {
      if (value === undefined) return [];
      return Array.isArray(value) ? value : fail(where, 'a list');
    },
    source: (value: Json | undefined, where: string): LineSource => {
      const found = table(value, where, BACKENDS);
      const backend = BACKENDS.find((name) => name in found);
      if (backend === undefined || Object.keys(found).length !== 1) {
        return fail(where, `one of ${BACKENDS.join(', ')} and where it is`);
      }
      const argument = text(found[backend], where);
      if (backend === 'file' && !/^(?:\/|[A-Za-z]:[\\/])/.test(argument)) fail(where, 'an absolute path');
      if (backend === 'op' && !argument.startsWith('op://')) fail(where, 'an op:// reference');
      return { backend, argument };
    },
  };
}
