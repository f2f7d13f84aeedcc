import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { launchdPlist } from '../../../src/loop/service/launchd-plist.ts';
import { serviceManager } from '../../../src/loop/service/manager.ts';
import { mark } from '../../../src/loop/service/mark.ts';
import { taskXml } from '../../../src/loop/service/task-xml.ts';
import { AWKWARD, context, spec } from './examples.ts';

/** What a Python program makes of bytes on its stdin: its parsers are not ours. */
function python(program: string, input: Uint8Array | string): unknown {
  const ran = spawnSync('python3', ['-c', program], { input, encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(ran.stderr);
  return JSON.parse(ran.stdout);
}

const PLIST = 'import plistlib, sys, json; print(json.dumps(plistlib.loads(sys.stdin.buffer.read())))';
/** Tags and texts in document order, without their namespace. */
const XML = `
import sys, json, xml.etree.ElementTree as tree
def walk(e):
    return [e.tag.split('}')[-1], (e.text or '') if len(e) == 0 else [walk(c) for c in e]]
root = tree.fromstring(sys.stdin.buffer.read())
print(json.dumps([root.tag.split('}')[0][1:], walk(root)]))`;

type Node = [tag: string, content: string | Node[]];

function child(node: Node, ...path: readonly string[]): Node {
  const [tag, ...rest] = path;
  if (tag === undefined) return node;
  const found = Array.isArray(node[1]) ? node[1].find(([name]) => name === tag) : undefined;
  if (found === undefined) throw new Error(`${node[0]} has no ${tag}`);
  return child(found, ...rest);
}

const tagsOf = ([, content]: Node): readonly string[] =>
  Array.isArray(content) ? content.map(([tag]) => tag) : [];

describe('a launchd agent', () => {
  it('is a property list with every argument and variable as it is', () => {
    const env = Object.fromEntries(AWKWARD.map((value, at) => [`NAME_${at}`, value] as const));
    const text = mark(launchdPlist(spec({ args: AWKWARD, env, folder: '/a & b/<c>' })));
    expect(python(PLIST, text)).toEqual({
      Label: 'dev.mcpform.tools-3f1c9ab24e77',
      ProgramArguments: ['/usr/local/bin/node', ...AWKWARD],
      WorkingDirectory: '/a & b/<c>',
      EnvironmentVariables: env,
      RunAtLoad: true,
      KeepAlive: { SuccessfulExit: false },
      ThrottleInterval: 30,
      ExitTimeOut: 10,
      ProcessType: 'Background',
      StandardOutPath: '/dev/null',
      StandardErrorPath: '/home/ada/.local/state/mcpform/services/tools.err',
    });
  });
});

describe('a Windows task', () => {
  const parsed = (text: Uint8Array | string): Node => {
    const [namespace, root] = python(XML, text) as [string, Node];
    expect(namespace).toBe('http://schemas.microsoft.com/windows/2004/02/mit/task');
    return root;
  };
  const manager = () => serviceManager(context({}, { platform: 'win32', env: {} }));

  it('is UTF-16 with a byte order mark and Windows line ends, and reads back as it was written', async () => {
    const { encode, decode } = await manager();
    const text = mark(taskXml(spec({ about: 'ünï 漢字' }), null));
    const bytes = encode(text);
    expect([...bytes.subarray(0, 4)]).toEqual([0xff, 0xfe, 0x3c, 0]);
    expect(decode(bytes)).toBe(text);
    expect(child(parsed(bytes), 'RegistrationInfo', 'Description')[1]).toBe('mcpform reconcile: ünï 漢字');
  });

  it('has its parts as the schema knows them, begins at logon, and has no end', async () => {
    const root = parsed((await manager()).encode(taskXml(spec(), 'ADA-PC\\ada')));
    expect(tagsOf(root)).toEqual(['RegistrationInfo', 'Triggers', 'Principals', 'Settings', 'Actions']);
    // triggerBaseType is a sequence, which logonTriggerType goes on with.
    expect(tagsOf(child(root, 'Triggers', 'LogonTrigger'))).toEqual(['Enabled', 'UserId']);
    expect(child(root, 'Principals', 'Principal', 'UserId')[1]).toBe('ADA-PC\\ada');
    expect(child(root, 'Principals', 'Principal', 'RunLevel')[1]).toBe('LeastPrivilege');
    expect(child(root, 'Settings', 'ExecutionTimeLimit')[1]).toBe('PT0S');
    expect(child(root, 'Settings', 'MultipleInstancesPolicy')[1]).toBe('IgnoreNew');
    // unsignedByte.
    expect(Number(child(root, 'Settings', 'RestartOnFailure', 'Count')[1])).toBeLessThanOrEqual(255);
    expect(child(root, 'Actions', 'Exec', 'Command')[1]).toBe('/usr/local/bin/node');
  });

  it('passes every argument on as CommandLineToArgvW reads it', async () => {
    const root = parsed((await manager()).encode(taskXml(spec({ args: AWKWARD }), null)));
    expect(readArguments(String(child(root, 'Actions', 'Exec', 'Arguments')[1]))).toEqual(AWKWARD);
  });
});

/** https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments, written down a second time. */
function readArguments(line: string): readonly string[] {
  const words: string[] = [];
  let word: string | null = null;
  let isQuoted = false;
  for (let at = 0; at < line.length; at += 1) {
    const [slashes = ''] = /^\\*/.exec(line.slice(at)) ?? [];
    if (slashes !== '') {
      const isBeforeQuote = line[at + slashes.length] === '"';
      const kept = isBeforeQuote ? Math.floor(slashes.length / 2) : slashes.length;
      word = (word ?? '') + '\\'.repeat(kept);
      at += slashes.length - 1;
      if (isBeforeQuote && slashes.length % 2 === 1) {
        word += '"';
        at += 1;
      }
    } else if (line[at] === '"') {
      isQuoted = !isQuoted;
      word ??= '';
    } else if (line[at] === ' ' && !isQuoted) {
      if (word !== null) words.push(word);
      word = null;
    } else {
      word = (word ?? '') + line[at];
    }
  }
  return word === null ? words : [...words, word];
}
