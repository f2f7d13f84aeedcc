import { describe, expect, it } from 'vitest';
import { findSecretArguments, looksLikeSecret, redactLine, redactUrl } from '../../src/formats/redact.ts';

// Put together at run time, so that no scanner takes this file for a leak.
const join = (...parts: string[]): string => parts.join('');
const long = 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8';
const github = join('ghp', '_', long);

describe('looksLikeSecret', () => {
  it.each([
    ['github-token', github],
    ['github-token', join('github_pat', '_11ABCDEFG0', long)],
    ['openai-key', join('sk', '-proj-', long)],
    ['anthropic-key', join('sk', '-ant-api03-', long)],
    ['slack-token', join('xoxb', '-123456789012-', long)],
    ['aws-key', join('AKIA', 'IOSFODNN7EXAMPLE')],
    ['gitlab-token', join('glpat', '-', long)],
    ['google-key', join('AIza', long)],
    ['stripe-key', join('sk_live', '_', long)],
    ['npm-token', join('npm', '_', long)],
    ['docker-token', join('dckr_pat', '_', long)],
    ['linear-key', join('lin_api', '_', long)],
    ['vault-token', join('hvs', '.', long)],
    ['age-key', join('AGE-SECRET-KEY-', '1QQPQYQQZQRQSQTQUQVQWQXQYQZQ2Q3Q4')],
    ['jwt', join('eyJ', 'hbGciOiJIUzI1NiJ9.eyJ', 'zdWIiOiIxMjM0In0.c2lnbmF0dXJl')],
    ['private-key', join('-----BEGIN OPENSSH ', 'PRIVATE KEY-----\nabc')],
    ['bearer', `Bearer ${long}`],
    ['bearer', 'Basic dXNlcjpwYXNzd29yZA=='],
    ['url-password', 'postgres://app:hunter2@db.example.com/x'],
    ['github-token', `--token=${github}`],
    ['github-token', `https://x.example/mcp?key=${github}`],
  ])('knows a %s wherever it stands', (rule, value) => {
    expect(looksLikeSecret(null, value)).toBe(rule);
    expect(looksLikeSecret('ANYTHING', value)).toBe(rule);
  });

  it.each([
    ['GITHUB_TOKEN', '9f86d081884c7d659a2f'],
    ['API_KEY', 'k3y-7xq2p9'],
    ['MY_SECRET_VALUE', 'Zx81-qq-1982-aa'],
    ['Authorization', 'Token 9f86d081884c7d659a2f'],
    ['X-Api-Key', '9f86d081884c7d659a2f'],
    ['clientSecret', 'q1w2e3r4t5y6u7i8'],
    ['apiKey', 'q1w2e3r4t5y6u7i8'],
  ])('knows a random value under %s', (key, value) => {
    expect(looksLikeSecret(key, value)).toBe('secret-key-entropy');
    expect(looksLikeSecret('REGION', value)).toBeNull();
  });

  it.each(['PASSWORD', 'DB_PASSWORD', 'PGPASSWORD', 'passphrase'])(
    'takes any word under %s for a password',
    (key) => {
      expect(looksLikeSecret(key, 'hunter2')).toBe('password');
    },
  );

  it.each(['-eyJAAAAAAAAA', 'a.', '${', 'a-', '-----BEGIN ', 'Bearer ', 'https://', 'x:'])(
    'stays linear on 4 MiB of %j',
    (part) => {
      const start = performance.now();
      looksLikeSecret('API_KEY', part.repeat((4 << 20) / part.length));
      expect(performance.now() - start).toBeLessThan(5_000);
    },
  );

  it.each([
    ['GITHUB_TOKEN', '${GITHUB_TOKEN}'],
    ['GITHUB_TOKEN', '${secret.github-token}'],
    ['Authorization', 'Bearer ${secret.linear}'],
    ['Authorization', 'Bearer ${LINEAR_TOKEN:-none}'],
    ['PASSWORD', '${DB_PASSWORD}'],
    ['PASSWORD', 'true'],
    ['PASSWORD', '<your password>'],
    ['DATABASE_URL', 'postgres://app:${secret.db}@db.example.com/x'],
    ['DATABASE_URL', 'postgres://app@db.example.com/x'],
    ['MAX_TOKENS', '4096'],
    ['MAX_TOKENS', 'a1B2c3D4e5F6g7H8'],
    ['TOKEN_FILE', '/run/secrets/token-a1B2c3D4'],
    ['PUBLIC_KEY', 'a1B2c3D4e5F6g7H8'],
    ['SSH_KEY', '~/.ssh/id_ed25519'],
    ['API_KEY', 'your-api-key-here'],
    ['TOKEN_URL', 'https://auth.example.com/oauth2/token'],
    ['KEYBOARD', 'a1B2c3D4e5F6g7H8'],
    ['MONKEY', 'a1B2c3D4e5F6g7H8'],
    ['IMAGE', `ghcr.io/x/y@sha256:${'3f1c'.repeat(16)}`],
    ['PATH', '/usr/local/bin:/usr/bin'],
    ['NOTE', 'Bearer of good news arrived'],
    ['TASK', 'risk-assessment-of-everything'],
    ['EMPTY_TOKEN', ''],
  ])('leaves %s=%s alone', (key, value) => {
    expect(looksLikeSecret(key, value)).toBeNull();
  });
});

describe('findSecretArguments', () => {
  it.each([
    [['--token', '9f86d081884c7d659a2f'], [1]],
    [['--token=9f86d081884c7d659a2f'], [0]],
    [['-e', 'API_KEY=9f86d081884c7d659a2f'], [1]],
    [['--verbose', github], [1]],
    [['--token', '--verbose'], []],
    [['--token', '${GITHUB_TOKEN}'], []],
    [['--port', '3001', '/srv/docs'], []],
  ])('in %j finds %j', (args, indexes) => {
    expect(findSecretArguments(args).map(({ index }) => index)).toEqual(indexes);
  });
});

describe('redactUrl', () => {
  it.each([
    ['https://x.example/mcp', 'https://x.example/mcp'],
    ['https://user:pw@x.example/mcp', 'https://***@x.example/mcp'],
    [`https://${github}@github.com/o/r.git`, 'https://***@github.com/o/r.git'],
    ['https://x.example/mcp?api_key=9f86d081884c7d659a2f&page=2', 'https://x.example/mcp?api_key=***&page=2'],
    [`https://x.example/${github}/mcp`, 'https://x.example/***/mcp'],
    ['https://x.example/mcp?key=${API_KEY}', 'https://x.example/mcp?key=${API_KEY}'],
    ['not a url', 'not a url'],
  ])('%s → %s', (url, shown) => {
    expect(redactUrl(url)).toBe(shown);
  });
});

describe('redactLine', () => {
  const stars = (text: string): string => '*'.repeat(text.length);
  const digest = `sha256:${'3f1c'.repeat(16)}`;

  it.each([
    [`    GITHUB_TOKEN: ${github}`, `    GITHUB_TOKEN: ${stars(github)}`],
    ['    GITHUB_TOKEN: "9f86d081884c7d659a2f" # mine', `    GITHUB_TOKEN: "${'*'.repeat(20)}" # mine`],
    ['  db: { env: { PASSWORD: hunter2, PORT: "1" } }', '  db: { env: { PASSWORD: *******, PORT: "1" } }'],
    [`  args: [--token, ${github}]`, `  args: [--token, ${stars(github)}]`],
    ['  args: ["--token", "abcd-1234-efgh"]', '  args: ["--token", "**************"]'],
    ['      - 9f86d081884c7d659a2f', '      - ********************'],
    [
      '  package: npm:@scope/server-filesystem2026@2026.8.31',
      '  package: npm:@scope/server-filesystem2026@2026.8.31',
    ],
    ['  url: https://me:pw@x.example/mcp', '  url: https://*****@x.example/mcp'],
    ['  commnd: npx', '  commnd: npx'],
    [`  image: ghcr.io/x/y:1@${digest}`, `  image: ghcr.io/x/y:1@${digest}`],
    ['  Authorization: Bearer ${secret.linear}', '  Authorization: Bearer ${secret.linear}'],
  ])('%s', (line, shown) => {
    expect(redactLine(line)).toBe(shown);
    expect(shown).toHaveLength(line.length);
  });

  it('hides the body of a key file', () => {
    const body = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj';
    expect(redactLine(`    ${body}`)).toBe(`    ${stars(body)}`);
  });
});
