import type { Code } from '../model/codes.ts';

/** More than any manifest, lock or policy a person or a generator writes; far less than what stalls a parser. */
export const MAX_BYTES = 4 * 1024 * 1024;

/** Why bytes are not a YAML text. `offset` is into the text when there is one. */
export interface YamlProblem {
  readonly code: Code;
  readonly message: string;
  readonly hint?: string;
  readonly offset?: number;
}

/**
 * UTF-8 bytes, with or without a byte order mark, as text without it. Anything else is a problem, never a
 * text with replacement characters in it.
 */
export function decodeYaml(bytes: Uint8Array): { readonly text: string } | { readonly problem: YamlProblem } {
  if (bytes.length > MAX_BYTES) return { problem: tooLarge(bytes.length) };
  if (isUtf16(bytes)) {
    return {
      problem: {
        code: 'YAML_ENCODING',
        message: 'the file is UTF-16, only UTF-8 is read',
        hint: 'save it as UTF-8',
      },
    };
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return {
      problem: { code: 'YAML_ENCODING', message: 'the file is not valid UTF-8', hint: 'save it as UTF-8' },
    };
  }
  const problem = findBadCharacter(text) ?? findNothing(text);
  return problem === null ? { text } : { problem };
}

function tooLarge(size: number): YamlProblem {
  return {
    code: 'YAML_TOO_LARGE',
    message: `the file has ${size} bytes, at most ${MAX_BYTES} (4 MiB) are read`,
    hint: 'split the stack into several',
  };
}

function isUtf16([a, b, c, d]: Uint8Array): boolean {
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) return true;
  // Without a mark: our files start with ASCII, so every other byte is 0.
  const isBigEndian = a === 0 && b !== 0 && c === 0 && d !== 0;
  return isBigEndian || (a !== 0 && b === 0 && c !== 0 && d === 0);
}

/** YAML 1.2 section 5.1 forbids them; the parser lets them through, and terminals act on them. */
function findBadCharacter(text: string): YamlProblem | null {
  const offset = text.search(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/);
  if (offset === -1) return null;
  const hex = text.charCodeAt(offset).toString(16).padStart(4, '0');
  const name = hex === '0000' ? 'NUL' : `U+${hex.toUpperCase()}`;
  return {
    code: 'YAML_CHARACTER',
    message: `control character ${name} is not allowed in YAML`,
    hint: `write it as "\\u${hex}" in double quotes, or remove it`,
    offset,
  };
}

function findNothing(text: string): YamlProblem | null {
  if (/^[^\S\n]*[^\s#]/m.test(text)) return null;
  return {
    code: 'YAML_EMPTY',
    message: 'the file is empty',
    hint: 'an empty file is never taken for an empty stack',
  };
}
