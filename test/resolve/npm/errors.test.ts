import { describe, expect, it } from 'vitest';
import { McpformError } from '../../../src/model/error.ts';
import { npmEnvironment, npmFolders } from '../../../src/resolve/npm/environment.ts';
import { toFailure } from '../../../src/resolve/npm/errors.ts';

const subject = { what: 'server@^1', registry: 'https://ann:pass-word@registry.test/npm/' };
const secret = 'npm_0123456789abcdef';

describe('a failure of npm’s libraries', () => {
  it.each([
    ['E404', 'RESOLVE_NOT_FOUND'],
    ['ETARGET', 'RESOLVE_NOT_FOUND'],
    ['ENOVERSIONS', 'RESOLVE_NOT_FOUND'],
    ['E401', 'RESOLVE_DENIED'],
    ['E403', 'RESOLVE_DENIED'],
    ['ENEEDAUTH', 'RESOLVE_DENIED'],
    ['EOTP', 'RESOLVE_DENIED'],
    ['EINTEGRITY', 'RESOLVE_INTEGRITY'],
    ['EBADSIZE', 'RESOLVE_INTEGRITY'],
    ['EALLOWGIT', 'RESOLVE_SOURCE'],
    ['EALLOWFILE', 'RESOLVE_SOURCE'],
    ['EBADPLATFORM', 'RESOLVE_PLATFORM'],
    ['ERESOLVE', 'RESOLVE_DEPENDENCIES'],
    ['ENOSPC', 'RESOLVE_INSTALL'],
    ['EACCES', 'RESOLVE_INSTALL'],
    ['ETIMEDOUT', 'RESOLVE_UNAVAILABLE'],
    ['ECONNREFUSED', 'RESOLVE_UNAVAILABLE'],
    ['ENOTFOUND', 'RESOLVE_UNAVAILABLE'],
    ['EIDLETIMEOUT', 'RESOLVE_UNAVAILABLE'],
    ['ENOTCACHED', 'RESOLVE_UNAVAILABLE'],
    ['E503', 'RESOLVE_UNAVAILABLE'],
    ['E429', 'RESOLVE_UNAVAILABLE'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'RESOLVE_UNAVAILABLE'],
  ])('with %s is %s, and tells no secret', (code, expected) => {
    const message = `request to https://ann:pass-word@registry.test/ failed: Bearer ${secret}`;
    const failure = toFailure(Object.assign(new Error(message), { code }), subject);
    expect(failure).toBeInstanceOf(McpformError);
    expect(failure.code).toBe(expected);
    expect(failure.message).toMatch(/^"server@\^1" from "registry\.test": [a-z]/);
    const all = JSON.stringify([failure, failure.message, failure.hint, failure.cause, failure.stack]);
    expect(all).not.toContain(secret);
    expect(all).not.toContain('pass-word');
  });

  it('of integrity names both hashes, wanted first', () => {
    const message =
      'sha512-AAA= integrity checksum failed when using sha512: wanted sha512-AAA= but got sha512-BBB=.';
    const failure = toFailure(Object.assign(new Error(message), { code: 'EINTEGRITY' }), subject);
    expect(failure.message).toBe(
      '"server@^1" from "registry.test": its content should have the integrity sha512-AAA=, but has sha512-BBB=',
    );
  });

  it('that nobody foresaw is one all the same', () => {
    expect(toFailure(new TypeError('x'), subject).message).toContain('(TypeError)');
    expect(toFailure({ type: 'max-redirect' }, { ...subject, registry: 'x' })).toMatchObject({
      code: 'RESOLVE_UNAVAILABLE',
      message: expect.stringContaining('from "its registry"'),
    });
  });

  it('that is ours already stays as it is', () => {
    const ours = new McpformError('RESOLVE_TREE', 'x');
    expect(toFailure(ours, subject)).toBe(ours);
  });
});

describe('the environment that npm’s settings are read from', () => {
  const home = '/home/ann';
  const read = (env: Record<string, string>, platform: NodeJS.Platform = 'linux') =>
    npmEnvironment({ env, home, platform });

  it('is the user’s', () => {
    const env = { PATH: '/bin', NPM_CONFIG_REGISTRY: 'x', npm_config_cafile: '/a.pem', HOME: '/other' };
    expect(read(env)).toEqual({ ...env, HOME: home });
  });

  it.each(['npm_execpath', 'npm_lifecycle_event'])(
    'is without what a project may have set, given %s',
    (name) => {
      const env = {
        [name]: 'x',
        npm_config_registry: 'http://evil.example',
        npm_config_userconfig: '/evil',
        NPM_CONFIG_REGISTRY: 'mine',
        'npm_config_@acme:registry': 'mine',
        'npm_config_//registry.test/:_authToken': 'mine',
      };
      const { npm_config_registry: _, npm_config_userconfig: __, ...rest } = env;
      expect(read(env)).toEqual({ ...rest, HOME: home });
    },
  );

  it('names no file relative to the working directory', () => {
    for (const name of [
      'NPM_CONFIG_USERCONFIG',
      'npm_config_globalconfig',
      'PREFIX',
      'NPM_CONFIG_CAFILE',
      'DESTDIR',
    ]) {
      expect(read({ [name]: './x' })).toEqual({ HOME: home });
      expect(read({ [name]: '/x' })).toEqual({ HOME: home, [name]: '/x' });
      expect(read({ [name]: '~/x' })).toEqual({ HOME: home, [name]: '~/x' });
      expect(read({ [name]: 'C:\\x' }, 'win32')).toEqual({ HOME: home, [name]: 'C:\\x' });
    }
  });

  it('belongs to the npm of this Node', () => {
    expect(npmFolders('/usr/bin/node', 'linux')).toEqual([
      '/usr/lib/node_modules/npm',
      '/usr/share/nodejs/npm',
    ]);
    expect(npmFolders('/opt/homebrew/Cellar/node/22.1.0/bin/node', 'darwin')[0]).toBe(
      '/opt/homebrew/lib/node_modules/npm',
    );
  });
});
