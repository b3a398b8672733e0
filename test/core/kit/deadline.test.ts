import { once } from 'node:events';
import { Deadline } from '../../../src/core/kit/deadline.js';

test('aborts when its time has come', async () => {
  const deadline = new Deadline(10);
  await once(deadline.signal, 'abort');
  expect(deadline.signal.reason).toMatchObject({ code: 'ETIMEDOUT', message: 'no answer within 0.01 s' });
});

test('aborts when the other signal does, also if that has happened before', () => {
  const outer = new AbortController();
  const deadline = new Deadline(60_000, outer.signal);
  expect(deadline.signal.aborted).toBe(false);
  outer.abort('enough');
  expect(deadline.signal.reason).toBe('enough');
  const late = new Deadline(60_000, outer.signal);
  expect(late.signal.reason).toBe('enough');
  deadline.clear();
  late.clear();
});
