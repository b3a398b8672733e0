import { limitsIn } from '../../../../../src/core/storage/objects/swift/limits.js';

test.each([
  [undefined, { bulk: 0, pageSize: 10_000 }],
  [
    { swift: 'x', bulk_delete: null },
    { bulk: 0, pageSize: 10_000 },
  ],
  [{ bulk_delete: {} }, { bulk: 500, pageSize: 10_000 }],
  [
    { bulk_delete: { max_deletes_per_request: 10_000 }, swift: { container_listing_limit: 100_000 } },
    { bulk: 500, pageSize: 10_000 },
  ],
  [
    { bulk_delete: { max_deletes_per_request: 7 }, swift: { container_listing_limit: 1000 } },
    { bulk: 7, pageSize: 1000 },
  ],
  [
    { bulk_delete: { max_deletes_per_request: '7' }, swift: { container_listing_limit: -1 } },
    { bulk: 500, pageSize: 10_000 },
  ],
])('%j allows %j', (info, limits) => {
  expect(limitsIn(info)).toEqual(limits);
});
