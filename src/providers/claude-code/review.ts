import type { Finding } from '../../model/finding.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Plan } from '../../model/plan.ts';
import type { Observation } from '../../model/provider.ts';
import type { Facts } from './facts.ts';
import { reviewApproval } from './review-approval.ts';
import { reviewLogin } from './review-login.ts';
import { reviewNames } from './review-names.ts';
import { reviewPolicy } from './review-policy.ts';
import { isWrite, namesAfter, type Subject, subjectsOf } from './review-subjects.ts';

/** What people should know about the plan before they approve it. Pure; the facts were read by `observe`. */
export function review(plan: Plan, observation: Observation): readonly Finding[] {
  const facts = observation.facts as Facts;
  const subjects = subjectsOf(plan, observation, facts);
  const present = subjects.filter((subject) => subject.after !== null);
  const names = namesAfter(facts, subjects);
  return [
    ...unwritable(subjects, facts),
    ...exclusive(present, facts),
    ...present.flatMap((subject) => reviewPolicy(subject, facts)),
    ...present.flatMap((subject) => reviewApproval(subject, facts)),
    ...reviewNames(present, { facts, names }),
    ...subjects.flatMap(reviewLogin),
    ...present.flatMap((subject) => [...untrustedHelper(subject, facts), ...windowsLauncher(subject, facts)]),
    ...restart(subjects),
  ];
}

function unwritable(subjects: readonly Subject[], facts: Facts): readonly Finding[] {
  const files = new Set(subjects.filter(isWrite).map(({ place }) => place.file));
  return [...files].flatMap((file) => facts.unwritable.get(file) ?? []);
}

function exclusive(present: readonly Subject[], { settings }: Facts): readonly Finding[] {
  const { exclusive: managed } = settings;
  if (managed === null || present.length === 0) return [];
  return [
    {
      code: 'CLIENT_MANAGED_EXCLUSIVE',
      severity: 'warning',
      message: `the administrator's "${managed.file}" replaces all other servers: Claude Code loads none of this stack`,
      hint: 'ask whoever manages this machine',
    },
  ];
}

/** Measured from 2.1.238 on: elsewhere than in user scope the helper runs in trusted folders only. */
function untrustedHelper(subject: Subject, facts: Facts): readonly Finding[] {
  if (subject.scope === 'user' || subject.after?.['headersHelper'] === undefined) return [];
  const project = facts.projects.find(subject.isStartedIn);
  if (project === undefined || project.isTrusted) return [];
  return [
    {
      code: 'CLIENT_HELPER_UNTRUSTED',
      severity: 'warning',
      message: `server "${subject.name}": Claude Code does not run its headersHelper before "${project.folder}" is trusted`,
      hint: 'start `claude` in that folder once and accept the question',
      address: subject.address,
    },
  ];
}

function windowsLauncher(subject: Subject, { platform }: Facts): readonly Finding[] {
  if (platform !== 'win32' || !isBareNpx(subject.after)) return [];
  return [
    {
      code: 'CLIENT_NPX_ON_WINDOWS',
      severity: 'warning',
      message: `server "${subject.name}": Claude Code cannot start "npx" by that name on Windows`,
      hint: 'write `command: cmd` and `args: [/c, npx, …]`',
      address: subject.address,
    },
  ];
}

function isBareNpx(entry: JsonObject | null): boolean {
  return entry?.['command'] === 'npx' || entry?.['command'] === 'npx.cmd';
}

function restart(subjects: readonly Subject[]): readonly Finding[] {
  if (!subjects.some(isWrite)) return [];
  return [
    {
      code: 'CLIENT_RESTART_NEEDED',
      severity: 'info',
      message: 'sessions of Claude Code that run now keep the servers they started with',
      hint: 'restart them, or reconnect with `/mcp`',
    },
  ];
}
