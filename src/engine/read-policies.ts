import { join } from 'node:path';
import type { Context } from '../model/context.ts';
import { isErrno, McpformError } from '../model/error.ts';
import { hasErrors } from '../model/finding.ts';
import type { Policy } from '../policy/policy.ts';
import { locate } from './locate-findings.ts';
import { readInput } from './read-input.ts';

/** Root's policy for this machine; never taken from the environment or the source. */
const MACHINE_POLICY = '/etc/mcpform/policy.yaml';

/**
 * Machine policy: root's and the user's own; and the files that somebody named for this run, absolute. All must allow.
 * No file is no restriction, but one that was named must be there; a file that cannot be read or understood denies
 * everything (it throws with exit code 6).
 */
export async function readPolicies(ctx: Context, named: readonly string[] = []): Promise<readonly Policy[]> {
  const paths = [MACHINE_POLICY, userPolicy(ctx)];
  const read = await Promise.all(paths.map((path) => readPolicyIfThere(path, ctx)));
  return [
    ...read.filter((policy): policy is Policy => policy !== null),
    ...(await readNamedPolicies(named, ctx)),
  ];
}

/** Of `--policy`, absolute paths: in the order given, each once. Of the machine it asks nothing. */
export async function readNamedPolicies(named: readonly string[], ctx: Context): Promise<readonly Policy[]> {
  return await Promise.all([...new Set(named)].map((path) => readPolicy(path, ctx)));
}

async function readPolicyIfThere(path: string, ctx: Context): Promise<Policy | null> {
  try {
    await ctx.system.files.stat(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return null;
    throw new McpformError('POLICY_INVALID', `"${path}" may not be looked at`, {
      hint: 'check the permissions of the folder',
      cause: error,
    });
  }
  return await readPolicy(path, ctx);
}

async function readPolicy(path: string, ctx: Context): Promise<Policy> {
  const bytes = await readInput(path, 'POLICY_INVALID', ctx.system.files);
  if (path === MACHINE_POLICY) await requireRootOwned(path, ctx);
  const { parsePolicy } = await import('../policy/parse-policy.ts');
  const { policy, findings } = parsePolicy(bytes, path);
  if (policy === null || hasErrors(findings)) {
    throw new McpformError(
      'POLICY_INVALID',
      `the ${path === MACHINE_POLICY || path === userPolicy(ctx) ? 'machine policy' : 'policy'} "${path}" is not valid, so nothing is allowed`,
      {
        findings: await locate(findings, [{ path, bytes }]),
      },
    );
  }
  return policy;
}

function userPolicy({ folders }: Context): string {
  return join(folders.config, 'policy.yaml');
}

async function requireRootOwned(path: string, ctx: Context): Promise<void> {
  const real = await ctx.system.files.realPath(path);
  const { uid, mode } = await ctx.system.files.stat(real);
  if (uid === 0 && (mode & 0o022) === 0) return;
  throw new McpformError('POLICY_INVALID', `"${path}" must belong to root and be writable by root alone`, {
    hint: `chown root "${real}" && chmod 644 "${real}"`,
  });
}
