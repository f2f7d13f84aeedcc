import { type Declared, declare } from '../engine/declare.ts';
import { type Asked, askOffers } from '../engine/offers/ask-offers.ts';
import { PLAIN, preview } from '../engine/preview.ts';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import { type CommandInput, textOption } from './command.ts';
import { durationMs } from './duration.ts';
import { loadRequest } from './load-request.ts';
import type { Terminal } from './terminal.ts';
import { withProgress } from './with-progress.ts';

/** The servers that were named, or all that are switched on, in the manifest's order; and what each of them said. */
export async function askTools(
  input: CommandInput,
  ctx: Context,
  terminal: Terminal,
): Promise<{ readonly declared: Declared; readonly asked: ReadonlyMap<string, Asked> }> {
  const timeoutMs = durationMs(textOption(input.options, 'timeout') ?? '30s', '--timeout', '30s or 2m');
  const declared = await declare(await loadRequest(input, ctx), ctx);
  const servers = serversOf(declared, input.args);
  const { plan, seen } = await preview(declared, PLAIN, ctx);
  const applied = { plan, world: seen.world, inventory: seen.inventory };
  const asked = await withProgress(() => askOffers({ servers, timeoutMs }, applied, ctx), input, terminal);
  const ordered = servers.flatMap((server) => {
    const said = asked.get(server);
    return said === undefined ? [] : [[server, said] as const];
  });
  return { declared, asked: new Map(ordered) };
}

function serversOf({ manifest }: Declared, wanted: readonly string[]): readonly string[] {
  const names = manifest.servers.filter(({ enabled }) => enabled).map(({ name }) => name);
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown === undefined)
    return wanted.length === 0 ? names : names.filter((name) => wanted.includes(name));
  throw new McpformError('USAGE', `the manifest has no server "${unknown}" that is switched on`, {
    hint: names.length === 0 ? 'it has none at all' : `it has ${names.join(', ')}`,
  });
}
