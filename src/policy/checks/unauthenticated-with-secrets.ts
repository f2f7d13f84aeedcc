import { type Check, perServer } from './check.ts';

export const unauthenticatedWithSecrets: Check = {
  id: 'unauthenticated-with-secrets',
  code: 'CHECK_UNAUTHENTICATED_WITH_SECRETS',
  level: 'warn',
  why: 'A server over HTTP that gets secrets, and is shown no credential by its client, lends them to whoever reaches its port.',
  hint: 'add the header that the server asks for under `headers`, or run the image over stdio',
  says: 'GRAPH_CONTAINER_OPEN',
  find: perServer(({ server, container }) => {
    if (container?.service == null) return null;
    const hasSecrets = Object.values(server.env).some(
      (value) =>
        typeof value !== 'string' && value.some((part) => typeof part === 'object' && 'secret' in part),
    );
    const asks =
      Object.keys(server.headers).length > 0 || 'oauth' in server.client || 'headersHelper' in server.client;
    if (!hasSecrets || asks) return null;
    return { field: 'env', words: 'it receives secrets, and the client shows it none' };
  }),
};
