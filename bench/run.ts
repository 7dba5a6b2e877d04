// The bench. `--short` takes under four minutes; `--sockets=500`, `--runs=1`, `--only=deliveries`
// or `--only=delay`.

import { parseArgs } from 'node:util'
import { type DelayRules, measureDelay } from './figures/delay.ts'
import { type DeliveriesRules, measureDeliveries } from './figures/deliveries.ts'
import { startGenerator } from './generator/generator.ts'
import { describeMachine, loadAverage } from './machine.ts'
import { bareObject } from './peers/bare.ts'
import { type Results, type Run, writeReport } from './report.ts'
import { buildBundle } from './subject/bundle.ts'
import { batchingRoom, plainRoom } from './subject/room.ts'
import { openStandIns } from './subject/stand-ins.ts'
import type { Trial } from './trial.ts'

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    sockets: { type: 'string', default: '500' },
    runs: { type: 'string', default: '1' },
    only: { type: 'string' },
    trace: { type: 'boolean', default: false },
  },
})
const sockets = Number(values.sockets)
const mode = values.short ? 'short' : 'full'

/** The room's own rule of ten sockets a user holds. */
const socketsPerAccount = 10
/** 15,000 deliveries a second: about a third of what a bare object can do. */
const moderateDeliveries = 15_000

const deliveriesRules: DeliveriesRules = {
  sockets,
  accounts: Math.ceil(sockets / socketsPerAccount),
  moderateRate: moderateDeliveries / sockets,
  ...(values.short
    ? { moderateSeconds: 6, stepSeconds: 3, holdSeconds: 6, halvings: 2, budgetSeconds: 30 }
    : { moderateSeconds: 15, stepSeconds: 5, holdSeconds: 15, halvings: 3, budgetSeconds: 180 }),
}
const delayRules: DelayRules = {
  sockets: 20,
  rate: 50,
  delaysMs: [0, 200, 5_000],
  ...(values.short ? { seconds: 5, rounds: 2 } : { seconds: 10, rounds: 3 }),
}

const standIns = await openStandIns()
const bundle = buildBundle()
const generator = startGenerator()
const results: Results = {
  mode,
  startedAt: new Date().toISOString(),
  machine: describeMachine(),
  standIns: standIns.names,
  rules: { deliveries: deliveriesRules, delay: delayRules },
  runs: [],
}
try {
  for (let n = 0; n < Number(values.runs); n++) {
    results.runs.push(await runOnce())
    writeReport(results)
  }
} finally {
  generator.stop()
  bundle.dispose()
  await standIns.close()
}
process.exit()

async function runOnce(): Promise<Run> {
  const uses = { bundle, standIns }
  const run: Run = { loadAverageBefore: loadAverage(), deliveries: [], delay: [] }
  if (values.only !== 'delay')
    for (const subject of [
      bareObject(bundle.compatibilityDate),
      plainRoom(uses),
      batchingRoom(uses),
    ]) {
      console.error(`… ${subject.name}, ${sockets} sockets`)
      const row = await measureDeliveries(subject, generator, deliveriesRules)
      if (values.trace) console.table(row.ramp.trials.map(brief))
      run.deliveries.push(row)
    }
  if (values.only !== 'deliveries') {
    console.error('… delay of Postgres and Redis')
    run.delay = await measureDelay(batchingRoom(uses), standIns, generator, delayRules)
  }
  return run
}

function brief({ rate, deliveriesPerSecond, p99Ms, generatorBusy, cores }: Trial) {
  return { rate, deliveriesPerSecond, p99Ms, generatorBusy, ...cores }
}
