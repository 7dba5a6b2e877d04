// The figures that need no peer.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readArguments } from '../local/arguments.ts'
import { v8Flags } from '../local/worker.ts'
import { compressionSection, measureCompression } from './figures/compression.ts'
import { costSection, measureCost } from './figures/cost.ts'
import { crowdMemorySection, measureCrowdMemory } from './figures/crowd-memory.ts'
import { historySection, measureHistory } from './figures/history.ts'
import { joinsSection, measureJoins } from './figures/joins.ts'
import { measureStorm, stormSection } from './figures/storm.ts'
import { describeCommit, describeMachine, loadAverage } from './machine.ts'
import { roomRules } from './room-rules.ts'
import { buildBundle } from './subject/bundle.ts'
import type { Uses } from './subject/service.ts'
import { openStandIns } from './subject/stand-ins.ts'

// Memory is what `npm start` would take.
process.env.MINIFLARE_WORKERD_V8_FLAGS ??= v8Flags

/** What it measures, and its section of the report. */
function figure<Rules, Data>(
  measure: (uses: Uses, rules: Rules) => Promise<Data>,
  section: (data: Data) => string[],
) {
  return async (uses: Uses, rules: Rules) => {
    const data = await measure(uses, rules)
    return { data, lines: section(data) }
  }
}

const figures = {
  joins: figure(measureJoins, joinsSection),
  storm: figure(measureStorm, stormSection),
  history: figure(measureHistory, historySection),
  memory: figure(measureCrowdMemory, crowdMemorySection),
  cost: figure(measureCost, costSection),
  compression: figure(measureCompression, compressionSection),
}
type Figure = keyof typeof figures

const usage = `npm run room [-- options]

The figures that need no peer.

  --short             to look
  --only=joins,storm,history,memory,cost,compression`

const { values } = readArguments(usage, {
  options: {
    short: { type: 'boolean', default: false },
    only: { type: 'string', default: Object.keys(figures).join() },
  },
})
const rules = roomRules[values.short ? 'short' : 'full']

const folder = join(import.meta.dirname, 'results')
const file = join(folder, values.short ? 'room-short' : 'room')
/** Figures may be measured one by one: each keeps its own date. */
const measured: Record<string, { made: string; lines: string[]; data: unknown }> = existsSync(
  `${file}.json`,
)
  ? JSON.parse(readFileSync(`${file}.json`, 'utf8'))
  : {}

const standIns = await openStandIns()
const bundle = buildBundle()
const commit = describeCommit()
const { postgres, redis } = standIns.names
try {
  for (const name of values.only.split(',') as Figure[]) {
    const made =
      `${new Date().toISOString()} · ${commit} · ${describeMachine()} · load ` +
      `${loadAverage().toFixed(2)} · Postgres: ${postgres} · Redis: ${redis}`
    console.error(`… ${name}`)
    const { lines, data } = await figures[name]({ bundle, standIns }, rules[name] as never)
    measured[name] = { made, lines, data }
    console.log(lines.join('\n'))
    write()
  }
} finally {
  bundle.dispose()
  await standIns.close()
}
process.exit()

/** After each figure: the next may fail. */
function write(): void {
  const inOrder = Object.keys(figures).flatMap((name) => measured[name] ?? [])
  const sections = inOrder.flatMap(({ made, lines }) => ['', ...lines, made])
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${file}.md`, ['# The room by itself', ...sections, ''].join('\n'))
  writeFileSync(`${file}.json`, `${JSON.stringify(measured, null, 1)}\n`)
}
