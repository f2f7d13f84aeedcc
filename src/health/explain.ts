import type { HealthFailure } from '../model/health.ts';
import { explainNetwork } from './explain-network.ts';
import { explainStatus } from './explain-status.ts';
import { placeOf } from './mask.ts';
import type { Phase, Trouble } from './trouble.ts';
import type { Circumstances, Said, Words } from './words.ts';

/** Puts it in words. Nothing that was sent to the server is in them. */
export function explain(trouble: Trouble, about: Circumstances): HealthFailure {
  const last = 'line' in trouble ? [trouble.line, ...about.log] : about.log;
  const detail = last.map(about.mask).filter((line) => line !== '');
  const say = WORDS[trouble.kind] as (trouble: Trouble, about: Said) => Words;
  const words = say(trouble, { ...about, place: `"${placeOf(about.target, about.mask)}"` });
  return { ...words, ...(detail.length === 0 ? {} : { detail }) };
}

type Sayings = {
  readonly [Kind in Trouble['kind']]: (trouble: Extract<Trouble, { kind: Kind }>, about: Said) => Words;
};

const LOOK = "look into the server's log";

const WORDS: Sayings = {
  network: explainNetwork,
  status: explainStatus,
  redirect: ({ to }, { place, mask }) => ({
    code: 'HEALTH_REDIRECTED',
    message: `${place} sends its clients to "${mask(to)}"`,
    hint: 'write that address in the manifest, if it is the server you mean',
  }),
  transport: ({ speaks }, { place }) => ({
    code: 'HEALTH_TRANSPORT',
    message: `${place} speaks ${speaks === 'sse' ? 'the older HTTP+SSE' : 'streamable HTTP'}`,
    hint: `write \`transport: ${speaks}\``,
  }),
  'no-socket': (_, { place }) => ({
    code: 'HEALTH_TRANSPORT',
    message: `${place} does not speak WebSocket`,
    hint: 'write `transport: http` if it speaks that, or correct the path',
  }),
  garbage: ({ because }, { place, mask, phase, target }) => ({
    code: 'HEALTH_NOT_MCP',
    message:
      because === undefined
        ? `${place} does not speak MCP`
        : `${place} does not ${DEEDS[phase]} as MCP has it: ${mask(because)}`,
    hint:
      target.kind === 'stdio'
        ? 'a server may write nothing but messages to stdout; its log belongs on stderr'
        : 'look at what answers there, and correct the host, the port or the path',
  }),
  answer: ({ code, message, supported }, about) =>
    supported === undefined
      ? {
          code: 'HEALTH_ANSWER',
          message: `${about.place} does not ${DEEDS[about.phase]}: error ${code}, ${about.mask(message)}`,
          hint: LOOK,
        }
      : sayProtocol(supported, about),
  protocol: ({ offered }, about) => sayProtocol(offered, about),
  program: ({ code }, { place }) => ({
    code: 'HEALTH_PROGRAM',
    message: `${place} cannot be started: ${START[code] ?? code}`,
    hint: 'correct the command, or install the program',
  }),
  exited: ({ exitCode, signal }, { place, phase }) => ({
    code: 'HEALTH_EXITED',
    message: `${place} ended ${exitCode === null ? `by ${signal}` : `with exit code ${exitCode}`} and did not ${DEEDS[phase]}`,
    hint: 'run the same command by hand to see what it misses',
  }),
  closed: (_, { place, phase }) => ({
    code: 'HEALTH_CLOSED',
    message: `${place} closed the connection and did not ${DEEDS[phase]}`,
    hint: `${LOOK}, and at what is between here and there`,
  }),
  'too-large': (_, { place }) => ({
    code: 'HEALTH_TOO_LARGE',
    message: `${place} sends more than a handshake can be long`,
    hint: LOOK,
  }),
  'endless-list': (_, { place }) => ({
    code: 'HEALTH_TOO_LARGE',
    message: `${place} offers a list that does not end`,
    hint: 'tell whoever makes the server',
  }),
  target: ({ because }, { place }) => ({
    code: 'HEALTH_TARGET',
    message: `${place} cannot be asked: ${because}`,
    hint: 'correct the server in the manifest',
  }),
  timeout: (_, { place, phase, timeoutMs }) => ({
    code: 'HEALTH_TIMEOUT',
    message: `${place} did not ${DEEDS[phase]} within ${timeoutMs} ms`,
    hint: 'give it longer (`timeout`, `startPeriod`), or find out what it waits for',
  }),
};

function sayProtocol(offered: readonly string[], { place, mask }: Said): Words {
  const versions = offered.map((each) => `"${mask(each)}"`).join(' and ');
  return {
    code: 'HEALTH_PROTOCOL',
    message: `${place} speaks MCP ${versions || 'of no revision'}, which mcpform does not know`,
    hint: 'update mcpform, or the server',
  };
}

const DEEDS: Readonly<Record<Phase, string>> = {
  connect: 'open a connection',
  initialize: 'answer "initialize"',
  list: 'say what it offers',
  ping: 'answer "ping"',
};

const START: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there, or its working directory is not (ENOENT)',
  EACCES: 'it may not be executed (EACCES)',
  ENOEXEC: 'it is no program for this machine (ENOEXEC)',
};
