import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { backend } from '../../src/secrets/aws/backend.ts';
import { describeAws } from '../support/aws-contract.ts';
import { AWS_KEYS, type AwsServer, findMoto, startAwsDouble, startMoto } from '../support/aws-server.ts';
import { realContext } from '../support/real-context.ts';
import { CANARY, failureOf } from '../support/secret-canary.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';

const moto = findMoto();

if (moto === null) {
  console.warn('moto_server is not there: only our own double of AWS is asked');
  describeAws('its double, because moto is not there', () => startAwsDouble());
} else {
  describeAws('moto', (home) => startMoto(moto, home.folder));

  describe('the aws backend, as somebody that moto made of somebody else', () => {
    let home: Home;
    let aws: AwsServer;

    beforeAll(async () => {
      home = await throwawayHome();
      aws = await startMoto(moto, home.folder);
      await aws.putSecret('mcp/token', CANARY);
    });
    afterAll(async () => {
      await aws.close();
      await home.remove();
    });
    const read = async (env: Record<string, string>): Promise<string> => {
      const where = { AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: aws.url, AWS_EC2_METADATA_DISABLED: 'true' };
      return (await backend.read({ secret: 'mcp/token' }, realContext(home, { ...where, ...env }))).reveal();
    };

    it('assumes the role of a profile with the keys of another', async () => {
      await mkdir(join(home.folder, '.aws'), { recursive: true });
      const [id, key] = Object.values(AWS_KEYS);
      await writeFile(
        join(home.folder, '.aws', 'config'),
        `[profile role]\nrole_arn = arn:aws:iam::123456789012:role/mcp\nsource_profile = base\n[profile base]\naws_access_key_id=${id}\naws_secret_access_key=${key}\n`,
      );
      expect(await read({ AWS_PROFILE: 'role' })).toBe(CANARY);
    });

    it('asks for a role where it was told at approval, whatever the process is told now', async () => {
      const names = ['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_STS', 'AWS_ENDPOINT_URL_SECRETS_MANAGER'];
      for (const name of names) vi.stubEnv(name, 'http://127.0.0.1:1');
      vi.stubEnv('AWS_PROFILE', 'nobody');
      expect(await read({ AWS_PROFILE: 'role' })).toBe(CANARY);
      vi.unstubAllEnvs();
    });

    it('shows a web identity at the door', async () => {
      const file = join(home.folder, 'web-token');
      await writeFile(file, 'canary-web-identity');
      expect(
        await read({ AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/mcp' }),
      ).toBe(CANARY);
    });

    it('is denied where nobody knows its keys', async () => {
      const asked = { AWS_ACCESS_KEY_ID: 'AKIANOBODY', AWS_SECRET_ACCESS_KEY: 'canary-nobody' };
      await fetch(`${aws.url}/moto-api/reset-auth`, { method: 'POST', body: '0' });
      expect(await failureOf(read(asked), ['canary-nobody'])).toMatchObject({ code: 'SECRET_DENIED' });
    });
  });
}
