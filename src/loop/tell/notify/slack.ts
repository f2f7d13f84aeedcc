import type { Context } from '../../../model/context.ts';
import type { SecretValue } from '../../../model/secret.ts';
import { type PostSettings, post, sinkUrl } from './post.ts';
import type { Message, Sink } from './sink.ts';

export interface SlackSettings extends PostSettings {
  /** Whoever knows it may write to the channel. */
  readonly url: SecretValue;
}

/** An incoming webhook of Slack, Mattermost, Rocket.Chat, Zulip or Discord (`/slack`). Throws LOOP_SINK_INVALID. */
export function slack(settings: SlackSettings, ctx: Pick<Context, 'system'>): Sink {
  const url = sinkUrl('the Slack webhook', settings.url.reveal(), settings);
  return {
    name: `Slack webhook at ${url.host}`,
    send: (message, signal) =>
      post(
        { url, headers: {}, body: JSON.stringify({ text: textOf(message), mrkdwn: false }), signal },
        settings,
        ctx,
      ),
  };
}

/** Quiet: one line when it is over. */
function textOf({ kind, title, condition, status, text, addresses, revision }: Message): string {
  if (kind === 'recovery') return escapeMarkup(`${title}: ${condition} is ${status}: ${text}`);
  const details = [
    `${condition} is ${status}: ${text}`,
    ...(addresses.length === 0 ? [] : [`about ${addresses.join(', ')}`]),
    ...(revision === null ? [] : [`at ${revision}`]),
  ];
  return [title, ...details].map(escapeMarkup).join('\n');
}

/** So that no name calls a channel (`<!channel>`, `@channel` elsewhere) or shows another link than it is. */
function escapeMarkup(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', '@\u2060');
}
