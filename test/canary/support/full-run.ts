import { type Bed, type Figures, onBed } from './bed.ts';
import { failing, silent } from './failing.ts';
import { applied, everyCommand, oneLife } from './journeys.ts';
import type { OpenKeeper } from './keeper.ts';
import { dotenv, env, exec, file } from './keepers/files.ts';
import { ONE_OF_EACH_SORT, WITHOUT_TOOLS } from './keepers/index.ts';
import { bws, lpass, op } from './keepers/programs.ts';
import { ageWithSsh, docker, keychain, pass, sops } from './keepers/real.ts';
import { aws, gcp, vault } from './keepers/servers.ts';
import { onRunnerBed } from './runner-bed.ts';
import { REFUSED_VALUES, USUAL, VALUES, type ValueKind } from './values.ts';
import { ownMachine, pullRequests } from './workflows.ts';

/** One home, from its first command to its last. */
export interface Round extends Figures {
  readonly what: string;
  readonly commands: number;
}

const WITH_TOOLS = [
  env,
  file,
  exec,
  dotenv,
  sops,
  ageWithSsh,
  pass,
  op,
  lpass,
  bws,
  vault,
  aws,
  gcp,
  keychain,
  docker,
];

/** Every value with every backend and emission, every failure, and the action; `tell` gets each round when it has ended. */
export async function fullRun(hasTools: boolean, tell: (round: Round) => void): Promise<void> {
  const open = hasTools ? WITH_TOOLS : WITHOUT_TOOLS;
  const play = async (what: string, kind: ValueKind, work: (bed: Bed) => Promise<unknown>): Promise<void> => {
    tell(await playRound(open, what, { kind, work }));
  };
  await play('every command', USUAL, everyCommand);
  for (const [what, kind] of Object.entries({ ...VALUES, ...REFUSED_VALUES })) {
    await play(`a value ${what}`, kind, (bed) => oneLife(bed, kind));
  }
  for (const how of ['down', 'denied', 'garbage', 'talkative'] as const) {
    await play(`backends: ${how}, from the first`, USUAL, (bed) => failing(bed, how));
    await play(`backends: ${how}, later`, USUAL, async (bed) => {
      await applied(bed);
      await failing(bed, how);
    });
  }
  await play('backends: silent', USUAL, async (bed) => {
    await applied(bed);
    await silent(bed);
  });
  for (const [what, work] of [
    ['pull requests', pullRequests],
    ['a machine of its own', ownMachine],
  ] as const) {
    const { figures, commands } = await onRunnerBed(ONE_OF_EACH_SORT, work);
    tell({ what: `the action: ${what}`, commands, ...figures });
  }
}

async function playRound(
  open: readonly OpenKeeper[],
  what: string,
  { kind, work }: { kind: ValueKind; work: (bed: Bed) => Promise<unknown> },
): Promise<Round> {
  const { result, figures } = await onBed(open, kind, async (bed) => {
    await work(bed);
    return bed.asked.length;
  });
  return { what, commands: result, ...figures };
}
