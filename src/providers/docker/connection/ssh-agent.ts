import { inspect } from 'node:util';
import type { Context } from '../../../model/context.ts';
import type { Endpoint } from '../endpoint.ts';
import { ProgramStream } from './ssh-stream.ts';

type SshEndpoint = Extract<Endpoint, { readonly kind: 'ssh' }>;

/** As far as a request of `node:http` is concerned. */
interface Request {
  onSocket(stream: ProgramStream): void;
}

/** What `node:http` takes for an agent. https://nodejs.org/api/http.html#class-httpagent */
export interface SshAgent {
  readonly keepAlive: true;
  readonly protocol: 'http:';
  addRequest(request: Request, options: { readonly isLong?: boolean }): void;
}

/** An sshd drops connections at random when more than ten of them have not logged in yet (`MaxStartups`). */
const MOST_CONNECTIONS = 6;

/**
 * Ways to the engine of another machine: each is an `ssh` of the user's, with their keys, agent and configuration, and
 * on the other side the docker command, which knows where its engine listens. That takes a third of a second, so a
 * way is used again; and when all are in use, requests wait. Those that last get a way of their own.
 */
export function sshAgent(endpoint: SshEndpoint, ctx: Context): SshAgent {
  const idle: ProgramStream[] = [];
  const waiting: Request[] = [];
  let open = 0;

  const connect = (): ProgramStream => {
    const stream = new ProgramStream(startSsh(endpoint, ctx));
    // Somebody hears of it who waits for an answer, if anybody does.
    return stream.on('error', () => undefined);
  };
  const connectShared = (): ProgramStream => {
    open += 1;
    const stream = connect();
    stream.on('free', () => {
      if (!stream.readable || !stream.writable) return void stream.destroy();
      const next = waiting.shift();
      if (next !== undefined) return next.onSocket(stream);
      stream.keep(false);
      idle.push(stream);
    });
    stream.on('close', () => {
      open -= 1;
      const at = idle.indexOf(stream);
      if (at !== -1) idle.splice(at, 1);
      waiting.shift()?.onSocket(connectShared());
    });
    return stream;
  };
  const connectOnce = (): ProgramStream => {
    const stream = connect();
    return stream.on('free', () => void stream.destroy());
  };

  const agent: SshAgent = {
    keepAlive: true,
    protocol: 'http:',
    addRequest: (request, { isLong = false }) => {
      if (isLong) return request.onSocket(connectOnce());
      const stream = idle.pop();
      if (stream !== undefined) {
        stream.keep(true);
        request.onSocket(stream);
      } else if (open < MOST_CONNECTIONS) request.onSocket(connectShared());
      else waiting.push(request);
    },
  };
  // docker-modem describes all that it sends to a log that nobody reads, down to the last field of the last socket.
  return Object.assign(agent, { [inspect.custom]: () => 'ssh' });
}

function startSsh({ user, host, port, path }: SshEndpoint, ctx: Context) {
  const env = Object.fromEntries(
    Object.entries(ctx.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const args = [
    ...(user === null ? [] : ['-l', user]),
    ...(port === null ? [] : ['-p', String(port)]),
    '-T',
    '-o',
    'ConnectTimeout=30',
    '--',
    host,
    'docker',
    ...(path === null ? [] : ['--host', `unix://${path}`]),
    'system',
    'dial-stdio',
  ];
  return ctx.system.processes.start('ssh', args, { env });
}
