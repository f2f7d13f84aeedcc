import { createHash } from 'node:crypto';
import type { Bed } from './bed.ts';
import { USUAL, type ValueKind } from './values.ts';

/** Ways through a bed: each asks what people ask, in an order in which there is something to say. */

export const APPLY = ['apply', '--auto-approve', '--no-settle'];

/** Every command there is, twice where it has another answer for machines. */
export async function everyCommand(bed: Bed): Promise<void> {
  const one = `claude-code/user/wrapped-${bed.keepers[0]?.backend}`;
  const clear = `claude-code/user/plain-${bed.keepers[0]?.backend}`;
  await askAll(bed, [
    ['init', '--name', 'other', '-f', 'other.yaml'],
    ...both(['validate'], ['secrets', 'list'], ['secrets', 'check', '--all'], ['plan']),
    ...VIEWS.map((view) => ['plan', ...view]),
    ['plan', '--out', 'plan.json'],
    ...both(['show', 'plan.json']),
    ['show', 'plan.json', '--markdown'],
    ['apply', 'plan.json', '--no-settle'],
    ...both(['plan', '--check-secrets'], ['secrets', 'check']),
  ]);
  await startAll(bed);
  // None of them is an MCP server, so what they wrote is shown; those that are reached by URL are not on this machine.
  const started = bed.servers.filter((server) => /^(?:wrapped|plain|reference)-/.test(server));
  await askAll(bed, both(['tools', 'check', ...started], ['tools', 'lock', ...started]));
  await askAll(bed, both(['status'], ['explain', one], ['explain', clear], ['history']));
  await bed.keepOther(other(USUAL));
  await askAll(bed, [
    ...both(['plan', '--check-secrets'], ['secrets', 'check', '--detailed-exitcode']),
    [...APPLY, '--json'],
    APPLY,
  ]);
  await setAll(bed);
  await askAll(bed, [
    ...both(['grant', 'list'], ['grant', 'revoke', one]),
    ...both(['grant', 'add', one, '--auto-approve']),
    ...both(
      ['doctor', '--all-backends'],
      ['lock'],
      ['lock', '--check', '--offline'],
      ['outdated'],
      ['import'],
    ),
    ['completion', 'bash'],
    ...both(['images', 'list'], ['history']),
    ['rollback', '1', '--auto-approve', '--no-settle'],
    ...both(['status'], ['resume'], ['state', 'list']),
    ['state', 'mv', clear, `${clear}-moved`],
    ['state', 'mv', `${clear}-moved`, clear],
    APPLY,
    ['forget', clear, '--auto-approve'],
    ['state', 'rm', one],
    ['state', 'rebuild', '--auto-approve'],
    ...both(['status']),
    ['plan', '--destroy'],
    ['destroy', '--auto-approve', '--no-settle', '--json'],
    ['grant', 'revoke', '--all'],
  ]);
}

const VIEWS = [
  ['--markdown'],
  ['--compact'],
  ['--show-unchanged'],
  ['--graph', 'dot'],
  ['--graph', 'mermaid'],
];

/** What a value goes through: applied, looked at, started, changed, taken away. */
export async function oneLife(bed: Bed, kind: ValueKind): Promise<void> {
  await askAll(bed, [
    ['plan', '--out', 'plan.json'],
    APPLY,
    ['plan', '--check-secrets', '--json'],
    ['secrets', 'check', '--all', '--json'],
  ]);
  await startAll(bed);
  await bed.keepOther(other(kind));
  await askAll(bed, [
    [...APPLY, '--json'],
    ['history', '--json'],
    ['destroy', '--auto-approve', '--no-settle', '--json'],
  ]);
}

/** Healthy first: what a client starts is there when backends fail later. */
export async function applied(bed: Bed): Promise<void> {
  await bed.ask(APPLY);
}

/** Starts what a client would, and asks for headers as it would. */
export async function startAll(bed: Bed, isAtOnce = false): Promise<void> {
  const starts = [...(await bed.launches())].map(([name, id]) => async () => {
    const url = `https://mcp.example.com/${name.split('-')[1]}`;
    await bed.ask(['exec', id], { env: { CLAUDE_CODE_MCP_SERVER_URL: url } });
  });
  if (isAtOnce) await Promise.all(starts.map((start) => start()));
  else for (const start of starts) await start();
}

/** What servers said they got: digests of variables, and headers as they are. */
export function gotBy({ asked }: Bed): readonly string[] {
  return asked
    .filter(({ args }) => args[0] === 'exec')
    .flatMap(({ ran: { stdout } }) =>
      stdout.startsWith('{') ? Object.values<string>(JSON.parse(stdout)) : [stdout],
    );
}

export function digestOf(value: string | Uint8Array): string {
  return createHash('sha256').update(value).digest('hex');
}

const other =
  (kind: ValueKind): ValueKind =>
  (mark, whose) =>
    kind(mark, `${whose}2`);

/** Writes a value where it can be written; refusals say theirs too. */
export async function setAll(bed: Bed): Promise<void> {
  for (const { backend } of bed.keepers) {
    const input = `${bed.marks.hidden}-set-${bed.marks.hidden}\n`;
    await bed.ask(['secrets', 'set', `${backend}-hidden`, '--auto-approve', '--json'], { input });
  }
}

export async function askAll(bed: Bed, all: readonly (readonly string[])[]): Promise<void> {
  for (const args of all) await bed.ask(args);
}

export function both(...all: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return all.flatMap((args) => [args, [...args, '--json']]);
}
