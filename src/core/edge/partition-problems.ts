import type { FieldPath, FieldProblem, Partition } from './model.js';
import { textProblem } from './text-problems.js';

/** Maximum label length in bytes. A GUID partition table holds 36 UTF-16 code units, but Ignition counts bytes. */
const LABEL_BYTES = 36;
const GUID = /^(|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/** Finds what Ignition 3.2.0 rejects in the partitions of one disk. */
export function partitionProblems(partitions: Partition[], at: FieldPath): FieldProblem[] {
  return [
    ...partitions.flatMap((partition, index) => singleProblems(partition, [...at, index])),
    ...duplicates(partitions, at),
    ...overlaps(partitions, at),
    ...removalProblems(partitions, at),
  ];
}

function singleProblems(partition: Partition, at: FieldPath): FieldProblem[] {
  const { label, number, guid, typeGuid, shouldExist, startMiB, sizeMiB } = partition;
  const problems: FieldProblem[] = [];
  const add = (field: string, message: string | undefined): void => {
    if (message) problems.push({ path: [...at, field], message });
  };
  if (label === undefined && isAutomatic(number))
    problems.push({ path: at, message: 'a partition needs a label or a number' });
  if (
    shouldExist === false &&
    (label !== undefined || typeGuid || guid || startMiB !== undefined || sizeMiB !== undefined)
  ) {
    add('shouldExist', 'a partition that should not exist can have only a number');
  }
  if (label) add('label', labelProblem(label));
  if (guid !== undefined && !GUID.test(guid)) add('guid', 'must have the form 01234567-89AB-CDEF-EDCB-A98765432101');
  if (typeGuid !== undefined && !GUID.test(typeGuid))
    add('typeGuid', 'must have the form 01234567-89AB-CDEF-EDCB-A98765432101');
  return problems;
}

/** True for a partition that gets the next free number. An unknown number (NaN) can be any other. */
function isAutomatic(number: number | undefined): boolean {
  return number === undefined || number === 0;
}

function labelProblem(label: string): string | undefined {
  if (Buffer.byteLength(label) > LABEL_BYTES) return `must not be longer than ${LABEL_BYTES} characters`;
  if (label.includes(':')) return 'must not contain a colon: everything after it would be cut off';
  return textProblem(label);
}

function duplicates(partitions: Partition[], at: FieldPath): FieldProblem[] {
  return partitions.flatMap(({ label, number }, index) => {
    const before = partitions.slice(0, index);
    return [
      ...(number && before.some((other) => other.number === number)
        ? [{ path: [...at, index, 'number'], message: `number ${number} is used twice` }]
        : []),
      ...(label !== undefined && before.some((other) => other.label === label)
        ? [{ path: [...at, index, 'label'], message: `label ${label} is used twice` }]
        : []),
    ];
  });
}

/** Compares only partitions with an explicit start, because the geometry of the disk is not known here. */
function overlaps(partitions: Partition[], at: FieldPath): FieldProblem[] {
  return partitions.flatMap((partition, index) => {
    const other = partitions.slice(0, index).find((before) => overlap(before, partition));
    return other
      ? [{ path: [...at, index, 'startMiB'], message: `overlaps the partition ${other.label ?? other.number}` }]
      : [];
  });
}

function overlap(a: Partition, b: Partition): boolean {
  const [first, second] = [extent(a), extent(b)];
  return first !== undefined && second !== undefined && first.start <= second.end && second.start <= first.end;
}

function extent({ startMiB, sizeMiB }: Partition): { start: number; end: number } | undefined {
  if (!startMiB || sizeMiB === undefined) return undefined;
  return { start: startMiB, end: sizeMiB === 0 ? startMiB : startMiB + sizeMiB - 1 };
}

/** Checks `shouldExist: false`: Ignition removes partitions only if every partition of the disk has a number. */
function removalProblems(partitions: Partition[], at: FieldPath): FieldProblem[] {
  const index = partitions.findIndex(({ shouldExist }) => shouldExist === false);
  if (index === -1 || !partitions.some(({ number }) => isAutomatic(number))) return [];
  return [
    {
      path: [...at, index, 'shouldExist'],
      message: 'cannot be false if another partition of the disk has no number',
    },
  ];
}
