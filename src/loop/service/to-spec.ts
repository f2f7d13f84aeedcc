import { join } from 'node:path';
import { hasInvisibleCharacters } from '../../formats/escape.ts';
import { findSecretArguments } from '../../formats/redact.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Reconciled } from './identify.ts';
import { serviceEnv } from './service-env.ts';
import type { ServiceSpec } from './spec.ts';

export interface ServiceRequest {
  readonly reconciled: Reconciled;
  /** Of `reconcile`, as they were given. */
  readonly args: readonly string[];
  /** Absolute. */
  readonly cwd: string;
}

export interface Specified {
  readonly spec: ServiceSpec;
  /** Variables that are not passed on, because they hold a credential. */
  readonly leftOut: readonly string[];
}

/** Throws SERVICE_EPHEMERAL, SECRET_EXPOSED and USAGE. */
export function toSpec({ reconciled, args, cwd }: ServiceRequest, ctx: Context): Specified {
  const { launcher } = ctx;
  if (launcher.ephemeral !== null && launcher.ephemeral.because !== 'versioned') {
    throw new McpformError(
      'SERVICE_EPHEMERAL',
      `a service would start "${launcher.ephemeral.path}", which is in ${launcher.ephemeral.because === 'npx' ? "npx's cache" : 'a temporary folder'}`,
      { hint: 'install mcpform (`npm install --global mcpform`), then install the service with that one' },
    );
  }
  // The same program, up to the word that says what it does.
  const all = [...launcher.args.slice(0, -1), 'reconcile', ...args];
  const folder = reconciled.isRemote ? ctx.home : cwd;
  assertPlain([launcher.command, ...all, folder, reconciled.about]);
  if (findSecretArguments(args).length > 0) {
    throw new McpformError('SECRET_EXPOSED', 'an argument looks like a credential', {
      hint: 'every process of this machine may read arguments; keep it where the manifest says secrets are',
    });
  }
  const { env, leftOut } = serviceEnv(ctx.env);
  const errorFile = join(ctx.folders.state, 'services', `${reconciled.name}.err`);
  return {
    spec: {
      name: reconciled.name,
      about: reconciled.about,
      command: launcher.command,
      args: all,
      folder,
      errorFile,
      env,
    },
    leftOut,
  };
}

function assertPlain(texts: readonly string[]): void {
  if (!texts.some(hasInvisibleCharacters)) return;
  throw new McpformError(
    'USAGE',
    'an argument or path of the service has a line break or an invisible character',
    {
      hint: 'no file of a service manager can hold it safely',
    },
  );
}
