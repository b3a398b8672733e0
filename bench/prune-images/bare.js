/** The baseline: fetches the same lists page by page and parses them, nothing else. */
import https from 'node:https';
import { readFileSync } from 'node:fs';

const { server, ca, lists } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const agent = new https.Agent({ keepAlive: true, ca });

function get(path) {
  return new Promise((resolve, reject) => {
    https
      .get(
        server + path,
        { agent, headers: { Accept: 'application/json', Authorization: 'Bearer bench' } },
        (answer) => {
          const chunks = [];
          answer.on('data', (chunk) => chunks.push(chunk));
          answer.on('end', () => resolve(Buffer.concat(chunks)));
          answer.on('error', reject);
        },
      )
      .on('error', reject);
  });
}

let objects = 0;
for (const list of lists) {
  let token = '';
  do {
    const page = JSON.parse(await get(`${list}?limit=500${token ? `&continue=${token}` : ''}`));
    objects += page.items.length;
    token = page.metadata.continue;
  } while (token);
}
agent.destroy();
process.stdout.write(`${objects}\n`);
