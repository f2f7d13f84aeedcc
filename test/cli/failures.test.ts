import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../src/cli/catalogue.ts';
import { BOOKS, onStage, type Stage } from './stage.ts';

interface Failure {
  readonly args: readonly string[];
  readonly code: string;
  readonly exitCode: number;
  readonly before?: (stage: Stage) => Promise<unknown>;
  readonly manifest?: string | null;
}

const foreignLock = {
  nonce: '00',
  machineId: 'another',
  pid: 1,
  hostName: 'laptop',
  command: 'apply',
  since: '',
};
const locked = async ({ apply, write }: Stage): Promise<void> => {
  await apply();
  await write({ [`${BOOKS}/lock`]: foreignLock });
};

/** There is an image that could go, and books that nobody can read. */
const unknowing = async ({ apply, write }: Stage): Promise<void> => {
  await apply();
  const image = `docker.io/library/x@sha256:${'3f'.repeat(32)}`;
  const record = {
    formatVersion: 1,
    engine: 'docker',
    engineId: 'docker:A',
    image,
    time: '2026-01-01T00:00:00Z',
  };
  await write({ '.local/share/mcpform/images/x.json': record, [`${BOOKS}/inventory.json`]: 'x' });
};

/** The failure that a user of each command will meet first. */
const failures: Readonly<Record<string, Failure>> = {
  init: { args: ['init'], code: 'MANIFEST_EXISTS', exitCode: 1 },
  import: { args: ['import', 'claude-code/user/nothing'], code: 'PLAN_ADDRESS_UNKNOWN', exitCode: 64 },
  validate: { args: ['validate'], code: 'MANIFEST_INVALID', exitCode: 1, manifest: 'kind: Stack\nname: x\n' },
  plan: { args: ['plan'], code: 'MANIFEST_NOT_FOUND', exitCode: 1, manifest: null },
  apply: { args: ['apply'], code: 'NOT_APPROVED', exitCode: 3 },
  destroy: { args: ['destroy'], code: 'NOT_APPROVED', exitCode: 3, before: ({ apply }) => apply() },
  lock: { args: ['lock', '--update', 'nobody'], code: 'USAGE', exitCode: 64 },
  outdated: { args: ['outdated', 'nobody'], code: 'USAGE', exitCode: 64 },
  'images list': { args: ['images', 'list', '-f', 'no.yaml'], code: 'MANIFEST_UNREADABLE', exitCode: 1 },
  'images verify': { args: ['images', 'verify', 'nobody'], code: 'USAGE', exitCode: 64 },
  'images copy': { args: ['images', 'copy', '--to', 'https://x'], code: 'USAGE', exitCode: 64 },
  'tools check': { args: ['tools', 'check', 'nobody'], code: 'USAGE', exitCode: 64 },
  'tools lock': { args: ['tools', 'lock', '--timeout', 'long'], code: 'USAGE', exitCode: 64 },
  'images pull': { args: ['images', 'pull', 'nobody'], code: 'USAGE', exitCode: 64 },
  'images prune': { args: ['images', 'prune'], code: 'STATE_CORRUPT', exitCode: 1, before: unknowing },
  logs: { args: ['logs', 'nobody'], code: 'USAGE', exitCode: 64 },
  stats: { args: ['stats', 'nobody'], code: 'USAGE', exitCode: 64 },
  'secrets list': { args: ['secrets', 'list', '-f', 'no.yaml'], code: 'MANIFEST_UNREADABLE', exitCode: 1 },
  'secrets check': { args: ['secrets', 'check', 'nobody'], code: 'USAGE', exitCode: 64 },
  'secrets set': { args: ['secrets', 'set', 'github-token'], code: 'SECRET_NOT_WRITABLE', exitCode: 1 },
  'grant list': {
    args: ['grant', 'list'],
    code: 'STATE_CORRUPT',
    exitCode: 1,
    before: async ({ apply, write }) => {
      await apply();
      await write({ [`${BOOKS}/grants.json`]: 'x' });
    },
  },
  'grant add': { args: ['grant', 'add', 'claude-code/user/no'], code: 'PLAN_ADDRESS_UNKNOWN', exitCode: 64 },
  'grant revoke': {
    args: ['grant', 'revoke', 'claude-code/user/no'],
    code: 'PLAN_ADDRESS_UNKNOWN',
    exitCode: 64,
  },
  reconcile: { args: ['reconcile', '--source', 'https://x/y'], code: 'SOURCE_UNSIGNED', exitCode: 1 },
  drift: { args: ['drift', '-f', 'no.yaml'], code: 'MANIFEST_UNREADABLE', exitCode: 1 },
  suspend: { args: ['suspend', 'claude-code/user/no'], code: 'PLAN_ADDRESS_UNKNOWN', exitCode: 64 },
  'service install': {
    args: ['service', 'install'],
    code: 'MANIFEST_NOT_FOUND',
    exitCode: 1,
    manifest: null,
  },
  'service uninstall': { args: ['service', 'uninstall'], code: 'SERVICE_NOT_FOUND', exitCode: 1 },
  'service status': { args: ['service', 'status', 'no'], code: 'SERVICE_NOT_FOUND', exitCode: 1 },
  show: { args: ['show', 'mcp.yaml'], code: 'PLAN_FILE_INVALID', exitCode: 1 },
  status: { args: ['status', '-f', 'no.yaml'], code: 'MANIFEST_UNREADABLE', exitCode: 1 },
  explain: { args: ['explain', 'claude-code/user/no'], code: 'PLAN_ADDRESS_UNKNOWN', exitCode: 64 },
  history: { args: ['history', '--var-file', 'no'], code: 'VARIABLES_INVALID', exitCode: 1 },
  rollback: { args: ['rollback', '9'], code: 'STATE_HISTORY_UNKNOWN', exitCode: 1 },
  restore: { args: ['restore', 'claude-code/user/nobody'], code: 'PLAN_ADDRESS_UNKNOWN', exitCode: 64 },
  resume: { args: ['resume'], code: 'STATE_LOCKED', exitCode: 4, before: locked },
  forget: { args: ['forget', 'claude-code/user/no'], code: 'PLAN_ADDRESS_UNKNOWN', exitCode: 64 },
  'state list': {
    args: ['state', 'list'],
    code: 'STATE_CORRUPT',
    exitCode: 1,
    before: ({ write }) => write({ [`${BOOKS}/inventory.json`]: '' }),
  },
  'state mv': { args: ['state', 'mv', 'a', 'b'], code: 'USAGE', exitCode: 64 },
  'state rm': { args: ['state', 'rm', 'claude-code/user/no'], code: 'STATE_UNKNOWN_ADDRESS', exitCode: 1 },
  'state rebuild': { args: ['state', 'rebuild'], code: 'NOT_APPROVED', exitCode: 3 },
  'state unlock': { args: ['state', 'unlock'], code: 'STATE_LOCKED', exitCode: 4, before: locked },
  exec: { args: ['exec', `nobody-${'0'.repeat(32)}`], code: 'LAUNCH_UNKNOWN', exitCode: 1 },
  completion: { args: ['completion', 'tcsh'], code: 'USAGE', exitCode: 64 },
};

it('knows a failure of every command but doctor, whose failures are its answer', () => {
  const names = CATALOGUE.map(({ name }) => name).filter((name) => name !== 'doctor');
  expect(Object.keys(failures)).toEqual(names);
});

describe.concurrent('the failure of', () => {
  it.each(Object.entries(failures))('%s goes to stderr with its code, and exits with it', (_name, failure) =>
    onStage(async (stage) => {
      await failure.before?.(stage);
      const ran = await stage.run(failure.args);
      expect(ran.stderr).toContain(`error[${failure.code}]: `);
      expect(ran.exitCode).toBe(failure.exitCode);
      const hasAnswer = failure.code === 'NOT_APPROVED' && failure.args[0] !== 'state';
      expect(ran.stdout).toContain(hasAnswer ? 'Plan: ' : '');
      if (!hasAnswer) expect(ran.stdout).toBe('');
    }, failure.manifest),
  );

  const withJson = Object.entries(failures).filter(([name]) => name !== 'completion' && name !== 'exec');
  it.each(withJson)('%s is JSON on stdout with --json, and nothing on stderr', (_name, failure) =>
    onStage(async (stage) => {
      await failure.before?.(stage);
      const ran = await stage.run([...failure.args, '--json']);
      expect(ran).toMatchObject({ exitCode: failure.exitCode, stderr: '' });
      const { error, exitCode } = lastDocument(ran.stdout);
      expect(error['code']).toBe(failure.code);
      expect(exitCode ?? error['exitCode']).toBe(failure.exitCode);
      expect(error['message']).not.toBe('');
    }, failure.manifest),
  );

  it('doctor is its answer: what is wrong and what to do, exit 1', () =>
    onStage(async (stage) => {
      await stage.apply();
      await stage.write({ [`${BOOKS}/inventory.json`]: 'x' });
      const text = await stage.expectExit(1, ['doctor']);
      expect(text.stderr).toBe('');
      expect(text.stdout).toContain('does not start with a checksum');
      const { stdout } = await stage.expectExit(1, ['doctor', '--json']);
      const { checks } = JSON.parse(stdout) as { checks: { check: string; state: string; hint?: string }[] };
      const failed = checks.filter(({ state }) => state === 'failed');
      expect(failed.map(({ check }) => check)).toEqual(['books']);
      expect(failed[0]?.hint).toContain('mcpform state rebuild');
    }));
});

/** One document, or the last line of a stream of events. */
function lastDocument(stdout: string): {
  readonly error: Record<string, unknown>;
  readonly exitCode?: number;
} {
  const text = stdout.startsWith('{\n') ? stdout : (stdout.trimEnd().split('\n').at(-1) ?? '');
  return JSON.parse(text);
}
