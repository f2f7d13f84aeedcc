import { describe, expect, it } from 'vitest';
import { serviceUrl } from '../../src/graph/service-url.ts';

const urlOf = (address: string, host: string | null, transport: 'http' | 'sse' | 'ws' = 'http') =>
  serviceUrl({ transport, port: 3001, path: '/mcp', publish: { address, port: 4000 } }, host);

describe('where a client reaches a service', () => {
  it.each([
    ['127.0.0.1', 'http://127.0.0.1:4000/mcp'],
    ['127.0.0.9', 'http://127.0.0.9:4000/mcp'],
    ['0.0.0.0', 'http://127.0.0.1:4000/mcp'],
    ['::1', 'http://[::1]:4000/mcp'],
    ['0:0:0:0:0:0:0:1', 'http://[::1]:4000/mcp'],
    ['::', 'http://[::1]:4000/mcp'],
    ['192.168.0.7', 'http://192.168.0.7:4000/mcp'],
    ['fd00::7', 'http://[fd00::7]:4000/mcp'],
  ])('published on %s of this machine: %s', (address, url) => {
    expect(urlOf(address, null)).toBe(url);
  });

  it.each([
    ['127.0.0.1', 'lab', null],
    ['127.1.2.3', 'lab', null],
    ['::1', 'lab', null],
    ['0:0::1', 'lab', null],
    ['0.0.0.0', 'lab.example.com', 'http://lab.example.com:4000/mcp'],
    ['::', 'lab', 'http://lab:4000/mcp'],
    ['0.0.0.0', 'fd00::1', 'http://[fd00::1]:4000/mcp'],
    ['10.0.0.7', 'lab', 'http://10.0.0.7:4000/mcp'],
  ])('published on %s of another machine, "%s": %s', (address, host, url) => {
    expect(urlOf(address, host)).toBe(url);
  });

  it('is a socket for a transport that needs one', () => {
    expect(urlOf('127.0.0.1', null, 'sse')).toBe('http://127.0.0.1:4000/mcp');
    expect(urlOf('127.0.0.1', null, 'ws')).toBe('ws://127.0.0.1:4000/mcp');
  });
});
