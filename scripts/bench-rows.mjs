// Each row measures us beside the thing compared, in one run, and gives `{ what, ours, beside, ratio, budget, … }`.
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measure, measureOnce, peakMemory } from './bench-measure.mjs';
import { makeTerraform, makeWorld, terraformVersion } from './bench-worlds.mjs';
import { fetchClaude, NEWEST } from './fetch-claude.mjs';
import { loadTypeScript } from './load-typescript.mjs';

const emptyNode = (world) => ({ ...world.ours(), command: [process.execPath, '-e', '0'] });

/** By name; each takes `{ makeHome, runs }` and returns the rows of the table it gives. */
export const rows = {
  version: (options) => beside(options, { what: '`mcpform --version`', args: ['--version'], budget: 1.3 }),
  validate: (options) => beside(options, { what: '`mcpform validate`', args: ['validate'], budget: 2 }),
  'plan-100': (options) => plan(options, { servers: 100, cold: 1, warm: 0.6 }),
  'plan-1000': (options) => plan(options, { servers: 1000, cold: 0.25, warm: 0.17, memoryMiB: 120 }),
  'plan-5000': (options) => plan(options, { servers: 5000, cold: 0.15, warm: 0.1, memoryMiB: 250 }),
  'apply-1000': apply,
  'apply-50': applyFifty,
  'big-config': bigConfig,
  exec,
};

async function beside({ makeHome, runs }, { what, args, budget }) {
  const world = await makeWorld(makeHome, 5);
  try {
    const result = measure({ ours: world.ours(...args), beside: emptyNode(world) }, runs);
    return [row(`${what}, beside \`node -e 0\``, result.ours, result.beside, budget)];
  } finally {
    await world.home.remove();
  }
}

/** A plan that finds nothing to do. Cold: the parsed manifest is not in the cache. */
async function plan({ makeHome, runs }, { servers, cold, warm, memoryMiB }) {
  const world = await makeWorld(makeHome, servers);
  try {
    measureOnce(world.apply);
    const planning = world.ours('plan', '--detailed-exitcode');
    const candidates = { cold: { ...planning, prepare: world.forgetCache }, warm: planning };
    if (terraformVersion() !== undefined) {
      candidates.terraform = makeTerraform(world.home, servers, true)(
        'plan',
        '-detailed-exitcode',
        '-no-color',
      );
    }
    const result = measure(candidates, servers > 1000 ? Math.min(runs, 5) : runs);
    const memory = { memoryMiB: await peakMemory(planning), memoryBudgetMiB: memoryMiB };
    const what = `plan, ${servers.toLocaleString('en')} servers, nothing to do`;
    return [
      row(`${what}, cold, beside \`terraform plan\``, result.cold, result.terraform, cold),
      { ...row(`${what}, warm, beside the same`, result.warm, result.terraform, warm), ...memory },
    ];
  } finally {
    await world.home.remove();
  }
}

/** Terraform's apply of 5,000 takes 13 minutes, so it is compared at 1,000; our growth is measured by itself. */
async function apply({ makeHome, runs }) {
  const small = await makeWorld(makeHome, 1000);
  const large = await makeWorld(makeHome, 5000);
  try {
    const result = measure(
      {
        small: { ...small.apply, prepare: small.forgetAll },
        large: { ...large.apply, prepare: large.forgetAll },
      },
      Math.min(runs, 5),
    );
    const isThere = terraformVersion() !== undefined;
    const terraform = isThere
      ? measureOnce(makeTerraform(small.home, 1000, false)('apply', '-auto-approve', '-no-color'))
      : undefined;
    const exponent = Math.log(result.large.cpuS / result.small.cpuS) / Math.log(5);
    return [
      row('apply, 1,000 creates, beside `terraform apply`', result.small, terraform, 1 / 30),
      {
        what: 'apply, 5,000 creates, beside 1,000: the exponent it grows with',
        ours: result.large,
        beside: result.small,
        ratio: exponent,
        budget: 1.1,
      },
    ];
  } finally {
    await small.home.remove();
    await large.home.remove();
  }
}

async function applyFifty({ makeHome, runs }) {
  const claude = fetchClaude(NEWEST);
  const world = await makeWorld(makeHome, 50);
  const theirs = await makeHome();
  try {
    const result = measure({ ours: { ...world.apply, prepare: world.forgetAll } }, Math.min(runs, 7));
    const entry = JSON.stringify({
      type: 'stdio',
      command: 'program',
      args: ['x'],
      env: { REGION: 'region-1' },
    });
    const script = `for i in $(seq 50); do "$0" mcp add-json -s user "server-$i" "$1" || exit 1; done`;
    const adding = { command: ['bash', '-c', script, claude, entry], cwd: theirs.project, env: theirs.env };
    const added = measureOnce(adding);
    return [row('apply, 50 entries, beside 50 × `claude mcp add-json`', result.ours, added, 1 / 50)];
  } finally {
    await world.home.remove();
    await theirs.remove();
  }
}

/** A config with 100 MB of history, as Claude Code leaves them, beside reading and parsing it once. */
async function bigConfig({ makeHome, runs }) {
  const world = await makeWorld(makeHome, 20);
  try {
    const file = join(world.home.folder, '.claude.json');
    const prompt = { display: 'a prompt with some words in it, as people type them', pastedContents: {} };
    const history = JSON.stringify(Array.from({ length: 1_150_000 }, () => prompt));
    writeFileSync(file, `{"projects":{"/somewhere":{"history":${history}}},"mcpServers":{}}`);
    measureOnce(world.apply);
    const parse = 'JSON.parse(require("node:fs").readFileSync(process.argv[1],"utf8"))';
    const result = measure(
      {
        ours: world.ours('plan', '--detailed-exitcode'),
        beside: { ...world.ours(), command: [process.execPath, '-e', parse, file] },
      },
      Math.min(runs, 7),
    );
    const megabytes = Math.round(statSync(file).size / 1e6);
    const what = `plan with a \`~/.claude.json\` of ${megabytes} MB, beside reading and parsing it once`;
    return [row(what, result.ours, result.beside, 1.5)];
  } finally {
    await world.home.remove();
  }
}

/** From the start of the launcher to the end of a program that does nothing, in the store of a real server. */
async function exec({ makeHome, runs }) {
  const { prepareBenchLaunch } = await loadTypeScript('test/launch/bench-launch.ts');
  const world = await makeWorld(makeHome, 1);
  try {
    const { server, program, paths } = await prepareBenchLaunch(world.home);
    const empty = emptyNode(world);
    const result = measure(
      { server: world.ours('exec', server), program: world.ours('exec', program), empty },
      runs * 2,
    );
    const what = `\`mcpform exec\`, a server of ${paths.toLocaleString('en')} files and folders`;
    return [
      row(`${what}, in Node, beside \`node -e 0\``, result.server, result.empty, 1.6),
      row(`${what}, not in Node, beside the same`, result.program, result.empty, 1.6),
    ];
  } finally {
    await world.home.remove();
  }
}

function row(what, ours, beside, budget) {
  return { what, ours, beside, ratio: beside === undefined ? undefined : ours.cpuS / beside.cpuS, budget };
}
