/**
 * Of the words of a command line, those of the named options, each with its value: `--var a=b`, `--var=a=b`. Of all that
 * somebody gives to one command, only some means something to another.
 */
export function pickOptions(words: readonly string[], names: readonly string[]): readonly string[] {
  const picked: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] as string;
    const value = words[at + 1];
    if (names.some((name) => word.startsWith(`${name}=`))) picked.push(word);
    if (names.includes(word) && value !== undefined) picked.push(word, value);
    // A value is no option, whatever it looks like.
    if (names.includes(word)) at += 1;
  }
  return picked;
}

/** What a manifest means depends on these. */
export const READING = ['--var', '--var-file', '--allow-literal'] as const;
