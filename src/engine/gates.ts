import type { Context } from '../model/context.ts';
import type { Gate } from '../model/health.ts';
import type { Rendered } from './observe.ts';

export interface Gates {
  /** Undefined: nothing but that it runs. */
  gateOf(resource: Rendered): Gate | undefined;
}

/** How to tell whether the servers that are started work. */
export async function gates(_ctx: Context): Promise<Gates> {
  return { gateOf: () => undefined };
}
