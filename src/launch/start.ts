import { McpformError } from '../model/error.ts';
import type { LaunchRecord } from '../model/launch.ts';
import { type Becoming, replaceBy, runHere, whyNotExecutable } from '../system/launch/become.ts';
import { hasForeignModules } from '../system/launch/foreign-modules.ts';
import { homeFolder } from '../system/launch/home-folder.ts';
import { childEnvironment, decidesCode } from './child-environment.ts';
import type { CommandLine } from './command-line.ts';
import { batchCommand, isBatchFile } from './windows-command.ts';

/** Becomes the program; returns only where it runs beside us or here, in this very process, from now on. */
export type Start = () => undefined | Promise<never>;

export interface Manner {
  readonly record: LaunchRecord;
  /** Ours. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Nothing was done in this process that a server should not find in its own. */
  readonly isPristine: boolean;
  /** Absolute: where the package is installed. */
  readonly tree: string;
  /** What keeps Node from finding modules elsewhere: a script to preload. */
  readonly guard: string;
  /** Some of our input was read already, so that we stay, and hand it on. */
  readonly hasReadInput: boolean;
}

/** How to become the program. Throws LAUNCH_PROGRAM, or its promise does, when it cannot be started. */
export function wayTo(
  line: CommandLine,
  { record, env, isPristine, tree, guard, hasReadInput }: Manner,
): Start {
  const { file, args, script } = line;
  const isGuarded = script !== null && hasForeignModules(tree, homeFolder(env));
  if (script !== null && !isGuarded && isPristine && !hasReadInput && isUntouched(line, env)) {
    return () => runHere(script, args.slice(1), line.env);
  }
  const becoming = {
    file,
    args: isGuarded ? ['--require', guard, ...args] : args,
    env: childEnvironment(env, record.loaderVariables, line.env),
  };
  return wayToProgram(becoming, { hasReadInput });
}

/** The same for any program: it replaces us where that can be. Throws LAUNCH_PROGRAM, or its promise does. */
export function wayToProgram(becoming: Becoming, { hasReadInput }: Pick<Manner, 'hasReadInput'>): Start {
  assertExecutable(becoming.file);
  return () => (!hasReadInput && replaceBy(becoming) ? undefined : startBeside(becoming));
}

/** Nothing that decides code was there when this process was started, nor is to be there for the program. */
function isUntouched({ env: added }: CommandLine, env: Manner['env']): boolean {
  const isDecided = Object.keys(env).some(decidesCode) || Object.keys(added).some(decidesCode);
  return !isDecided && process.execArgv.length === 0;
}

function assertExecutable(file: string): void {
  const because = whyNotExecutable(file);
  if (because === null) return;
  throw cannotStart(file, because === 'missing' ? 'it is not there' : 'it may not be executed');
}

async function startBeside(becoming: Becoming): Promise<never> {
  const { runChild } = await import('../system/launch/run-child.ts');
  const { file, args, env } = becoming;
  const isBatch = process.platform === 'win32' && isBatchFile(file);
  try {
    return await runChild(isBatch ? { ...batchCommand(file, args, env), env, isVerbatim: true } : becoming);
  } catch (error) {
    throw cannotStart(file, error instanceof Error ? error.message : String(error), error);
  }
}

function cannotStart(file: string, because: string, cause?: unknown): McpformError {
  return new McpformError('LAUNCH_PROGRAM', `"${file}" cannot be started: ${because}`, {
    cause,
    hint: 'run `mcpform apply`, which looks for the programs it needs again',
  });
}
