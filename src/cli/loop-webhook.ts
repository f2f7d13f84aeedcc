import { resolve } from 'node:path';
import type { WakeSource } from '../loop/model.ts';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import { type CommandInput, textOption } from './command.ts';
import { listenPlace } from './listen-place.ts';

/** What a Git host may tell the loop, where `--webhook` says so. Throws USAGE, SECRET_*. */
export async function loopWebhook(
  { options, cwd }: CommandInput,
  ctx: Context,
): Promise<readonly WakeSource[]> {
  const place = textOption(options, 'webhook');
  const file = textOption(options, 'webhookSecret');
  if (place === undefined && file === undefined) return [];
  if (place === undefined || file === undefined) {
    throw new McpformError('USAGE', '--webhook and --webhook-secret go together', {
      hint: 'anybody could wake the loop without a secret: --webhook 9465 --webhook-secret FILE',
    });
  }
  const listening = listenPlace(place, '--webhook', cwd);
  const { loadBackend } = await import('../secrets/index.ts');
  const secret = await (await loadBackend('file')).read(resolve(cwd, file), ctx);
  ctx.conceal.add(secret.reveal());
  const { webhookWakes } = await import('../loop/wake/webhook.ts');
  return [webhookWakes({ place: listening, secret }, ctx)];
}
