import { createHmac } from 'node:crypto';
import type { Context } from '../../../model/context.ts';
import type { SecretValue } from '../../../model/secret.ts';
import { type PostSettings, post, sinkUrl } from './post.ts';
import type { Sink } from './sink.ts';

export interface WebhookSettings extends PostSettings {
  readonly url: string;
  /** Signs each message: who receives it computes the same over `TIMESTAMP.BODY`, and refuses what is old. */
  readonly key: SecretValue;
}

/** Messages as JSON to any address, signed. Throws LOOP_SINK_INVALID. */
export function webhook(settings: WebhookSettings, ctx: Pick<Context, 'system'>): Sink {
  const url = sinkUrl('the webhook', settings.url, settings);
  return {
    name: `webhook at ${url.host}`,
    send: (message, signal) => {
      const body = JSON.stringify({ formatVersion: '1.0', ...message });
      // Anew with each try: what is sent late is not old.
      const timestamp = String(Math.floor(ctx.system.clock.now() / 1000));
      const hmac = createHmac('sha256', settings.key.reveal()).update(`${timestamp}.${body}`);
      const headers = {
        'x-mcpform-delivery': message.id,
        'x-mcpform-timestamp': timestamp,
        'x-mcpform-signature': `sha256=${hmac.digest('hex')}`,
      };
      return post({ url, headers, body, signal }, settings, ctx);
    },
  };
}
