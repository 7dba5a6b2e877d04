// Runs figures of the bench and writes their reports: `npm run bench`, `npm run room`.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readArguments, refuseArguments } from '../local/arguments.ts'
import { v8Flags } from '../local/worker.ts'
import { cost } from './figures/cost.ts'
import { type Figure, logProgress } from './figures/figure.ts'
import { history } from './figures/history.ts'
import { joins } from './figures/joins.ts'
import { memory } from './figures/memory.ts'
import { peers } from './figures/peers.ts'
import { reactions } from './figures/reactions.ts'
import { search } from './figures/search.ts'
import { storm } from './figures/storm.ts'
import { buildBundle } from './harness/bundle.ts'
import { describeRun } from './harness/machine.ts'

const figures: Record<string, Figure> = {
  peers,
  joins,
  storm,
  reactions,
  history,
  search,
  memory,
  cost,
}

const usage = `npm run bench [-- options]    the room beside its peers
npm run room [-- options]     the room alone

  --full          to quote, and kept in results/; a short run is to look
  --only=a,b      of ${Object.keys(figures).join(', ')}`

const { values } = readArguments(usage, {
  options: {
    full: { type: 'boolean', default: false },
    only: { type: 'string', default: 'peers' },
  },
})
const mode = values.full ? 'full' : 'short'
const folder = join(import.meta.dirname, 'results', ...(values.full ? [] : ['short']))
const names = values.only.split(',')
const unknown = names.find((name) => !figures[name])
if (unknown !== undefined) refuseArguments(`There is no figure '${unknown}'`, usage)

const bundle = buildBundle()
mkdirSync(folder, { recursive: true })
try {
  for (const name of names) {
    const figure = figures[name] as Figure
    logProgress(name)
    // The peers run with V8's defaults; the room alone runs as `npm start` runs it.
    if (name !== 'peers') process.env.MINIFLARE_WORKERD_V8_FLAGS ??= v8Flags
    const run = describeRun()
    const { lines, charts = {} } = await figure(bundle, mode)
    const text = [`# Bench: ${name} (${mode})`, '', run, '', ...lines, ''].join('\n')
    writeFileSync(join(folder, `${name}.md`), text)
    for (const [file, svg] of Object.entries(charts)) writeFileSync(join(folder, file), svg)
    console.log(text)
  }
} finally {
  bundle.dispose()
}
process.exit()
