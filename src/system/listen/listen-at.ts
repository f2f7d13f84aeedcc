import { chmod } from 'node:fs/promises';
import type { AddressInfo, Server } from 'node:net';
import type { Listener, ListenPlace } from '../../model/system.ts';

const HOST = '127.0.0.1';
/** Windows has no files for its pipes. */
const isPipe = (path: string): boolean => path.startsWith('\\\\');

/** Makes a server listen there, and on no other address of the machine. It keeps the process alive until it is closed. */
export async function listenAt(
  place: ListenPlace,
  server: Server,
  endConnections: () => void,
): Promise<Listener> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(place.kind === 'unix' ? { path: place.path } : { host: HOST, port: place.port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  // A connection that cannot be taken (no file left for it) is that peer's trouble alone.
  server.on('error', () => undefined);
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      endConnections();
    });
  if (place.kind === 'unix' && !isPipe(place.path)) {
    try {
      await chmod(place.path, 0o600);
    } catch (error) {
      await close();
      throw error;
    }
  }
  const address = server.address() as AddressInfo | string | null;
  return { port: address !== null && typeof address === 'object' ? address.port : 0, close };
}
