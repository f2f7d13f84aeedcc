import { resolve } from 'node:path';
import { nominalDigest } from '../engine/static/nominal.ts';
import { policyJury } from '../engine/static/policy-jury.ts';
import { type StaticRequest, staticPlan } from '../engine/static/static-plan.ts';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import type { Plan } from '../model/plan.ts';
import { type CommandInput, listOption, switchOption, textOption } from './command.ts';
import { policyRequest } from './policy-request.ts';
import { readVariables } from './read-variables.ts';

/** `plan --from REF [--to REF]`: of two revisions of the repository, and no machine. */
export async function planBetween(input: CommandInput, ctx: Context): Promise<Plan> {
  const { options, cwd } = input;
  refuseOthers(options);
  const { readRevisions } = await import('../loop/revision/read-revisions.ts');
  const files = listOption(options, 'file');
  const from = textOption(options, 'from') ?? '';
  const revisions = await readRevisions({ from, to: textOption(options, 'to') ?? null, files, cwd }, ctx);
  const request: StaticRequest = {
    ...revisions,
    given: {
      ...(await readVariables(input, ctx)),
      allowedLiterals: listOption(options, 'allowLiteral'),
    },
    targets: listOption(options, 'target'),
    allowsDowngrade: switchOption(options, 'allowDowngrade'),
    jury: await policyJury(policyRequest(input), cwd, ctx),
  };
  const plan = await staticPlan(request);
  const out = textOption(options, 'out');
  if (out !== undefined) {
    const { savePlan } = await import('./save-plan.ts');
    // For `show`: no machine's key seals what approves nothing anywhere.
    await savePlan(plan, resolve(cwd, out), { ...ctx, digest: nominalDigest });
  }
  return plan;
}

/** What asks about a machine. */
const OF_A_MACHINE: readonly (readonly [string, string])[] = [
  ['checkSecrets', '--check-secrets'],
  ['destroy', '--destroy'],
  ['driftOnly', '--drift-only'],
  ['filesChanged', '--files-changed'],
  ['stateDir', '--state-dir'],
  ['sweep', '--sweep'],
  ['takeOwnership', '--take-ownership'],
];

function refuseOthers(options: CommandInput['options']): void {
  const found = OF_A_MACHINE.find(([name]) => isGiven(options[name]));
  if (found === undefined) return;
  throw new McpformError('USAGE', `${found[1]} is about a machine, and --from about none`, {
    hint: `leave out ${found[1]}`,
  });
}

function isGiven(value: CommandInput['options'][string]): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
}
