import type { Probe } from '../model/health.ts';
import { failed } from './failed.ts';
import { lastLines } from './lines.ts';
import { maskValues } from './mask.ts';
import { roundMs } from './progress.ts';

export interface CommandProbeOptions {
  /** Runs the command wherever it belongs; soon gives up when the signal aborts, and then may reject with its reason. */
  readonly run: (signal: AbortSignal) => Promise<CommandResult>;
  /** As it is shown. */
  readonly name: string;
  /** Values that must not be in what comes back. */
  readonly secrets?: readonly string[];
}

export interface CommandResult {
  readonly exitCode: number;
  /** What it wrote; the end of it is shown when it failed. */
  readonly output: string;
}

/** A check by a command: exit code 0 is healthy, as for Docker. */
export function commandProbe({ run, name, secrets = [] }: CommandProbeOptions): Probe {
  return async (ctx) => {
    const startMs = ctx.system.clock.monotonic();
    const { exitCode, output } = await run(ctx.signal);
    const latencyMs = { connect: roundMs(ctx.system.clock.monotonic() - startMs) };
    if (exitCode === 0) return { state: 'healthy', latencyMs };
    const mask = maskValues(secrets);
    const detail = lastLines(Buffer.from(output)).map(mask);
    const message = `the health check "${mask(name)}" ended with exit code ${exitCode}`;
    const failure = {
      code: 'HEALTH_COMMAND',
      message,
      hint: 'look at what it says, and into the log of the server',
    } as const;
    return failed(detail.length === 0 ? failure : { ...failure, detail }, latencyMs);
  };
}
