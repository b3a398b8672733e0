/**
 * Generates docs/json-schema from the types of src/cli/documents.ts and their comments, so that a schema cannot differ
 * from what the program writes.
 *
 *   node scripts/json-schemas.js [--check]
 *
 * A comment becomes the description. A `@schema` tag adds keywords that a type cannot express, such as a pattern.
 * Readers must accept new keys, so no schema forbids additional properties. With `--check`, changes nothing and fails
 * if a file is out of date.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import ts from 'typescript';
import { SchemaWriter } from './schema-writer.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const directory = path.join(root, 'docs/json-schema');
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });

const { config } = ts.readConfigFile(path.join(root, 'tsconfig.json'), ts.sys.readFile);
const { options, fileNames } = ts.parseJsonConfigFileContent(
  { ...config, files: ['src/cli/documents.ts'], include: [] },
  ts.sys,
  root,
);
const program = ts.createProgram(fileNames, options);
const documents = program
  .getSourceFile(fileNames[0])
  .statements.find((statement) => ts.isInterfaceDeclaration(statement) && statement.name.text === 'Documents');

const files = new Map();
for (const member of documents.members) {
  const kind = member.name.text;
  const schema = new SchemaWriter(program.getTypeChecker()).document(kind, member.type);
  const file = path.join(directory, `${kind.replaceAll(/(?<!^)[A-Z]/g, '-$&').toLowerCase()}.json`);
  files.set(file, await format(JSON.stringify(schema), { ...(await resolveConfig(file)), filepath: file }));
}

const unknown = readdirSync(directory)
  .map((name) => path.join(directory, name))
  .filter((file) => !files.has(file));
const stale = [...files].filter(([file, text]) => !existsSync(file) || readFileSync(file, 'utf8') !== text);
const changed = [...unknown, ...stale.map(([file]) => file)].map((file) => path.relative(root, file));
if (values.check) {
  if (changed.length > 0) {
    console.error(`out of date: ${changed.join(', ')}\nrun: npm run schemas`);
    process.exitCode = 1;
  }
} else {
  for (const file of unknown) rmSync(file);
  for (const [file, text] of stale) writeFileSync(file, text);
}
