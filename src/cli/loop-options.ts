import { enforcesSome } from '../loop/decide/mode-of.ts';
import type { LoopSettings } from '../loop/settings.ts';
import type { SourceOptions } from '../loop/source/open-source.ts';
import { parseSpec } from '../loop/source/parse-spec.ts';
import { McpformError } from '../model/error.ts';
import { type CommandInput, listOption, switchOption, textOption } from './command.ts';
import { durationMs } from './duration.ts';
import { listenPlace } from './listen-place.ts';
import { loopSettings } from './loop-settings.ts';
import { webhookPlace } from './loop-webhook.ts';

/** What `reconcile` was told, of which nothing contradicts itself. */
export interface LoopOptions {
  readonly settings: LoopSettings;
  /** Undefined: the manifest here. */
  readonly spec: string | undefined;
  readonly isRemote: boolean;
  readonly verify: 'none' | 'head' | 'tag';
  readonly allowLocal: boolean;
  /** Which commits of a repository are taken. */
  readonly commits: Pick<SourceOptions, 'maxAgeMs' | 'minCommitAgeMs' | 'fromCommit'>;
}

/** Throws USAGE, SOURCE_UNSIGNED and what `parseSpec` throws, for what is refused on any machine. Looks at nothing. */
export function loopOptions(input: CommandInput, seed: string): LoopOptions {
  const { options } = input;
  const spec = textOption(options, 'source');
  if (spec !== undefined && listOption(options, 'file').length > 0) {
    throw new McpformError('USAGE', '--source and --file exclude one another', {
      hint: 'name the files behind the source: URL@REF:base.yaml,laptop.yaml',
    });
  }
  const settings = loopSettings(input, seed);
  const allowLocal = switchOption(options, 'allowLocal');
  const isRemote = spec !== undefined && parseSpec(spec, { allowLocal }).kind === 'git';
  const verify = (textOption(options, 'verify') ?? 'none') as LoopOptions['verify'];
  if (isRemote && enforcesSome(settings) && verify === 'none') throw unverified();
  const metrics = textOption(options, 'metrics');
  if (metrics !== undefined) listenPlace(metrics, '--metrics', input.cwd);
  webhookPlace(input);
  const fromCommit = textOption(options, 'fromCommit');
  const commits = {
    ...durationOption(input, 'maxAge', 'maxAgeMs'),
    ...durationOption(input, 'minCommitAge', 'minCommitAgeMs'),
    ...(fromCommit === undefined ? {} : { fromCommit }),
  };
  return { settings, spec, isRemote, allowLocal, verify, commits };
}

function durationOption<Name extends string>(
  { options }: CommandInput,
  option: string,
  name: Name,
): { readonly [key in Name]?: number } {
  const text = textOption(options, option);
  const flag = `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  if (text === undefined) return {};
  return { [name]: durationMs(text, flag, '30m, 12h or 7d') } as { readonly [key in Name]?: number };
}

function unverified(): McpformError {
  return new McpformError('SOURCE_UNSIGNED', 'nobody vouches for what this repository would change', {
    hint: 'pass --verify head (or tag) and name signers in the policy of this machine; or only look: --mode warn',
  });
}
