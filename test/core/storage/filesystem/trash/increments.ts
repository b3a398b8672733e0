import { VersionedFile } from '../../../../../src/core/storage/filesystem/trash/versions.js';

// A process that adds names to the list in a file until it receives a line. It prints each name before it tries to add
// it, and after it has.
const [, , directory, name] = process.argv;
const file = new VersionedFile(directory!, 'counter.json');
let isDone = false;
process.stdin.once('data', () => (isDone = true));

for (let number = 0; !isDone; number++) {
  const added = `${name}-${number}`;
  process.stdout.write(`try ${added}\n`);
  for (let isAdded = false; !isAdded;) {
    const read = await file.read();
    const names = read ? (JSON.parse(read.content.toString()) as string[]) : [];
    isAdded = (await file.replace(Buffer.from(JSON.stringify([...names, added])), read?.version)) !== undefined;
  }
  process.stdout.write(`added ${added}\n`);
}
process.exit();
