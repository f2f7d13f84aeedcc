import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Package } from './world.ts';

/** A real MCP server of the official SDK, with everything it needs in one file. */
export async function sdkServer(): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
        import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
        import { z } from 'zod';
        const server = new McpServer({ name: 'echo', version: '1.0.0' });
        server.registerTool('echo', { inputSchema: { text: z.string() } }, async ({ text }) => ({
          content: [{ type: 'text', text }],
        }));
        await server.connect(new StdioServerTransport());
        console.error('ready');
      `,
      resolveDir: fileURLToPath(new URL('../..', import.meta.url)),
    },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}

const node = (file: string) => ({ kind: 'node', file }) as const;

/** Small programs that each show one thing of how they were started. */
export const PROBES: Package = {
  files: {
    'echo.cjs': 'process.stdin.pipe(process.stdout)\n',
    // Says everything about itself on stdout, and ends.
    'facts.cjs': `
      const { argv, execArgv, env, pid, ppid } = process;
      const isMain = require.main === module;
      process.stdout.write(JSON.stringify({ argv, execArgv, env, pid, ppid, isMain, cwd: process.cwd() }));
    `,
    'facts.mjs': `
      import { argv } from 'node:process';
      process.stdout.write(JSON.stringify({ argv, file: import.meta.filename, isMain: import.meta.main ?? null }));
    `,
    'plain.js': 'process.stdout.write(typeof require)\n',
    'exit.cjs': 'process.exitCode = Number(process.argv[2] ?? 0)\n',
    'throw.cjs': 'throw new Error("of the server")\n',
    'die.cjs': 'process.kill(process.pid, process.argv[2]); setInterval(() => {}, 1000)\n',
    // Says which signals it gets; ends with its input.
    'signals.cjs': `
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGWINCH']) {
        process.on(signal, () => process.stdout.write(signal + '\\n'));
      }
      process.stdin.on('end', () => process.exit(0)).resume();
      process.stdout.write('pid ' + process.pid + '\\n');
    `,
    // Ends with its input, and says so in a file.
    'until-end.cjs': `
      process.stdin.on('end', () => require('node:fs').writeFileSync(process.argv[2], 'ended')).resume();
      process.stdout.write('pid ' + process.pid + '\\n');
    `,
    'ask.cjs': `
      const ask = async (how) => how().then(() => 'found', (error) => error.code);
      const require_ = async () => require(process.argv[2]);
      (async () => {
        const answers = [await ask(require_), await ask(() => import(process.argv[2])), require('dep')];
        process.stdout.write(JSON.stringify(answers));
      })();
    `,
    'node_modules/dep/index.js': 'module.exports = "dep of the package"\n',
  },
  programs: {
    echo: node('echo.cjs'),
    facts: node('facts.cjs'),
    'facts-esm': node('facts.mjs'),
    plain: node('plain.js'),
    exit: node('exit.cjs'),
    throw: node('throw.cjs'),
    die: node('die.cjs'),
    signals: node('signals.cjs'),
    'until-end': node('until-end.cjs'),
    ask: node('ask.cjs'),
  },
  main: null,
};
