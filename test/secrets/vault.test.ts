import { chmod, symlink, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../src/model/json.ts';
import { SecretValue } from '../../src/model/secret.ts';
import { backend } from '../../src/secrets/vault/backend.ts';
import { makeCertificates } from '../support/certificates.ts';
import { realContext } from '../support/real-context.ts';
import { CANARY, failureOf } from '../support/secret-canary.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';
import { startVaultDouble, type VaultDouble } from '../support/vault-server.ts';

describe('the vault backend, before vault-double', () => {
  let home: Home;
  let vault: VaultDouble;
  let env: Record<string, string>;

  beforeEach(async () => {
    home = await throwawayHome();
    vault = await startVaultDouble();
    env = { VAULT_ADDR: vault.url, VAULT_TOKEN: vault.rootToken };
    vault.put('secret/mcp/github', { token: CANARY, other: 'kept' });
  });
  afterEach(async () => {
    await vault.close();
    await home.remove();
  });

  const read = async (argument: Json, more: Record<string, string> = {}): Promise<string> =>
    (await backend.read(argument, realContext(home, { ...env, ...more }))).reveal();
  const github = { path: 'mcp/github', field: 'token' };
  const fails = (argument: Json = github, more: Record<string, string> = {}) =>
    failureOf(read(argument, more), [vault.rootToken, more['VAULT_TOKEN'], more['VAULT_SECRET_ID']]);
  const answers = (lie: (response: ServerResponse) => unknown): void => {
    vault.lie = (_, response) => {
      lie(response);
      return true;
    };
  };

  it('reads the newest version of a field with the token of the session', async () => {
    vault.put('secret/mcp/github', { token: `${CANARY}-2\n` });
    expect(await read(github)).toBe(`${CANARY}-2`);
    expect(vault.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /v1/secret/data/mcp/github',
    ]);
  });

  it('reads the version it is told to', async () => {
    vault.put('secret/mcp/github', { token: 'newer' });
    expect(await read({ ...github, version: 1 })).toBe(CANARY);
  });

  it('keeps the lines of a value, and takes numbers and booleans as text', async () => {
    vault.put('secret/all', { lines: 'a\nb\n', number: 8200, yes: true });
    expect(await read({ path: 'all', field: 'lines' })).toBe('a\nb');
    expect(await read({ path: 'all', field: 'number' })).toBe('8200');
    expect(await read({ path: 'all', field: 'yes' })).toBe('true');
  });

  it('finds a secret of another mount, in a namespace, with letters that a URL would take apart', async () => {
    vault.put('kv/team/a b/ü?x=1#y%2f', { token: 'there' }, 'team-a');
    const argument = { path: 'a b/ü?x=1#y%2f', mount: 'kv/team', field: 'token' };
    expect(await read(argument, { VAULT_NAMESPACE: 'team-a' })).toBe('there');
    expect(await fails(argument)).toMatchObject({ code: 'SECRET_NOT_FOUND' });
  });

  it('asks at a path in front of the API', async () => {
    await fails(github, { VAULT_ADDR: `${vault.url}/proxy` });
    expect(vault.requests[0]?.url).toBe('/proxy/v1/secret/data/mcp/github');
  });

  it.each(['../sys/raw', 'a/../../auth', 'a//b', '.', '', 'a/./b'])(
    'refuses the path "%s" and asks nobody',
    async (path) => {
      expect(await fails({ path, field: 'token' })).toMatchObject({ code: 'SECRET_NOT_FOUND' });
      expect(await fails({ path: 'a', mount: path, field: 'token' })).toMatchObject({
        code: 'SECRET_NOT_FOUND',
      });
      expect(vault.requests).toEqual([]);
    },
  );

  describe('as whom it asks', () => {
    it('logs in with an AppRole, and out again', async () => {
      const { roleId, secretId } = vault.addRole();
      const before = vault.tokens.size;
      expect(await read(github, { VAULT_TOKEN: '', VAULT_ROLE_ID: roleId, VAULT_SECRET_ID: secretId })).toBe(
        CANARY,
      );
      expect(vault.requests.map(({ url }) => url)).toEqual([
        '/v1/auth/approle/login',
        '/v1/secret/data/mcp/github',
        '/v1/auth/token/revoke-self',
      ]);
      expect(vault.tokens.size).toBe(before);
    });

    it('says that an AppRole is used up, or wrong', async () => {
      const { roleId, secretId } = vault.addRole(0);
      const more = { VAULT_TOKEN: '', VAULT_ROLE_ID: roleId, VAULT_SECRET_ID: secretId };
      expect(await fails(github, more)).toMatchObject({ code: 'SECRET_DENIED' });
    });

    it('takes an AppRole login without a token for what it is', async () => {
      answers((response) => response.end('{"auth":{}}'));
      const more = { VAULT_TOKEN: '', VAULT_ROLE_ID: 'role', VAULT_SECRET_ID: 'canary-secret-id' };
      expect(await fails(github, more)).toMatchObject({ code: 'SECRET_BACKEND_FAILED' });
    });

    it('takes what `vault login` left, when it is ours alone', async () => {
      const file = join(home.folder, '.vault-token');
      await writeFile(file, `${vault.rootToken}\n`, { mode: 0o600 });
      expect(await read(github, { VAULT_TOKEN: '' })).toBe(CANARY);
      await chmod(file, 0o640);
      expect(await fails(github, { VAULT_TOKEN: '' })).toMatchObject({
        code: 'SECRET_UNSAFE',
        hint: expect.stringContaining('chmod 600'),
      });
    });

    it('follows no link to a token', async () => {
      await writeFile(join(home.folder, 'token'), vault.rootToken, { mode: 0o600 });
      await symlink(join(home.folder, 'token'), join(home.folder, '.vault-token'));
      expect(await fails(github, { VAULT_TOKEN: '' })).toMatchObject({ code: 'SECRET_UNSAFE' });
      expect(vault.requests).toEqual([]);
    });

    it('says how to get a token when there is none, or none that a header can hold', async () => {
      expect(await fails(github, { VAULT_TOKEN: '' })).toMatchObject({
        code: 'SECRET_DENIED',
        hint: expect.stringContaining('vault login'),
      });
      expect(await fails(github, { VAULT_TOKEN: 'canary-token\r\nx-evil: 1' })).toMatchObject({
        code: 'SECRET_DENIED',
      });
      expect(vault.requests).toEqual([]);
    });

    it('is denied with a token that was revoked, and with one that may read other things', async () => {
      const other = vault.issue('secret/data/other/');
      expect(await fails(github, { VAULT_TOKEN: other })).toMatchObject({ code: 'SECRET_DENIED' });
      const token = vault.issue('secret/data/mcp/');
      expect(await read(github, { VAULT_TOKEN: token })).toBe(CANARY);
      vault.revoke(token);
      expect(await fails(github, { VAULT_TOKEN: token })).toMatchObject({ code: 'SECRET_DENIED' });
    });
  });

  describe('where it asks', () => {
    it('says that VAULT_ADDR is not set', async () => {
      expect(await fails(github, { VAULT_ADDR: '' })).toMatchObject({
        code: 'SECRET_BACKEND_FAILED',
        message: 'vault "secret/mcp/github" field "token": VAULT_ADDR is not set',
        hint: expect.stringContaining('VAULT_ADDR'),
      });
    });

    it.each([
      'http://vault.example.com:8200',
      'http://127.0.0.1.example.com',
      'ftp://x',
      'unix:///s',
      'canary',
    ])('sends no token to %s', async (address) => {
      const failure = await fails(github, { VAULT_ADDR: address });
      expect(failure.code).toBe('SECRET_BACKEND_FAILED');
      expect(failure.message).toMatch(/over http|is no URL/);
    });

    it('shows no password that somebody put into VAULT_ADDR', async () => {
      const failure = await fails(github, { VAULT_ADDR: `http://me:${CANARY}@vault.example.com` });
      expect(failure.code).toBe('SECRET_BACKEND_FAILED');
    });

    it('does not follow a standby elsewhere with the token', async () => {
      const leader = await startVaultDouble();
      answers((response) =>
        response.writeHead(307, { location: `${leader.url}/v1/secret/data/mcp/github` }).end(),
      );
      expect(await fails()).toMatchObject({
        code: 'SECRET_BACKEND_FAILED',
        hint: expect.stringContaining('VAULT_ADDR'),
      });
      expect(leader.requests).toEqual([]);
      await leader.close();
    });

    it('tries again at the one address that all nodes share, and not for ever', async () => {
      let standbys = 2;
      vault.lie = (request, response) => {
        if (standbys === 0) return false;
        standbys -= 1;
        response.writeHead(307, { location: `${vault.url}${request.url}` }).end();
        return true;
      };
      expect(await read(github)).toBe(CANARY);
      standbys = 100;
      expect(await fails()).toMatchObject({ code: 'SECRET_BACKEND_FAILED' });
      expect(standbys).toBe(96);
    });

    it('trusts the authority of VAULT_CACERT, and nobody without it', async () => {
      const certificates = await makeCertificates(home.folder);
      const secure = await startVaultDouble(certificates);
      secure.put('secret/mcp/github', { token: CANARY });
      const more = { VAULT_ADDR: secure.url, VAULT_TOKEN: secure.rootToken };
      expect(await read(github, { ...more, VAULT_CACERT: certificates.files.authority })).toBe(CANARY);
      expect(await fails(github, more)).toMatchObject({
        code: 'SECRET_BACKEND_FAILED',
        message: expect.stringMatching(/UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED/),
      });
      expect(await fails(github, { ...more, VAULT_CACERT: join(home.folder, 'none') })).toMatchObject({
        message: expect.stringContaining('VAULT_CACERT cannot be read (ENOENT)'),
      });
      await secure.close();
    });
  });

  describe('what goes wrong', () => {
    it('finds no secret, no version and no field', async () => {
      expect(await fails({ ...github, path: 'none' })).toMatchObject({ code: 'SECRET_NOT_FOUND' });
      expect(await fails({ ...github, version: 9 })).toMatchObject({ code: 'SECRET_NOT_FOUND' });
      expect(await fails({ ...github, mount: 'nowhere' })).toMatchObject({ code: 'SECRET_NOT_FOUND' });
      expect(await fails({ ...github, field: 'constructor' })).toMatchObject({
        code: 'SECRET_NOT_FOUND',
        message: expect.stringContaining('there is no "constructor"'),
      });
    });

    it('tells a version that can be brought back from one that is gone', async () => {
      vault.remove('secret/mcp/github', 1, 'delete');
      expect(await fails()).toMatchObject({
        code: 'SECRET_NOT_FOUND',
        hint: expect.stringContaining('undelete'),
      });
      vault.remove('secret/mcp/github', 1, 'destroy');
      expect(await fails()).toMatchObject({ hint: expect.stringContaining('gone for good') });
    });

    it.each([`{"a":"${CANARY}"}`, `["${CANARY}"]`, 'null', '12345678901234567890', '1e400'])(
      'does not take %s for a secret',
      async (text) => {
        answers((response) => response.end(`{"data":{"data":{"token":${text}},"metadata":{"version":1}}}`));
        expect(await fails()).toMatchObject({ code: 'SECRET_INVALID' });
      },
    );

    it.each([
      ['', 'SECRET_EMPTY'],
      ['a\0b', 'SECRET_INVALID'],
      [CANARY.repeat(10_000), 'SECRET_TOO_LARGE'],
    ])('refuses a value that is none', async (token, code) => {
      vault.put('secret/mcp/github', { token });
      expect(await fails()).toMatchObject({ code });
    });

    it('says that it is sealed', async () => {
      vault.isSealed = true;
      expect(await fails()).toMatchObject({
        code: 'SECRET_BACKEND_FAILED',
        hint: expect.stringContaining('unseal'),
      });
    });

    it.each([
      [429, 'try again'],
      [501, 'init'],
      [500, 'vault kv get'],
      [302, 'VAULT_ADDR'],
    ])('has a word for status %i', async (status, hint) => {
      answers((response) => response.writeHead(status).end(`{"errors":["${CANARY}"]}`));
      expect(await fails()).toMatchObject({
        code: 'SECRET_BACKEND_FAILED',
        hint: expect.stringContaining(hint),
      });
    });

    it.each([`<html>${CANARY}`, `{"data":"${CANARY}"}`, '[]', 'null', `{"data":{"data":["${CANARY}"]}}`, ''])(
      'does not take %s for an answer of Vault',
      async (body) => {
        answers((response) => response.end(body));
        expect(await fails()).toMatchObject({ code: 'SECRET_BACKEND_FAILED' });
      },
    );

    it('stops reading what never ends', async () => {
      answers((response) => {
        const more = (): void => {
          while (!response.destroyed && response.write(CANARY.repeat(4_000)));
        };
        response.on('drain', more);
        more();
      });
      expect(await fails()).toMatchObject({ code: 'SECRET_TOO_LARGE' });
    });

    it('says that nobody is there, and that somebody hangs up', async () => {
      expect(await fails(github, { VAULT_ADDR: 'http://127.0.0.1:1' })).toMatchObject({
        code: 'SECRET_BACKEND_FAILED',
        message: expect.stringContaining('ECONNREFUSED'),
      });
      answers((response) => response.destroy());
      expect(await fails()).toMatchObject({ code: 'SECRET_BACKEND_FAILED' });
    });

    it('does not wait for ever for one that never answers', async () => {
      vault.lie = () => true;
      const ctx = realContext(home, env);
      const impatient = {
        ...ctx,
        system: { ...ctx.system, clock: { ...ctx.system.clock, sleep: async () => undefined } },
      };
      expect(await failureOf(backend.read(github, impatient), [vault.rootToken])).toMatchObject({
        code: 'SECRET_TIMEOUT',
      });
    });

    it('gives up when it is told to', async () => {
      vault.lie = () => true;
      const told = new AbortController();
      const reading = backend.read(github, { ...realContext(home, env), signal: told.signal });
      told.abort(new Error('enough'));
      await expect(reading).rejects.toThrow('enough');
    });
  });

  describe('writing', () => {
    const write = (argument: Json, value = CANARY): Promise<void> | undefined =>
      backend.write?.(argument, new SecretValue(value), realContext(home, env));
    const failsToWrite = (argument: Json) => failureOf(Promise.resolve(write(argument)), [vault.rootToken]);

    it('changes one field and keeps the others', async () => {
      await write(github, 'new value');
      expect(vault.newest('secret/mcp/github')).toEqual({ token: 'new value', other: 'kept' });
      expect(await read({ ...github, version: 1 })).toBe(CANARY);
    });

    it('writes the first version, and the next one after a deleted one', async () => {
      await write({ path: 'fresh', field: 'token' });
      expect(vault.newest('secret/fresh')).toEqual({ token: CANARY });
      vault.remove('secret/fresh', 1, 'delete');
      await write({ path: 'fresh', field: 'token' }, 'again');
      expect(vault.newest('secret/fresh')).toEqual({ token: 'again' });
    });

    it('loses nothing that somebody else wrote meanwhile', async () => {
      vault.lie = ({ method }) => {
        if (method === 'POST') vault.put('secret/mcp/github', { token: 'theirs' });
        return false;
      };
      expect(await failsToWrite(github)).toMatchObject({ message: expect.stringContaining('meanwhile') });
      expect(vault.newest('secret/mcp/github')).toEqual({ token: 'theirs' });
    });

    it('does not write where a number of another field would change', async () => {
      vault.lie = ({ method }, response) => {
        if (method === 'GET')
          response.end('{"data":{"data":{"id":[12345678901234567890]},"metadata":{"version":1}}}');
        return method === 'GET';
      };
      expect(await failsToWrite(github)).toMatchObject({ code: 'SECRET_NOT_WRITABLE' });
    });

    it('changes no version of the past, and nothing it may only read', async () => {
      expect(await failsToWrite({ ...github, version: 1 })).toMatchObject({ code: 'SECRET_NOT_WRITABLE' });
      env['VAULT_TOKEN'] = vault.issue('secret/data/mcp/', 'read');
      expect(await failsToWrite(github)).toMatchObject({ code: 'SECRET_DENIED' });
      expect(vault.newest('secret/mcp/github')).toMatchObject({ token: CANARY });
    });
  });

  describe('the diagnosis', () => {
    const diagnose = (more: Record<string, string> = {}) =>
      backend.diagnose([github], realContext(home, { ...env, ...more }));

    it('asks for its health as nobody, and reads no secret', async () => {
      expect(await diagnose({ VAULT_NAMESPACE: 'team-a' })).toMatchObject({
        state: 'ok',
        detail: `"${new URL(vault.url).host}" is up, asked with VAULT_TOKEN`,
      });
      expect(vault.requests.map(({ url, headers }) => [url, headers['x-vault-token']])).toEqual([
        ['/v1/sys/health', undefined],
      ]);
    });

    it('sees that it is sealed, is not there, is not set, or that nobody has logged in', async () => {
      expect(await diagnose({ VAULT_TOKEN: '' })).toMatchObject({
        state: 'warning',
        hint: expect.stringContaining('vault login'),
      });
      vault.isSealed = true;
      expect(await diagnose()).toMatchObject({
        state: 'warning',
        detail: expect.stringContaining('is sealed'),
      });
      expect(await diagnose({ VAULT_ADDR: 'http://127.0.0.1:1' })).toMatchObject({ state: 'failed' });
      expect(await diagnose({ VAULT_ADDR: '' })).toMatchObject({
        state: 'failed',
        detail: 'vault: VAULT_ADDR is not set',
      });
    });
  });
});
