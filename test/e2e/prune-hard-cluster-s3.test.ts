import { type Sandbox } from '../../src/sandbox/index.js';
import { type CliResult } from '../support/cli.js';
import { regadm } from '../support/regadm.js';
import { stateStorage, type StorageStatements } from '../support/cluster-storage.js';
import { guardedState } from '../support/guarded.js';
import { startFakeIdentity, type FakeIdentity } from '../support/servers/fake-identity.js';
import { ACCESS_KEY, SECRET_KEY, type FakeS3 } from '../support/servers/fake-s3.js';
import { bucketStatements, startSampleOnS3 } from '../support/sample-on-s3.js';

interface Document {
  kind: string;
  code?: string;
  message?: string;
  suggestions?: string[];
  warnings: string[];
  storage?: object;
  stored?: object;
  summary: Record<string, number>;
  blobs: { digest: string }[];
}

let sandbox: Sandbox;
let s3: FakeS3;

beforeEach(async () => {
  ({ sandbox, s3 } = await startSampleOnS3());
});
afterEach(async () => {
  await s3.stop();
  await sandbox.stop();
});

/** What the operator writes for a bucket with keys. */
const statements = (more: StorageStatements = {}): StorageStatements => ({ ...bucketStatements(s3), ...more });

const place = (): object => ({ url: `s3://${s3.bucket}`, endpoint: s3.endpoint, region: 'us-east-1' });
const SKIP = ['--read-only=skip', '--keep-blobs-younger-than=0'];
/** The user's own credentials, which are not used. */
const OTHERS = { AWS_ACCESS_KEY_ID: 'OTHERS-ACCESS-KEY', AWS_SECRET_ACCESS_KEY: 'others', AWS_PROFILE: 'others' };

async function prune(
  more: string[],
  env: Record<string, string> = OTHERS,
): Promise<CliResult & { document: Document }> {
  const args = ['prune', 'hard', '--storage', 'cluster', '-o', 'json', '-v', '10', ...more];
  const result = await regadm(args, { kubeconfig: sandbox.kubeconfig.admin, env });
  for (const secret of [ACCESS_KEY, SECRET_KEY, Buffer.from(SECRET_KEY).toString('base64')])
    expect(result.stdout + result.stderr).not.toContain(secret);
  return { ...result, document: (result.stdout === '' ? undefined : JSON.parse(result.stdout)) as Document };
}

test('a dry run finds what it finds in the bucket by its name, and changes nothing', async () => {
  stateStorage(sandbox, statements());
  const keys = s3.store.keys();
  const { document, status, stderr } = await prune(SKIP);
  expect(status).toBe(0);
  expect(stderr).toContain(`storage: s3://${s3.bucket} at ${s3.endpoint} (from the registry's settings)\n`);
  expect(document.storage).toEqual(place());
  const named = ['--storage', `s3://${s3.bucket}`, '--storage-endpoint', s3.endpoint];
  const args = ['prune', 'hard', ...named, ...SKIP, '-o', 'json'];
  const expected = JSON.parse(
    (await regadm(args, { kubeconfig: sandbox.kubeconfig.admin, env: s3.env })).stdout,
  ) as Document;
  expect(expected.summary.blobs).toBeGreaterThan(0);
  expect(document.blobs).toEqual(expected.blobs);
  expect(s3.store.keys()).toEqual(keys);
});

test('--confirm deletes it in read-only mode, and restores the registry', async () => {
  stateStorage(sandbox, statements());
  const before = guardedState(sandbox);
  const { document, status, stderr } = await prune(['--confirm', '--keep-blobs-younger-than=0']);
  expect([status, document.kind]).toEqual([0, 'HardPrune']);
  expect(document.storage).toEqual(place());
  // It is named before anything is changed.
  expect(stderr.indexOf(`storage: s3://${s3.bucket} at`)).toBeLessThan(stderr.indexOf('PATCH '));
  expect(document.summary.blobs).toBeGreaterThan(0);
  expect(guardedState(sandbox)).toEqual(before);
});

test('registry status names it, too', async () => {
  stateStorage(sandbox, statements());
  const status = (more: string[] = []): Promise<CliResult> =>
    regadm(['registry', 'status', '--storage', 'cluster', ...more], { kubeconfig: sandbox.kubeconfig.admin });
  const { stdout, stderr } = await status(['-o', 'json']);
  expect(stderr).toContain(`storage: s3://${s3.bucket} at ${s3.endpoint} (from the registry's settings)\n`);
  expect((JSON.parse(stdout) as Document).stored).toMatchObject({ storage: 'cluster', location: place() });
  expect((await status()).stdout).toContain(`Space as stored (s3://${s3.bucket})\n`);
});

describe('a role instead of keys', () => {
  const SECRET = {
    credentials:
      '[default]\nrole_arn = arn:aws:iam::123456789012:role/registry\nweb_identity_token_file = /var/run/secrets/token\n',
  };
  const TOKEN = 'token-of-the-service-account-of-the-test';
  let identity: FakeIdentity;

  beforeEach(async () => {
    identity = await startFakeIdentity();
    const { keys } = identity;
    identity.keys = (number) => ({ ...keys(number), id: ACCESS_KEY });
    stateStorage(sandbox, statements({ secret: SECRET }));
  });
  afterEach(() => identity.stop());

  /** Answers requests for tokens of service accounts, which the sandbox does not have. */
  function answerTokens(status: number, body: object): void {
    sandbox.onRequest(({ path: requested }) =>
      requested.endsWith('/serviceaccounts/registry/token')
        ? { do: 'respond', status, contentType: 'application/json', body: JSON.stringify(body) }
        : undefined,
    );
  }
  const issueTokens = (): void => answerTokens(201, { kind: 'TokenRequest', status: { token: TOKEN } });
  const refuseTokens = (): void =>
    answerTokens(403, { kind: 'Status', status: 'Failure', reason: 'Forbidden', message: 'no tokens for you' });
  const run = async (more: string[], env: Record<string, string> = {}): ReturnType<typeof prune> => {
    const result = await prune(more, { AWS_ENDPOINT_URL_STS: identity.url, ...env });
    for (const secret of [TOKEN, 'role-secret-', 'role-token-'])
      expect(result.stdout + result.stderr).not.toContain(secret);
    return result;
  };

  test('is assumed with a token of the service account', async () => {
    issueTokens();
    const { status, document } = await run(SKIP, OTHERS);
    expect([status, document.kind]).toEqual([0, 'HardPrune']);
    expect(identity.requests).toHaveLength(1);
    expect(identity.requests[0]!.form.get('WebIdentityToken')).toBe(TOKEN);
    const tokens = new Set(s3.proxy.requests.map(({ headers }) => headers['x-amz-security-token']));
    expect([...tokens]).toEqual(['role-token-1']);
  });

  test('is assumed again when its credentials expire during the run', async () => {
    issueTokens();
    identity.lifetimeMs = 0;
    const { status } = await run(['--confirm', ...SKIP]);
    expect(status).toBe(0);
    const tokens = s3.proxy.requests.map(({ headers }) => headers['x-amz-security-token']);
    expect(new Set(tokens).size).toBeGreaterThan(1);
  });

  test.each([
    ['the API server', refuseTokens, undefined, 'no tokens for you'],
    [
      'STS',
      issueTokens,
      { status: 403, body: '<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>' },
      'AccessDenied',
    ],
  ])('that %s refuses: the credentials of the user are used, with a warning', async (_who, prepare, refusal, text) => {
    prepare();
    identity.refusal = refusal;
    const { status, document, stderr } = await run(SKIP, s3.env);
    const warning = expect.stringMatching(
      /^the identity of the registry cannot be used .*your own credentials are used$/,
    );
    expect([status, document.warnings]).toEqual([0, expect.arrayContaining([warning])]);
    expect(stderr).toContain(text);
  });

  test('that is refused, without credentials of the user: the error names both', async () => {
    refuseTokens();
    const { status, document } = await run(['--confirm', ...SKIP]);
    expect([status, document.code]).toEqual([1, 'STORAGE_CREDENTIALS']);
    expect(document.message).toMatch(/no tokens for you.*there are no credentials for S3/);
    expect(document.suggestions).toEqual([expect.stringContaining('serviceaccounts/token'), expect.any(String)]);
    expect(s3.proxy.requests).toEqual([]);
  });
});

describe('errors have remedies that fit', () => {
  test.each([
    [
      'a wrong key',
      { secret: { credentials: '[default]\naws_access_key_id = WRONGWRONG\naws_secret_access_key = wrongwrong\n' } },
      'the access key does not exist',
      /describe secret image-registry-private-configuration/,
    ],
    ['another bucket', { status: {}, bucket: 'other' }, 'the bucket does not exist', /oc get configs\.imageregistry/],
  ])('%s', async (_what, { bucket, ...more }: StorageStatements & { bucket?: string }, message, advice) => {
    const all = statements(more);
    const env = { ...(all.env as Record<string, string>), ...(bucket ? { REGISTRY_STORAGE_S3_BUCKET: bucket } : {}) };
    stateStorage(sandbox, { ...all, env });
    const { status, stdout, stderr } = await prune(SKIP);
    expect([status, stderr]).toEqual([1, expect.stringContaining(message)]);
    expect(stderr).toMatch(advice);
    expect(stdout + stderr).not.toMatch(/AWS_|--storage-(endpoint|region|credentials)|WRONGWRONG|wrongwrong/);
  });
});

test('a secret that may not be read: the permission, a role for it, and the bucket', async () => {
  stateStorage(sandbox, statements());
  sandbox.onRequest(({ path: requested }) =>
    requested.includes('/secrets/') ? { do: 'status', status: 403 } : undefined,
  );
  const { status, document } = await prune(['--confirm', ...SKIP]);
  expect([status, document.code]).toEqual([1, 'FORBIDDEN']);
  expect(document.message).toContain(
    'get secrets/image-registry-private-configuration in namespace openshift-image-registry',
  );
  expect(document.suggestions!.join()).toContain('oc -n openshift-image-registry create role');
  expect(document.suggestions!.join()).toContain(`--storage s3://${s3.bucket} --storage-endpoint ${s3.endpoint}`);
  expect(s3.proxy.requests).toEqual([]);
});

test.each([
  ['pvc', {}, ['claim image-registry-storage', '--print-job']],
  [
    'gcs',
    { REGISTRY_STORAGE: 'gcs', REGISTRY_STORAGE_GCS_BUCKET: 'images' },
    ['Google Cloud Storage', 'without --storage'],
  ],
] as const)('%s: exit status 1, with what to do instead', async (_kind, env, texts) => {
  stateStorage(sandbox, { env });
  const { status, document, stderr } = await prune(SKIP);
  expect([status, document.code]).toEqual([1, 'STORAGE_UNSUPPORTED']);
  for (const text of texts) expect(stderr).toContain(text);
});
