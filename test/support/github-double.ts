import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerTo } from './github-double-answer.ts';
import type { Answer } from './github-double-route.ts';
import type { GitHubWorld } from './github-double-state.ts';

/** What goes wrong with one request, instead of or after what it asks for. */
export type Fault =
  /** Answers this, and does nothing. */
  | { kind: 'answer'; status: number; headers?: Record<string, string>; data?: unknown }
  /** Ends the connection, and does nothing. */
  | { kind: 'drop' }
  /** Does it, and ends the connection. */
  | { kind: 'lose-answer' }
  /** Does it, and answers after so long. */
  | { kind: 'slow'; ms: number };

export interface GitHubDouble {
  /** `GITHUB_API_URL`. */
  readonly url: string;
  readonly world: GitHubWorld;
  /** All that was asked, with the path as it was sent: `GET /repos/octo-org/tools/pulls/1`. */
  readonly asked: readonly string[];
  /** For the next requests whose `METHOD /path` the pattern finds, one each. */
  fail(pattern: RegExp, ...faults: readonly Fault[]): void;
  /** Rejects when anything was asked that GitHub does not have, or not so. */
  close(): Promise<void>;
}

/**
 * A double of the few endpoints of GitHub's REST API that we use, on loopback: it has GitHub's limits, permissions,
 * pages and words, and takes nothing else. With `prefix: '/api/v3'` it lies where GitHub Enterprise has it.
 */
export async function githubDouble(world: GitHubWorld, { prefix = '' } = {}): Promise<GitHubDouble> {
  const asked: string[] = [];
  const strange: string[] = [];
  const faults: { pattern: RegExp; fault: Fault }[] = [];
  const creations: { token: string; at: number }[] = [];
  const origin = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const countCreation = (token: string): number => {
    const now = Date.now();
    creations.push({ token, at: now });
    return creations.filter((each) => each.token === token && now - each.at < 60_000).length;
  };
  const answer = ({ method = '', url = '', headers }: IncomingMessage, body: string): Answer => {
    try {
      return answerTo(
        { method, target: url, headers, body },
        { world, origin: origin(), prefix, countCreation },
      );
    } catch (error) {
      strange.push(`${method} ${url}: ${error instanceof Error ? error.message : error}`);
      return { status: 400, data: { message: 'GitHub has no such thing' } };
    }
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    const line = `${request.method} ${request.url}`;
    asked.push(line);
    const at = faults.findIndex(({ pattern }) => pattern.test(line));
    const fault = at < 0 ? undefined : faults.splice(at, 1)[0]?.fault;
    if (fault?.kind === 'drop') return void request.socket.destroy();
    const {
      status,
      data = {},
      headers = {},
    } = fault?.kind === 'answer' ? fault : answer(request, Buffer.concat(pieces).toString());
    if (fault?.kind === 'lose-answer') return void request.socket.destroy();
    if (fault?.kind === 'slow') await new Promise((done) => setTimeout(done, fault.ms).unref());
    const usual = {
      'content-type': 'application/json; charset=utf-8',
      'x-ratelimit-limit': '1000',
      'x-ratelimit-remaining': '900',
    };
    response
      .writeHead(status, { ...usual, ...headers })
      .end(typeof data === 'string' ? data : JSON.stringify(data));
  };

  const server = createServer((request, response) => {
    // Whoever asked has gone away: nobody is left to hear of it.
    serve(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `${origin()}${prefix}`,
    world,
    asked,
    fail: (pattern, ...more) => faults.push(...more.map((fault) => ({ pattern, fault }))),
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      if (strange.length > 0) throw new Error(`GitHub has no such thing:\n${strange.join('\n')}`);
    },
  };
}
