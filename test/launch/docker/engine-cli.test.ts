import { describe, expect, it } from 'vitest';
import {
  inspectContainer,
  inspectContainers,
  labelsOfImages,
  listContainers,
  removeContainer,
} from '../../../src/launch/docker/engine-cli.ts';
import { BOTH, fakeDocker, LIVING, RECORDED, type Reply } from './recorded.ts';

const id = '204efcff7dda52556614f12b178f979b3aae3428a32b0606c3fc186b003a9957';
const other = 'f'.repeat(64);

describe('listing containers', () => {
  it('asks for whole ids, by label in any state, or all that run', async () => {
    const { ctx, asked } = fakeDocker(() => ({ stdout: `${id}\n${other}\n` }));
    expect(await listContainers({ label: 'a.b' }, ctx)).toEqual([id, other]);
    await listContainers('running', ctx);
    expect(asked.map(({ args }) => args.join(' '))).toEqual([
      'container ls --quiet --no-trunc --all --filter label=a.b',
      'container ls --quiet --no-trunc',
    ]);
    expect(asked.every(({ timeoutMs }) => timeoutMs === 10_000)).toBe(true);
  });

  it.each([
    ['an id that would be an option', '--help\n'],
    ['a short id', '204efcff7dda\n'],
    ['more than anybody has', `${id}\n`.repeat(5001)],
  ])('refuses %s', async (_what, stdout) => {
    const { ctx } = fakeDocker(() => ({ stdout }));
    await expect(listContainers('running', ctx)).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
  });
});

describe('inspecting containers', () => {
  it('reads what was recorded, and a label with a comma whole', async () => {
    const { ctx } = fakeDocker(() => ({ stdout: LIVING }));
    expect(await inspectContainer(id, ctx)).toEqual({
      id,
      name: 'living',
      image: 'mcp/base:1',
      imageId: 'sha256:e884f40d4be1cdb660fc68900fbd3430fc669e7a070de6e826592a88d03b38b6',
      state: 'running',
      created: '2026-11-20T09:36:00.213Z',
      labels: { a: 'x,y=z', 'dev.mcpform.launch': 'q' },
      command: ['cat'],
      hasInput: true,
      isAttached: true,
      hasTerminal: false,
      publishesPorts: false,
      isRemovedAtEnd: true,
    });
  });

  it('never asks for variables', async () => {
    const { ctx, asked } = fakeDocker(() => ({ stdout: LIVING }));
    await inspectContainer(id, ctx);
    expect(asked[0]?.args.join(' ')).not.toMatch(/Env|\{\{json \.\}\}|\{\{json \.Config\}\}/);
  });

  it.each(Object.entries(RECORDED))('leaves out what is gone, as %s says it', async (_version, said) => {
    const { ctx } = fakeDocker(() => ({ exitCode: 1, stdout: LIVING, stderr: said.noContainer }));
    const { containers, hanging } = await inspectContainers([id, other], ctx);
    expect({ ids: containers.map((each) => each.id), hanging }).toEqual({ ids: [id], hanging: [] });
    const warned = fakeDocker(() => ({ exitCode: 1, stderr: BOTH.noConfig + said.noContainer }));
    expect(await inspectContainer(other, warned.ctx)).toBeNull();
  });

  it('finds the one that hangs in the engine, and still answers for the others', async () => {
    const hangs = (args: readonly string[]): Reply =>
      args.includes(other) ? { errno: 'ETIMEDOUT' } : { stdout: LIVING };
    const { ctx, asked } = fakeDocker(hangs);
    const { containers, hanging } = await inspectContainers([id, other], ctx);
    expect({ ids: containers.map((each) => each.id), hanging }).toEqual({ ids: [id], hanging: [other] });
    expect(asked.map(({ timeoutMs }) => timeoutMs)).toEqual([10_000, 2000, 2000]);
    await expect(inspectContainer(other, ctx)).rejects.toMatchObject({ code: 'ENGINE_TIMEOUT' });
  });

  it('asks for a hundred at once, and for nothing when there are none', async () => {
    const { ctx, asked } = fakeDocker(() => ({ stdout: '' }));
    await inspectContainers(
      Array.from({ length: 250 }, () => id),
      ctx,
    );
    expect(asked.map(({ args }) => args.filter((arg) => arg === id).length)).toEqual([100, 100, 50]);
    await inspectContainers([], ctx);
    expect(asked).toHaveLength(3);
  });

  it.each([
    ['no JSON', 'Id: x\n'],
    ['a list', '[]\n'],
    ['no name', LIVING.replace('"/living"', 'null')],
    ['a time that is none', LIVING.replace(/2026-[^"]*/, 'yesterday')],
  ])('refuses an answer with %s', async (_what, stdout) => {
    const { ctx } = fakeDocker(() => ({ stdout }));
    await expect(inspectContainer(id, ctx)).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
  });

  it.each([
    ['ports', '"ports":{}', '"ports":{"80/tcp":[{"HostIp":"","HostPort":"80"}]}'],
    ['-P', '"publishesAll":false', '"publishesAll":true'],
  ])('sees published %s', async (_what, from, to) => {
    const { ctx } = fakeDocker(() => ({ stdout: LIVING.replace(from, to) }));
    expect((await inspectContainer(id, ctx))?.publishesPorts).toBe(true);
  });
});

it.each(Object.entries(RECORDED))('reads labels of images; %s lacks one', async (_version, said) => {
  const stdout = '{"id":"sha256:a","labels":null}\n{"id":"sha256:b","labels":{"x":"y"}}\n';
  const { ctx } = fakeDocker(() => ({ exitCode: 1, stdout, stderr: said.noImage }));
  expect([...(await labelsOfImages(['sha256:a', 'sha256:b', 'sha256:c'], ctx))]).toEqual([
    ['sha256:a', {}],
    ['sha256:b', { x: 'y' }],
  ]);
});

describe('removing a container', () => {
  it.each([
    [true, ['container', 'rm', '--force', '--volumes', id]],
    [false, ['container', 'rm', '--force', id]],
  ])('takes its nameless volumes along when it was started with --rm: %s', async (isRemovedAtEnd, args) => {
    const { ctx, asked } = fakeDocker(() => ({ stdout: `${id}\n` }));
    expect(await removeContainer({ id, isRemovedAtEnd }, ctx)).toBe('removed');
    expect(asked).toEqual([{ args, timeoutMs: 30_000 }]);
  });

  it.each([
    ['20.10, which exits 0', 0, RECORDED['20.10'].noContainer],
    ['28.5, which exits 0', 0, RECORDED['28.5'].noContainer],
    ['one that somebody else removes', 1, BOTH.inProgress],
  ])('says that it was gone: %s', async (_what, exitCode, stderr) => {
    const { ctx } = fakeDocker(() => ({ exitCode, stderr }));
    expect(await removeContainer({ id, isRemovedAtEnd: true }, ctx)).toBe('gone');
  });
});

describe('an engine that does not answer', () => {
  const versions = Object.entries(RECORDED).flatMap(([version, said]) => [
    [`permission denied, ${version}`, said.denied, /may not use/],
    [`no such context, ${version}`, said.noContext, /docker context use/],
    [`ssh refused, ${version}`, said.ssh, /DOCKER_HOST/],
  ]) as [string, string, RegExp][];
  it.each<[string, string, RegExp]>([
    ['nobody listens', BOTH.noEngine, /start the engine/],
    ['after a warning', BOTH.noConfig + BOTH.noEngine, /start the engine/],
    ...versions,
  ])('is unavailable: %s', async (_what, stderr, hint) => {
    const { ctx } = fakeDocker(() => ({ exitCode: 1, stderr }));
    await expect(listContainers('running', ctx)).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringMatching(/^docker could not list containers: (?!WARNING)/),
      hint: expect.stringMatching(hint),
    });
  });

  it('is unavailable without the program', async () => {
    const { ctx } = fakeDocker(() => ({ errno: 'ENOENT' }));
    await expect(listContainers('running', ctx)).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: 'there is no program "docker" on the PATH',
    });
  });

  it('has failed when it says anything else, and what looks like a secret is not repeated', async () => {
    const stderr = 'Error response from daemon: tcp://me:hunter22secret@10.0.0.1:2376 went away\n';
    const { ctx } = fakeDocker(() => ({ exitCode: 1, stderr }));
    const failure = await listContainers('running', ctx).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'ENGINE_FAILED' });
    expect(String(failure)).not.toContain('hunter22');
  });
});
