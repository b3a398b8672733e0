import { unexpectedError } from '../../../src/cli/unexpected-error.js';
import { systemRemedy } from '../../../src/core/kit/system-error.js';

const systemError = (code: string, more: object = {}): Error =>
  Object.assign(new Error(`${code}: refused`), { code, ...more });

test.each(['ENOSPC', 'EACCES', 'EISDIR', 'ENOTDIR', 'ENAMETOOLONG', 'EMFILE', 'EADDRINUSE', 'ECONNREFUSED'])(
  '%s is not a bug, also as the cause of another error',
  (code) => {
    const error = systemError(code);
    expect(unexpectedError(error)).toMatchObject({ code: 'SYSTEM_ERROR', exitCode: 1, message: error.message });
    expect(systemRemedy(new Error('cannot write', { cause: error }))).toBe(systemRemedy(error));
  },
);

test('the file is named, and a port below 1024', () => {
  expect(unexpectedError(systemError('EISDIR', { path: '/a/b' })).message).toBe('EISDIR: refused: /a/b');
  expect(systemRemedy(systemError('EACCES', { syscall: 'listen' }))).toContain('1024');
});

test.each([new TypeError('x is not a function'), 'text', undefined])('%p is a bug', (thrown) => {
  expect(unexpectedError(thrown)).toMatchObject({ code: 'INTERNAL', suggestions: [expect.stringContaining('bug')] });
});
