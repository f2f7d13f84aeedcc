import { describe, it } from 'vitest';
import { start } from './child.ts';
import { onTerminal } from './pseudo-terminal.ts';
import { onStage } from './stage.ts';

const MANIFEST = `apiVersion: mcpform/v1
kind: Stack
name: tools
servers:
  a: { command: a }
`;

describe.concurrent('status --watch', () => {
  it('prints a line of JSON whenever something changed, and nothing in between', ({ expect }) =>
    onStage(async (stage) => {
      const child = start(['status', '--watch', '--interval', '200ms', '--json'], stage.home);
      await child.says('"state":"pending"');
      await stage.expectExit(0, ['apply', '--auto-approve']);
      await child.says('"state":"in-sync"');
      await new Promise((done) => setTimeout(done, 1000));
      child.kill('SIGINT');
      const { exitCode, stdout } = await child.ended;
      expect(exitCode).toBe(130);
      const lines = stdout.trimEnd().split('\n');
      const serials = lines.map((line) => JSON.parse(line).serial as number);
      // The apply is seen in at most a few looks: before, while it writes, after.
      expect(lines.length).toBeLessThanOrEqual(4);
      expect(new Set(lines.map((line) => line.replace(/"now":"[^"]*",/, ''))).size).toBe(lines.length);
      expect(serials.at(-1)).toBeGreaterThan(serials[0] as number);
    }, MANIFEST));

  it('shows a manifest that cannot be read for a moment, and goes on', ({ expect }) =>
    onStage(async (stage) => {
      const screen = onTerminal(['status', '--watch', '--interval', '200ms'], stage.home);
      await screen.shows('pending');
      await stage.write({ 'project/mcp.yaml': 'servers: [' });
      await screen.shows('error[');
      await stage.write({ 'project/mcp.yaml': MANIFEST.replace('name: tools', 'name: toolbox') });
      await screen.shows('toolbox');
      screen.type('\u0003');
      expect(await screen.ended).toBe(130);
    }, MANIFEST));

  it('is needed for an interval', ({ expect }) =>
    onStage(async (stage) => {
      const { stderr } = await stage.expectExit(64, ['status', '--interval', '1s']);
      expect(stderr).toContain('add --watch');
    }, MANIFEST));
});
