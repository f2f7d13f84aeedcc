import { hasErrors } from '../model/finding.ts';
import type { Plan, Step } from '../model/plan.ts';
import { findingsLine } from './findings.ts';
import { codeSpan } from './markdown-code.ts';
import { risksOf } from './risks.ts';
import { count } from './words.ts';

/** Names that one line of the alert has; the rest of them stand below it. */
const MAX_NAMES = 10;

/**
 * What is dangerous about a plan, where a reader looks first: what goes, what waits for a decision, who gets a
 * secret, what is wrong. Nothing when there is nothing to say. GitHub draws it as a box.
 */
export function alertBlock(plan: Plan, { withNames }: { readonly withNames: boolean }): readonly string[] {
  const risks = risksOf(plan);
  const lines = [
    ...risks.map(({ action, steps }) => {
      return `**${steps.length} ${RISKS[action]}${withNames ? `:** ${names(steps.map(({ address }) => address))}` : '**'}`;
    }),
    ...secretsLine(plan, withNames),
    ...findings(plan),
    ...(plan.isApplicable ? [] : ['This plan **cannot be applied** as it is.']),
    ...(plan.isComplete || plan.mode === 'drift-only'
      ? []
      : ['This plan is **incomplete**: something was left out, or could not be read.']),
  ];
  if (lines.length === 0) return [];
  const isGrave =
    risks.some(({ action }) => action !== 'conflict') || !plan.isApplicable || hasErrors(plan.findings);
  const kind = isGrave ? 'CAUTION' : 'WARNING';
  return [
    [`> [!${kind}]`, ...lines.map((line, at) => `> ${line}${at === lines.length - 1 ? '' : '\\'}`)].join(
      '\n',
    ),
  ];
}

const RISKS: Readonly<Record<Step['action'], string>> = {
  delete: 'to delete',
  replace: 'to replace',
  update: 'to update with a loss',
  move: 'to move with a loss',
  create: 'to create with a loss',
  adopt: 'to adopt with a loss',
  record: 'to record with a loss',
  forget: 'to forget with a loss',
  conflict: 'in conflict, left alone',
};

function names(all: readonly string[]): string {
  const shown = all.slice(0, MAX_NAMES).map(codeSpan).join(', ');
  return all.length <= MAX_NAMES ? shown : `${shown} and ${all.length - MAX_NAMES} more`;
}

/** Approving a plan grants what it shows. */
function secretsLine({ steps }: Plan, withNames: boolean): readonly string[] {
  const receivers = steps.filter(({ secrets }) => secrets.some(({ isNew }) => isNew));
  if (receivers.length === 0) return [];
  const title = `**${count(receivers.length, 'resource')} newly given secrets`;
  return [withNames ? `${title}:** ${names(receivers.map(({ address }) => address))}` : `${title}**`];
}

function findings(plan: Plan): readonly string[] {
  const line = findingsLine(plan.findings);
  return line === '' ? [] : [`**${line}**`];
}
