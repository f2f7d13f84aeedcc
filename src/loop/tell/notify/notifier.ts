import type { Context } from '../../../model/context.ts';
import type { Observer, Transition } from '../../model.ts';
import { type Courier, startCourier } from './deliver.ts';
import { openOutbox } from './outbox.ts';
import { reportTo } from './report-to.ts';
import type { Sink } from './sink.ts';
import { toMessage } from './to-message.ts';

export interface NotifySettings {
  readonly sinks: readonly Sink[];
  /** Told once that a sink is down, and once that it takes no message; never with anything secret. */
  readonly onProblem: (text: string) => void;
  /** Counts what became of messages. */
  readonly onDelivery?: (kind: 'sent' | 'refused' | 'later') => void;
  readonly random?: () => number;
}

/** Tells people, wherever they look, what is no longer as it was. Each sink by itself, none of them waited for. */
export function openNotifier(settings: NotifySettings, ctx: Pick<Context, 'system' | 'conceal'>): Observer {
  const routes = settings.sinks.map((sink) => openRoute(sink, settings, ctx));
  return {
    passed: () => undefined,
    changed: (transitions) => {
      for (const route of routes) route.offer(transitions);
    },
    close: async () => {
      await Promise.all(routes.map(({ courier }) => courier.close()));
    },
  };
}

function openRoute(
  sink: Sink,
  settings: NotifySettings,
  ctx: Pick<Context, 'system' | 'conceal'>,
): { offer(transitions: readonly Transition[]): void; readonly courier: Courier } {
  const outbox = openOutbox();
  const report = reportTo(sink.name, settings);
  const { random } = settings;
  const courier = startCourier<Transition>(
    {
      next: () => {
        const due = outbox.next();
        return due === null ? null : { item: due.transition, dueMs: due.dueMs };
      },
      send: (transition, signal) => sink.send(toMessage(transition, ctx), signal),
      settled: (transition, delivery) => {
        if (delivery.kind !== 'later') outbox.settle(transition, ctx.system.clock.monotonic());
        report(delivery);
      },
      ...(random === undefined ? {} : { random }),
    },
    ctx,
  );
  return {
    offer: (transitions) => {
      for (const transition of transitions) outbox.offer(transition);
      courier.wake();
    },
    courier,
  };
}
