import { Traffic } from '../../../src/core/kit/traffic.js';
import { Waits } from '../../../src/core/kit/waits.js';
import { Phase } from '../../../src/core/terminal/progress-phase.js';
import { waitingTexts } from '../../../src/core/terminal/waiting.js';

const IMAGES = { server: 'api', verb: 'list', resource: 'images.image.openshift.io' } as const;
const PODS = { server: 'api', verb: 'list', resource: 'pods' } as const;
const BLOBS = { server: 'registry', verb: 'get', resource: 'blobs' } as const;

let now: number;
let waits: Waits;
let traffic: Traffic;
beforeEach(() => {
  now = 0;
  waits = new Waits(() => now);
  traffic = new Traffic(waits);
});

test('progress names what the API server takes longest for, in 80 columns', () => {
  const phase = new Phase('listing objects', undefined, 'items', () => waitingTexts(waits));
  const images = traffic.begin(IMAGES);
  images.waits();
  now = 2000;
  traffic.begin(PODS).waits();
  now = 4999;
  expect(phase.text(76)).not.toContain('waiting');
  now = 12_000;
  phase.count = 1500;
  expect(phase.text(76)).toContain('listing objects 1,500  ');
  expect(phase.text(76)).toContain('waiting for the API server: images, 12s');
  images.ended();
  expect(waitingTexts(waits)).toEqual([]);
  now = 15_000;
  expect(waitingTexts(waits)[0]).toBe('waiting for the API server: pods, 13s');
});

test('a run does not wait while another request is answered, or work is done', () => {
  traffic.begin(IMAGES).waits();
  for (now = 2000; now < 10_000; now += 2000) {
    const other = traffic.begin(PODS);
    other.waits();
    other.ended();
    expect(waitingTexts(waits)).toEqual([]);
  }
  now = 11_000;
  expect(waitingTexts(waits)).toHaveLength(2);
  waits.progressed();
  expect(waitingTexts(waits)).toEqual([]);
});

test('what nobody waits for is not named: watches, renewals, and requests that have ended', () => {
  traffic.begin(PODS, false).waits();
  const ended = traffic.begin(IMAGES);
  ended.ended();
  ended.waits();
  now = 10_000;
  expect(waitingTexts(waits)).toEqual([]);
});

test.each([
  [BLOBS, ['waiting for the registry: blobs, 5s', 'waiting for the registry, 5s']],
  [{ ...BLOBS, resource: '/v2/' }, ['waiting for the registry, 5s']],
  [{ ...BLOBS, resource: 'storage' }, ["waiting for the registry's storage, 5s"]],
  [{ ...PODS, resource: '/version' }, ['waiting for the API server, 5s']],
])('the server is named, and a resource that users know (%j)', (kind, texts) => {
  traffic.begin(kind).waits();
  now = 5000;
  expect(waitingTexts(waits)).toEqual(texts);
});

test('the parts of a stream are waited for only while they are read', async () => {
  let send = (_part: IteratorResult<Buffer>): void => {};
  const body = {
    [Symbol.asyncIterator]: () => ({ next: () => new Promise<IteratorResult<Buffer>>((resolve) => (send = resolve)) }),
  };
  const parts = traffic.begin(BLOBS).stream(body)[Symbol.asyncIterator]();
  const first = parts.next();
  now = 5000;
  expect(waitingTexts(waits)).toHaveLength(2);
  send({ value: Buffer.from('part') });
  await first;
  now = 10_000;
  expect(waitingTexts(waits)).toEqual([]);
  const end = parts.next();
  now = 15_000;
  expect(waitingTexts(waits)[1]).toBe('waiting for the registry, 5s');
  send({ value: undefined, done: true });
  await end;
  now = 20_000;
  expect(waitingTexts(waits)).toEqual([]);
});
