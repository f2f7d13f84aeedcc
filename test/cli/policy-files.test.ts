import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { onStage, type Stage } from './stage.ts';

const HEAD = 'apiVersion: mcpform/v1\nkind: Policy\n';
const PLAIN = `apiVersion: mcpform/v1
kind: Stack
name: tools
servers:
  near: { command: npx, args: [-y, memory@1.0.0] }
  far: { url: "http://mcp.example.com/" }
`;
const FAR = 'claude-code/user/far';
const DENY = `${HEAD}checks: { url-without-tls: deny }\n`;

const writePolicy = async ({ write, home }: Stage, text: string): Promise<string> => {
  await write({ 'org/policy.yaml': text });
  return join(home.folder, 'org/policy.yaml');
};
const codesOf = (stdout: string): readonly string[] =>
  (JSON.parse(stdout).findings as readonly { code: string; severity: string; address?: string }[])
    .filter(({ code }) => code !== 'CLIENT_RESTART_NEEDED')
    .map(({ code, severity, address }) => `${severity} ${code} ${address ?? '-'}`);

describe('--policy and --checks', () => {
  it('of plan: a check that denies makes a conflict and exit 6, with the place in the manifest', () =>
    onStage(async (stage) => {
      const file = await writePolicy(stage, DENY);
      const { stdout } = await stage.expectExit(6, ['plan', '--json', '--policy', file]);
      const plan = JSON.parse(stdout);
      expect(
        plan.steps.map(({ address, action, because }: Record<string, string>) => [address, action, because]),
      ).toEqual([
        [FAR, 'conflict', 'denied'],
        ['claude-code/user/near', 'create', 'declared'],
      ]);
      expect(codesOf(stdout)).toEqual([`error CHECK_URL_WITHOUT_TLS ${FAR}`]);
      expect(plan.findings[0].at).toMatchObject({ line: 6, column: 15 });
      const { stderr } = await stage.expectExit(6, ['plan', '--policy', file]);
      expect(stderr).toContain('mcp.yaml:6:15');
    }, PLAIN));

  it('of apply: what is denied is not written, the rest is', () =>
    onStage(async (stage) => {
      const file = await writePolicy(stage, DENY);
      await stage.expectExit(6, ['apply', '--auto-approve', '--no-settle', '--policy', file]);
      expect(Object.keys(JSON.parse(await stage.read('.claude.json')).mcpServers)).toEqual(['near']);
    }, PLAIN));

  it('say nothing where nobody asks, and the defaults with --checks', () =>
    onStage(async ({ expectExit }) => {
      for (const command of ['plan', 'validate']) {
        expect(codesOf((await expectExit(0, [command, '--json'])).stdout)).toEqual([]);
        const checked = await expectExit(0, [command, '--json', '--checks']);
        expect(codesOf(checked.stdout)).toEqual([`warning CHECK_URL_WITHOUT_TLS ${FAR}`]);
      }
    }, PLAIN));

  it('of validate: rules of the file and checks, exit 6, without state or client', () =>
    onStage(async (stage) => {
      const file = await writePolicy(
        stage,
        `${HEAD}rules: { urlHosts: { allow: ["*.acme.com"] }, transports: { allow: [http] } }\nchecks: { url-without-tls: warn }\n`,
      );
      const { stdout } = await stage.expectExit(6, ['validate', '--json', '--policy', file]);
      expect(codesOf(stdout)).toEqual([
        'error POLICY_DENIED claude-code/user/near',
        `error POLICY_DENIED ${FAR}`,
        `warning CHECK_URL_WITHOUT_TLS ${FAR}`,
      ]);
      expect(JSON.parse(stdout)).toMatchObject({ isValid: true, isAllowed: false });
    }, PLAIN));

  it('run where the machine’s policy asks for checks, and its exceptions hold for it alone', () =>
    onStage(async (stage) => {
      const exception = `exceptions: [{ rule: url-without-tls, servers: [far], reason: moves soon, until: 2999-12-31 }]\n`;
      await stage.write({ '.config/mcpform/policy.yaml': `${DENY}${exception}` });
      for (const command of ['plan', 'validate']) {
        const { stdout } = await stage.expectExit(0, [command, '--json']);
        expect(codesOf(stdout)).toEqual([`info POLICY_EXCEPTION ${FAR}`]);
      }
      const org = await writePolicy(stage, DENY);
      const { stdout } = await stage.expectExit(6, ['plan', '--json', '--policy', org]);
      expect(codesOf(stdout)).toEqual([`error CHECK_URL_WITHOUT_TLS ${FAR}`, `info POLICY_EXCEPTION ${FAR}`]);
    }, PLAIN));

  it.each([
    ['is not there', null],
    ['is empty', ''],
    ['has a check nobody knows', `${HEAD}checks: { url-without-tl: deny }\n`],
    ['is a manifest', PLAIN],
  ])('a file that %s denies everything, exit 6', (_, text) =>
    onStage(async (stage) => {
      const file = text === null ? 'org/none.yaml' : await writePolicy(stage, text);
      for (const args of [['plan'], ['validate'], ['apply', '--auto-approve', '--no-settle']]) {
        const { stderr } = await stage.expectExit(6, [...args, '--policy', file]);
        expect(stderr).toContain('POLICY_INVALID');
      }
      await expect(stage.read('.claude.json')).rejects.toThrow('ENOENT');
    }, PLAIN),
  );

  it('refuse the whole manifest for a literal that is no server’s, and never show it', () =>
    onStage(async (stage) => {
      const file = await writePolicy(stage, `${HEAD}checks: { literal-secret: deny }\n`);
      const token = ['ghp', '_', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'].join('');
      const noted = `${PLAIN}x-note: { old: ${token} }\nallowLiterals: [x-note.old]\n`;
      await stage.write({ 'project/mcp.yaml': noted });
      for (const args of [['plan'], ['plan', '--json'], ['validate'], ['validate', '--json']]) {
        const { stdout, stderr } = await stage.expectExit(6, [...args, '--policy', file]);
        expect(stdout + stderr).toContain('CHECK_LITERAL_SECRET');
        expect(stdout + stderr).not.toContain(token);
      }
      await stage.expectExit(6, ['apply', '--auto-approve', '--no-settle', '--policy', file]);
      await expect(stage.read('.claude.json')).rejects.toThrow('ENOENT');
    }, PLAIN));

  it('of destroy are not: what goes is not judged', () =>
    onStage(async (stage) => {
      await stage.apply();
      await stage.write({ '.config/mcpform/policy.yaml': DENY });
      await stage.expectExit(6, ['plan']);
      await stage.expectExit(0, ['destroy', '--auto-approve', '--no-settle']);
    }, PLAIN));

  it('say once what a plan warns of anyway', () =>
    onStage(async ({ expectExit }) => {
      const codes = async (...more: string[]) =>
        codesOf((await expectExit(0, ['validate', '--json', ...more])).stdout).map(
          (each) => each.split(' ')[1],
        );
      expect((await codes()).toSorted()).toEqual([
        'GRAPH_CONTAINER_PUBLISHED',
        'GRAPH_IMAGE_LATEST',
        'GRAPH_UNLOCKED',
      ]);
      expect((await codes('--checks')).toSorted()).toEqual([
        'CHECK_IMAGE_LATEST',
        'CHECK_WIDE_PORT',
        'GRAPH_UNLOCKED',
      ]);
    }, IMAGE));
});

const IMAGE = `apiVersion: mcpform/v1
kind: Stack
name: tools
servers:
  x: { image: "r.example/x:latest@sha256:${'3f'.repeat(32)}", transport: http, port: 1, publish: "0.0.0.0:1" }
`;
