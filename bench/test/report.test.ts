// The report says of each aim whether it was reached, and of nothing that was not measured.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drawLatency } from '../chart.ts'
import type { DeliveriesRow } from '../figures/deliveries.ts'
import { aimsSection } from '../report/aims.ts'
import type { Run } from '../report/results.ts'
import { median, spread } from '../report/spread.ts'
import { warnings } from '../report/warnings.ts'
import type { Trial } from '../trial.ts'

const nothing: Run = { loadAverageBefore: 0, deliveries: [], lone: [], delay: [] }

function trial(deliveriesPerSecond: number, p99Ms: number): Trial {
  const faults = { lost: 0, doubled: 0, disordered: 0, refused: {}, closed: {} }
  return {
    rate: deliveriesPerSecond / 500,
    report: {
      sent: 10,
      deliveries: 5_000,
      webSocketMessages: 5_000,
      seconds: 1,
      latency: [],
      faults,
      generator: { busy: 0, cpuSeconds: 0, lateMs: 0 },
    },
    deliveriesPerSecond,
    framesPerSend: 1,
    p50Ms: p99Ms / 2,
    p99Ms,
    cpuPerDeliveryUs: 30,
    cores: { subject: 1, generator: 0.5, standIns: 0, others: 0 },
    generatorBusy: 0.5,
    loadAverage: 0,
  }
}

function row(subject: string, deliveriesPerSecond: number): DeliveriesRow {
  const highest = trial(deliveriesPerSecond, 290)
  const ramp = { highest, outcome: 'held' as const, trials: [highest] }
  return { subject, sockets: 500, moderate: trial(15_000, 50), ramp, atFloodLimit: false }
}

const linesAbout = (section: string[], what: string) =>
  section
    .join('\n')
    .split('\n')
    .filter((line) => line.includes(what))

test('an aim that was reached is met, one that was missed is not', () => {
  const deliveries = [row('bare object', 30_000), row('Socket.IO + pg', 60_000)]
  const run = { ...nothing, deliveries: [...deliveries, row('room, chat.v1 clients', 299_000)] }
  const section = aimsSection([run])
  assert.match(linesAbout(section, '÷ bare object |')[0] ?? '', /at least 10 \| 9\.97 \| \*\*no/)
  assert.match(linesAbout(section, '÷ Socket.IO')[0] ?? '', /at least 5 \| 4\.98 \| \*\*no/)
  const better = { ...run, deliveries: [...deliveries, row('room, chat.v1 clients', 300_000)] }
  assert.match(linesAbout(aimsSection([better]), '÷ bare object |')[0] ?? '', /10\.00 \| yes/)
})

test('the median of the runs decides', () => {
  const alone = (p50Ms: number): Run => ({
    ...nothing,
    lone: [
      { subject: 'bare object + insert', messages: 1, p50Ms: 1, p99Ms: 1 },
      { subject: 'room, chat.v1 clients', messages: 1, p50Ms, p99Ms: 9 },
    ],
  })
  const [line] = linesAbout(aimsSection([alone(1.2), alone(9), alone(1.1)]), 'lone user')
  assert.match(line ?? '', /at most 1\.3 \| 1\.20 \(1\.10–9\.00\) \| yes/)
})

test('what was not measured is not judged', () => {
  assert.deepEqual(aimsSection([nothing]), [])
})

test('a subject without a result is not judged', () => {
  const failed = row('bare object', 30_000)
  const deliveries = [
    { ...failed, ramp: { ...failed.ramp, outcome: 'none' as const } },
    row('room, chat.v1 clients', 300_000),
  ]
  assert.deepEqual(aimsSection([{ ...nothing, deliveries }]), [])
})

test('deliveries of every figure count as checked', () => {
  const run: Run = {
    ...nothing,
    deliveries: [row('bare object', 30_000)],
    lone: [{ subject: 'bare object', messages: 7, p50Ms: 1, p99Ms: 1 }],
    delay: [
      {
        delayMs: 0,
        messages: 10,
        deliveries: 200,
        p50Ms: 1,
        p99Ms: 1,
        calls: { postgres: 1, redis: 1 },
      },
    ],
  }
  assert.match(warnings([run])[0] ?? '', /\(10207 deliveries checked\)/)
})

test('a curve has a line for each subject, and no place that is not a number', () => {
  const svg = drawLatency([[row('bare object', 30_000), row('ws', 60_000)]], 500)
  assert.equal(svg.match(/stroke-width="2"/g)?.length, 2)
  assert.doesNotMatch(svg, /NaN|Infinity|undefined/)
})

test('a spread is the median and between what it lies', () => {
  assert.equal(median([3, 1, 2]), 2)
  assert.equal(spread([3, 1, 2], 1), '2.0 (1.0–3.0)')
  assert.equal(spread([2], 0), '2')
  assert.equal(spread([], 0), '–')
})
