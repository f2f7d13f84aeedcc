import type { SecretBackend } from '../../model/secret.ts';
import { textArgument } from '../text-argument.ts';
import { diagnoseMounted, readMounted } from './mounted.ts';

/** Where Swarm and Compose show a container its secrets. https://docs.docker.com/compose/how-tos/use-secrets/ */
const FOLDER = '/run/secrets';

/** A secret of Swarm or Compose, where mcpform itself runs in a container. */
export const backend: SecretBackend = {
  name: 'docker',
  settings: [],
  session: [],
  read: (argument, ctx) => readMounted(FOLDER, textArgument(argument, 'docker'), ctx),
  writeHint: 'create it with `docker secret create`, or name its file in the Compose file',
  diagnose: (sources, ctx) =>
    diagnoseMounted(
      FOLDER,
      sources.map((source) => textArgument(source, 'docker')),
      ctx,
    ),
};
