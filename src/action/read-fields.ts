/** Says that a field is not as it must be: what it was wanted as, and where. */
export type Refuse = (path: string, wanted: string) => never;

/**
 * One object of data that somebody else made. Each function gives what is at a key of its own, or refuses with the
 * path of what is missing or of another kind; those that end in `OrNull` also take null and nothing at all.
 */
export interface Fields {
  readonly text: (key: string) => string;
  readonly textOrNull: (key: string) => string | null;
  readonly flag: (key: string) => boolean;
  /** A whole number from 1: an id, or the number of a pull request. */
  readonly count: (key: string) => number;
  /** A whole number from 0: of bytes. */
  readonly size: (key: string) => number;
  /** 40 or 64 hexadecimal digits, in lower case. */
  readonly commit: (key: string) => string;
  /** Null too when all digits are 0, which is how Git writes that there is none. */
  readonly commitOrNull: (key: string) => string | null;
  readonly fields: (key: string) => Fields;
  readonly fieldsOrNull: (key: string) => Fields | null;
  readonly list: (key: string) => readonly Fields[];
}

/** `at` is the path of the value itself, empty for the top. */
export function readFields(value: unknown, at: string, refuse: Refuse): Fields {
  if (!isRecord(value)) return refuse(at, 'an object');
  const pathOf = (key: string): string => (at === '' ? key : `${at}.${key}`);
  const found = (key: string): unknown => (Object.hasOwn(value, key) ? value[key] : undefined);
  const isAbsent = (key: string): boolean => found(key) === undefined || found(key) === null;
  const text = (key: string): string => {
    const here = found(key);
    return typeof here === 'string' ? here : refuse(pathOf(key), 'a text');
  };
  const commit = (key: string): string => {
    const here = text(key).toLowerCase();
    return COMMIT.test(here) ? here : refuse(pathOf(key), 'a commit id of 40 or 64 hexadecimal digits');
  };
  const whole = (key: string, least: number): number => {
    const here = found(key);
    const isWhole = typeof here === 'number' && Number.isSafeInteger(here) && here >= least;
    return isWhole ? here : refuse(pathOf(key), `a whole number from ${least}`);
  };
  const fields = (key: string): Fields => readFields(found(key), pathOf(key), refuse);
  return {
    text,
    textOrNull: (key) => (isAbsent(key) ? null : text(key)),
    flag: (key) => {
      const here = found(key);
      return typeof here === 'boolean' ? here : refuse(pathOf(key), 'true or false');
    },
    count: (key) => whole(key, 1),
    size: (key) => whole(key, 0),
    commit,
    commitOrNull: (key) => {
      if (isAbsent(key)) return null;
      const here = commit(key);
      return /^0+$/.test(here) ? null : here;
    },
    fields,
    fieldsOrNull: (key) => (isAbsent(key) ? null : fields(key)),
    list: (key) => {
      const here = found(key);
      if (!Array.isArray(here)) return refuse(pathOf(key), 'a list');
      return here.map((each: unknown, index) => readFields(each, `${pathOf(key)}[${index}]`, refuse));
    },
  };
}

const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
