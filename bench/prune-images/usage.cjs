// Loaded before the measured program. Appends its peak memory and processor time to the file BENCH_USAGE at exit.
const { isMainThread } = require('node:worker_threads');
const { appendFileSync } = require('node:fs');
if (isMainThread) {
  process.on('exit', () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    appendFileSync(
      process.env.BENCH_USAGE,
      `${JSON.stringify({ peak: maxRSS / 1024, cpu: (userCPUTime + systemCPUTime) / 1e6 })}\n`,
    );
  });
}
