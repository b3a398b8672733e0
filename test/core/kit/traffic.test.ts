import { Traffic, type RequestKind } from '../../../src/core/kit/traffic.js';

const PODS: RequestKind = { server: 'api', resource: 'pods', verb: 'list' };
const BLOBS: RequestKind = { server: 'registry', resource: 'blobs', verb: 'GET' };

function sent(traffic: Traffic, kind: RequestKind, bytes: number): void {
  const request = traffic.begin(kind);
  request.sent();
  request.took(bytes);
}

test('the counts of several connections are added up; those of a connection stay its own', () => {
  const [one, other] = [new Traffic(), new Traffic()];
  sent(one, PODS, 100);
  sent(one, { ...PODS, recheck: true }, 10);
  sent(other, BLOBS, 5);
  sent(other, PODS, 30);
  const pods = { ...PODS, count: 2, bytes: 130, transferredBytes: 130 };
  const again = { ...PODS, recheck: true, count: 1, bytes: 10, transferredBytes: 10 };
  expect(Traffic.sum([one, other])).toEqual([pods, again, { ...BLOBS, count: 1, bytes: 5, transferredBytes: 5 }]);
  expect(other.entries).toContainEqual({ ...PODS, count: 1, bytes: 30, transferredBytes: 30 });
});
