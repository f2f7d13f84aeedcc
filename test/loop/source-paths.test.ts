import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Declared, declare } from '../../src/engine/declare.ts';
import { assertWholePaths } from '../../src/loop/assert-whole-paths.ts';
import { readRevision } from '../../src/loop/perform-pass.ts';
import { openSource } from '../../src/loop/source/open-source.ts';
import type { Context } from '../../src/model/context.ts';
import type { McpformError } from '../../src/model/error.ts';
import { gitRepository } from '../support/git-repository.ts';
import { realContext } from '../support/real-context.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';

const image = `ghcr.io/acme/x@sha256:${'a'.repeat(64)}`;
const stackOf = (text: string): string => `apiVersion: mcpform/v1\nkind: Stack\nname: team\n${text}`;
const secretOf = (source: string): string => `secrets:
  token: { ${source} }
servers:
  a: { url: https://mcp.example.com/, headers: { Authorization: "\${secret.token}" } }
`;
const boxOf = (fields: string): string => `servers:
  a:
    image: ${image}
    ${fields}
`;

describe('a manifest of a repository', () => {
  let home: Home;
  let ctx: Context;
  beforeAll(async () => {
    home = await throwawayHome();
    ctx = realContext(home, { GIT_CONFIG_NOSYSTEM: '1' });
  });
  afterAll(() => home.remove());

  const declared = async (manifest: string): Promise<Declared> => {
    await writeFile(join(home.project, 'mcp.yaml'), stackOf(manifest));
    return await declare({ files: [], cwd: home.project, variables: {} }, ctx);
  };
  const failure = async (manifest: string): Promise<McpformError | null> =>
    assertWholePaths(await declared(manifest)).then(
      () => null,
      (thrown: McpformError) => thrown,
    );

  it.each([
    ['a file of a secret', secretOf('file: token'), 5, '"token"'],
    ['one above it', secretOf('file: ../../../token'), 5, '"../../../token"'],
    ['a .env file', secretOf('dotenv: { file: ./.env, key: TOKEN }'), 5, '"./.env"'],
    ['the .env file that nobody names', secretOf('dotenv: { key: TOKEN }'), 5, '".env"'],
    ['a file of SOPS', secretOf('sops: { file: secrets.yaml, key: a.b }'), 5, '"secrets.yaml"'],
    ['a file of age', secretOf('age: { file: token.age, identity: /k }'), 5, '"token.age"'],
    ['an identity of age', secretOf('age: { file: /t.age, identity: key.txt }'), 5, '"key.txt"'],
    ['a folder for a container', boxOf('volumes: [/srv/a:/a, ./docs:/docs]'), 7, '"./docs"'],
    ['one in its long form', boxOf('volumes: [{ bind: ../docs, target: /docs }]'), 7, '"../docs"'],
    ['a seccomp profile', boxOf('security: { seccomp: profile.json }'), 7, '"profile.json"'],
    ['a bundle', 'servers:\n  a:\n    package: mcpb:./x.mcpb\n', 6, '"./x.mcpb"'],
    ['its own folder', boxOf('targets: [{ client: claude-code, scope: local }]'), 7, '"."'],
    ['a folder', boxOf('targets: [{ client: claude-code, scope: project, path: docs }]'), 7, '"docs"'],
  ])('may not name %s by a path that counts from it', async (_, manifest, line, shown) => {
    const error = await failure(manifest);
    expect(error).toMatchObject({ code: 'SOURCE_PATH_RELATIVE' });
    expect(error?.findings).toMatchObject([
      {
        code: 'SOURCE_PATH_RELATIVE',
        message: expect.stringContaining(shown),
        hint: expect.stringContaining('whole path'),
        at: { file: expect.stringMatching(/mcp\.yaml$/), line },
      },
    ]);
  });

  it('may name whole paths, volumes, and what is on the web', async () => {
    const mounts = 'volumes: [/srv/docs:/docs, data:/data]\n    security: { seccomp: unconfined }';
    expect(await failure(`${boxOf(mounts)}volumes: { data: {} }\n`)).toBeNull();
    expect(await failure(secretOf('file: /run/secrets/token'))).toBeNull();
    expect(await failure('servers: { a: { package: "mcpb:https://example.com/x.mcpb" } }\n')).toBeNull();
    const folder = 'targets: [{ client: claude-code, scope: local, path: /srv/x }]';
    expect(await failure(boxOf(folder))).toBeNull();
  });

  it('says all of them at once, but those of servers that are off', async () => {
    const more = boxOf('volumes: [./docs:/docs]').replace('servers:\n  a', '  b');
    expect((await failure(secretOf('file: token') + more))?.findings).toHaveLength(2);
    const off = more.replace('image:', 'enabled: false\n    image:');
    expect((await failure(secretOf('file: token') + off))?.findings).toHaveLength(1);
  });

  it('is refused for them, and one in a folder of this machine is not', async () => {
    const manifest = stackOf(secretOf('file: token'));
    const repository = await gitRepository(home);
    await repository.commit({ 'mcp.yaml': manifest, token: 'x' });
    await writeFile(join(home.project, 'mcp.yaml'), manifest);
    const reading = { variables: {}, ambient: [], allowedLiterals: [], cwd: home.project };
    const read = async (spec: string): Promise<unknown> => {
      const source = await openSource(spec, { cwd: home.project, allowLocal: true }, ctx);
      const revision = await source.look(null, new AbortController().signal);
      return await readRevision(revision, reading, ctx).finally(() => source.close());
    };
    await expect(read(repository.url)).rejects.toMatchObject({ code: 'SOURCE_PATH_RELATIVE' });
    expect(await read('.')).toMatchObject({ declared: { manifest: { name: 'team' } } });
  });
});
