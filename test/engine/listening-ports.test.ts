import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { listeningPorts } from '../../src/engine/listening-ports.ts';
import { memorySystem } from '../../src/system/memory.ts';
import { realSystem } from '../../src/system/real.ts';

const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';

describe('ports on which programs of this machine listen', () => {
  it('are those of both tables, without connections', async () => {
    const tree = {
      '/proc/net/tcp': `${HEAD}
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   1: 0100007F:1F91 0100007F:C001 01 00000000:00000000 00:00000000 00000000     0        0 2 1 0 100 0 0 10 0
`,
      '/proc/net/tcp6': `${HEAD}
   0: 00000000000000000000000000000000:0016 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000
`,
    };
    expect([...(await listeningPorts({ system: memorySystem({ tree }) }))]).toEqual([8080, 22]);
  });

  it('are none where the system does not tell', async () => {
    expect((await listeningPorts({ system: memorySystem({ tree: {} }) })).size).toBe(0);
  });

  it.runIf(process.platform === 'linux')('are there on a real machine while a program listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { readonly port: number };
    const system = realSystem({});
    expect((await listeningPorts({ system })).has(port)).toBe(true);
    server.close();
    await once(server, 'close');
    expect((await listeningPorts({ system })).has(port)).toBe(false);
  });
});
