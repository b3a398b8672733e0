import { LinkSpeed } from '../../../../src/core/cluster/connection/link-speed.js';

const KIB = 1024;
let waited: number;
let link: LinkSpeed;

beforeEach(() => {
  waited = 0;
  link = new LinkSpeed(() => waited);
});

/** Receives bytes in parts of 16 KiB, for each of which this process waits. */
function receive(kib: number, perPartMs: number): void {
  for (let got = 0; got < kib; got += 16) {
    waited += perPartMs;
    link.took(16 * KIB);
  }
}

test('the link is slow once 512 KiB have arrived with less than 12.5 MB/s', () => {
  link.begin();
  receive(256, 2);
  expect(link.isSlow).toBe(false);
  receive(256, 2);
  expect(link.isSlow).toBe(true);
});

test('a fast link is not slow, whatever the server takes before each response', () => {
  for (let response = 0; response < 20; response++) {
    waited += 1000;
    link.begin();
    receive(512, 1);
    link.end();
  }
  expect(link.isSlow).toBe(false);
});

test('responses that arrive at the same time count together', () => {
  link.begin();
  link.begin();
  for (let part = 0; part < 100; part++) {
    waited += 2;
    link.took(16 * KIB);
    link.took(16 * KIB);
  }
  expect(link.isSlow).toBe(false);
});

test('one short stall is not a slow link', () => {
  link.begin();
  for (let round = 0; round < 5; round++) {
    receive(256, 1);
    waited += 500;
    receive(256, 1);
  }
  expect(link.isSlow).toBe(false);
});
