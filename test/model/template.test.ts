import { expect, it } from 'vitest';
import { knownUrl } from '../../src/model/template.ts';

it.each([
  ['https://a.example/x', 'a.example'],
  ['https://A.Example:8443/${X}?y=${Z:-https://b}', 'a.example:8443'],
  ['https://good.example@evil.example/', 'evil.example'],
  ['https:\\\\evil.example\\x', 'evil.example'],
  ['https:evil.example', 'evil.example'],
  ['wss://a.example', 'a.example'],
])('knows where %s goes', (text, host) => {
  expect(knownUrl(text)?.host).toBe(host);
});

it.each([
  '',
  'not a url',
  '/path',
  '${URL}',
  '${SCHEME}://a.example/',
  'https://${HOST}/x',
  'https://a.example${X}',
  'https://a.example:${PORT}/',
  'https://${X:-a/}b.example/',
  'https:\n//${HOST}/',
  'https://a.exam\tple/',
  ' https://a.example/',
  'https:${X}',
])('does not pretend to know where %j goes', (text) => {
  expect(knownUrl(text)).toBeNull();
});
