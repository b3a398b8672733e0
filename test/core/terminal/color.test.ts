import { paint } from '../../../src/core/terminal/escape.js';
import { styles, terminalWidth, wantsColor } from '../../../src/core/terminal/color.js';

const TERMINAL = { isTTY: true, columns: 120 };
const PIPE = {};

describe('colors', () => {
  test.each([
    ['a terminal', TERMINAL, {}, true],
    ['a pipe', PIPE, {}, false],
    ['a terminal with NO_COLOR', TERMINAL, { NO_COLOR: '1' }, false],
    ['a terminal with an empty NO_COLOR, which says nothing', TERMINAL, { NO_COLOR: '' }, true],
    ['a dumb terminal', TERMINAL, { TERM: 'dumb' }, false],
    ['a pipe with FORCE_COLOR', PIPE, { FORCE_COLOR: '1' }, true],
    ['a terminal with FORCE_COLOR=0', TERMINAL, { FORCE_COLOR: '0' }, false],
    ['FORCE_COLOR against NO_COLOR', PIPE, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ])('%s', (_name, stream, env, wanted) => {
    expect(wantsColor(stream, env)).toBe(wanted);
  });

  test('styles add colors only on request', () => {
    expect(styles(false).bad('x')).toBe('x');
    expect(paint(styles(true).bad('x'))).toBe('\u001b[31mx\u001b[39m');
  });
});

describe('width', () => {
  test.each([
    ['of a terminal', TERMINAL, {}, 120],
    ['of a terminal that does not say', { isTTY: true }, {}, 80],
    ['of a pipe', PIPE, {}, Infinity],
    ['as COLUMNS says', PIPE, { COLUMNS: '100' }, 100],
    ['where COLUMNS is nonsense', TERMINAL, { COLUMNS: 'wide' }, 120],
  ])('%s', (_name, stream, env, wanted) => {
    expect(terminalWidth(stream, env)).toBe(wanted);
  });
});
