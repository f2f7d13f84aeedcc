import { expect, it } from 'vitest';
import { onStage, TOOLS } from './stage.ts';

it('a rollback holds until the manifest and its lock say what was rolled back to', () =>
  onStage(async ({ expectExit, apply, write, read }) => {
    const said = async (...args: readonly string[]) =>
      (await expectExit(0, args)).stderr.replaceAll(/\s+/g, ' ');
    const args = async () => JSON.parse(await read('.claude.json')).mcpServers.memory.args[1];
    await apply();
    const newer = TOOLS.replace('memory@1.0.0', 'memory@2.0.0');
    await write({ 'project/mcp.yaml': newer });
    await apply();
    await expectExit(0, ['rollback', '1', '--auto-approve', '--no-settle']);
    expect(await args()).toBe('memory@1.0.0');

    expect((await said('plan')).match(/on hold/g)).toHaveLength(1);
    expect(await said('plan')).toContain('rollback to generation 1: apply refuses');
    const refused = await expectExit(3, ['apply', '--auto-approve', '--no-settle']);
    expect(refused.stderr).toContain('error[STACK_ON_HOLD]');
    // Nearly the same is not the same.
    await write({ 'project/mcp.yaml': TOOLS.replace('command: npx', 'command: pnpx') });
    await expectExit(3, ['apply', '--auto-approve', '--no-settle']);

    // Written otherwise, and with a drift meanwhile: what it asks for is what counts.
    await write({
      'project/mcp.yaml': `# reverted\n${TOOLS}`,
      '.claude.json': (await read('.claude.json')).replace('memory@1.0.0', 'memory@0.0.1'),
    });
    expect(await said('plan')).toContain('apply ends that, as the manifest asks for the same');
    await apply();
    expect(await args()).toBe('memory@1.0.0');
    await write({ 'project/mcp.yaml': newer });
    expect(await said('plan')).not.toContain('on hold');
    await apply();
    expect(await args()).toBe('memory@2.0.0');
  }));
