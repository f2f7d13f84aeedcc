import type { Context } from '../model/context.ts';

/** The variables of ours that a program we start shall see: those that `isKept`, by their name in upper case. */
export function childEnv(
  { env }: Pick<Context, 'env'>,
  isKept: (upperName: string) => boolean,
): Record<string, string> {
  const kept = Object.entries(env).filter(
    ([name, value]) => value !== undefined && isKept(name.toUpperCase()),
  );
  return Object.fromEntries(kept) as Record<string, string>;
}

/** What a program we started said, as it may be shown: the last lines, short, without credentials in addresses. */
export function shownOutput(text: string): string {
  const lines = text
    .replace(/\x1b\[[0-9;]*m/g, '')
    .replace(/(\/\/)[^/@\s]*@/g, '$1')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return lines.slice(-3).join(' / ').slice(0, 600);
}
