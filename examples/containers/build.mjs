// node build.mjs [BASE]: builds the images that mcp.yaml names, on the engine that `docker` talks to.
//
// BASE is an image with Node that they build on, such as node:22-slim. Without it, on Linux, one is made of the Node
// that runs this, so that no registry is asked for anything.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const base = process.argv[2] ?? (process.platform === 'linux' ? buildNode() : 'node:22-slim');
for (const server of ['notes', 'reminders']) {
  build(`mcp-${server}:1.0.0`, import.meta.dirname, `--build-arg=NODE=${base}`, `--target=${server}`);
}

/** This Node, the libraries it names, and nothing else. */
function buildNode() {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-node-'));
  try {
    const program = realpathSync(process.execPath);
    const libraries = execFileSync('ldd', [program], { encoding: 'utf8' }).match(/\/\S+(?= \()/g);
    cpSync(program, join(folder, 'root/usr/local/bin/node'));
    for (const path of libraries) {
      mkdirSync(join(folder, 'root', dirname(path)), { recursive: true });
      cpSync(realpathSync(path), join(folder, 'root', path));
    }
    writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\nCOPY root/ /\nCMD ["node"]\n');
    return build(`mcp-node:${process.versions.node}`, folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** `localhost/` is what engines call images that are of no registry. */
function build(name, folder, ...options) {
  const tag = `localhost/${name}`;
  execFileSync('docker', ['build', '--quiet', `--tag=${tag}`, ...options, folder], {
    // Of several builders, the one that builds on the engine itself.
    env: { ...process.env, BUILDX_BUILDER: 'default' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  console.log(`built ${tag}`);
  return tag;
}
