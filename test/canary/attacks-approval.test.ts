import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planIdOf } from '../../src/plan/plan-id.ts';
import { filesWith, onStage } from '../cli/stage.ts';
import { onRepository, PRIZE, putPrivate, type Repository, stackOf, WORD } from './support/on-repository.ts';

const SERVER = `  a: { command: /bin/cat, args: [x], env: { T: "${WORD}" } }`;
const APPLY_FILE = ['apply', 'plan.json', '--no-settle'];
const GRANTS = '.local/state/mcpform/tools/grants.json';

interface Step {
  readonly address: string;
  readonly secrets?: readonly { readonly locator: string; readonly isNew?: boolean }[];
}

const TAMPERED: readonly (readonly [string, (steps: readonly Step[]) => readonly Step[]])[] = [
  ['an empty list of secrets', (steps) => steps.map((step) => ({ ...step, secrets: [] }))],
  [
    'secrets that are not new',
    (steps) =>
      steps.map((step) => ({ ...step, secrets: step.secrets?.map((it) => ({ ...it, isNew: false })) ?? [] })),
  ],
  [
    'another secret',
    (steps) =>
      steps.map((step) => ({
        ...step,
        secrets: step.secrets?.map((it) => ({ ...it, locator: 'env:HARMLESS' })) ?? [],
      })),
  ],
  [
    'another way that it gets there',
    (steps) =>
      steps.map((step) => ({
        ...step,
        secrets: step.secrets?.map((it) => ({ ...it, via: 'reference' })) ?? [],
      })),
  ],
  ['fewer steps', (steps) => steps.slice(1)],
];

/** Nothing was granted and nothing written. */
async function expectNothingGranted(on: Repository): Promise<void> {
  await expect(on.read(GRANTS)).rejects.toThrow('ENOENT');
  await expect(on.read('.claude.json')).rejects.toThrow('ENOENT');
  await on.expectUntouched();
}

describe.concurrent('a saved plan', () => {
  it.each(TAMPERED)('that shows %s is not what was approved: it grants nothing', (_, tamper) =>
    onRepository(stackOf(`${SERVER}\n${SERVER.replace('  a:', '  b:')}`), async (on) => {
      await on.expectExit(0, ['plan', '--out', 'plan.json']);
      const saved = JSON.parse(await on.read('project/plan.json'));
      const changed = { ...saved.plan, steps: tamper(saved.plan.steps) };
      expect(changed).not.toEqual(saved.plan);
      const plan = { ...changed, planId: planIdOf(changed) };
      await on.write({ 'project/plan.json': JSON.stringify({ ...saved, plan }) });
      const shown = await on.run(['show', 'plan.json']);
      expect(shown.stderr).not.toContain('Sealed by this machine');
      await on.expectExit(3, APPLY_FILE);
      await expectNothingGranted(on);
    }),
  );

  it.each([
    ['where a secret is', (text: string) => text.replace('store/token', 'store/other')],
    ['what is launched', (text: string) => text.replace('[x]', '[y]')],
    [
      'where a variable sends it',
      (text: string) => text.replace('env: {', 'env: { API: "https://evil.example",'),
    ],
    ['who gets it', (text: string) => `${text}${SERVER.replace('  a:', '  b:')}\n`],
    ['how it gets there', (text: string) => text.replace('args: [x],', 'args: [x], emit: plaintext,')],
  ])('is stale when the manifest has changed %s since', (_, change) =>
    onRepository(stackOf(SERVER), async (on) => {
      await putPrivate(on, 'store/other', 'another');
      await on.expectExit(0, ['plan', '--out', 'plan.json']);
      await on.change(change(stackOf(SERVER)));
      const { stderr } = await on.expectExit(3, APPLY_FILE);
      expect(stderr).toContain('PLAN_STALE');
      await expectNothingGranted(on);
    }),
  );

  it('gives back nothing that was revoked since, and was not new when it was shown', () =>
    onRepository(stackOf(SERVER), async (on) => {
      await on.apply();
      await on.change(stackOf(SERVER.replace('/bin/cat', '/bin/cat, alwaysLoad: true')));
      await on.expectExit(0, ['plan', '--out', 'plan.json']);
      expect((await on.expectExit(0, ['show', 'plan.json'])).stdout).not.toMatch(/receives .*, new/);
      await on.expectExit(0, ['grant', 'revoke', '--all']);
      const { exitCode } = await on.run(APPLY_FILE);
      const { stdout } = await on.expectExit(0, ['grant', 'list', '--json']);
      expect(JSON.parse(stdout).grants).toEqual([]);
      expect(exitCode).not.toBe(0);
    }));
});

describe.concurrent('the book of grants', () => {
  it.each([
    ['edited', (text: string) => text.replace('store/token', 'store/other')],
    ['given a line more', (text: string) => `${text}\n${text.split('\n')[1]?.replace('user/a', 'user/b')}`],
    ['cut off', (text: string) => text.slice(0, -20)],
    ['cut to its head', (text: string) => text.split('\n')[0] ?? ''],
    ['no text', () => '\0\xff'],
    ['a list of all', () => '[{"locator":"*","address":"*"}]'],
  ])('that was %s grants nothing: it stops everything', (_, edit) =>
    onRepository(stackOf(SERVER), async (on) => {
      await on.apply();
      await on.write({ [GRANTS]: edit(await on.read(GRANTS)) });
      for (const args of [['plan'], ['apply', '--auto-approve', '--no-settle'], ['grant', 'list']]) {
        expect((await on.expectExit(1, args)).stderr).toContain('STATE_CORRUPT');
      }
    }),
  );

  it('of another stack says nothing of this one', () =>
    onRepository(stackOf(SERVER), async (on) => {
      await on.apply();
      const second = stackOf(`  b: { command: /bin/cat, args: [evil], env: { T: "${WORD}" } }`);
      await on.write({ 'project/second.yaml': second.replace('name: tools', 'name: second') });
      await mkdir(join(on.home.folder, '.local/state/mcpform/second'), { recursive: true });
      const to = join(on.home.folder, '.local/state/mcpform/second/grants.json');
      await copyFile(join(on.home.folder, GRANTS), to);
      const { stdout } = await on.expectExit(0, ['plan', '-f', 'second.yaml']);
      expect(stdout).toMatch(/receives secret token .*, new/);
    }));

  it('of another machine grants nothing for what is launched in another way there', () =>
    onRepository(stackOf(SERVER.replace('[x]', '[theirs]')), async (theirs) => {
      await theirs.apply();
      const book = await theirs.read(GRANTS);
      await onRepository(stackOf(SERVER), async (ours) => {
        const there = `file:${theirs.home.folder}/store/token`;
        const here = `file:${ours.home.folder}/store/token`;
        await ours.write({ [GRANTS]: book });
        const { stdout, stderr } = await ours.run(['plan']);
        expect(stdout + stderr).toMatch(/receives secret token .*, new|STATE_/);
        await ours.write({ [GRANTS]: book.replace(there, here) });
        expect((await ours.expectExit(1, ['plan'])).stderr).toContain('STATE_CORRUPT');
      });
    }));
});

describe.concurrent('variables of the manifest', () => {
  const withVariable = (server: string): string => stackOf(server, 'variables: { v: { default: x } }\n');
  const values: readonly (readonly [string, readonly string[], Readonly<Record<string, string>>])[] = [
    ['--var', ['--var', `v=${WORD}`], {}],
    ['MCPFORM_VAR_v', [], { MCPFORM_VAR_v: WORD }],
  ];

  it.each(values)('bring no secret into an argument: %s', (_, args, env) =>
    onRepository(withVariable('  a: { command: node, args: ["${var.v}"] }'), async (on) => {
      const { stdout } = await on.run(['plan', '--json', ...args], { env });
      expect(stdout).not.toContain('file:');
      await on.run(['apply', '--auto-approve', '--no-settle', ...args], { env });
      await on.expectUntouched();
    }),
  );

  it.each(values)(
    'may bring a secret into a variable, which is shown and granted to nobody: %s',
    (_, args, env) =>
      onRepository(withVariable('  a: { command: node, env: { T: "${var.v}" } }'), async (on) => {
        const { stdout } = await on.expectExit(0, ['plan', ...args], { env });
        expect(stdout).toMatch(/receives secret token .* through mcpform exec, new/);
        await on.expectExit(3, ['apply', '--no-settle', ...args], { env });
        await expectNothingGranted(on);
      }),
  );

  const key = ['ghp', '_', 'c4n4ryA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5'].join('');

  it.each([
    ['--var', ['--var', `v=${key}`], {}],
    ['MCPFORM_VAR_v', [], { MCPFORM_VAR_v: key }],
  ] as const)('bring no credential into an argument, where everybody reads it: %s', (_, args, env) =>
    onRepository(withVariable('  a: { command: node, args: ["--key=${var.v}"] }'), async (on) => {
      for (const command of [
        ['validate'],
        ['plan'],
        ['plan', '--json'],
        ['apply', '--auto-approve', '--no-settle'],
      ]) {
        const { exitCode, stdout, stderr } = await on.run([...command, ...args], { env });
        expect(exitCode, command.join(' ')).toBe(1);
        expect(stdout + stderr).not.toContain(key);
      }
      expect(await filesWith(on.home.folder, key)).toEqual([]);
    }),
  );
});

describe.concurrent('tricks of YAML', () => {
  const key = ['ghp', '_', 'c4n4ryA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5'].join('');
  const stack = (body: string): string => `apiVersion: mcpform/v1\nkind: Stack\nname: tools\n${body}\n`;

  it.each([
    ['an anchor of x-', stack(`x-k: &k ${key}\nservers:\n  a: { command: node, env: { T: *k } }`)],
    ['a merged map', stack(`x-e: &e { T: ${key} }\nservers:\n  a: { command: node, env: { <<: *e } }`)],
    ['a merged server', stack(`x-s: &s { command: node, args: [--key, ${key}] }\nservers:\n  a: { <<: *s }`)],
    ['a folded text', stack(`servers:\n  a:\n    command: node\n    env:\n      T: >-\n        ${key}`)],
    ['escapes', stack(`servers:\n  a: { command: node, env: { T: "\\x67hp${key.slice(3)}" } }`)],
    ['a tag', stack(`servers:\n  a: { command: node, env: { T: !!str ${key} } }`)],
    ['binary', stack(`servers:\n  a: { command: node, env: { T: !!binary ${btoa(key)} } }`)],
  ])('hide no credential from those who look: %s', (_, manifest) =>
    onRepository(manifest, async (on) => {
      for (const args of [
        ['validate'],
        ['validate', '--json'],
        ['plan'],
        ['apply', '--auto-approve', '--no-settle'],
      ]) {
        const { exitCode, stdout, stderr } = await on.run(args);
        expect(exitCode, args.join(' ')).toBe(1);
        expect(stdout + stderr, args.join(' ')).not.toContain(key);
      }
      const found = await filesWith(on.home.folder, key);
      expect(found.filter((file) => file !== 'project/mcp.yaml')).toEqual([]);
    }),
  );

  it.each([
    ['a letter of another alphabet', 'tоken'],
    ['a letter of full width', 'ｔoken'],
    ['a space that cannot be seen', 'to\u200bken'],
    ['capitals', 'Token'],
    ['__proto__', '__proto__'],
    ['constructor', 'constructor'],
    ['toString', 'toString'],
    ['hasownproperty', 'hasownproperty'],
    ['valueof with a dot', 'token.length'],
    ['nothing', ''],
    ['another word in it', '${secret.token}'],
  ])('make no secret of a name that is not one: %s', (_, name) =>
    onRepository(
      stackOf(`  a: { command: node, env: { T: ${JSON.stringify(`\${secret.${name}}`)} } }`),
      async (on) => {
        const { exitCode, stdout, stderr } = await on.run(['validate']);
        expect(exitCode, stdout + stderr).toBe(1);
        expect(stdout + stderr).toMatch(/MANIFEST_[A-Z_]+/);
        await on.expectExit(1, ['apply', '--auto-approve', '--no-settle']);
        await on.expectUntouched();
      },
    ),
  );

  it.each(['__proto__', 'constructor', 'prototype', 'tоken', 'to\u200bken', 'Token', ''])(
    'declare no secret called %j',
    (name) =>
      onRepository(
        `apiVersion: mcpform/v1\nkind: Stack\nname: tools\nsecrets: { ${JSON.stringify(name)}: { env: X } }\nservers: {}\n`,
        async (on) => {
          expect((await on.expectExit(1, ['validate'])).stderr).toMatch(/MANIFEST_[A-Z_]+/);
        },
      ),
  );

  it('may call one valueof, which is then the one that was declared', () =>
    onStage(async (stage) => {
      const server = '  a: { command: /usr/bin/env, env: { T: "${secret.valueof}" } }';
      await stage.write({ 'project/mcp.yaml': stackOf(server).replace('  token:', '  valueof:') });
      await putPrivate(stage, 'store/token');
      await stage.apply();
      const id: string = JSON.parse(await stage.read('.claude.json')).mcpServers.a.args.at(-1);
      expect((await stage.run(['exec', id])).stdout).toContain(`T=${PRIZE}`);
    }, null));
});
