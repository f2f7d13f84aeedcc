import type { Address } from '../model/address.ts';
import type { At, Finding, Severity } from '../model/finding.ts';
import type { Step } from '../model/plan.ts';
import { foreignValues } from './decide-removed.ts';
import { isPristine, type Owned } from './owned.ts';
import type { PlanInput } from './plan-input.ts';
import { compareText } from './step.ts';

/** Why steps are in conflict, where the step alone does not say it. */
export function conflictFindings(
  steps: readonly Step[],
  input: PlanInput,
  ownedOf: (address: Address) => Owned | null,
): readonly Finding[] {
  const blocked = new Map(input.desired.map(({ desired }) => [desired.address, desired.blocked]));
  return steps.flatMap((step) => {
    if (step.action !== 'conflict') return [];
    const { address, because } = step;
    if (because === 'denied') return named(input.denied.get(address), address);
    if (because === 'blocked') return named(blocked.get(address), address);
    if (because === 'unavailable') return unavailable(step, input);
    return because === 'modified' ? keptValues(step, input, ownedOf(address)) : [];
  });
}

function named(finding: Finding | undefined, address: Address): readonly Finding[] {
  return finding === undefined ? [] : [{ ...finding, address }];
}

/** Once per file, not once per address in it. */
function unavailable(step: Step, { unavailable: reasons }: PlanInput): readonly Finding[] {
  const places = [step.place, ...(step.previousPlace === undefined ? [] : [step.previousPlace])];
  return places.flatMap(({ file }) => {
    const reason = reasons.get(file);
    return reason === undefined ? [] : [{ ...reason, at: reason.at ?? { file } }];
  });
}

function keptValues(step: Step, input: PlanInput, owned: Owned | null): readonly Finding[] {
  const observed = owned === null ? undefined : input.observed.get(owned.place.key);
  if (owned === null || observed === undefined || !isPristine(owned, observed, input)) return [];
  const pointers = foreignValues(owned, observed);
  if (pointers.length === 0) return [];
  return [
    {
      code: 'PLAN_KEPT_VALUE',
      severity: 'warning',
      message: `deleting ${step.address} would lose ${pointers.join(', ')}, which mcpform never wrote`,
      hint: `copy what you need and delete the entry yourself, or run \`mcpform forget ${step.address}\` to leave it`,
      address: step.address,
    },
  ];
}

/** Addresses that flags name and nothing has. */
export function flagFindings(input: PlanInput, isKnown: (address: Address) => boolean): readonly Finding[] {
  const { targets, takeOwnership, forget = [] } = input.options;
  const named = [...targets, ...takeOwnership, ...forget];
  return named
    .filter((address) => !isKnown(address))
    .map((address) => ({
      code: 'PLAN_ADDRESS_UNKNOWN',
      severity: 'error',
      message: `no resource has the address "${address}"`,
      hint: '`mcpform status` lists the addresses of this stack',
    }));
}

/** Each once, worst first, in an order that no input order can change, and with one order of keys. */
export function arrangeFindings(findings: readonly Finding[]): readonly Finding[] {
  const byText = new Map<string, Finding>();
  for (const finding of findings.map(plainFinding)) byText.set(JSON.stringify(finding), finding);
  return [...byText]
    .sort(([textA, a], [textB, b]) => {
      return (
        SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
        compareText(a.at?.file ?? '', b.at?.file ?? '') ||
        (a.at?.line ?? 0) - (b.at?.line ?? 0) ||
        (a.at?.column ?? 0) - (b.at?.column ?? 0) ||
        compareText(a.code, b.code) ||
        compareText(textA, textB)
      );
    })
    .map(([, finding]) => finding);
}

const SEVERITIES: readonly Severity[] = ['error', 'warning', 'info'];

function plainFinding({ code, severity, message, hint, at, address }: Finding): Finding {
  return {
    code,
    severity,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(at === undefined ? {} : { at: plainAt(at) }),
    ...(address === undefined ? {} : { address }),
  };
}

function plainAt({ file, pointer, part, line, column, excerpt }: At): At {
  return {
    file,
    ...(pointer === undefined ? {} : { pointer }),
    ...(part === undefined ? {} : { part }),
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
    ...(excerpt === undefined ? {} : { excerpt }),
  };
}
