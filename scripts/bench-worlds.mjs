// The same N things for each program: manifests and homes for us, configurations and states for Terraform.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { measureOnce } from './bench-measure.mjs';

const program = resolve(import.meta.dirname, '../dist/mcpform.cjs');

/** A throw-away home whose project declares N servers; nothing applied. */
export async function makeWorld(throwawayHome, servers) {
  const home = await throwawayHome();
  const lines = names(servers).map(
    (name) => `  ${name}: { command: program, args: [${name}], env: { REGION: region-1 } }`,
  );
  const text = [
    'apiVersion: mcpform/v1',
    'kind: Stack',
    'name: bench',
    'defaults: { targets: [{ client: claude-code, scope: user }] }',
    'servers:',
    ...lines,
    '',
  ];
  writeFileSync(join(home.project, 'mcp.yaml'), text.join('\n'));
  const ours = (...args) => ({
    command: [process.execPath, program, ...args],
    cwd: home.project,
    env: home.env,
  });
  return {
    home,
    ours,
    apply: ours('apply', '--auto-approve'),
    forgetCache: () => rmSync(join(home.env.XDG_CACHE_HOME, 'mcpform'), { recursive: true, force: true }),
    /** As it was before any apply. */
    forgetAll: () => {
      for (const name of ['.claude.json', '.claude', '.local', '.cache', '.config']) {
        rmSync(join(home.folder, name), { recursive: true, force: true });
      }
    },
  };
}

/** Whether Terraform is on PATH, and which. */
export function terraformVersion() {
  try {
    return /v[\d.]+/.exec(
      execFileSync('terraform', ['version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    )?.[0];
  } catch {
    return undefined;
  }
}

/**
 * N `terraform_data` resources of the built-in provider, with an object of three fields each: pure engine cost, no
 * plugin. With `isApplied` the state is there too: what Terraform wrote for one resource, N times (a real apply
 * of 5,000 takes it 13 minutes).
 */
export function makeTerraform(home, resources, isApplied) {
  const folder = join(home.folder, `terraform-${resources}`);
  mkdirSync(folder);
  const all = names(resources);
  const block = (name) =>
    `resource "terraform_data" "${name}" {\n  input = { command = "program", args = "${name}", env = "region-1" }\n}\n`;
  const env = { ...home.env, PATH: process.env.PATH, CHECKPOINT_DISABLE: '1' };
  const terraform = (...args) => ({ command: ['terraform', ...args], cwd: folder, env });
  writeFileSync(join(folder, 'main.tf'), block(all[0]));
  measureOnce(terraform('init', '-no-color'));
  if (isApplied) {
    measureOnce(terraform('apply', '-auto-approve', '-no-color'));
    multiplyState(join(folder, 'terraform.tfstate'), all);
  }
  writeFileSync(join(folder, 'main.tf'), all.map(block).join(''));
  return terraform;
}

function multiplyState(file, all) {
  const state = JSON.parse(readFileSync(file, 'utf8'));
  const text = JSON.stringify(state.resources[0]);
  const { id } = state.resources[0].instances[0].attributes;
  state.outputs = {};
  state.resources = all.map((name, i) =>
    JSON.parse(
      text.replaceAll(all[0], name).replaceAll(id, `${id.slice(0, -6)}${String(i).padStart(6, '0')}`),
    ),
  );
  writeFileSync(file, JSON.stringify(state, null, 2));
}

function names(count) {
  return Array.from({ length: count }, (_, i) => `server-${String(i).padStart(5, '0')}`);
}
