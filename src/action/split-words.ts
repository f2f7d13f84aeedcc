import { McpformError } from '../model/error.ts';

/**
 * Words of a command line, as a shell would part them and nothing more: spaces and lines part, quotes of both kinds hold
 * together, a backslash takes the next character as it is but for single quotes. No variable, glob or command is expanded.
 */
export function splitWords(text: string): readonly string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote: '"' | "'" | null = null;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] as string;
    if (character === '\\' && quote !== "'" && at + 1 < text.length) {
      at += 1;
      word = (word ?? '') + text[at];
    } else if (quote !== null) {
      if (character === quote) quote = null;
      else word = (word ?? '') + character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote !== null) {
    throw new McpformError('ACTION_INPUT_INVALID', `input args: a ${quote} has no other that closes it`, {
      hint: 'correct `args:` under `with:` in the workflow',
    });
  }
  return word === null ? words : [...words, word];
}
