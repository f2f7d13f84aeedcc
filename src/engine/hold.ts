import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import type { Finding } from '../model/finding.ts';
import type { Inventory } from '../model/inventory.ts';
import { canonicalJson, type Json } from '../model/json.ts';
import type { Plan } from '../model/plan.ts';
import { readGeneration } from '../state/generations.ts';
import type { Declared } from './declare.ts';
import { declareGeneration } from './declare-generation.ts';

type Hold = NonNullable<Inventory['hold']>;

/** After a rollback the manifest is not followed until somebody says so. */
export function assertNotOnHold({ hold }: Pick<Inventory, 'hold'>): void {
  if (hold === undefined) return;
  throw new McpformError(
    'STACK_ON_HOLD',
    `the stack is on hold since the rollback to generation ${hold.generation}`,
    {
      hint: 'run `mcpform resume` to follow the manifest again, or `mcpform rollback` to another generation',
    },
  );
}

/**
 * Whether an apply ends a hold: the manifest and its lock ask for what the generation asked for that the stack was rolled
 * back to, so following them changes nothing back. STACK_ON_HOLD when they ask for something else.
 */
export async function endsHold(
  { hold }: Pick<Inventory, 'hold'>,
  { declared, mode }: { readonly declared: Declared; readonly mode: Plan['mode'] },
  ctx: Context,
): Promise<boolean> {
  if (hold === undefined || mode !== 'apply') return false;
  if (!(await agrees(hold, declared, ctx))) assertNotOnHold({ hold });
  return true;
}

/** What a plan says of a hold. */
export async function holdFindings(
  inventory: Inventory | null,
  declared: Declared,
  ctx: Context,
): Promise<readonly Finding[]> {
  const { hold } = inventory ?? {};
  if (hold === undefined) return [];
  const since = `the stack is on hold since the rollback to generation ${hold.generation}`;
  const code = 'STACK_ON_HOLD';
  if (await agrees(hold, declared, ctx)) {
    return [
      { code, severity: 'info', message: `${since}: apply ends that, as the manifest asks for the same` },
    ];
  }
  const hint = '`mcpform resume` ends the hold';
  return [{ code, severity: 'warning', message: `${since}: apply refuses`, hint }];
}

/** With a generation that is not kept any more, nothing agrees. */
async function agrees({ generation }: Hold, now: Declared, ctx: Context): Promise<boolean> {
  try {
    const then = await declareGeneration(await readGeneration(now.books, generation, ctx), now, ctx);
    return meaningOf(then) === meaningOf(now);
  } catch (error) {
    if (error instanceof McpformError) return false;
    throw error;
  }
}

/** All that a plan follows from, but not where it is written. */
function meaningOf({ resources, disabled }: Declared): string {
  const wanted = resources.map(({ desired: { at: _, ...desired }, attributes }) => ({ desired, attributes }));
  // Through JSON, in which what is undefined is not there.
  return canonicalJson(JSON.parse(JSON.stringify({ wanted, disabled })) as Json);
}
