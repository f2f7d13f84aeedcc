import type { Target } from '../model/address.ts';
import type { Path, Problems } from './problem.ts';

/** Names that a client keeps for itself and would not load. Claude Code 2.1.328. */
const RESERVED: Readonly<Record<string, readonly string[]>> = {
  'claude-code': ['workspace', 'claude-in-chrome', 'computer-use'],
};

export function checkServerName(
  name: string,
  targets: readonly Target[],
  path: Path,
  problems: Problems,
): void {
  const client = targets.find((target) => RESERVED[target.client]?.includes(name))?.client;
  if (client === undefined) return;
  problems.error('MANIFEST_NAME', path, `"${name}" is reserved by ${client}`, {
    part: 'key',
    hint: 'the client would not load it: use another name',
  });
}

/** Different servers, but one tool name in some places and one file name in others. */
export function checkCase(names: readonly string[], problems: Problems): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    const lower = name.toLowerCase();
    const earlier = seen.get(lower);
    if (earlier === undefined) seen.set(lower, name);
    else {
      problems.warning('MANIFEST_NAME_CASE', ['servers', name], `differs from "${earlier}" only in case`, {
        part: 'key',
        hint: 'rename one of them',
      });
    }
  }
}
