import { folderOf } from '../../engine/load.ts';
import { declareForLock } from '../../engine/lock/declare-for-lock.ts';
import { findOutdated, type Outdated } from '../../engine/lock/find-outdated.ts';
import { packageText } from '../../lock/package-text.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { EXIT } from '../../model/exit-code.ts';
import { parseImageReference } from '../../model/image-reference.ts';
import type { Server } from '../../model/manifest.ts';
import {
  isOutdated,
  type OutdatedReport,
  type OutdatedServer,
  renderOutdated,
} from '../../report/outdated.ts';
import { type Answer, type CommandInput, switchOption, textOption } from '../command.ts';
import { durationMs } from '../duration.ts';
import { loadRequest } from '../load-request.ts';
import { showFindings } from '../show-findings.ts';
import type { Terminal } from '../terminal.ts';
import { withProgress } from '../with-progress.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const { manifest, lock, loaded, findings } = await declareForLock(await loadRequest(input, ctx), ctx);
  const servers = new Map(manifest.servers.map((server) => [server.name, server]));
  const unknown = input.args.find((name) => !servers.has(name));
  if (unknown !== undefined) {
    throw new McpformError('USAGE', `the manifest has no server "${unknown}"`, {
      hint: `it has ${[...servers.keys()].join(', ')}`,
    });
  }
  const found = await withProgress(
    () =>
      findOutdated(
        manifest,
        lock,
        {
          only: new Set(input.args),
          cooldownMs: durationMs(textOption(input.options, 'cooldown') ?? '0d', '--cooldown', '7d or 12h'),
          root: folderOf(loaded),
        },
        ctx,
      ),
    input,
    terminal,
  );
  showFindings(
    findings.filter(({ severity }) => severity === 'error'),
    input,
    terminal,
  );
  const report: OutdatedReport = {
    formatVersion: '1.0',
    stack: manifest.name,
    now: new Date(ctx.system.clock.now()).toISOString(),
    servers: found.map((each) => describe(each, servers.get(each.server) as Server)),
  };
  return {
    exitCode: exitCodeOf(report, input),
    text: renderOutdated(report, { color: terminal.color.out, width: terminal.width }),
    json: report,
  };
}

function exitCodeOf({ servers }: OutdatedReport, { options }: CommandInput): Answer['exitCode'] {
  if (servers.some(({ error }) => error !== undefined)) return EXIT.partial;
  return switchOption(options, 'detailedExitcode') && servers.some(isOutdated) ? EXIT.changes : EXIT.ok;
}

function describe(found: Outdated, { runtime }: Server): OutdatedServer {
  const name =
    runtime.kind === 'image'
      ? parseImageReference(runtime.image).name
      : runtime.kind === 'package'
        ? packageText({ ecosystem: runtime.ecosystem, name: runtime.name })
        : '';
  if ('error' in found) {
    const { code, message, hint } = found.error;
    const error = { code, message, ...(hint === undefined ? {} : { hint }) };
    return { server: found.server, name, current: null, wanted: null, latest: null, error };
  }
  if ('isLocal' in found) {
    return { server: found.server, name, current: null, wanted: null, latest: null, isLocal: true };
  }
  return { server: found.server, name, ...found.releases };
}
