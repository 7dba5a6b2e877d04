// The report states for each aim whether it was reached, and only for aims that were measured.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DeliveriesRow } from '../figures/deliveries.ts'
import type { PeersRun } from '../figures/peers.ts'
import type { Trial } from '../figures/trial.ts'
import { noFaults } from '../load-generator/commands.ts'
import { aimsTable } from '../report/aims.ts'
import { drawLatency } from '../report/latency-chart.ts'
import { notes } from '../report/peers-report.ts'
import { spread } from '../report/statistics.ts'
import { runsTable } from '../report/table.ts'

const nothing: PeersRun = { deliveries: [], loneUser: [], slowStores: [] }

function trial(deliveriesPerSecond: number, p99Ms: number): Trial {
  return {
    rate: deliveriesPerSecond / 500,
    report: {
      ...{ sent: 10, deliveries: 5_000, webSocketMessages: 5_000, seconds: 1, latency: [] },
      faults: noFaults(),
      generator: { busy: 0, cpuSeconds: 0 },
    },
    ...{ deliveriesPerSecond, framesPerSend: 1, p50Ms: p99Ms / 2, p99Ms, cpuPerDeliveryUs: 30 },
    cores: { subject: 1, generator: 0.5, stores: 0, others: 0 },
  }
}

function row(subject: string, deliveriesPerSecond: number): DeliveriesRow {
  const highest = trial(deliveriesPerSecond, 290)
  const search = { highest, outcome: 'held' as const, trials: [highest] }
  return { subject, sockets: 500, moderate: trial(15_000, 50), search, atFloodLimit: false }
}

const aimOf = (runs: PeersRun[], what: string) =>
  aimsTable(runs)
    .split('\n')
    .find((line) => line.includes(what)) ?? ''

test('an aim that was reached is met, and one that was missed is not', () => {
  const peers = [row('bare object', 30_000), row('Socket.IO + pg', 60_000)]
  const run = (ours: number) => [
    { ...nothing, deliveries: [...peers, row('room, chat.v1 clients', ours)] },
  ]
  assert.match(aimOf(run(299_000), '÷ bare object |'), /at least 10 \| 9\.97 \| \*\*no/)
  assert.match(aimOf(run(299_000), '÷ Socket.IO'), /at least 5 \| 4\.98 \| \*\*no/)
  assert.match(aimOf(run(300_000), '÷ bare object |'), /10\.00 \| yes/)
})

test('the median of the runs decides', () => {
  const alone = (p50: number): PeersRun => ({
    ...nothing,
    loneUser: [
      { label: 'bare object + insert', values: { 'p50 ms': 1 } },
      { label: 'room, chat.v1 clients', values: { 'p50 ms': p50 } },
    ],
  })
  const line = aimOf([alone(1.2), alone(9), alone(1.1)], 'lone user')
  assert.match(line, /at most 1\.3 \| 1\.20 \(1\.10–9\.00\) \| yes/)
})

test('a subject without a result is not judged', () => {
  const failed = row('bare object', 30_000)
  const deliveries = [
    { ...failed, search: { ...failed.search, outcome: 'none' as const } },
    row('room, chat.v1 clients', 300_000),
  ]
  assert.equal(aimOf([{ ...nothing, deliveries }], '÷'), '')
})

test('deliveries of every figure count as checked', () => {
  const run: PeersRun = {
    deliveries: [row('bare object', 30_000)],
    loneUser: [{ label: 'bare object', values: { messages: 7 } }],
    slowStores: [{ label: '0 ms', values: { messages: 10, deliveries: 200 } }],
  }
  assert.match(notes([run])[0] ?? '', /\(10207 deliveries checked\)/)
})

test('a chart has a line for each subject, and no place that is not a number', () => {
  const svg = drawLatency([[row('bare object', 30_000), row('ws', 60_000)]], 500)
  assert.equal(svg.match(/stroke-width="2"/g)?.length, 2)
  assert.doesNotMatch(svg, /NaN|Infinity|undefined/)
})

test('a cell is the median, and the lowest and the highest value', () => {
  assert.equal(spread([3, 1, 2], 1), '2.0 (1.0–3.0)')
  assert.equal(spread([2], 0), '2')
  const runs = [1, 3, 2].map((p50) => [{ label: 'room', values: { 'p50 ms': p50 } }])
  assert.match(runsTable('subject', { 'p50 ms': 1 }, runs), /\| room \| 2\.0 \(1\.0–3\.0\) \|/)
})
