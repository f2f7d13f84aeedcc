import { Composer, type CST, type Document, Lexer, type ParsedNode, Parser } from 'yaml';
import type { YamlProblem } from './yaml-decode.ts';

/** Deeper than any document of ours, far from where the library's own recursion ends the stack. */
const MAX_DEPTH = 64;

/** Lexemes; a manifest of 5,000 servers has about 250,000. A file of brackets or line ends alone would take 10 s. */
const MAX_LEXEMES = 1_500_000;

export type YamlDocument = Document.Parsed<ParsedNode, true>;

/**
 * A text as one YAML document. Stops at the first thing that is wrong: after it, most of what a YAML parser
 * reports is a consequence. Depth is checked while tokens arrive, before anything recursive sees them.
 * Keys are not checked for duplicates here (quadratic in the library); `yamlValue` does that.
 */
export function composeYaml(text: string): YamlDocument | YamlProblem {
  const tokens = readTokens(text);
  if (!Array.isArray(tokens)) return tokens;
  const composer = new Composer({ uniqueKeys: false, merge: false, version: '1.2', schema: 'core' });
  // The composer collects an Error with a stack trace per fault: hundreds of thousands for hostile files.
  const watched = composer as unknown as { onError: ErrorCallback };
  const collect = watched.onError;
  watched.onError = (source, code, message, isWarning) => {
    if (isWarning === true) return;
    collect(source, code, message);
    throw new FirstError((composer.streamInfo().errors[0] as { pos: [number, number] }).pos[0], code);
  };
  try {
    const [document] = [...composer.compose(tokens, true, text.length)] as YamlDocument[];
    return document as YamlDocument;
  } catch (error) {
    if (error instanceof FirstError) return syntaxProblem(error.code, error.offset, text);
    throw error;
  }
}

type ErrorCallback = (source: unknown, code: string, message: string, isWarning?: boolean) => void;

class FirstError {
  readonly offset: number;
  readonly code: string;
  constructor(offset: number, code: string) {
    this.offset = offset;
    this.code = code;
  }
}

function readTokens(text: string): CST.Token[] | YamlProblem {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let documents = 0;
  let lexemes = 0;
  const take = (token: CST.Token): YamlProblem | null => {
    tokens.push(token);
    if (token.type === 'document') documents += 1;
    return problemOf(token, documents, text);
  };
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) {
      const problem = take(token);
      if (problem !== null) return problem;
    }
    // The stack holds the document, one node per level and what is being read.
    if (parser.stack.length > MAX_DEPTH + 2) return tooDeep(parser.offset);
    lexemes += 1;
    if (lexemes > MAX_LEXEMES) return tooMany();
  }
  for (const token of parser.end()) {
    const problem = take(token);
    if (problem !== null) return problem;
  }
  return tokens;
}

function problemOf(token: CST.Token, documents: number, text: string): YamlProblem | null {
  if (token.type === 'directive') {
    return {
      code: 'YAML_DIRECTIVE',
      message: `directive "${token.source.split(/\s/)[0]}" is not allowed`,
      hint: 'files are plain YAML 1.2: remove the line',
      offset: token.offset,
    };
  }
  if (token.type === 'error') return syntaxProblem('UNEXPECTED_TOKEN', token.offset, text);
  if (documents < 2) return null;
  return {
    code: 'YAML_DOCUMENTS',
    message: 'the file holds more than one YAML document',
    hint: 'keep one document per file, and give several files with -f',
    offset: token.offset,
  };
}

function tooDeep(offset: number): YamlProblem {
  return {
    code: 'YAML_TOO_DEEP',
    message: `values are nested more than ${MAX_DEPTH} levels deep`,
    hint: 'check for an unclosed bracket',
    offset,
  };
}

function tooMany(): YamlProblem {
  return {
    code: 'YAML_TOO_LARGE',
    message: `the file has more than ${MAX_LEXEMES} parts`,
    hint: 'split the stack into several',
  };
}

/** The library's own sentences may quote the text, and with it a secret; these do not. */
const WORDS: Readonly<Record<string, readonly [string, string]>> = {
  ALIAS_PROPS: ['an alias cannot have an anchor or a tag', 'remove what stands before the "*"'],
  BAD_ALIAS: ['the name of an anchor or alias is not valid', 'write `&name` and `*name`'],
  BAD_DQ_ESCAPE: ['a backslash in double quotes starts no known escape', 'double it, or use single quotes'],
  BAD_INDENT: ['the indentation does not fit', 'align the line with the others of its block'],
  BAD_PROP_ORDER: ['anchors and tags stand before the value', 'move them behind the indicator'],
  BAD_SCALAR_START: ['a value cannot start with this character', 'put the value in quotes'],
  BAD_COLLECTION_TYPE: ['the tag does not fit the value', 'remove the tag'],
  BLOCK_AS_IMPLICIT_KEY: [
    'a map cannot start in the middle of a line',
    'put the value in quotes, or on lines of its own',
  ],
  BLOCK_IN_FLOW: ['a block cannot stand inside brackets', 'put the value in quotes'],
  KEY_OVER_1024_CHARS: ['a key is longer than 1024 characters', 'shorten it'],
  MISSING_CHAR: ['something is missing here', 'check for a missing quote, comma, colon or closing bracket'],
  MULTILINE_IMPLICIT_KEY: ['a key must be on one line', 'check for a missing ":" or quote'],
  MULTIPLE_ANCHORS: ['a value can have one anchor', 'remove the other'],
  MULTIPLE_TAGS: ['a value can have one tag', 'remove the other'],
  TAG_RESOLVE_FAILED: ['the tag is not known', 'remove it: files are plain YAML 1.2'],
  UNEXPECTED_TOKEN: [
    'this does not belong here',
    'check the indentation, and for a missing quote or bracket',
  ],
};

function syntaxProblem(code: string, offset: number, text: string): YamlProblem {
  if (code === 'TAB_AS_INDENT' || isIndentedWithTab(text, offset)) {
    return {
      code: 'YAML_TAB',
      message: 'tabs are not allowed as indentation',
      hint: 'indent with spaces',
      offset,
    };
  }
  const [message, hint] = WORDS[code] ?? WORDS['UNEXPECTED_TOKEN'] ?? ['', ''];
  return {
    code: code === 'TAG_RESOLVE_FAILED' ? 'YAML_TAG' : 'YAML_SYNTAX',
    message: `not valid YAML: ${message}`,
    hint,
    offset,
  };
}

/** The parser says many things about a tab in front of a line, and rarely that it is the tab. */
function isIndentedWithTab(text: string, offset: number): boolean {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^ *\t/.test(text.slice(start, start + 1024));
}
