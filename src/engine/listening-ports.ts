import type { Context } from '../model/context.ts';

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];
/** TCP_LISTEN: https://docs.kernel.org/networking/proc_net_tcp.html */
const LISTENS = '0A';

/**
 * TCP ports on which programs of this machine listen, on whatever address: no container can be published there. Empty
 * where the system does not tell.
 */
export async function listeningPorts({ system }: Pick<Context, 'system'>): Promise<ReadonlySet<number>> {
  const tables = await Promise.all(TABLES.map((path) => system.files.read(path).catch(nothing)));
  return new Set(tables.flatMap((table) => portsIn(table.toString())));
}

/** A machine without such a file is none that we know less about than others. */
function nothing(error: unknown): Buffer {
  if (error instanceof Error && 'code' in error) return Buffer.alloc(0);
  throw error;
}

/** `  0: 0100007F:1F90 00000000:0000 0A …` */
function portsIn(table: string): readonly number[] {
  return table.split('\n').flatMap((line) => {
    const [, local = '', , state] = line.trim().split(/\s+/);
    return state === LISTENS ? [Number.parseInt(local.slice(local.lastIndexOf(':') + 1), 16)] : [];
  });
}
