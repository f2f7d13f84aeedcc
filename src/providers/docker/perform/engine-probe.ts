import type { HealthFailure, Probe } from '../../../model/health.ts';
import { shown } from '../connection/engine-failure.ts';
import { failsItsCheck } from '../container-status.ts';
import type { Engine } from '../engine.ts';

/** One look at the check that the engine runs itself; HEALTH_COMMAND once it has given up. */
export function engineProbe(engine: Engine, id: string): Probe {
  return async ({ system: { clock } }) => {
    const startMs = clock.monotonic();
    const health = (await engine.inspectContainer(id))?.State.Health;
    const latencyMs = { connect: clock.monotonic() - startMs };
    if (health?.Status === 'healthy') return { state: 'healthy', latencyMs };
    const failure = failsItsCheck(health) ? unhealthy(health?.Log?.at(-1)) : NOT_YET;
    return { state: 'unhealthy', latencyMs, failure };
  };
}

const NOT_YET: HealthFailure = {
  code: 'HEALTH_TIMEOUT',
  message: 'its health check has not succeeded so far',
  hint: 'give it longer (`startPeriod`, `retries`), or find out what it waits for',
};

function unhealthy(
  last: { readonly ExitCode?: number; readonly Output?: string } | undefined,
): HealthFailure {
  const said = shown(last?.Output ?? '');
  return {
    code: 'HEALTH_COMMAND',
    message: `its health check fails, last with exit code ${last?.ExitCode ?? 'unknown'}`,
    hint: 'look at what it says, and into the log of the server',
    ...(said === '' ? {} : { detail: [said] }),
  };
}
