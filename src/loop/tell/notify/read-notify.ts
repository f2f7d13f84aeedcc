import { join } from 'node:path';
import { readInput } from '../../../engine/read-input.ts';
import { parseYaml } from '../../../formats/yaml-parse.ts';
import type { Context } from '../../../model/context.ts';
import { isErrno, McpformError } from '../../../model/error.ts';
import type { Json } from '../../../model/json.ts';
import type { SecretValue } from '../../../model/secret.ts';
import { loadBackend } from '../../../secrets/index.ts';
import { type LineSource, notifyFields } from './notify-fields.ts';
import { sinkUrl } from './post.ts';
import type { SinkSettings } from './sinks.ts';

/**
 * Reads `notify.yaml` of the user's configuration, and asks for its secrets; null when there is none. It is never part
 * of a source: who may change a manifest says nobody where this machine tells of itself. Throws LOOP_SINK_INVALID and
 * SECRET_*.
 */
export async function readNotify(ctx: Context): Promise<SinkSettings | null> {
  const path = join(ctx.folders.config, 'notify.yaml');
  if (!(await isOwn(path, ctx))) return null;
  const { value, findings } = parseYaml(await readInput(path, 'LOOP_SINK_INVALID', ctx.system.files), path);
  if (value === undefined) throw new McpformError('LOOP_SINK_INVALID', `"${path}" is not YAML`, { findings });
  const at = notifyFields(path);
  const top = at.table(value, '', ['allowHosts', 'webhooks', 'slack', 'desktop', 'githubStatus']);
  const listedHosts = at.list(top['allowHosts'], 'allowHosts').map((each) => at.text(each, 'allowHosts'));
  const secret = async (source: Json | undefined, where: string): Promise<SecretValue> =>
    readSecret(at.source(source, where), ctx);
  const webhooks = at.list(top['webhooks'], 'webhooks').map(async (each) => {
    const { url, key } = at.table(each, 'webhooks', ['url', 'key']);
    return { url: at.text(url, 'webhooks.url'), key: await secret(key, 'webhooks.key') };
  });
  const slacks = at.list(top['slack'], 'slack').map(async (each) => {
    const { url } = at.table(each, 'slack', ['url']);
    return { url: await secret(url, 'slack.url') };
  });
  const statuses = at.list(top['githubStatus'], 'githubStatus').map(async (each) => {
    const known = ['repository', 'token', 'context', 'api'];
    const { repository, token, context = 'mcpform', api } = at.table(each, 'githubStatus', known);
    return {
      repository: at.text(repository, 'githubStatus.repository'),
      context: at.text(context, 'githubStatus.context'),
      api: at.text(api ?? 'https://api.github.com', 'githubStatus.api'),
      token: await secret(token, 'githubStatus.token'),
    };
  });
  const settings: SinkSettings = {
    listedHosts,
    webhooks: await Promise.all(webhooks),
    slacks: await Promise.all(slacks),
    hasDesktop: top['desktop'] === true,
    statuses: await Promise.all(statuses),
  };
  // What is wrong with an address is said before the loop begins.
  for (const { url } of settings.webhooks) sinkUrl('the webhook', url, settings);
  return settings;
}

/** Whether it is there. Another user's, or one that others may write, is refused. */
async function isOwn(path: string, { system, platform }: Context): Promise<boolean> {
  try {
    const found = await system.files.stat(await system.files.realPath(path));
    const { uid } = await system.processes.identity();
    const isSafe =
      platform === 'win32' || ((found.uid === uid || found.uid === 0) && (found.mode & 0o022) === 0);
    if (isSafe) return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
  throw new McpformError(
    'LOOP_SINK_INVALID',
    `"${path}" can be written by others, or belongs to another user`,
    {
      hint: 'run `chmod 600` on it if it is yours',
    },
  );
}

async function readSecret({ backend, argument }: LineSource, ctx: Context): Promise<SecretValue> {
  const value = await (await loadBackend(backend)).read(argument, ctx);
  ctx.conceal.add(value.reveal());
  return value;
}
