import type { Context } from '../../../model/context.ts';
import type { SecretValue } from '../../../model/secret.ts';
import type { Observer } from '../../model.ts';
import { commitStatus } from './commit-status.ts';
import { desktop } from './desktop.ts';
import type { NotifySettings } from './notifier.ts';
import type { PostSettings } from './post.ts';
import type { Sink } from './sink.ts';
import { slack } from './slack.ts';
import { webhook } from './webhook.ts';

/** Who is notified, as this machine's own configuration has it. */
export interface SinkSettings extends PostSettings {
  readonly webhooks: readonly { readonly url: string; readonly key: SecretValue }[];
  readonly slacks: readonly { readonly url: SecretValue }[];
  readonly hasDesktop: boolean;
  readonly statuses: readonly {
    readonly api: string;
    readonly repository: string;
    readonly token: SecretValue;
    readonly context: string;
  }[];
}

export interface Sinks {
  /** Told what has changed. */
  readonly sinks: readonly Sink[];
  /** Look for themselves. */
  readonly observers: readonly Observer[];
}

/** Throws LOOP_SINK_INVALID. */
export function openSinks(
  { listedHosts, webhooks, slacks, hasDesktop, statuses }: SinkSettings,
  report: Pick<NotifySettings, 'onProblem' | 'onDelivery'>,
  ctx: Pick<Context, 'system' | 'platform' | 'env'>,
): Sinks {
  return {
    sinks: [
      ...webhooks.map((each) => webhook({ ...each, listedHosts }, ctx)),
      ...slacks.map((each) => slack({ ...each, listedHosts }, ctx)),
      ...(hasDesktop ? [desktop(ctx)] : []),
    ],
    observers: statuses.map((each) => commitStatus({ ...each, ...report, listedHosts }, ctx)),
  };
}
