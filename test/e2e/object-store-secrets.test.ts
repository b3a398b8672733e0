import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { runCli, type CliResult } from '../support/cli.js';
import { ROOT } from '../support/fake-object-store.js';
import { requires } from '../support/jest/requires.js';
import { AZURE_PLACE, RGW_PLACE, SWIFT_PLACE, type Container, type Place } from '../support/servers/places.js';
import type { StorageFault, StorageRequest } from '../support/servers/storage-proxy.js';

const SESSION = 'session-token-of-the-test';

/** Everything of a request that is secret: headers and parameters that authenticate it. */
function secretsOf({ headers, query }: StorageRequest): string[] {
  const { authorization = '', 'x-auth-token': token } = headers;
  const signature = /(?:Signature=|SharedKey \w+:)(.+)$/.exec(authorization)?.[1];
  return [signature, query.get('sig'), token].filter((text): text is string => typeof text === 'string');
}

/** Repeats a request in an error, as S3 does after SignatureDoesNotMatch, and Azure after AuthenticationFailed. */
function echo(place: Place, { headers, query }: StorageRequest, status: number, code: string): StorageFault {
  const text = JSON.stringify({ headers, query: [...query], ...place.env }).replaceAll(/[<&]/g, '');
  const [id] = place.secrets;
  return {
    status,
    headers: { 'x-ms-error-code': code, 'x-trans-id': 'tx' },
    body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${text}</Message><AWSAccessKeyId>${id}</AWSAccessKeyId><StringToSign>${text}</StringToSign></Error>`,
  };
}

describe.each([RGW_PLACE, SWIFT_PLACE, AZURE_PLACE])('$name', (kind) => {
  requires(...kind.needs).describe('a server that repeats the request in its errors', () => {
    let place: Place;
    let container: Container;
    let sandbox: Sandbox;
    beforeAll(async () => {
      place = await kind.start();
      sandbox = await startSandbox({ sample: true });
      container = await place.create('secrets');
      await container.put(`${ROOT}/blobs/sha256/aa/x/data`, 'content');
      if ('AWS_ACCESS_KEY_ID' in place.env) place.secrets.push(SESSION);
    });
    afterAll(async () => {
      await sandbox?.stop();
      await place?.stop();
    });
    beforeEach(() => place.proxy.reset());

    const prune = async (...more: string[]): Promise<CliResult> => {
      const args = ['prune', 'hard', ...container.args, '--read-only=skip', '-v', '10', ...more];
      const session: Record<string, string> = place.secrets.includes(SESSION) ? { AWS_SESSION_TOKEN: SESSION } : {};
      const result = await runCli(args, { kubeconfig: sandbox.kubeconfig.admin, env: { ...place.env, ...session } });
      const secrets = [...place.secrets, ...place.proxy.requests.flatMap(secretsOf)];
      expect(secrets.length).toBeGreaterThan(place.secrets.length);
      for (const secret of secrets) expect(result.stdout + result.stderr).not.toContain(secret);
      return result;
    };

    test.each([
      [403, 'SignatureDoesNotMatch'],
      [403, 'AuthenticationFailed'],
      [400, 'InvalidRequest'],
      [409, 'Conflict'],
      [501, 'NotImplemented'],
    ])('no secret is printed for %i %s', async (status, code) => {
      place.proxy.fault = (request) => {
        const isLogin = request.path.startsWith('/auth') || request.path === '/info';
        return isLogin ? undefined : echo(place, request, status, code);
      };
      for (const output of ['json', 'table']) {
        const result = await prune('-o', output);
        expect([result.status, result.stderr]).toEqual([1, expect.stringContaining('error:')]);
      }
    });

    test('no secret is printed for connections that break', async () => {
      let requests = 0;
      place.proxy.fault = ({ path }) => (!path.startsWith('/auth') && requests++ < 2 ? { reset: true } : undefined);
      const { stderr } = await prune();
      expect(stderr).toContain('connection closed');
    });
  });
});
