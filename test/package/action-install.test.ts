import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readOutputs } from '../action/support/read-outputs.ts';
import { type NpmRegistry, npmRegistry } from '../support/npm-registry.ts';
import { type Ran, run } from '../support/run.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';

const root = resolve(import.meta.dirname, '../..');

/** The first step of the GitHub Action, with npm itself and a registry of the test's own. */
describe('what the action puts in place', () => {
  let home: Home;
  let registry: NpmRegistry;

  beforeAll(async () => {
    home = await throwawayHome();
    registry = await npmRegistry();
    const files = { 'dist/action.cjs': 'console.log("the action")' };
    registry.publish({ name: 'mcpform', version: '1.2.3', files });
  });
  afterAll(async () => {
    await registry?.close();
    await home?.remove();
  });

  async function install(
    version: string,
    path = home.env['PATH'] ?? '',
  ): Promise<Ran & { entry: string | undefined }> {
    const output = join(home.folder, 'output');
    await writeFile(output, '');
    const ran = await run(process.execPath, [join(root, 'scripts/action-install.mjs')], {
      cwd: home.project,
      env: {
        ...home.env,
        PATH: path,
        npm_config_registry: registry.url,
        npm_config_update_notifier: 'false',
        INPUT_VERSION: version,
        GITHUB_OUTPUT: output,
        RUNNER_TEMP: home.folder,
      },
    });
    return { ...ran, entry: readOutputs(await readFile(output, 'utf8'))['entry'] };
  }

  it('is this very checkout, unless somebody asks for another version', async () => {
    const { entry, stdout, stderr } = await install('');
    expect(entry, stdout + stderr).toBe(join(root, 'dist/action.cjs'));
    expect(registry.asked).toEqual([]);
  });

  it('is the package that was named, if it is exactly that', async () => {
    const { entry, stderr } = await install(`1.2.3 ${registry.integrityOf('mcpform', '1.2.3')}`);
    expect(await readFile(entry ?? '', 'utf8'), stderr).toContain('the action');
  });

  it('is what the machine has, where that is asked for', async () => {
    expect(await install('installed')).toMatchObject({ exitCode: 1, entry: undefined });
    const bin = join(home.folder, 'bin');
    await mkdir(bin);
    await symlink(join(root, 'dist/mcpform.cjs'), join(bin, 'mcpform'));
    const { entry, stderr } = await install('installed', `${bin}${delimiter}${home.env['PATH']}`);
    expect(entry, stderr).toBe(join(root, 'dist/action.cjs'));
  });

  it.each([
    ['another integrity', `1.2.3 sha512-${'A'.repeat(86)}==`, 'which is not sha512-AAAA'],
    ['no integrity', '1.2.3', 'nor a version and its integrity'],
    ['a tag', `latest sha512-${'A'.repeat(86)}==`, 'nor a version and its integrity'],
    ['more words', '1.2.3; touch evil', 'nor a version and its integrity'],
    ['a version that there is not', `9.9.9 sha512-${'A'.repeat(86)}==`, 'could not be installed'],
  ])('is nothing with %s', async (_, version, words) => {
    const { entry, exitCode, stderr } = await install(version);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(words);
    expect(entry).toBeUndefined();
  });
});
