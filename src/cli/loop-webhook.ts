import { resolve } from 'node:path';
import type { WakeSource } from '../loop/model.ts';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import type { ListenPlace } from '../model/system.ts';
import { type CommandInput, textOption } from './command.ts';
import { listenPlace } from './listen-place.ts';

/** What a Git host may tell the loop, where `--webhook` says so. Throws USAGE, SECRET_*. */
export async function loopWebhook(input: CommandInput, ctx: Context): Promise<readonly WakeSource[]> {
  const asked = webhookPlace(input);
  if (asked === null) return [];
  const { loadBackend } = await import('../secrets/index.ts');
  const secret = await (await loadBackend('file')).read(asked.secretFile, ctx);
  ctx.conceal.add(secret.reveal());
  const { webhookWakes } = await import('../loop/wake/webhook.ts');
  return [webhookWakes({ place: asked.place, secret }, ctx)];
}

/** Where deliveries are taken, and the absolute path of the secret; null: nowhere. Throws USAGE. */
export function webhookPlace({
  options,
  cwd,
}: CommandInput): { readonly place: ListenPlace; readonly secretFile: string } | null {
  const place = textOption(options, 'webhook');
  const file = textOption(options, 'webhookSecret');
  if (place === undefined && file === undefined) return null;
  if (place === undefined || file === undefined) {
    throw new McpformError('USAGE', '--webhook and --webhook-secret go together', {
      hint: 'anybody could wake the loop without a secret: --webhook 9465 --webhook-secret FILE',
    });
  }
  return { place: listenPlace(place, '--webhook', cwd), secretFile: resolve(cwd, file) };
}
