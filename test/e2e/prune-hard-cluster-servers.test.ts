import { readFileSync } from 'node:fs';
import path from 'node:path';
import { mapParallel } from '../../src/core/kit/parallel.js';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { type CliResult } from '../support/cli.js';
import { regadm } from '../support/regadm.js';
import { putSecret, stateStorage } from '../support/cluster-storage.js';
import { ROOT } from '../support/fake-object-store.js';
import { requires } from '../support/jest/requires.js';
import { AzureContainer } from '../support/servers/azure-container.js';
import { startAzurite, type Azurite } from '../support/servers/azurite.js';
import { startBearerGateway, type BearerGateway } from '../support/servers/bearer-gateway.js';
import { RGW_HOST, RGW_PROGRAMS, startRgw, type Rgw } from '../support/servers/ceph-rgw.js';
import { startFakeIdentity, type FakeIdentity } from '../support/servers/fake-identity.js';
import { startProxy } from '../support/servers/proxy-server.js';
import { startSwift, SWIFT_PROGRAMS, type SwiftServer } from '../support/servers/swift-server.js';
import { filesBelow } from '../support/storage-tree.js';

interface Document {
  kind: string;
  code?: string;
  message?: string;
  summary: Record<string, number>;
  warnings: string[];
}

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox({ sample: true });
});
afterEach(() => sandbox.stop());

const SKIP = ['--read-only=skip', '--keep-blobs-younger-than=0'];
const SECRET = 'image-registry-private-configuration';
/** Longer contents are cut: only manifests are read. */
const LONGEST = 20_000;

/** Copies the registry of the sandbox. */
async function fill(put: (key: string, content: string) => Promise<void>): Promise<void> {
  const root = path.join(sandbox.storageDir, ROOT);
  await mapParallel(filesBelow(root), 8, (file) =>
    put(`${ROOT}/${file}`, readFileSync(path.join(root, file), 'utf8').slice(0, LONGEST)),
  );
}

async function prune(
  more: string[],
  { secrets, env }: { secrets: string[]; env?: Record<string, string> },
): Promise<CliResult & { document: Document }> {
  const args = ['prune', 'hard', '--storage', 'cluster', '-o', 'json', '-v', '10', ...SKIP, ...more];
  const result = await regadm(args, { kubeconfig: sandbox.kubeconfig.admin, env });
  for (const secret of secrets) expect(result.stdout + result.stderr).not.toContain(secret);
  return { ...result, document: JSON.parse(result.stdout) as Document };
}

/** Finds the orphans of the sandbox, deletes them, and finds nothing more. */
async function expectPruned(options: Parameters<typeof prune>[1]): Promise<void> {
  const found = await prune([], options);
  expect([found.status, found.stderr]).toEqual([0, expect.not.stringContaining('error:')]);
  expect(found.document.summary.blobs).toBeGreaterThan(0);
  const { status, document } = await prune(['--confirm'], options);
  expect([status, document.summary.blobs]).toEqual([0, found.document.summary.blobs]);
  expect((await prune([], options)).document.summary).toMatchObject({ blobs: 0, manifestLinks: 0, repositories: 0 });
}

requires(...RGW_PROGRAMS).describe('Ceph RGW', () => {
  let rgw: Rgw;
  beforeAll(async () => {
    rgw = await startRgw();
  });
  afterAll(() => rgw?.stop());

  test.each([
    ['path', 'false', (port: number) => `http://127.0.0.1:${port}`],
    ['virtual-host', 'true', (port: number) => `http://${RGW_HOST}:${port}`],
    ['path (an IP address has no virtual hosts)', 'true', (port: number) => `http://127.0.0.1:${port}`],
  ])('%s: a root directory in a bucket', async (style, isVirtual, toEndpoint) => {
    const bucket = `registry-${style.length}`;
    const endpoint = toEndpoint(rgw.port);
    await rgw.account.createContainer(bucket);
    await fill((key, content) => rgw.account.put(bucket, `some/dir/${key}`, content));
    stateStorage(sandbox, {
      status: {
        s3: { bucket, region: 'us-east-1', regionEndpoint: endpoint, virtualHostedStyle: isVirtual === 'true' },
      },
      env: {
        REGISTRY_STORAGE: 's3',
        REGISTRY_STORAGE_S3_BUCKET: bucket,
        REGISTRY_STORAGE_S3_REGIONENDPOINT: endpoint,
        REGISTRY_STORAGE_S3_VIRTUALHOSTEDSTYLE: isVirtual,
        REGISTRY_STORAGE_S3_ROOTDIRECTORY: '/some/dir',
      },
      secret: {
        credentials: `[default]\naws_access_key_id=${rgw.accessKey}\naws_secret_access_key=${rgw.secretKey}\n`,
      },
    });
    // Resolves the name of the bucket.
    const proxy = await startProxy({ [`${bucket}.${RGW_HOST}:${rgw.port}`]: rgw.port });
    try {
      await expectPruned({
        secrets: [rgw.accessKey, rgw.secretKey],
        env: { HTTP_PROXY: proxy.url, NO_PROXY: '127.0.0.1' },
      });
      expect(proxy.seen.length > 0).toBe(style === 'virtual-host');
    } finally {
      await proxy.close();
    }
  });
});

requires('azurite-blob').describe('Azure', () => {
  let azurite: Azurite;
  let container: AzureContainer;
  let number = 0;
  beforeAll(async () => {
    azurite = await startAzurite();
  });
  afterAll(() => azurite?.stop());
  beforeEach(async () => {
    container = await AzureContainer.create(azurite, `registry${number++}`);
    await fill((key, content) => container.put(`/${key}`, content));
  });

  const state = (url: string, more: object[] = [], secret: Record<string, string> = {}): void => {
    const { account } = azurite;
    const value = { ACCOUNTNAME: account, CONTAINER: container.name, SERVICEURL: `${url}/${account}` };
    const env = Object.entries(value).map(([name, text]) => ({ name: `REGISTRY_STORAGE_AZURE_${name}`, value: text }));
    stateStorage(sandbox, {
      status: { azure: { accountName: account, container: container.name, cloudName: 'AzurePublicCloud' } },
      env: [{ name: 'REGISTRY_STORAGE', value: 'azure' }, ...env, ...more],
      secret,
    });
  };

  test('with the account key, which the Deployment takes from the secret', async () => {
    const key = 'REGISTRY_STORAGE_AZURE_ACCOUNTKEY';
    const reference = { name: key, valueFrom: { secretKeyRef: { name: SECRET, key } } };
    state(`http://127.0.0.1:${azurite.port}`, [reference], { [key]: azurite.key });
    await expectPruned({ secrets: [azurite.key], env: { AZURE_STORAGE_KEY: 'of-another-account' } });
  });

  describe('with workload identity', () => {
    let identity: FakeIdentity;
    let gateway: BearerGateway;
    beforeEach(async () => {
      identity = await startFakeIdentity();
      gateway = await startBearerGateway(azurite.port, container.sas('rwdl'), /^role-token-\d+$/);
      state(gateway.url);
      putSecret(sandbox, 'installer-cloud-credentials', {
        ...{ azure_client_id: 'client', azure_tenant_id: 'tenant', azure_federated_token_file: '/var/run/token' },
      });
      const body = JSON.stringify({ kind: 'TokenRequest', status: { token: 'token-of-the-account' } });
      sandbox.onRequest(({ path: requested }) =>
        requested.endsWith('/serviceaccounts/registry/token')
          ? { do: 'respond', status: 201, contentType: 'application/json', body }
          : undefined,
      );
    });
    afterEach(async () => {
      await identity.stop();
      await gateway.stop();
    });

    const secrets = ['token-of-the-account', 'role-token-'];

    test('gets a bearer token, and another one when it expires', async () => {
      identity.lifetimeMs = 0;
      await expectPruned({ secrets, env: { AZURE_AUTHORITY_HOST: identity.url } });
      expect(gateway.tokens.size).toBeGreaterThan(1);
      expect(identity.requests[0]!.form.get('client_assertion')).toBe('token-of-the-account');
    });

    test('that is refused: the key of the user is used, or the error names both problems', async () => {
      identity.refusal = { status: 401, body: '{"error":"invalid_client","error_codes":[70021]}' };
      state(`http://127.0.0.1:${azurite.port}`);
      const env = { AZURE_AUTHORITY_HOST: identity.url };
      const own = await prune([], { secrets, env: { ...env, AZURE_STORAGE_KEY: azurite.key } });
      const warning = expect.stringMatching(/invalid_client, AADSTS70021.*your own credentials are used$/);
      expect([own.status, own.document.warnings]).toEqual([0, expect.arrayContaining([warning])]);
      const none = await prune([], { secrets, env });
      expect([none.status, none.document.code]).toEqual([1, 'STORAGE_CREDENTIALS']);
      expect(none.document.message).toMatch(
        /AADSTS70021.*neither AZURE_STORAGE_KEY nor AZURE_STORAGE_SAS_TOKEN is set/,
      );
    });
  });
});

requires(...SWIFT_PROGRAMS).describe('Swift', () => {
  let swift: SwiftServer;
  beforeAll(async () => {
    swift = await startSwift();
  });
  afterAll(() => swift?.stop());

  test('with a v1 login and a prefix', async () => {
    await swift.account.createContainer('registry');
    await fill((key, content) => swift.account.put('registry', `some/prefix/files/${key}`, content));
    const [user, password] = ['REGISTRY_STORAGE_SWIFT_USERNAME', 'REGISTRY_STORAGE_SWIFT_PASSWORD'];
    stateStorage(sandbox, {
      status: { swift: { container: 'registry', authURL: swift.authUrl, authVersion: '1' } },
      env: {
        REGISTRY_STORAGE: 'swift',
        REGISTRY_STORAGE_SWIFT_CONTAINER: 'registry',
        REGISTRY_STORAGE_SWIFT_AUTHURL: swift.authUrl,
        REGISTRY_STORAGE_SWIFT_AUTHVERSION: '1',
        REGISTRY_STORAGE_SWIFT_PREFIX: 'some/prefix',
      },
      secret: { [user]: swift.user, [password]: swift.key },
    });
    await expectPruned({ secrets: [swift.key], env: { OS_AUTH_URL: 'https://others.example.com' } });
  });
});
