import { describe, expect, it } from 'vitest';
import { dockerCommand, enginePath, type Run } from '../../../src/launch/image/docker-command.ts';
import { IMAGE, imageRecord } from '../../support/container-spec.ts';

const identity = {
  machineId: '0'.repeat(32),
  bootId: 'boot',
  pidNamespace: 'pid:[1]',
  hostName: 'host',
  pid: 42,
  startTime: '7',
  uid: 1,
};
const own = {
  PATH: '/bin',
  HOME: '/root',
  DOCKER_HOST: 'unix:///x',
  LD_PRELOAD: '/evil',
  SET: 'value',
  EMPTY: '',
};
const run: Run = {
  id: `files-${'a'.repeat(32)}`,
  env: own,
  identity,
  name: 'mcpform.files.1',
  cidFile: '/tmp/run/cid',
  envFilePath: '/dev/fd/3',
  secrets: new Map(),
  secretFolder: null,
};
const codeOf = (code: string) => expect.objectContaining({ code });

describe('the docker run of a launch', () => {
  it('has name, id file and who started it', () => {
    const { args } = dockerCommand(imageRecord(), run);
    expect(args.slice(0, 3)).toEqual(['run', '-i', '--rm']);
    expect(args).toEqual(
      expect.arrayContaining([
        '--init',
        '--name=mcpform.files.1',
        '--cidfile=/tmp/run/cid',
        `--label=dev.mcpform.launch=${run.id}`,
        '--label=dev.mcpform.pid=42',
        '--label=dev.mcpform.started=7',
        IMAGE,
      ]),
    );
  });

  it('runs an image by the id that its engine has, and never pulls that', () => {
    const image = `sha256:${'5a'.repeat(32)}`;
    const { args } = dockerCommand(imageRecord({ image }), run);
    expect(args).toEqual(expect.arrayContaining(['--pull=never', image]));
    expect(() => dockerCommand(imageRecord({ image: image.slice(0, -1) }), run)).toThrow(
      codeOf('LAUNCH_REFUSED'),
    );
  });

  it('expands arguments and variables from the environment, as clients do', () => {
    const container = {
      args: [
        'a',
        ['--x=', { env: 'SET' }],
        [{ env: 'EMPTY', default: 'd' }],
        [{ env: 'NONE', default: 'd' }],
      ],
      env: { A: [{ env: 'SET' }, '!'], B: 'plain' },
    };
    const { args, env } = dockerCommand(imageRecord(container), run);
    expect(args.slice(args.indexOf(IMAGE))).toEqual([IMAGE, 'a', '--x=value', '', 'd']);
    expect(env).toMatchObject({ A: 'value!', B: 'plain' });
    expect(args.join(' ')).toContain('-e A -e B');
    expect(args.join(' ')).not.toContain('value!');
  });

  it('says which variable is not set', () => {
    const missing = imageRecord({ env: { A: [{ env: 'NONE' }] } });
    expect(() => dockerCommand(missing, run)).toThrow(codeOf('LAUNCH_VARIABLE'));
  });

  it.each([
    'HOME',
    'PATH',
    'DOCKER_HOST',
    'DOCKER_CONFIG',
    'LD_PRELOAD',
    'SSH_AUTH_SOCK',
    'HTTPS_PROXY',
    'GODEBUG',
  ])('keeps %s of the container from docker itself', (name) => {
    const { args, env, envFile } = dockerCommand(imageRecord({ env: { [name]: 'other', A: 'b' } }), run);
    expect(env[name]).not.toBe('other');
    expect(envFile).toBe(`${name}=other\n`);
    expect(args.slice(0, 2)).toEqual(['run', '--env-file=/dev/fd/3']);
    expect(args.join(' ')).toContain('-e A');
    expect(args).not.toContain(name);
  });

  it('refuses two lines where docker takes one', () => {
    const record = imageRecord({ env: { HOME: 'a\nLD_PRELOAD=b' } });
    expect(() => dockerCommand(record, run)).toThrow(codeOf('LAUNCH_VARIABLE'));
  });

  it('leaves behind what decides the code of docker', () => {
    expect(dockerCommand(imageRecord(), run).env).toEqual({
      PATH: '/bin',
      HOME: '/root',
      DOCKER_HOST: 'unix:///x',
      SET: 'value',
      EMPTY: '',
    });
    expect(enginePath(own, undefined)).toEqual({ PATH: '/bin', HOME: '/root', DOCKER_HOST: 'unix:///x' });
  });

  it('goes to the engine of a Docker context before any other', () => {
    const far = { ...imageRecord(), context: 'run' };
    expect(dockerCommand(far, run).args.slice(0, 4)).toEqual(['--context', 'run', 'run', '-i']);
    const steered = { ...imageRecord({ env: { HOME: 'x' } }), context: 'run' };
    expect(dockerCommand(steered, run).args.slice(0, 5)).toEqual([
      '--context',
      'run',
      'run',
      '--env-file=/dev/fd/3',
      '-i',
    ]);
  });

  it('is asked for at the same engine whatever is asked besides', () => {
    expect(enginePath(own, 'lab')).toEqual({ PATH: '/bin', HOME: '/root', DOCKER_CONTEXT: 'lab' });
    // Where `default` is, DOCKER_HOST says.
    expect(enginePath(own, 'default')).toMatchObject({ DOCKER_HOST: 'unix:///x', DOCKER_CONTEXT: 'default' });
  });

  it.each([
    'busybox',
    'busybox:1',
    '-v@sha256:x',
    `--privileged@sha256:${'3f'.repeat(32)}`,
    `a b@sha256:${'3f'.repeat(32)}`,
  ])('refuses "%s", which is no content', (image) => {
    expect(() => dockerCommand(imageRecord({ image }), run)).toThrow(codeOf('LAUNCH_REFUSED'));
  });
});
