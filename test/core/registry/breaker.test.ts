import { Breaker } from '../../../src/core/registry/breaker.js';

test('after three consecutive failures, requests fail at once, except for one trial every ten seconds', () => {
  let now = 0;
  const breaker = new Breaker(() => now);
  const gone = new Error('gone');
  for (let n = 0; n < 3; n++) {
    breaker.enter();
    breaker.failed(gone);
  }
  expect(() => breaker.enter()).toThrow(gone);

  now = 10_000;
  breaker.enter();
  expect(() => breaker.enter()).toThrow(gone);
  breaker.answered();
  breaker.enter();
  breaker.enter();
});

test('a response in between resets the count', () => {
  const breaker = new Breaker(() => 0);
  for (let n = 0; n < 9; n++) {
    breaker.enter();
    breaker.failed(new Error('gone'));
    breaker.answered();
  }
});
