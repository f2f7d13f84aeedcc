import { escapeText } from '../formats/escape.ts';
import type { Outcome, Result } from '../model/event.ts';
import type { Finding } from '../model/finding.ts';
import type { Because, Cause, HeldBecause, Plan, ReceivedSecret, Step, Summary } from '../model/plan.ts';

/** `claude-code/user/github will be created, because it is declared and not there` */
export function headline(step: Step): string {
  return `${escapeText(step.address)} ${actionWords(step)}, because ${becauseWords(step)}`;
}

export function actionWords(step: Pick<Step, 'action' | 'previousAddress'>): string {
  switch (step.action) {
    case 'create':
      return 'will be created';
    case 'update':
      return 'will be updated in place';
    case 'replace':
      return 'will be replaced';
    case 'delete':
      return 'will be deleted';
    case 'adopt':
      return 'will be adopted';
    case 'move':
      return step.previousAddress === undefined
        ? 'will be moved'
        : `will be moved here from ${escapeText(step.previousAddress)}`;
    case 'forget':
      return 'will be forgotten';
    case 'record':
      return 'will be recorded';
    case 'conflict':
      return 'is in conflict';
  }
}

export function becauseWords(
  step: Pick<Step, 'because' | 'place' | 'blockedBy' | 'action' | 'paths' | 'held'>,
): string {
  if (step.held !== undefined) return HELD[step.held.because];
  if (step.because === 'unavailable') return `${escapeText(step.place.file)} could not be read`;
  if (step.because === 'dependency' && step.blockedBy !== undefined) {
    return `it waits for ${escapeText(step.blockedBy)}, which is in conflict`;
  }
  if (step.because === 'exists' && step.paths.length === 0) return 'something is there that is not ours';
  if (step.because === 'renamed' && step.action === 'forget') return 'it goes by another address now';
  return BECAUSE[step.because];
}

/** Why the loop leaves something alone. */
const HELD: Readonly<Record<HeldBecause, string>> = {
  observed: 'the loop only looks at it',
  suspended: 'it is suspended',
  contended: 'somebody else keeps changing it back',
  unpruned: 'the loop does not prune',
  unconfirmed: 'it has not been due to go for long enough',
  data: 'data would be lost, which takes an apply with --allow-destroy',
  restarting: 'it was restarted a moment ago, or too often',
  window: 'this is not the time for changes',
};

/** The reason alone, where there is no step to say more about. */
export const BECAUSE: Readonly<Record<Because, string>> = {
  declared: 'it is declared and not there',
  missing: 'we wrote it and it is gone',
  changed: 'the manifest changed',
  repinned: 'the lock pins something else',
  drifted: 'it was changed outside mcpform',
  'changed-and-drifted': 'the manifest changed, and it was changed outside mcpform too',
  'already-there': 'it is there as declared, and not ours yet',
  'taken-over': 'it is not ours and differs, and you said to take it over',
  'in-sync': 'it is as declared, and only our books are not',
  held: 'the loop leaves it alone for now',
  ungranted: 'it is as declared, and needs a secret that nobody has granted to it',
  rotated: 'a secret that it receives has another value',
  removed: 'it is no longer in the manifest',
  disabled: 'its server has "enabled: false"',
  destroy: 'everything of this stack shall go',
  gone: 'it is neither declared nor there',
  orphaned: 'it stays where it is and is no longer ours to keep',
  renamed: 'it has a new place',
  requested: 'you asked for it',
  exists: 'something different is there that is not ours',
  modified: 'it would be deleted, but is no longer what we wrote',
  protected: 'it has "protect: true"',
  blocked: 'it cannot be changed from here now',
  unavailable: 'its place could not be read',
  denied: 'machine policy forbids it',
  dependency: 'it waits for something that is in conflict',
};

/** Why one value changes, beside it. Empty where the manifest changed: that is what plans are about. */
export const CAUSE: Readonly<Record<Cause, string>> = {
  config: '',
  drift: 'drifted: changed outside mcpform',
  both: 'drifted, and the manifest changed too',
  lock: 'the lock changed',
  dependency: 'what it depends on changed',
  secret: 'another secret',
  request: 'taken over',
};

/** What a person can do about a conflict, most likely first; the findings about it know more. */
export function conflictFixes(step: Step, findings: readonly Finding[]): readonly string[] {
  const address = escapeText(step.address);
  const hints = findings.flatMap(({ hint }) => (hint === undefined ? [] : [escapeText(hint)]));
  switch (step.because) {
    case 'exists':
      return [
        'give the server another name',
        'or set "lifecycle: { adopt: true }" to take it over as declared',
        `or pass --take-ownership ${address}`,
      ];
    case 'modified':
      if (hints.length > 0) return hints;
      return [
        'put back what mcpform wrote, or delete the entry yourself',
        `or leave it there with \`mcpform forget ${address}\``,
        `or pass --take-ownership ${address} to delete it as it is`,
      ];
    case 'protected':
      return [
        'apply "protect: false" first, as a change of its own',
        `or leave it there with \`mcpform forget ${address}\``,
      ];
    default:
      return hints;
  }
}

/** What is asked before a plan is performed; only the word yes will do. */
export function approvalQuestion(plan: Pick<Plan, 'steps' | 'stack'>): string {
  const performed = plan.steps.filter(({ action }) => action !== 'conflict');
  const lossy = performed.filter(({ isDestructive }) => isDestructive).length;
  const loss = lossy === 0 ? '' : `, of which ${lossy} delete${lossy === 1 ? 's' : ''} something,`;
  return `Perform ${count(performed.length, 'step')}${loss} on stack ${escapeText(plan.stack)}? Only "yes" does it: `;
}

/** `receives secret github-token (env:GITHUB_TOKEN), new` */
export function secretWords(secret: ReceivedSecret): string {
  const locator = escapeText(secret.locator);
  const what = secret.name === undefined ? locator : `${escapeText(secret.name)} (${locator})`;
  const via = secret.via === 'reference' ? '' : ` ${VIA[secret.via]}`;
  const news = secret.isNew ? ', new' : secret.hasChanged === true ? ', changed' : '';
  return `receives secret ${what}${via}${news}`;
}

const VIA: Readonly<Record<Exclude<ReceivedSecret['via'], 'reference'>, string>> = {
  wrapper: 'through mcpform exec',
  plaintext: "in clear in the client's file",
  file: 'in a file',
  environment: 'in its environment, which `docker inspect` shows',
};

const COUNTED: readonly [keyof Summary, string][] = [
  ['create', 'to create'],
  ['update', 'to update'],
  ['replace', 'to replace'],
  ['delete', 'to delete'],
  ['adopt', 'to adopt'],
  ['forget', 'to forget'],
  ['move', 'to move'],
  ['record', 'to record'],
  ['conflict', 'in conflict'],
];

/** `Between 3f1c2ab94e01 and the work tree` */
export function betweenWords({ from, to }: NonNullable<Plan['between']>): string {
  const id = (commit: string): string => escapeText(commit.slice(0, 12));
  return `Between ${id(from)} and ${to === null ? 'the work tree' : id(to)}`;
}

/** `Plan: 1 to create, 1 in conflict; 12 unchanged.` or `No changes. 12 resources match.` Frozen by a test. */
export function summaryLine({ summary }: Pick<Plan, 'summary'>): string {
  const terms = COUNTED.filter(([key]) => summary[key] > 0).map(([key, words]) => `${summary[key]} ${words}`);
  const { unchanged } = summary;
  if (terms.length > 0) return `Plan: ${terms.join(', ')}${unchanged > 0 ? `; ${unchanged} unchanged` : ''}.`;
  if (unchanged === 0) return 'No changes. There is nothing to do.';
  return `No changes. ${unchanged} ${unchanged === 1 ? 'resource matches' : 'resources match'}.`;
}

const RESULTS: readonly [Result, string][] = [
  ['done', 'applied'],
  ['failed', 'failed'],
  ['skipped', 'skipped'],
  ['rolledBack', 'rolled back'],
];

/** `3 applied, 1 failed, 2 skipped, 1 rolled back` */
export function outcomesLine(outcomes: readonly Pick<Outcome, 'result'>[]): string {
  const terms = RESULTS.map(([result, words]) => {
    const count = outcomes.filter((outcome) => outcome.result === result).length;
    return count === 0 ? '' : `${count} ${words}`;
  }).filter((term) => term !== '');
  return terms.length === 0 ? 'nothing to apply' : terms.join(', ');
}

/** `created`, `failed to create`, `not created`, `not created, and put back as it was` */
export function outcomeWords({ action, result }: Pick<Outcome, 'action' | 'result'>): string {
  switch (result) {
    case 'done':
      return PAST[action];
    case 'failed':
      return `not ${PAST[action]}`;
    case 'skipped':
      return `skipped, not ${PAST[action]}`;
    case 'rolledBack':
      return `not ${PAST[action]}, put back as it was`;
  }
}

const PAST: Readonly<Record<Step['action'], string>> = {
  create: 'created',
  update: 'updated',
  replace: 'replaced',
  delete: 'deleted',
  adopt: 'adopted',
  move: 'moved',
  forget: 'forgotten',
  record: 'recorded',
  conflict: 'resolved',
};

/** What an action is called while it runs. */
export const PRESENT: Readonly<Record<Step['action'], string>> = {
  create: 'creating',
  update: 'updating',
  replace: 'replacing',
  delete: 'deleting',
  adopt: 'adopting',
  move: 'moving',
  forget: 'forgetting',
  record: 'recording',
  conflict: 'leaving alone',
};

/** What `validate` says when all is well. */
export function validWords(stack: string, servers: number, resources: number): string {
  return `The manifest is valid: stack ${escapeText(stack)}, ${count(servers, 'server')}, ${count(resources, 'resource')}.\n`;
}

/** A manifest that is valid, and that policy does not allow. */
export function deniedWords(stack: string): string {
  return `The manifest is valid, but policy denies what it asks for: stack ${escapeText(stack)}.\n`;
}

/** `1 server`, `2 servers`, `2 entries` */
export function count(number: number, noun: string): string {
  if (number === 1) return `1 ${noun}`;
  return `${number} ${noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`}`;
}
