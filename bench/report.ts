// The results for people, as Markdown and curves, and as JSON; of several runs, the medians.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { drawLatency } from './chart.ts'
import { delaySection } from './figures/delay.ts'
import { deliveriesSection } from './figures/deliveries.ts'
import { loneSection } from './figures/lone.ts'
import { aimsSection } from './report/aims.ts'
import type { Results, Run } from './report/results.ts'
import { warnings } from './report/warnings.ts'

const folder = join(import.meta.dirname, 'results')

export function writeReport(results: Results): void {
  const text = report(results)
  const write = (name: string, content: string) => writeFileSync(join(folder, name), content)
  mkdirSync(folder, { recursive: true })
  write(`${results.mode}.md`, text)
  write(`${results.mode}.json`, `${JSON.stringify(results, withoutBuckets, 1)}\n`)
  for (const { sockets } of results.rules.deliveries) {
    const rows = rowsOf(results.runs, sockets)
    if (rows.flat().length > 0) write(curveName(results.mode, sockets), drawLatency(rows, sockets))
  }
  console.log(text)
}

/** The percentiles say enough. */
const withoutBuckets = (key: string, value: unknown) => (key === 'latency' ? undefined : value)

const curveName = (mode: string, sockets: number) => `${mode}-${sockets}.svg`

function rowsOf(runs: Run[], sockets: number) {
  return runs.map(({ deliveries }) => deliveries.filter((row) => row.sockets === sockets))
}

function report(results: Results): string {
  const { mode, startedAt, commit, machine, stores, rules, runs } = results
  return [
    `# Bench (${mode})`,
    '',
    `${startedAt} · ${commit} · ${machine} · Postgres: ${stores.postgres} · Redis: ${stores.redis}`,
    runs.length > 1 ? `Medians of ${runs.length} runs; (lowest–highest).` : 'One run.',
    '',
    ...aimsSection(runs),
    ...rules.deliveries.flatMap((own) => {
      const rows = rowsOf(runs, own.sockets)
      if (rows.flat().length === 0) return []
      const curve = `![p99 over the offered rate](${curveName(mode, own.sockets)})`
      return [...deliveriesSection(rows, own), curve, '']
    }),
    ...loneSection(
      runs.map(({ lone }) => lone),
      rules.lone,
    ),
    ...delaySection(
      runs.map(({ delay }) => delay),
      rules.delay,
    ),
    ...warnings(runs),
    '',
  ].join('\n')
}
