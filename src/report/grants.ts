import { escapeText } from '../formats/escape.ts';
import type { Grant } from '../model/grant.ts';
import { type Palette, palette, type TextOptions, wrap } from './style.ts';
import { count } from './words.ts';

/** What `grant list` knows; `--json` prints it as it is. */
export interface GrantsList {
  readonly formatVersion: '1.0';
  readonly stack: string;
  /** The folder of the books. */
  readonly folder: string;
  /** What `state` of each is about: the manifest at hand, or what was applied last where there is none to read. */
  readonly comparedWith: 'manifest' | 'books';
  /** Sorted by address and locator. */
  readonly grants: readonly ListedGrant[];
}

export interface ListedGrant extends Pick<Grant, 'address' | 'locator' | 'grantedAt' | 'by'> {
  /** The manifest's name for it; null where it has none, or there is none to read. */
  readonly name: string | null;
  /** `older-launch`: something else is launched there now. `not-asked-for`: nothing there asks for it any more. */
  readonly state: 'current' | 'older-launch' | 'not-asked-for';
}

export function renderGrantsList({ stack, comparedWith, grants }: GrantsList, options: TextOptions): string {
  const colors = palette(options);
  if (grants.length === 0) return `Stack ${escapeText(stack)} has granted no secret on this machine.\n`;
  const addresses = [...new Set(grants.map(({ address }) => address))];
  const blocks = addresses.map((address) =>
    [
      escapeText(address),
      ...grants
        .filter((grant) => grant.address === address)
        .flatMap((grant) => wrap(grantWords(grant, colors), options.width, '    ', '      ')),
    ].join('\n'),
  );
  const old = grants.filter(({ state }) => state !== 'current').length;
  const tail = old === 0 ? '' : `, ${old} no longer in force`;
  const note =
    comparedWith === 'books'
      ? wrap('There is no manifest to read: compared with what was applied last.', options.width, '', '')
      : [];
  return `${[...blocks, '', ...note, colors.bold(`${count(grants.length, 'grant')}${tail}.`)].join('\n')}\n`;
}

function grantWords({ name, locator, grantedAt, by, state }: ListedGrant, colors: Palette): string {
  const what = name === null ? escapeText(locator) : `${escapeText(name)}  ${escapeText(locator)}`;
  return `${what}  ${escapeText(grantedAt)}, ${BY[by]}: ${STATES[state](colors)}`;
}

const BY: Readonly<Record<Grant['by'], string>> = { apply: 'by an apply', command: 'by `grant add`' };

const STATES: Readonly<Record<ListedGrant['state'], (colors: Palette) => string>> = {
  current: (colors) => colors.green('in force'),
  'older-launch': (colors) => colors.yellow('not in force, something else is launched there now'),
  'not-asked-for': (colors) => colors.yellow('not in force, nothing there asks for it'),
};

/**
 * `expanded`: the client puts it in by itself, from its own environment. `written`: it stands in the client's file, or
 * in a container.
 */
export interface RemainingSecret extends Pick<Grant, 'address' | 'locator'> {
  readonly how: 'expanded' | 'written';
}

/** What `grant revoke` did; `--json` prints it as it is. */
export interface GrantsRevoked {
  readonly formatVersion: '1.0';
  readonly stack: string;
  readonly revoked: readonly Pick<Grant, 'address' | 'locator'>[];
  /** Ids of launches that are refused these secrets from now on. */
  readonly launches: readonly string[];
  /** Who has it all the same, and how. */
  readonly remaining: readonly RemainingSecret[];
}

export function renderGrantsRevoked(
  { revoked, launches, remaining }: GrantsRevoked,
  { width }: TextOptions,
): string {
  if (revoked.length === 0 && launches.length === 0) return 'Nothing of that was granted.\n';
  const lines = [
    ...revoked.map(({ address, locator }) => `Revoked ${escapeText(locator)} from ${escapeText(address)}.`),
    'What runs now has it until it is stopped: restart it in its client. What mcpform is to hand over is refused from the next start on.',
    ...remaining.map(remainingWords),
  ];
  return `${lines.flatMap((line) => wrap(line, width, '', '    ')).join('\n')}\n`;
}

function remainingWords({ address, locator, how }: RemainingSecret): string {
  const [who, what] = [escapeText(address), escapeText(locator)];
  return how === 'expanded'
    ? `${who} still gets ${what}: its client expands it by itself, for as long as the entry says so. Remove it there with the manifest and \`mcpform apply\`.`
    : `${who} still has ${what} where apply wrote it: remove it from the manifest and run \`mcpform apply\`, or give the secret another value.`;
}
