import { placeItems } from '../../../../src/core/restore/plan/place-items.js';
import type { SavedItem } from '../../../../src/core/restore/plan/saved.js';
import { digest } from '../../../support/builders.js';
import { asRepository } from '../../../support/names.js';

const at = (hour: number): string => `2026-01-01T${String(hour).padStart(2, '0')}:00:00Z`;

/** An item of `latest` whose image is named after it. */
const saved = (name: string, hour: number, position: number, tag = 'latest'): SavedItem => ({
  stream: asRepository('ns/app'),
  tag,
  position,
  item: { image: digest(name), created: at(hour), dockerImageReference: `registry/ns/app@${digest(name)}` },
});

/** The tag `latest`: name and hour of each item, newest first. */
const history = (...items: [name: string, hour: number][]) => ({
  tags:
    items.length === 0
      ? []
      : [
          {
            name: 'latest',
            items: items.map(([name, hour]) => ({ image: digest(name), created: Date.parse(at(hour)) })),
          },
        ],
});

const NAMES = new Map(['a', 'b', 'c', 'd', 'e'].map((name) => [String(digest(name)), name]));

const places = (current: ReturnType<typeof history>, ...items: SavedItem[]): string[] =>
  placeItems(current, items).map(({ tag, position, item }) => `${tag} ${position} ${NAMES.get(item.image)}`);

test('items return to the places that their times give them', () => {
  expect(places(history(['a', 9], ['c', 7], ['e', 5]), saved('d', 6, 3), saved('b', 8, 1))).toEqual([
    'latest 1 b',
    'latest 3 d',
  ]);
});

test('the newest item stays the newest, even if a saved one is newer', () => {
  expect(places(history(['b', 5]), saved('a', 9, 0))).toEqual(['latest 1 a']);
});

test('a tag that moved on keeps its newer items above', () => {
  expect(places(history(['a', 12], ['b', 11]), saved('c', 8, 1), saved('d', 7, 2))).toEqual([
    'latest 2 c',
    'latest 3 d',
  ]);
});

test('a tag that is gone returns as a whole', () => {
  expect(places(history(), saved('c', 3, 2), saved('a', 5, 0), saved('b', 4, 1))).toEqual([
    'latest 0 a',
    'latest 1 b',
    'latest 2 c',
  ]);
});

test('items of the same time return to their former positions', () => {
  expect(places(history(['a', 5], ['c', 5], ['e', 5]), saved('d', 5, 3), saved('b', 5, 1))).toEqual([
    'latest 1 b',
    'latest 3 d',
  ]);
});

test('an item that the tag has is omitted; the same image at another time is another item', () => {
  expect(places(history(['a', 9], ['b', 8]), saved('b', 8, 1), saved('a', 7, 2))).toEqual(['latest 2 a']);
});

test('the same item twice is one item', () => {
  expect(places(history(['a', 9]), saved('b', 8, 1), saved('b', 8, 2))).toEqual(['latest 1 b']);
});

test('tags are independent', () => {
  expect(places(history(['a', 9]), saved('b', 8, 1), saved('c', 8, 0, 'stable'))).toEqual(['latest 1 b', 'stable 0 c']);
});
