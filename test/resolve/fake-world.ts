import { createConceal } from '../../src/formats/conceal.ts';
import type { Context } from '../../src/model/context.ts';
import type { HttpRequest, Processes } from '../../src/model/system.ts';
import { memorySystem } from '../../src/system/memory.ts';

export interface Ran {
  readonly command: string;
  readonly args: readonly string[];
  readonly options: NonNullable<Parameters<Processes['run']>[2]>;
}

/** What a faked program answers; null when there is no such program. */
export type Fake = (ran: Ran) => { exitCode?: number; stdout?: string; stderr?: string } | null;

export interface Page {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface FakeWorld {
  readonly ctx: Context;
  readonly ran: Ran[];
  readonly requests: HttpRequest[];
}

/** A machine in memory whose programs and servers are faked. What was asked of them is noted. */
export function fakeWorld(
  fake: Fake,
  pages: Readonly<Record<string, Page>> = {},
  env: Readonly<Record<string, string>> = {},
): FakeWorld {
  const ran: Ran[] = [];
  const requests: HttpRequest[] = [];
  const system = memorySystem({
    tree: { '/c/': '' },
    run: async (command, args, options = {}) => {
      const call = { command, args, options };
      ran.push(call);
      const answer = fake(call);
      if (answer === null) throw Object.assign(new Error(`spawn ${command} ENOENT`), { code: 'ENOENT' });
      return { exitCode: 0, stdout: '', stderr: '', ...answer };
    },
    network: {
      request: async (request) => {
        requests.push(request);
        const page = pages[request.url] ?? { status: 404 };
        return {
          status: page.status ?? 200,
          headers: page.headers ?? {},
          body: piecesOf(page.body ?? ''),
          discard: async () => undefined,
        };
      },
    },
  });
  const ctx: Context = {
    system,
    home: '/home/me',
    env: { PATH: '/usr/bin', HOME: '/home/me', ...env },
    platform: 'linux',
    signal: new AbortController().signal,
    emit: () => undefined,
    folders: { state: '/s', cache: '/c', config: '/f', data: '/d' },
    launcher: { command: '/usr/bin/node', args: [], ephemeral: null },
    digest: (text) => text,
    conceal: createConceal(),
  };
  return { ctx, ran, requests };
}

async function* piecesOf(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
}

/** A Python of the faked machine: answers the question who it is, and leaves pip to `pip`. */
export function fakePython(
  pip: (args: readonly string[], ran: Ran) => ReturnType<Fake>,
  version = '24.0',
): Fake {
  return (ran) => {
    if (ran.command !== 'python3') return null;
    const code = ran.args.indexOf('-c') + 1;
    if (ran.args[code]?.includes('metadata.version')) {
      return { stdout: JSON.stringify({ path: '/usr/bin/python3.11', version: '3.11.2', pip: version }) };
    }
    return pip(ran.args.slice(code + 1), ran);
  };
}
