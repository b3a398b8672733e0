import { parseSelector } from '../../../../src/core/restore/plan/selection.js';
import { digest } from '../../../support/builders.js';

const DIGEST = digest('image');

test.each([
  [DIGEST, { image: DIGEST }],
  ['ns/app', { stream: 'ns/app' }],
  ['ns/app:v1.2', { stream: 'ns/app', tag: 'v1.2' }],
  [`ns/app@${DIGEST}`, { stream: 'ns/app', image: DIGEST }],
])('%s selects %j', (text, expected) => {
  expect(JSON.parse(JSON.stringify(parseSelector(text)))).toEqual({ text, ...expected });
});

test.each(['', 'ns', 'ns/app/more', 'NS/app', 'ns/app:', 'ns/app:a/b', 'ns/app@sha256:12', '../app', `${DIGEST}0`])(
  '%j is refused',
  (text) => {
    expect(() => parseSelector(text)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  },
);
