import { folderOf } from '../../engine/load.ts';
import { checkLock } from '../../engine/lock/check-lock.ts';
import { declareForLock, type Texts } from '../../engine/lock/declare-for-lock.ts';
import { PARALLEL } from '../../engine/lock/resolve-pins.ts';
import { type LockChange, type LockUpdate, updateLock } from '../../engine/lock/update-lock.ts';
import { writeLockFiles } from '../../engine/lock/write-lock-files.ts';
import { summarizePin } from '../../graph/summarize-pin.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { EXIT } from '../../model/exit-code.ts';
import { hasErrors } from '../../model/finding.ts';
import { checkWords, type LockedServer, type LockReport, renderLock } from '../../report/lock.ts';
import { type Answer, type CommandInput, listOption, switchOption, textOption } from '../command.ts';
import { durationMs } from '../duration.ts';
import { isLocked } from '../is-locked.ts';
import { loadRequest } from '../load-request.ts';
import { showFindings } from '../show-findings.ts';
import type { Terminal } from '../terminal.ts';
import { withProgress } from '../with-progress.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const texts = await declareForLock(await loadRequest(input, ctx), ctx);
  return switchOption(input.options, 'check')
    ? await check(texts, input, ctx, terminal)
    : await write(texts, input, ctx, terminal);
}

async function check(texts: Texts, input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  if (input.options['update'] !== undefined) {
    throw new McpformError('USAGE', '--check and --update exclude one another', { hint: 'give one of them' });
  }
  const findings = await checkLock(texts, { isOffline: switchOption(input.options, 'offline') }, ctx);
  showFindings(findings, input, terminal);
  const isCurrent = !hasErrors(findings) && !texts.isMerged;
  return {
    exitCode: isCurrent ? EXIT.ok : EXIT.error,
    text: checkWords(texts.loaded.lockPath, Object.keys(texts.lock.servers).length, isCurrent),
    json: {
      formatVersion: '1.0',
      stack: texts.manifest.name,
      path: texts.loaded.lockPath,
      isCurrent,
      findings,
    },
  };
}

async function write(
  { manifest, lock, loaded, isMerged }: Texts,
  input: CommandInput,
  ctx: Context,
  terminal: Terminal,
): Promise<Answer> {
  if (switchOption(input.options, 'offline')) {
    throw new McpformError('USAGE', '--offline is for --check: names are looked up in registries', {
      hint: 'add --check, or leave --offline out',
    });
  }
  const names = manifest.servers.map(({ name }) => name);
  const update = await withProgress(
    () =>
      updateLock(
        manifest,
        lock,
        {
          lockPath: loaded.lockPath,
          updates: namesToUpdate(input, names),
          cooldownMs: durationMs(textOption(input.options, 'cooldown') ?? '0d', '--cooldown', '7d or 12h'),
          allowsDowngrade: switchOption(input.options, 'allowDowngrade'),
          parallel: parallelOf(input),
          root: folderOf(loaded),
          isStrict: isLocked(input, ctx),
        },
        ctx,
      ),
    input,
    terminal,
  );
  await writeLockFiles(loaded.lockPath, update.lock, update.trees, ctx);
  const isShorter = Object.keys(update.lock.offers).length < Object.keys(lock.offers).length;
  const report = reportOf(manifest.name, loaded.lockPath, { update, isRewritten: isMerged || isShorter });
  showFindings(update.findings, input, terminal);
  return {
    exitCode: report.servers.some(({ result }) => result === 'failed') ? EXIT.partial : EXIT.ok,
    text: renderLock(report, { color: terminal.color.out, width: terminal.width }),
    json: report,
  };
}

/** `--update` alone means every server. */
function namesToUpdate({ options }: CommandInput, names: readonly string[]): ReadonlySet<string> {
  if (options['update'] === true) return new Set(names);
  const wanted = listOption(options, 'update');
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown === undefined) return new Set(wanted);
  throw new McpformError('USAGE', `the manifest has no server "${unknown}"`, {
    hint: names.length === 0 ? 'it has none at all' : `it has ${names.join(', ')}`,
  });
}

function parallelOf({ options }: CommandInput): number {
  const text = textOption(options, 'parallel');
  if (text === undefined) return PARALLEL;
  if (/^[1-9]\d{0,2}$/.test(text)) return Number(text);
  throw new McpformError('USAGE', `--parallel "${text}" is not a number from 1 to 999`, {
    hint: `the default is ${PARALLEL}`,
  });
}

function reportOf(
  stack: string,
  path: string,
  { update, isRewritten }: { readonly update: LockUpdate; readonly isRewritten: boolean },
): LockReport {
  return {
    formatVersion: '1.0',
    stack,
    path,
    isChanged: isRewritten || update.changes.some(({ result }) => result !== 'kept' && result !== 'failed'),
    servers: update.changes.map(serverOf),
    findings: update.findings,
  };
}

function serverOf({ server, result, before, after, error }: LockChange): LockedServer {
  return {
    server,
    result,
    before: before === null ? null : summarizePin(before),
    after: after === null ? null : summarizePin(after),
    ...(error === undefined
      ? {}
      : {
          error: {
            code: error.code,
            message: error.message,
            ...(error.hint === undefined ? {} : { hint: error.hint }),
          },
        }),
  };
}
