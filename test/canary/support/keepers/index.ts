import type { OpenKeeper } from '../keeper.ts';
import { age, dotenv, env, exec, file } from './files.ts';
import { bws, lpass, op } from './programs.ts';
import { aws, gcp, vault } from './servers.ts';

/** All that need no program of this machine. */
export const WITHOUT_TOOLS: readonly OpenKeeper[] = [
  env,
  file,
  exec,
  dotenv,
  age,
  op,
  lpass,
  bws,
  vault,
  aws,
  gcp,
];

/** One of each sort: what is kept in files, what a program prints, what it prints in JSON, what a server answers. */
export const ONE_OF_EACH_SORT: readonly OpenKeeper[] = [env, file, exec, bws, vault];
