import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import { type CommandInput, listOption, textOption } from './command.ts';

/** A command's input and world: with `--source`, those of the commit that the loop applied last. */
export async function atSource(
  input: CommandInput,
  ctx: Context,
): Promise<{ readonly input: CommandInput; readonly ctx: Context }> {
  const spec = textOption(input.options, 'source');
  if (spec === undefined) return { input, ctx };
  if (listOption(input.options, 'file').length > 0) {
    throw new McpformError('USAGE', '--source and --file exclude one another', {
      hint: 'name the files behind the source: URL@REF:base.yaml,laptop.yaml',
    });
  }
  const { appliedRevision } = await import('../loop/source/applied-revision.ts');
  // Nothing is fetched, so it does no harm that the source is one that is only for tests.
  const { files, manifestFiles } = await appliedRevision(spec, { allowLocal: true }, ctx);
  return {
    input: { ...input, options: { ...input.options, file: manifestFiles } },
    ctx: { ...ctx, system: { ...ctx.system, files } },
  };
}
