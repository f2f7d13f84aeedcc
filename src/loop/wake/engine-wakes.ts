import { engineName } from '../../model/address.ts';
import type { Context } from '../../model/context.ts';
import type { Managed, Wake, WakeSource } from '../model.ts';
import { type Connect, EngineWatch } from './engine-watch.ts';

/**
 * Wakes when what a stack has on its engines is not as the last pass left it: one connection to each, over which it says
 * what happens. An engine that is not there is waited for, without a word.
 */
export function engineWakes(stack: string, ctx: Context, connect: Connect = watchWhenAsked): WakeSource {
  const watches = new Map<string | null, EngineWatch>();
  let wake: (wake: Wake) => void = () => undefined;
  const watch = (context: string | null): EngineWatch => {
    const onChange = (): void => wake({ kind: 'engine', engine: engineName(context) });
    return new EngineWatch({ context, stack, connect, onChange }, ctx);
  };
  return {
    start: async (onWake) => {
      wake = onWake;
    },
    hold: async () => {
      await Promise.all([...watches.values()].map((each) => each.hold()));
    },
    settle: async ({ engines, written }: Managed) => {
      const old = [...watches].filter(([context]) => !engines.includes(context));
      const work = engines.map(async (context) => {
        const known = watches.get(context);
        const each = known ?? watch(context);
        watches.set(context, each);
        await each.settle(written?.includes(engineName(context)) ?? true);
        if (known === undefined) each.start();
      });
      for (const [context] of old) watches.delete(context);
      await Promise.all([...work, ...old.map(([, each]) => each.close())]);
    },
    close: async () => {
      await Promise.all([...watches.values()].map((each) => each.close()));
      watches.clear();
    },
  };
}

/** What speaks with engines is loaded when there is one. */
const watchWhenAsked: Connect = async (context, ctx) =>
  (await import('../../providers/docker/watch-engine.ts')).watchEngine(context, ctx);
