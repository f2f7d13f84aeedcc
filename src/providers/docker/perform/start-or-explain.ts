import { McpformError } from '../../../model/error.ts';
import type { Engine } from '../engine.ts';

/**
 * Starts a container. ENGINE_PORT_TAKEN says who has the port, where that is a container. Docker before 26 that was
 * killed while it started one counts the port as taken when it is back, although nobody has it, until it starts again.
 */
export async function startOrExplain(engine: Engine, id: string): Promise<void> {
  try {
    await engine.startContainer(id);
  } catch (error) {
    if (!(error instanceof McpformError) || error.code !== 'ENGINE_PORT_TAKEN') throw error;
    throw await explain(engine, error);
  }
}

async function explain(engine: Engine, error: McpformError): Promise<McpformError> {
  const [, digits] = /[\d\]]:(\d{1,5})\b/.exec(error.message) ?? [];
  if (digits === undefined) return error;
  const all = await engine.listContainers();
  const holder = all.find(({ Ports }) => Ports?.some(({ PublicPort }) => PublicPort === Number(digits)));
  if (holder !== undefined) {
    const [name = holder.Id] = holder.Names ?? [];
    return withHint(
      error,
      `container "${name.replace(/^\//, '')}" has it: stop that, or choose another one with \`publish\``,
    );
  }
  if (!/allocated/i.test(error.message)) return error;
  return withHint(error, 'no container has it: restart the engine, which lost count when it was killed');
}

function withHint({ code, message }: McpformError, hint: string): McpformError {
  return new McpformError(code, message, { hint });
}
