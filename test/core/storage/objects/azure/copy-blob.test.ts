import { AzureCopier } from '../../../../../src/core/storage/objects/azure/copy-blob.js';
import { Unanswered, type StoreResponse } from '../../../../../src/core/storage/http/client.js';

const answer = (status: number, headers: Record<string, string> = {}): StoreResponse => ({
  ...{ status, headers, body: Buffer.alloc(0), attempts: 1 },
});
const SETTINGS = { account: 'a', container: 'c', endpoint: 'https://a.example', credentials: { key: '' } };
const PENDING = answer(202, { 'x-ms-copy-status': 'pending' });
const MISSING = answer(404, { 'x-ms-error-code': 'BlobNotFound' });

/** A container that answers requests in order. @returns the copier, and the methods of its requests */
function aCopier(...answers: (StoreResponse | Error)[]): { copier: AzureCopier; methods: string[] } {
  const methods: string[] = [];
  const copier = new AzureCopier(
    { name: 'azure://a/c', usesKey: true },
    {
      retries: {},
      send: async (build) => {
        methods.push(build(SETTINGS).method);
        const next = answers.shift()!;
        if (next instanceof Error) throw next;
        return next;
      },
    },
  );
  return { copier, methods };
}

test('a copy that is pending is complete when its status is', async () => {
  const { copier } = aCopier(PENDING, answer(200, { 'x-ms-copy-status': 'success' }));
  expect(await copier.copy('from', 'to', {})).toBe('copied');
});

test.each([
  ['was deleted', MISSING],
  ['was replaced by something that is not a copy', answer(200)],
  ['was aborted', answer(200, { 'x-ms-copy-status': 'aborted' })],
])('a copy that is pending, and then %s, is not a success', async (_what, later) => {
  const { copier } = aCopier(PENDING, later);
  await expect(copier.copy('from', 'to', {})).rejects.toThrow('cannot copy a blob to to');
});

test('a copy without a response is sent again if what is there is not a copy, and may be replaced', async () => {
  const lost = (): Error => new Unanswered('no response', { code: 'STORAGE_UNREACHABLE' });
  const replaced = aCopier(lost(), answer(200), answer(202, { 'x-ms-copy-status': 'success' }));
  expect(await replaced.copier.copy('from', 'to', {})).toBe('copied');
  expect(replaced.methods).toEqual(['PUT', 'HEAD', 'PUT']);
  expect(await aCopier(lost(), answer(200)).copier.copy('from', 'to', { isNew: true })).toBe('exists');
});
