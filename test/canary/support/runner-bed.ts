import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { stringify } from 'yaml';
import type { Json } from '../../../src/model/json.ts';
import { type Acted, type Runner, type Step, startRunner } from '../../action/support/runner.ts';
import { toolsOnGitHub } from '../../action/support/tools-world.ts';
import type { GitHubDouble } from '../../support/github-double.ts';
import { MCPFORM } from '../../support/mcpform.ts';
import { run } from '../../support/run.ts';
import type { Asked, Figures } from './bed.ts';
import type { Keeper, OpenKeeper } from './keeper.ts';
import { isKept } from './kept.ts';
import { CLIENT_FILES, MARKS } from './pasted.ts';
import { type Hit, type Search, searchFor } from './search.ts';
import { SERVER, serversOf } from './servers.ts';
import { newMark, USUAL } from './values.ts';
import { watchArguments } from './watch-arguments.ts';

/** A runner of GitHub: secrets in what it may ask, tokens in its inputs, and a repository that is committed to. */
export interface RunnerBed {
  readonly runner: Runner;
  readonly gitHub: GitHubDouble;
  readonly keepers: readonly Keeper[];
  /** What no server may be seen to get. */
  readonly mark: string;
  /** Of the job. */
  readonly token: string;
  /** A manifest whose servers get each secret in each way there is, besides these. */
  manifest(servers: Readonly<Record<string, Json>>): string;
  /** One step of a workflow: what it says, writes and tells GitHub is searched. */
  act(step: Pick<Step, 'event' | 'with'>): Promise<Acted>;
  /** One command where people commit; what it says and leaves is searched. */
  ask(args: readonly string[]): Promise<Asked>;
  /** What was found until now, in the arguments of processes too. */
  figures(): Figures;
}

/** Does something on such a runner, and says how much of it there was, and what was found. */
export async function onRunnerBed<Result>(
  open: readonly OpenKeeper[],
  work: (bed: RunnerBed) => Promise<Result>,
): Promise<{ readonly result: Result; readonly figures: Figures; readonly commands: number }> {
  const runner = await startRunner();
  const gitHub = await toolsOnGitHub();
  const marks = { hidden: newMark(), clear: newMark(), token: newMark() };
  const watch = watchArguments(searchFor(...Object.values(marks)));
  const keepers: Keeper[] = [];
  try {
    const { home } = runner;
    const secrets: Record<string, Json> = {};
    for (const [index, each] of open.entries()) {
      const folder = join(home.folder, 'store', String(index));
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const keeper = await each(home, folder);
      keepers.push(keeper);
      for (const use of ['hidden', 'clear'] as const) {
        const name = `${keeper.backend}-${use}`;
        const argument = await keeper.keep(name, Buffer.from(USUAL(marks[use], keeper.backend)));
        if (argument !== null) secrets[name] = { [keeper.backend]: argument };
      }
    }
    await writeFile(join(home.folder, 'server.mjs'), SERVER);
    const servers = serversOf(secrets, join(home.folder, 'server.mjs'));
    const searches = searchesFor(marks);
    const hits: Hit[] = [];
    let commands = 0;
    const look = async (what: string, said: Readonly<Record<string, string>>): Promise<void> => {
      commands += 1;
      for (const { search, isThere } of searches) {
        for (const [where, text] of Object.entries(said))
          hits.push(...search.text(`${where} of ${what}`, text));
        hits.push(...(await search.tree(home.folder, isThere)));
      }
    };
    const token = `${marks.token}-job`;
    const policyToken = `${marks.token}-policies`;
    Object.assign(gitHub.world.tokens, {
      [token]: gitHub.world.tokens['writes'],
      [policyToken]: gitHub.world.tokens['reads'],
    });
    const env = (): Record<string, string> => {
      const path = [...keepers.flatMap(({ programs }) => programs ?? []), home.env['PATH']].join(delimiter);
      return Object.assign({ PATH: path }, ...keepers.map((keeper) => keeper.env()));
    };
    const bed: RunnerBed = {
      ...{ runner, gitHub, keepers, token, mark: marks.hidden },
      manifest: (more) =>
        stringify({
          ...{ apiVersion: 'mcpform/v1', kind: 'Stack', name: 'tools', secrets },
          servers: { ...servers, ...more },
        }),
      act: async (step) => {
        const inputs = { 'policy-token': policyToken, ...step.with };
        const acted = await runner.act({ ...step, with: inputs, env: env(), gitHub, token });
        const { log, outputs, summary } = acted;
        const told = JSON.stringify([gitHub.world.repositories, gitHub.asked]);
        const what = `the action: ${step.event.name} ${JSON.stringify(step.with ?? {})}`;
        await look(what, { log, summary, outputs: JSON.stringify(outputs), 'what GitHub was told': told });
        return acted;
      },
      ask: async (args) => {
        const ran = await run(process.execPath, [MCPFORM, ...args], {
          cwd: join(home.folder, 'origin-work'),
          env: { ...home.env, ...env() },
        });
        await look(args.join(' '), { stdout: ran.stdout, stderr: ran.stderr });
        return { args, ran };
      },
      figures: () => ({
        hits: [...hits, ...watch.stop()],
        searches: searches.reduce((sum, { search }) => sum + search.searches(), 0),
        commandLines: watch.seen(),
        cells: commands * Object.keys(servers).length,
        keepers: keepers.map(({ what }) => what),
      }),
    };
    const result = await work(bed);
    return { result, figures: bed.figures(), commands };
  } finally {
    watch.stop();
    await Promise.all(keepers.map((keeper) => keeper.close?.()));
    await gitHub.close();
    await runner.remove();
  }
}

interface Looked {
  readonly search: Search;
  /** Whether a value is there on purpose. */
  readonly isThere: (path: string) => boolean;
}

function searchesFor(marks: Readonly<Record<'hidden' | 'clear' | 'token', string>>): readonly Looked[] {
  return [
    { search: searchFor(marks.hidden, marks.token), isThere: (path) => isKept('hidden', path) },
    { search: searchFor(marks.clear), isThere: (path) => isKept('clear', path) },
    {
      search: searchFor(...MARKS),
      isThere: (path) => [...CLIENT_FILES, ...COMMITTED].some((pattern) => pattern.test(path)),
    },
  ];
}

/** Where somebody wrote a key, and the files of the workspace that clients read. */
const COMMITTED = [/^(?:origin-work|work\/tools\/tools)\/(?:mcp\.yaml|\.mcp\.json|\.claude\/)/];
