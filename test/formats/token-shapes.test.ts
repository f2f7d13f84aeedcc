import { describe, expect, it } from 'vitest';
import { findSecretArguments, looksLikeSecret, redactLine } from '../../src/formats/redact.ts';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
let seed = 12345;
const random = () => {
  seed = (seed * 1103515245 + 12345) & 0x7fffffff;
  return seed / 0x7fffffff;
};
const pick = (set: string, length: number) =>
  Array.from({ length }, () => set[Math.floor(random() * set.length)]).join('');
const an = (length: number) => pick(ALPHABET, length);
const hex = (length: number) => pick('0123456789abcdef', length);
const upper = (length: number) => pick('ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789', length);
const lower = (length: number) => pick('abcdefghijklmnopqrstuvwxyz0123456789', length);
const base32 = (length: number) => pick('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', length);
const digits = (length: number) => pick('0123456789', length);

/** Made up here, of the shapes that issuers publish: each of them nobody's. */
const TOKENS: Readonly<Record<string, string>> = {
  'github-classic': `ghp_${an(36)}`,
  'github-oauth': `gho_${an(36)}`,
  'github-app': `ghs_${an(36)}`,
  'github-refresh': `ghr_${an(36)}`,
  'github-fine': `github_pat_${an(22)}_${an(59)}`,
  'gitlab-pat': `glpat-${an(20)}`,
  'gitlab-runner': `glrt-${an(20)}`,
  'gitlab-deploy': `gldt-${an(20)}`,
  'gitlab-feed': `glft-${an(20)}`,
  anthropic: `sk-ant-api03-${an(93)}AA`,
  'openai-legacy': `sk-${an(20)}T3BlbkFJ${an(20)}`,
  'openai-project': `sk-proj-${an(74)}T3BlbkFJ${an(74)}`,
  'stripe-live': `sk_live_${an(24)}`,
  'stripe-restricted': `rk_live_${an(24)}`,
  'stripe-webhook': `whsec_${an(32)}`,
  'slack-bot': `xoxb-${digits(12)}-${digits(12)}-${an(24)}`,
  'slack-user': `xoxp-${digits(11)}-${digits(11)}-${digits(12)}-${hex(32)}`,
  'slack-app': `xapp-1-A${upper(10)}-${digits(13)}-${hex(64)}`,
  'slack-hook': `https://hooks.slack.com/services/T${upper(8)}/B${upper(8)}/${an(24)}`,
  'aws-id': `AKIA${base32(16)}`,
  'aws-session': `ASIA${base32(16)}`,
  'aws-secret-named': `AWS_SECRET_ACCESS_KEY=${an(40)}`,
  'google-api': `AIza${an(35)}`,
  'google-oauth': `ya29.${an(60)}`,
  'google-secret': `GOCSPX-${an(28)}`,
  'gcp-json': `{"type":"service_account","private_key_id":"${hex(40)}","private_key":"-----BEGIN PRIVATE KEY-----\\n${an(64)}\\n-----END PRIVATE KEY-----\\n"}`,
  npm: `npm_${an(36)}`,
  pypi: `pypi-AgEIcHlwaS5vcmc${an(60)}`,
  rubygems: `rubygems_${hex(48)}`,
  docker: `dckr_pat_${an(27)}`,
  huggingface: `hf_${pick(ALPHABET.slice(0, 52), 34)}`,
  linear: `lin_api_${an(40)}`,
  'notion-new': `ntn_${digits(11)}${an(35)}`,
  'notion-old': `secret_${an(43)}`,
  sendgrid: `SG.${an(22)}.${an(43)}`,
  digitalocean: `dop_v1_${hex(64)}`,
  atlassian: `ATATT3xFf${an(180)}=${upper(8)}`,
  'vault-service': `hvs.${an(90)}`,
  'vault-batch': `hvb.${an(130)}`,
  onepassword: `ops_eyJ${an(250)}`,
  tailscale: `tskey-auth-${an(17)}-${an(32)}`,
  supabase: `sbp_${hex(40)}`,
  'supabase-secret': `sb_secret_${an(22)}_${an(8)}`,
  figma: `figd_${an(40)}`,
  groq: `gsk_${an(52)}`,
  perplexity: `pplx-${an(48)}`,
  tavily: `tvly-dev-${an(32)}`,
  telegram: `${digits(10)}:AA${an(33)}`,
  jwt: `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx${an(20)}.${an(43)}`,
  age: `AGE-SECRET-KEY-1${pick('QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L', 58)}`,
  pem: `-----BEGIN OPENSSH PRIVATE KEY-----\n${an(64)}\n-----END OPENSSH PRIVATE KEY-----`,
  shopify: `shpat_${hex(32)}`,
  'twilio-key': `SK${hex(32)}`,
  mailgun: `key-${hex(32)}`,
  mailchimp: `${hex(32)}-us12`,
  databricks: `dapi${hex(32)}`,
  'grafana-sa': `glsa_${an(32)}_${hex(8)}`,
  'grafana-cloud': `glc_${an(60)}=`,
  newrelic: `NRAK-${upper(27)}`,
  planetscale: `pscale_tkn_${an(43)}`,
  pulumi: `pul-${hex(40)}`,
  'terraform-cloud': `${an(14)}.atlasv1.${an(67)}`,
  doppler: `dp.pt.${an(43)}`,
  airtable: `pat${an(14)}.${hex(64)}`,
  asana: `2/${digits(16)}/${digits(16)}:${hex(32)}`,
  'sentry-user': `sntryu_${hex(64)}`,
  'sentry-org': `sntrys_eyJ${an(120)}`,
  postman: `PMAK-${hex(24)}-${hex(34)}`,
  fly: `FlyV1 fm2_${an(200)}`,
  replicate: `r8_${an(37)}`,
  'cloudflare-origin': `v1.0-${hex(24)}-${hex(146)}`,
  'azure-storage': `DefaultEndpointsProtocol=https;AccountName=x;AccountKey=${an(86)}==;EndpointSuffix=core.windows.net`,
  'discord-bot': `M${an(25)}.${an(6)}.${an(38)}`,
  square: `EAAA${an(60)}`,
  dynatrace: `dt0c01.${upper(24)}.${upper(64)}`,
  contentful: `CFPAT-${an(43)}`,
  netlify: `nfp_${an(36)}`,
  vercel: `vck_${an(56)}`,
  langsmith: `lsv2_pt_${hex(32)}_${hex(10)}`,
  xai: `xai-${an(80)}`,
  elevenlabs: `sk_${hex(48)}`,
  'exa-uuid-named': `EXA_API_KEY=${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
  firecrawl: `fc-${hex(32)}`,
  'db-url': `postgres://app:${an(16)}@db.internal:5432/app`,
  bearer: `Authorization: Bearer ${an(40)}`,
  'bitwarden-machine': `0.${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}.${an(30)}:${an(22)}==`,
  hubspot: `pat-na1-${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
  'zapier-mcp': `https://mcp.zapier.com/api/mcp/s/${an(60)}/mcp`,
  resend: `re_${an(8)}_${an(24)}`,
  circleci: `CCIPAT_${an(22)}_${hex(40)}`,
  nvidia: `nvapi-${an(64)}`,
  'cohere-named': `COHERE_API_KEY=${an(40)}`,
  openrouter: `sk-or-v1-${hex(64)}`,
  brave: `BSA${an(28)}`,
  mapbox: `sk.eyJ1Ijoi${an(60)}.${an(22)}`,
  prefect: `pnu_${lower(36)}`,
  readme: `rdme_${lower(70)}`,
  buildkite: `bkua_${hex(40)}`,
  typeform: `tfp_${an(59)}`,
  adafruit: `aio_${an(28)}`,
  clojars: `CLOJARS_${lower(60)}`,
  shippo: `shippo_live_${hex(40)}`,
  flutterwave: `FLWSECK-${hex(32)}-X`,
  sourcegraph: `sgp_${hex(40)}`,
};

describe('a token of a well-known shape', () => {
  it.each(Object.entries(TOKENS))('is known: %s', (_, token) => {
    const [found] = findSecretArguments([token]);
    expect(found?.index).toBe(0);
  });

  it.each(Object.entries(TOKENS).filter(([, token]) => !/[\n=: ]/.test(token)))(
    'is shown in no excerpt: %s',
    (_, token) => {
      expect(redactLine(`    TOKEN: ${token} # ours`)).not.toContain(token.slice(-12));
      expect(redactLine(`description: see ${token}`)).not.toContain(token.slice(-12));
    },
  );
});

describe('what is no token', () => {
  it.each([
    'sk-learn-documentation-server',
    'ghcr.io/github/github-mcp-server:1.1.2@sha256:3f1c9a0b7d6e5f4a3b2c1d0e9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d2e1f0a',
    'npm:@modelcontextprotocol/server-filesystem@2026.8.31',
    'sha512-Zk5zZ0JkYWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXo',
    'https://mcp.linear.app/mcp?region=eu-central-1&workspace=platform-team',
    '123e4567-e89b-12d3-a456-426614174000',
    'key-value-store-with-a-long-name-indeed',
    'pat-of-the-day',
    're_export_everything_from_here',
  ])('is "%s"', (text) => {
    expect(looksLikeSecret(null, text)).toBeNull();
  });
});
