import { escapeText } from '../../formats/escape.ts';
import { redactLine } from '../../formats/redact.ts';
import type { Context } from '../../model/context.ts';
import { isErrno, McpformError } from '../../model/error.ts';
import type { ServiceManager, SystemCommand } from './manager.ts';

const TIMEOUT_MS = 60_000;

/** One after the other. Throws SERVICE_FAILED at the first that fails and should not. */
export async function runCommands(
  commands: readonly SystemCommand[],
  ctx: Pick<Context, 'system'>,
): Promise<void> {
  for (const each of commands) {
    const ran = await run(each, ctx);
    if (ran.exitCode !== 0 && each.mayFail !== true) throw failed(each, ran.said);
  }
}

/** Whether it runs, as the system says; `unknown` where there is nobody to ask. */
export async function stateOf(
  name: string,
  manager: ServiceManager,
  ctx: Pick<Context, 'system'>,
): Promise<'running' | 'stopped' | 'unknown'> {
  const { exitCode, said } = await run(manager.ask(name), ctx);
  if (exitCode === null) return 'unknown';
  if (manager.kind !== 'systemd') return exitCode === 0 ? 'running' : 'stopped';
  // systemctl answers with a word: between two starts it is `activating`. Without a manager it complains instead.
  if (/^(?:active|activating|deactivating|reloading)\b/.test(said)) return 'running';
  return /^(?:inactive|failed)\b/.test(said) ? 'stopped' : 'unknown';
}

interface Ran {
  /** Null when it could not be started, or took too long. */
  readonly exitCode: number | null;
  /** The first line of what it printed. */
  readonly said: string;
}

async function run({ command, args }: SystemCommand, { system }: Pick<Context, 'system'>): Promise<Ran> {
  try {
    const { exitCode, stdout, stderr } = await system.processes.run(command, args, { timeoutMs: TIMEOUT_MS });
    const [said = ''] = `${stdout}\n${stderr}`.trim().split('\n');
    return { exitCode, said: redactLine(escapeText(said)).slice(0, 300) };
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'EACCES')) return { exitCode: null, said: 'it is not there' };
    if (isErrno(error, 'ETIMEDOUT')) return { exitCode: null, said: 'it took too long' };
    throw error;
  }
}

function failed({ command, args }: SystemCommand, said: string): McpformError {
  const line = [command, ...args].join(' ');
  return new McpformError('SERVICE_FAILED', `\`${line}\` failed${said === '' ? '' : `: ${said}`}`, {
    hint: 'run it yourself to see why; the file of the service is as it was said to be',
  });
}
