import { onAbort } from '../../../src/core/kit/on-abort.js';

test('calls the listener when the signal aborts, and once', () => {
  const controller = new AbortController();
  const calls: string[] = [];
  onAbort(controller.signal, () => calls.push('aborted'));
  expect(calls).toEqual([]);
  controller.abort();
  expect(calls).toEqual(['aborted']);
});

test('calls the listener at once if the signal has aborted', () => {
  const calls: string[] = [];
  onAbort(AbortSignal.abort(), () => calls.push('aborted'));
  expect(calls).toEqual(['aborted']);
});

test('a removed listener is not called', () => {
  const controller = new AbortController();
  const calls: string[] = [];
  const removals = ['a', 'b', 'c'].map((name) => onAbort(controller.signal, () => calls.push(name)));
  removals[1]!();
  controller.abort();
  expect(calls).toEqual(['a', 'c']);
});

test('without a signal, nothing is called', () => {
  onAbort(undefined, () => {
    throw new Error('called');
  })();
});
