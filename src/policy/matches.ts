import type { Fact } from './fact.ts';
import { forbiddenSource, HOME_FOLDER } from './forbidden-source.ts';
import { isCovered, mayMatch, wordsAlign } from './glob.ts';
import { imageName, LOCAL, repositoryOf } from './image-name.ts';

/** Whether an `allow` pattern surely means the fact: exact, and never by a value nobody knows yet. */
export function allows(pattern: string, fact: Fact): boolean {
  if (pattern === '*') return true;
  if (fact.text === null) return false;
  // Who may build on an engine gives images any name, so no other pattern, however wide, takes such a name for true.
  if (fact.text.startsWith(LOCAL) && !pattern.startsWith(LOCAL)) return false;
  switch (fact.subject) {
    case 'commands':
      return allowsCommand(pattern.split(' '), [fact.text, ...(fact.args ?? [])]);
    case 'mounts':
      return isCovered(pattern, fact.text) && (fact.danger === undefined || names(pattern, fact.danger));
    case 'headersHelper':
      // It goes through a shell, so `*` must not take what ends or starts another command.
      return isCovered(pattern, fact.text, /[^A-Za-z0-9 _.,:@%+=/-]/);
    default:
      return spellings(pattern, fact.text, fact).some(([glob, text]) => isCovered(glob, text));
  }
}

/** Whether the pattern itself spells what is dangerous: `/home/*` does not mean `/home/ann/.ssh`. */
function names(pattern: string, danger: string): boolean {
  if (!pattern.includes('*')) return true;
  if (danger === HOME_FOLDER) return false;
  return forbiddenSource(pattern.replaceAll('*', 'x'), { homes: [], sockets: [] }) === danger;
}

/** Word by word, so that no argument can pass for two. */
function allowsCommand(pattern: readonly string[], words: readonly string[]): boolean {
  return wordsAlign(pattern, words, (glob, word) => {
    // `/opt/tools/*` must not mean `/opt/tools/../../tmp/x`.
    const climbs = /(^|[/\\])\.\.([/\\]|$)/.test(word);
    return isCovered(glob, word) && (glob === '*' || glob === word || !climbs);
  });
}

/** Whether a `deny` pattern may mean the fact: generous with case, short names and values nobody knows yet. */
export function concerns(pattern: string, fact: Fact): boolean {
  if (fact.text === null || pattern === '*') return true;
  if (fact.subject === 'commands') return concernsCommand(pattern.split(' '), fact.text, fact.args ?? []);
  if (fact.subject === 'mounts')
    return [fact.text, ...(fact.also ?? [])].some((path) => touches(pattern, path));
  if (fact.subject === 'privileges' && includes(fact.text, pattern)) return true;
  return [fact.text, ...(fact.also ?? [])].some((name) =>
    spellings(pattern, name, fact).some(([glob, text]) => mayMatch(glob, text)),
  );
}

/** Who has all of something has what the pattern denies. */
function includes(text: string, pattern: string): boolean {
  if (text === 'privileged') return /^(?:capability|device|seccomp|apparmor):/.test(pattern);
  return text === 'capability:ALL' && pattern.startsWith('capability:');
}

/** A folder is touched by a pattern for it, for all that is in it, and for something in it. */
function touches(pattern: string, path: string): boolean {
  const folder = path === '/' ? '/' : `${path}/`;
  const start = pattern.split('*', 1)[0] as string;
  return (
    mayMatch(pattern, path) ||
    mayMatch(pattern, folder) ||
    start.toLowerCase().startsWith(folder.toLowerCase())
  );
}

function concernsCommand(pattern: readonly string[], program: string, args: readonly string[]): boolean {
  const [wanted = '', ...words] = pattern;
  const names = /[/\\]/.test(wanted) ? [program] : [program, programName(program)];
  if (!names.some((name) => mayMatch(wanted, name))) return false;
  // A program alone means it with any arguments, and a final `*` any more of them.
  const rest = words.length === 0 || words.at(-1) === '*' ? [...words, '**'] : words;
  return (
    wordsAlign(rest, args, mayMatch) ||
    (words.at(-1) === '*' && wordsAlign(words.slice(0, -1), args, mayMatch))
  );
}

/** The last part of a path, as a shell would name the program. A variable may hold anything. */
function programName(text: string): string {
  const last = /(?:\$\{[^}]*\}|[^/\\])*$/.exec(text)?.[0] ?? '';
  return last.replace(/\.(exe|cmd|bat|com|ps1)$/i, '') || text;
}

/** The forms in which pattern and text are compared; one fit is enough. */
function spellings(pattern: string, text: string, { subject }: Fact): readonly (readonly [string, string])[] {
  switch (subject) {
    case 'packages':
      return packageSpellings(pattern, text);
    case 'images':
      return [text, text.replace(/@.*$/, ''), repositoryOf(text)].map((form) => [imageName(pattern), form]);
    case 'registries':
    case 'urlHosts':
      return [text, text.replace(/:\d+$/, '')].map((form) => [pattern.toLowerCase(), form]);
    default:
      return [[pattern, text]];
  }
}

/** `npm:@acme/x` means every version. PyPI names compare in their normal form (PEP 503). */
function packageSpellings(pattern: string, text: string): readonly (readonly [string, string])[] {
  const wanted = packageParts(pattern);
  const found = packageParts(text);
  const version = wanted.version === '' ? '*' : wanted.version;
  return [[`${wanted.name}\n${version}`, `${found.name}\n${found.version}`]];
}

function packageParts(text: string): { readonly name: string; readonly version: string } {
  const pinned = text.replace('==', '@');
  // The first `@` of `npm:@acme/x` belongs to the name.
  const at = pinned.lastIndexOf('@');
  const hasVersion = at > pinned.indexOf(':') + 1;
  const name = hasVersion ? pinned.slice(0, at) : pinned;
  const normal = (pypi: string): string =>
    pypi
      .replace(/\[.*$/, '')
      .replaceAll(/[-_.]+/g, '-')
      .toLowerCase();
  return {
    name: name.startsWith('pypi:') ? `pypi:${normal(name.slice(5))}` : name,
    version: hasVersion ? pinned.slice(at + 1) : '',
  };
}
