import { resolve } from 'node:path';
import type { LoadRequest } from '../engine/load.ts';
import { readInput } from '../engine/read-input.ts';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import { isJsonObject } from '../model/json.ts';
import { type CommandInput, listOption } from './command.ts';

const PREFIX = 'MCPFORM_VAR_';

/** `--var` beats `--var-file` beats `MCPFORM_VAR_x` in the environment; the manifest's default comes last. */
export async function readVariables(
  input: CommandInput,
  ctx: Context,
): Promise<Required<Pick<LoadRequest, 'variables' | 'ambient'>>> {
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(ctx.env)) {
    if (name.startsWith(PREFIX) && value !== undefined) variables[name.slice(PREFIX.length)] = value;
  }
  const ambient = new Set(Object.keys(variables));
  for (const file of listOption(input.options, 'varFile')) {
    const given = await readVariableFile(resolve(input.cwd, file), ctx);
    Object.assign(variables, given);
    for (const name of Object.keys(given)) ambient.delete(name);
  }
  for (const text of listOption(input.options, 'var')) {
    const split = text.indexOf('=');
    if (split < 1)
      throw new McpformError('USAGE', `--var "${text}" is not NAME=VALUE`, { hint: 'write --var region=eu' });
    variables[text.slice(0, split)] = text.slice(split + 1);
    ambient.delete(text.slice(0, split));
  }
  return { variables, ambient: [...ambient] };
}

async function readVariableFile(path: string, ctx: Context): Promise<Record<string, string>> {
  const { parseYaml } = await import('../formats/yaml-parse.ts');
  const { value, findings } = parseYaml(await readInput(path, 'VARIABLES_INVALID', ctx.system.files), path);
  const invalid = (what: string): McpformError =>
    new McpformError('VARIABLES_INVALID', `"${path}": ${what}`, {
      hint: 'write one `name: value` per line',
      findings,
    });
  if (findings.length > 0) throw invalid('cannot be parsed');
  if (!isJsonObject(value)) throw invalid('is not a map of names and values');
  const variables: Record<string, string> = {};
  for (const [name, member] of Object.entries(value)) {
    if (typeof member === 'object') throw invalid(`variable "${name}" is not plain text`);
    variables[name] = String(member);
  }
  return variables;
}
