import { actionCodes } from './codes/action.ts';
import { applyCodes } from './codes/apply.ts';
import { checkCodes } from './codes/check.ts';
import { claudeCodeCodes } from './codes/claude-code.ts';
import { containerEngineCodes } from './codes/container-engine.ts';
import { engineCodes } from './codes/engine.ts';
import type { CodeEntry } from './codes/entry.ts';
import { githubCodes } from './codes/github.ts';
import { graphCodes } from './codes/graph.ts';
import { healthCodes } from './codes/health.ts';
import { launchCodes } from './codes/launch.ts';
import { lockCodes } from './codes/lock.ts';
import { loopCodes } from './codes/loop.ts';
import { manifestCodes } from './codes/manifest.ts';
import { planCodes } from './codes/plan.ts';
import { policyCodes } from './codes/policy.ts';
import { resolveCodes } from './codes/resolve.ts';
import { secretCodes } from './codes/secret.ts';
import { sourceCodes } from './codes/source.ts';
import { stateCodes } from './codes/state.ts';
import { systemCodes } from './codes/system.ts';
import { verifyCodes } from './codes/verify.ts';

/**
 * Every code a user can meet, once. Permanent: change the words, never the code. One file per room, sorted.
 * `docs/errors.md` is generated from this table (`npm run generate`).
 */
const table = {
  ...engineCodes,
  ...manifestCodes,
  ...lockCodes,
  ...policyCodes,
  ...checkCodes,
  ...graphCodes,
  ...planCodes,
  ...claudeCodeCodes,
  ...systemCodes,
  ...resolveCodes,
  ...verifyCodes,
  ...launchCodes,
  ...containerEngineCodes,
  ...secretCodes,
  ...sourceCodes,
  ...healthCodes,
  ...stateCodes,
  ...applyCodes,
  ...loopCodes,
  ...actionCodes,
  ...githubCodes,
} as const satisfies Record<string, CodeEntry>;

export type Code = keyof typeof table;

export const CODES: Readonly<Record<Code, CodeEntry>> = table;
