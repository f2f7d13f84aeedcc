import { engineName } from '../../model/address.ts';
import type { Context } from '../../model/context.ts';
import type { Engine } from '../../providers/docker/engine.ts';

/** By the name that addresses have: `docker`, `docker@lab`. Connects once, to each that is asked for. */
export type OpenEngine = (name: string) => Promise<Engine>;

export function openEngines(ctx: Context): OpenEngine {
  const open = new Map<string, Promise<Engine>>();
  return (name) => {
    const known = open.get(name) ?? connect(name, ctx);
    open.set(name, known);
    return known;
  };
}

async function connect(name: string, ctx: Context): Promise<Engine> {
  const { connectEngine } = await import('../../providers/docker/connect.ts');
  const context = name.slice(engineName('').length);
  return await connectEngine(context === '' ? null : context, ctx);
}
