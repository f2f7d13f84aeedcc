import type { HealthConfig } from './api.ts';
import type { HealthcheckAttributes, Members } from './attributes.ts';
import { unlessNone } from './container-reading.ts';

const NANOSECONDS = 1e6;
/** Stands for none at all: an engine takes 0 for the image's own. */
const LEAST_MS = 1;

/** The check that the engine runs. */
export function readHealthcheck(check: HealthConfig | null | undefined): Members {
  if (check === null || check === undefined) return {};
  return {
    command: commandOf(check.Test ?? []),
    interval: milliseconds(check.Interval),
    timeout: milliseconds(check.Timeout),
    retries: unlessNone(check.Retries),
    startPeriod: startPeriodOf(check),
  };
}

function commandOf([how, ...rest]: readonly string[]): readonly string[] | undefined {
  if (how === undefined) return undefined;
  if (how === 'NONE') return [];
  return how === 'CMD-SHELL' ? ['/bin/sh', '-c', ...rest] : rest;
}

function startPeriodOf({ StartPeriod }: HealthConfig): number | undefined {
  const period = milliseconds(StartPeriod);
  return period === LEAST_MS ? 0 : period;
}

function milliseconds(nanoseconds: number | undefined): number | undefined {
  const some = unlessNone(nanoseconds);
  return some === undefined ? undefined : some / NANOSECONDS;
}

/** As an engine takes it. */
export function healthConfig(check: HealthcheckAttributes): HealthConfig {
  return {
    Test: ['CMD', ...(check.command ?? [])],
    Interval: (check.interval ?? 0) * NANOSECONDS,
    Timeout: (check.timeout ?? 0) * NANOSECONDS,
    Retries: check.retries ?? 0,
    StartPeriod: Math.max(check.startPeriod ?? 0, LEAST_MS) * NANOSECONDS,
  };
}
