import { groupImages } from '../../../../src/core/prune/execute/image-units.js';
import { planImagePrune } from '../../../../src/core/prune/plan/plan.js';
import { anImage, aSnapshot, digest, NOW, pruneOptions } from '../../../support/builders.js';

test('indexes that are nested to any depth form one unit, the outermost first', () => {
  const depth = 30_000;
  const level = (at: number): string => digest(`level ${at}`);
  const images = Array.from({ length: depth }, (_, at) => anImage(level(at)).withChildren([level(at + 1)]));
  // The lists are not sorted by nesting, but the units begin with the first index in the plan that has no place yet.
  const plan = planImagePrune({ snapshot: aSnapshot(...images), now: NOW }, pruneOptions());
  const units = groupImages(plan);
  expect(units.flat()).toHaveLength(depth);
  for (const unit of units)
    for (const [at, position] of unit.entries())
      if (at > 0) {
        const { images: table } = plan.snapshot;
        const named: number[] = [];
        table.eachChild(plan.images[unit[at - 1]!]!, (child) => named.push(table.indexOf(child)));
        expect(named).toEqual([plan.images[position]]);
      }
});
