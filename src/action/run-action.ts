import { dirname } from 'node:path';
import { McpformError } from '../model/error.ts';
import { EXIT } from '../model/exit-code.ts';
import { exitCodeOf } from '../model/exit-code-of.ts';
import type { Finding } from '../model/finding.ts';
import type { Plan, Summary } from '../model/plan.ts';
import { annotate, workflowCommand } from '../report/github-annotations.ts';
import { apply } from './commands/apply.ts';
import { lockCheck, validate } from './commands/check.ts';
import { drift } from './commands/drift.ts';
import { plan } from './commands/plan.ts';
import { hasDrift, isChange } from './fail-on.ts';
import type { CommandName } from './inputs.ts';
import type { Job } from './job.ts';
import { type Log, openLog } from './log.ts';
import { openJob } from './open-job.ts';
import type { Result } from './result.ts';
import { writeOutputs } from './runner-files.ts';
import type { Surroundings } from './surroundings.ts';

const COMMANDS: Readonly<Record<CommandName, (job: Job) => Promise<Result>>> = {
  validate,
  plan,
  apply,
  drift,
  'lock-check': lockCheck,
};

/** Where annotations stand. */
type Place = Parameters<typeof annotate>[2];

/** The whole action: what the runner gave in, outputs, annotations and the process's exit code out. */
export async function runAction(around: Surroundings): Promise<number> {
  const log = openLog(around.out);
  let place: Place = { root: around.env['GITHUB_WORKSPACE'] ?? '/' };
  try {
    const job = await openJob(around, log);
    place = { root: job.workspace, manifest: job.manifest };
    const result = await COMMANDS[job.inputs.command](job);
    tellFindings(result.findings, result.plan, place, log);
    await writeOutputs({ ...outputsOf(result), ...result.outputs, ...cliOf(around) }, around);
    if (result.failure !== null) log.text(`failed: ${result.failure}\n`);
    return result.failure === null ? 0 : 1;
  } catch (error) {
    await tellFailure(error, { around, place, log });
    return 1;
  }
}

async function tellFailure(
  error: unknown,
  { around, place, log }: { readonly around: Surroundings; readonly place: Place; readonly log: Log },
): Promise<void> {
  const isKnown = error instanceof McpformError;
  if (isKnown) tellFindings([asFinding(error), ...error.findings], null, place, log);
  else log.text(`this is a bug in mcpform: ${error instanceof Error ? error.stack : String(error)}\n`);
  const outputs = {
    'exit-code': String(isKnown ? exitCodeOf(error.code) : EXIT.error),
    'failure-reason': isKnown ? reasonOf(error) : 'error',
  };
  await writeOutputs({ ...outputs, ...cliOf(around) }, around);
}

/** Where the built command line is: beside this file. */
export function commandLineBeside(file: string): Surroundings['mcpform'] {
  return { command: process.execPath, args: [`${dirname(file)}/mcpform.cjs`] };
}

function cliOf({ mcpform }: Surroundings): Readonly<Record<string, string>> {
  return { 'cli-path': mcpform.args[0] ?? '' };
}

function reasonOf({ code }: McpformError): NonNullable<Result['failure']> {
  const exitCode = exitCodeOf(code);
  if (exitCode === EXIT.stale) return 'not-approved';
  if (exitCode === EXIT.denied) return 'policy-denied';
  return exitCode === EXIT.usage ? 'invalid' : 'error';
}

function asFinding({ code, message, hint, at }: McpformError): Finding {
  return {
    ...{ code, severity: 'error', message },
    ...(hint === undefined ? {} : { hint }),
    ...(at === undefined ? {} : { at }),
  };
}

function tellFindings(findings: readonly Finding[], made: Plan | null, place: Place, log: Log): void {
  for (const annotation of annotate(findings, made, place)) log.command(workflowCommand(annotation));
}

const COUNTED: readonly (keyof Summary)[] = ['create', 'update', 'replace', 'delete', 'adopt', 'conflict'];

function outputsOf(result: Result): Readonly<Record<string, string>> {
  const { plan: made, exitCode, failure } = result;
  const isDrift = result.hasDrift ?? (made === null ? null : hasDrift(made));
  return {
    'exit-code': String(exitCode),
    'failure-reason': failure ?? '',
    ...(isDrift === null ? {} : { drift: String(isDrift) }),
    ...(made === null
      ? {}
      : {
          changes: String(isChange(made)),
          'plan-id': made.planId,
          ...Object.fromEntries(COUNTED.map((action) => [action, String(made.summary[action])])),
        }),
  };
}
