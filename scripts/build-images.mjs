// node scripts/build-images.mjs: images of real MCP servers, made of this machine's Node and of npm packages.
//
// No base image is pulled and no engine is needed. The base is busybox, and this Node with the libraries it names;
// each server adds one layer, the packages that npm installs for it by a committed lock. What comes out is an OCI
// image layout in `.cache/images/<key>`, with a list of what is in it: for the same machine and lock, the same digests.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { writeImage, writeLayer } from './build-images-layout.mjs';
import { runAsProgram, show } from './fetch-from-npm.mjs';

const cache = resolve(import.meta.dirname, '../.cache/images');
const lockFolder = resolve(import.meta.dirname, '../test/support/mcp-image');
const recipe = ['build-images.mjs', 'build-images-layout.mjs'].map((name) => join(import.meta.dirname, name));
const lock = JSON.parse(readFileSync(join(lockFolder, 'package-lock.json'), 'utf8'));

const BUSYBOX = '/bin/busybox';
const APPLETS =
  'sh ls cat cp mv rm rmdir mkdir touch chmod ln echo printf test [ sleep kill ps id env true false head tail wc dd tr sed ' +
  'grep yes nc httpd nslookup ip hostname stat df';
const USERS = 'root:x:0:0:root:/:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\n';
const GROUPS = 'root:x:0:\nnode:x:1000:\n';

/** Besides its program, what a server needs to be told. */
const SERVERS = {
  everything: { Cmd: ['stdio'], ExposedPorts: { '3001/tcp': {} }, Env: ['PORT=3001'] },
  filesystem: { Cmd: ['/data'], Env: [] },
  memory: { Env: ['MEMORY_FILE_PATH=/data/memory.json'] },
};

/** Returns the folder; `images.json` lists what is in it. Idempotent, and safe to run twice at once. */
export function buildImages() {
  const node = realpathSync(process.execPath);
  const wanted = join(cache, keyOf(node));
  if (existsSync(wanted)) return wanted;
  mkdirSync(cache, { recursive: true });
  const temporary = mkdtempSync(join(cache, 'new-'));
  try {
    const layout = join(temporary, 'layout');
    mkdirSync(join(layout, 'blobs/sha256'), { recursive: true });
    const images = makeImages({ temporary, layout, node });
    writeFileSync(join(layout, 'images.json'), JSON.stringify(images, null, 2));
    show(layout, wanted);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return wanted;
}

/** Changes with everything that the images are made of. */
function keyOf(node) {
  const hash = createHash('sha256');
  hash.update(JSON.stringify(lock));
  for (const file of recipe) hash.update(readFileSync(file));
  for (const file of [node, ...librariesOf(node), BUSYBOX]) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex').slice(0, 16);
}

function makeImages({ temporary, layout, node }) {
  const base = [writeLayer(layout, stageBusybox(join(temporary, 'busybox')))];
  const withNode = [...base, writeLayer(layout, stageNode(join(temporary, 'node'), node))];
  const servers = installServers(join(temporary, 'servers'));
  const plain = { Env: ['PATH=/usr/bin:/bin'], WorkingDir: '/data', Cmd: ['sh'] };
  const image = (name, version, layers, config) => ({
    name,
    version,
    ...writeImage(layout, layers, { ...plain, ...config }),
  });
  return [
    image('busybox', '1.0.0', base, {}),
    image('node', process.versions.node, withNode, { Cmd: ['node'] }),
    ...Object.entries(SERVERS).map(([name, { Env, ...config }]) => {
      const server = `@modelcontextprotocol/server-${name}`;
      const { version } = lock.packages[`node_modules/${server}`];
      const own = writeLayer(layout, servers, excludesFor(`node_modules/${server}`));
      return image(name, version, [...withNode, own], {
        ...config,
        Env: [...plain.Env, 'NODE_ENV=production', 'HOME=/home/node', ...Env],
        User: '1000:1000',
        Entrypoint: ['node', `/app/node_modules/${server}/dist/index.js`],
        Labels: {
          'org.opencontainers.image.version': version,
          'io.modelcontextprotocol.server.name': `io.github.modelcontextprotocol/server-${name}`,
        },
      });
    }),
  ];
}

function stageBusybox(folder) {
  copyInto(folder, BUSYBOX);
  for (const name of APPLETS.split(' ')) symlinkSync('busybox', join(folder, 'bin', name));
  mkdirSync(join(folder, 'etc'));
  writeFileSync(join(folder, 'etc/passwd'), USERS);
  writeFileSync(join(folder, 'etc/group'), GROUPS);
  for (const name of ['tmp', 'data', 'home/node']) {
    mkdirSync(join(folder, name), { recursive: true });
    chmodSync(join(folder, name), 0o1777);
  }
  return folder;
}

function stageNode(folder, node) {
  mkdirSync(join(folder, 'usr/bin'), { recursive: true });
  cpSync(node, join(folder, 'usr/bin/node'));
  for (const library of librariesOf(node)) copyInto(folder, library);
  return folder;
}

/** Paths as the program names them: its loader too, which is where its first instruction lies. */
function librariesOf(program) {
  return (
    execFileSync('ldd', [program])
      .toString()
      .match(/\/\S+(?= \()/g) ?? []
  );
}

/** Copies what a path leads to, to the same path below a folder. */
function copyInto(folder, path) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  cpSync(realpathSync(path), join(folder, path));
}

/** All servers in one tree: npm checks what it fetches against the lock, and runs no script of theirs. */
function installServers(folder) {
  const app = join(folder, 'app');
  cpSync(lockFolder, app, { recursive: true });
  const flags = [
    '--ignore-scripts',
    '--engine-strict=false',
    '--audit=false',
    '--fund=false',
    '--loglevel=error',
  ];
  execFileSync('npm', ['ci', `--prefix=${app}`, '--global=false', ...flags], {
    cwd: app,
    stdio: ['ignore', 2, 2],
  });
  return folder;
}

/** What of the tree is not for this server, or is not for running it. */
function excludesFor(server) {
  const needed = new Set([server]);
  for (const path of needed) {
    const { dependencies, optionalDependencies, peerDependencies } = lock.packages[path];
    const names = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });
    for (const name of names) {
      const found = resolvePackage(path, name);
      if (found !== undefined) needed.add(found);
    }
  }
  const others = Object.keys(lock.packages).filter((path) => path !== '' && !needed.has(path));
  const names = [...others, 'node_modules/.bin', 'node_modules/.package-lock.json'];
  return [
    '--anchored',
    ...names.map((path) => `--exclude=./app/${path}`),
    '--no-anchored',
    ...['*.map', '*.d.ts', '*.d.mts', '*.d.cts'].map((pattern) => `--exclude=${pattern}`),
  ];
}

/** As Node does: beside the package that asks, or beside one of those around it. */
function resolvePackage(from, name) {
  for (let at = from; ; at = at.slice(0, at.lastIndexOf('/node_modules/'))) {
    const path = `${at}/node_modules/${name}`;
    if (lock.packages[path] !== undefined) return path;
    if (!at.includes('/node_modules/'))
      return lock.packages[`node_modules/${name}`] && `node_modules/${name}`;
  }
}

runAsProgram(import.meta.url, () => console.log(buildImages()));
