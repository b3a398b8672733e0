import { joinPeriods, lastPulls, uncovered } from '../../../src/core/model/pulls.js';

const item = (image: string, created: number) => ({ image, created });
const tagged = (...times: number[]) => ({ digests: new Map<string, number>(), tags: new Map([['latest', times]]) });

describe('lastPulls', () => {
  it('counts a pull by tag for the newest item that was created at or before it', () => {
    const tag = { name: 'latest', items: [item('c', 30), item('b', 20), item('a', 10)] };
    expect(lastPulls(tagged(29, 20, 5), tag)).toEqual([undefined, 29, undefined]);
    expect(lastPulls(tagged(30), tag)).toEqual([30, undefined, undefined]);
    expect(lastPulls(tagged(35, 12), tag)).toEqual([35, undefined, 12]);
  });

  it('counts a pull by digest for every item with this image', () => {
    const pulls = { digests: new Map([['a', 15]]), tags: new Map([['latest', [40]]]) };
    const tag = { name: 'latest', items: [item('a', 30), item('b', 20), item('a', 10)] };
    expect(lastPulls(pulls, tag)).toEqual([40, undefined, 15]);
    expect(lastPulls(pulls, { ...tag, name: 'other' })).toEqual([15, undefined, 15]);
    expect(lastPulls(undefined, tag)).toEqual([undefined, undefined, undefined]);
  });

  it('also counts a pull for an item with a time that cannot be read', () => {
    const tag = { name: 'latest', items: [item('b', NaN), item('a', 10)] };
    expect(lastPulls(tagged(15), tag)).toEqual([15, 15]);
    expect(lastPulls(tagged(5), tag)).toEqual([5, undefined]);
  });
});

describe('periods', () => {
  it('finds what is not covered', () => {
    const covered = [
      { from: 10, to: 20 },
      { from: 30, to: 40 },
    ];
    expect(uncovered(covered, { from: 5, to: 45 })).toEqual([
      { from: 5, to: 10 },
      { from: 20, to: 30 },
      { from: 40, to: 45 },
    ]);
    expect(uncovered(covered, { from: 12, to: 18 })).toEqual([]);
    expect(uncovered(covered, { from: 50, to: 60 })).toEqual([{ from: 50, to: 60 }]);
    expect(uncovered([], { from: 1, to: 2 })).toEqual([{ from: 1, to: 2 }]);
  });

  it('joins those that overlap or touch', () => {
    const periods = [
      { from: 30, to: 40 },
      { from: 10, to: 20 },
      { from: 20, to: 25 },
      { from: 12, to: 14 },
    ];
    expect(joinPeriods(periods)).toEqual([
      { from: 10, to: 25 },
      { from: 30, to: 40 },
    ]);
  });
});
