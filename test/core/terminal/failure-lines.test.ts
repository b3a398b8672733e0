import { lateImageFailure, lateImagesUnknown } from '../../../src/core/model/late-image.js';
import { failureLines } from '../../../src/core/terminal/failure-lines.js';

const others = Array.from({ length: 30 }, (_, at) => ({ target: `blob ${at}`, message: 'boom' }));

test('at most 20 failures are listed, those about late images first, then each remedy once', () => {
  const late = [lateImageFailure({ name: 'x', tag: 'late/app:v1' }, ['b']), lateImagesUnknown('away')];
  const lines = failureLines([...others, ...late], []);
  expect(lines).toHaveLength(22);
  expect(lines[0]).toBe(
    'error: image x: pushed to late/app:v1 during the run, and needs blob b, which the run has deleted: push the image again\n',
  );
  expect(lines[1]).toMatch(/^error: the run: whether images that were pushed during the run need deleted blobs is/);
  expect(lines[2]).toBe('error: blob 0: boom\n');
  expect(lines[20]).toBe('error: 12 more failed (-o json lists all)\n');
  expect(lines[21]).toMatch(/^ {2}\* push the images again/);
});

test('a failure that a warning describes is omitted', () => {
  expect(failureLines(others.slice(0, 2), ['blob 0: boom'])).toEqual(['error: blob 1: boom\n']);
});
