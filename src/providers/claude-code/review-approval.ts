import type { Finding } from '../../model/finding.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Facts, ProjectFacts } from './facts.ts';
import type { Subject } from './review-subjects.ts';
import { textsIn } from './settings.ts';

/**
 * Servers of `.mcp.json` load only once somebody said yes to their name, and any server can be switched off in a
 * project.
 */
export function reviewApproval(subject: Subject, facts: Facts): readonly Finding[] {
  const projects = facts.projects.filter(subject.isStartedIn);
  const disabled = projects.filter((project) => project.disabled.includes(subject.name));
  const findings = disabled.map((project) => switchedOff(subject, project));
  const project = subject.scope === 'project' ? projects[0] : undefined;
  if (project === undefined) return findings;
  const state = approvalOf(subject.name, project, facts);
  if (state === 'approved') return findings;
  return [...findings, state === 'rejected' ? rejected(subject, project) : pending(subject, project)];
}

/** Measured: a rejection anywhere wins; what a repository or a local file says counts in trusted folders only. */
function approvalOf(name: string, project: ProjectFacts, facts: Facts): 'approved' | 'rejected' | 'pending' {
  const { managed, user } = facts.settings;
  const { committed, own } = project.settings;
  const trusted = [committed, own, project.legacy];
  const always = [...managed, user];
  const isRejected = (settings: JsonObject): boolean =>
    textsIn(settings['disabledMcpjsonServers']).includes(name);
  const isApproved = (settings: JsonObject): boolean =>
    settings['enableAllProjectMcpServers'] === true ||
    textsIn(settings['enabledMcpjsonServers']).includes(name);
  if ([...always, ...trusted].some(isRejected)) return 'rejected';
  return (project.isTrusted ? [...always, ...trusted] : always).some(isApproved) ? 'approved' : 'pending';
}

function rejected({ name, address }: Subject, { folder }: ProjectFacts): Finding {
  return {
    code: 'CLIENT_APPROVAL_REJECTED',
    severity: 'warning',
    message: `server "${name}" was rejected in "${folder}": Claude Code will not load it there`,
    hint: 'take it out of "disabledMcpjsonServers", or run `claude mcp reset-project-choices` there',
    address,
  };
}

function pending({ name, address }: Subject, { folder }: ProjectFacts): Finding {
  return {
    code: 'CLIENT_APPROVAL_PENDING',
    severity: 'info',
    message: `server "${name}" waits for approval in "${folder}"`,
    hint: 'start `claude` there and accept it; everybody who works there is asked once',
    address,
  };
}

function switchedOff({ name, address }: Subject, { folder }: ProjectFacts): Finding {
  return {
    code: 'CLIENT_DISABLED_IN_PROJECT',
    severity: 'info',
    message: `server "${name}" is switched off in "${folder}"`,
    hint: 'switch it on there with `/mcp`',
    address,
  };
}
