// Servers over stdio that do not behave, one per first argument. All of them say their pid on stderr.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const [manner, extra] = process.argv.slice(2);
const say = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const greeting = (protocolVersion) => ({
  protocolVersion,
  capabilities: { tools: {}, prompts: {} },
  serverInfo: { name: 'odd', version: String(process.pid) },
});
console.error(`pid ${process.pid}`);

const manners = {
  version: ({ id }) => say({ id, result: greeting(extra) }),
  error: ({ id }) => say({ id, error: { code: -32000, message: 'the database is\nnot there' } }),
  'no-result': ({ id }) => say({ id, result: { serverInfo: 'me' } }),
  // Of the revision without `initialize`, as the SDK of that revision answers.
  modern: ({ id, method, params }) => {
    if (method === 'initialize') {
      const data = { supported: [extra], requested: params.protocolVersion };
      return say({
        id,
        error: { code: -32022, message: `Unsupported protocol version: ${data.requested}`, data },
      });
    }
    const version = params._meta['io.modelcontextprotocol/protocolVersion'];
    const _meta = { 'io.modelcontextprotocol/serverInfo': { name: 'odd', version } };
    if (method === 'server/discover') {
      return say({ id, result: { supportedVersions: [extra], capabilities: { tools: {} }, _meta } });
    }
    if (method === 'tools/list') {
      return say({ id, result: { tools: [{ name: 'new', inputSchema: { type: 'object' } }], _meta } });
    }
    say({ id, error: { code: -32601, message: 'Method not found' } });
  },
  // Tells the model what it is told to tell: `{ tools, prompts, instructions }` as JSON.
  tells: ({ id, method }) => {
    const { tools, prompts, instructions } = JSON.parse(extra);
    const answers = {
      initialize: {
        protocolVersion: '2025-11-25',
        capabilities: { tools: {}, prompts: {} },
        serverInfo: { name: 'odd', version: '1' },
        instructions,
      },
      'tools/list': { tools: tools ?? [] },
      'prompts/list': { prompts: prompts ?? [] },
      ping: {},
    };
    if (id !== undefined) say({ id, result: answers[method] });
  },
  silent: () => {},
  // Ignores everything that asks it to end.
  stubborn: () => {
    process.on('SIGTERM', () => console.error('not yet'));
    setInterval(() => {}, 1000);
  },
  'garbage-only': () =>
    console.log('\u001b[31mWelcome\u001b[0m to \u202eMy Server, ghp_abcdefghijklmnopqrstuvwxyz0123'),
  'garbage-first': (request) => {
    console.log('Listening …');
    manners.version(request);
  },
  flood: () => {
    const line = 'x'.repeat(1 << 16);
    const more = () => {
      while (process.stdout.write(line));
      process.stdout.once('drain', more);
    };
    more();
  },
  'ends-in-the-middle': ({ id }) => {
    process.stdout.write(`{"jsonrpc":"2.0","id":${id},"resu`, () => process.exit(0));
  },
  'closes-stdout': () => {
    process.stdout.end();
    setInterval(() => {}, 1000);
  },
  'dies-after-greeting': (request) => {
    if (request.method !== 'initialize') process.kill(process.pid, 'SIGKILL');
    manners.version(request);
  },
  'endless-list': ({ id, method }) => {
    if (method === 'initialize') return say({ id, result: greeting('2025-11-25') });
    say({
      id,
      result: { tools: [{ name: `t${id}`, inputSchema: { type: 'object' } }], nextCursor: `${id}` },
    });
  },
  'no-lists': ({ id, method }) => {
    if (method === 'initialize') return say({ id, result: greeting('2025-11-25') });
    say({ id, error: { code: -32601, message: 'Method not found' } });
  },
  'bad-list': ({ id, method }) => {
    if (method === 'initialize') return say({ id, result: greeting('2025-11-25') });
    say({ id, result: { tools: [{ title: 'no name' }] } });
  },
  // Leaves a program behind that holds its output open.
  parent: (request) => {
    if (request.method === 'initialize') {
      const child = spawn(
        process.execPath,
        ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'],
        {
          stdio: ['ignore', 'inherit', 'inherit'],
        },
      );
      console.error(`child ${child.pid}`);
      return say({
        id: request.id,
        result: { ...greeting('2025-11-25'), serverInfo: { name: 'odd', version: String(child.pid) } },
      });
    }
    say({ id: request.id, result: {} });
  },
  deep: ({ id, method }) => {
    const nested = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
    if (method !== 'initialize') return say({ id, result: {} });
    const result = JSON.stringify(greeting('2025-11-25')).replace(
      '"prompts":{}',
      `"experimental":{"deep":${nested}}`,
    );
    process.stdout.write(`{"jsonrpc":"2.0","id":${id},"result":${result}}\n`);
  },
};

if (manner === 'exits') {
  for (let n = 1; n <= 30; n += 1) console.error(`line ${n}`);
  console.error(`missing ${extra}: password=${process.env.PASSWORD}`);
  process.exitCode = 3;
} else {
  if (manner === 'stubborn') process.stdin.on('end', () => console.error('input ended'));
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    if (request.id !== undefined) manners[manner](request);
  }
}
