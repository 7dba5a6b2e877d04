// The generator finds each fault of a server that has one, and none where there is none.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Generator, startGenerator } from '../generator/generator.ts'
import type { LoadReport } from '../generator/orders.ts'
import { type Fault, startFaultyServer } from './faulty-server.ts'

const sockets = 5
const messages = 40
const lostAfterMs = 300

let generator: Generator
before(() => {
  generator = startGenerator()
})
after(() => generator.stop())

async function reportOn(fault: Fault, victim: number): Promise<LoadReport> {
  const { url, stop } = await startFaultyServer(fault, { victim, at: messages / 2 })
  try {
    const doors = [{ url, subprotocols: [] }]
    await generator.ask('connect', { dialect: 'bare', doors, sockets })
    const report = await generator.ask('load', { rate: messages, seconds: 1, lostAfterMs })
    await generator.ask('disconnect', {})
    return report
  } finally {
    stop()
  }
}

test('a good server has no fault, and every delivery is counted', async () => {
  const { sent, deliveries, faults } = await reportOn('none', 0)
  assert.deepEqual({ sent, deliveries }, { sent: messages, deliveries: messages * sockets })
  assert.deepEqual(faults, { lost: 0, doubled: 0, disordered: 0, refused: {}, closed: {} })
})

for (const victim of [0, sockets - 1]) {
  test(`a message dropped at receiver ${victim} is lost`, async () => {
    const { deliveries, faults } = await reportOn('drop', victim)
    assert.equal(deliveries, messages * sockets - 1)
    assert.deepEqual([faults.lost, faults.doubled], [1, 0])
  })

  test(`a message doubled at receiver ${victim} is doubled`, async () => {
    const { faults } = await reportOn('double', victim)
    assert.deepEqual([faults.lost, faults.doubled], [0, 1])
  })

  test(`two messages swapped at receiver ${victim} are out of order`, async () => {
    const { faults } = await reportOn('swap', victim)
    assert.deepEqual([faults.lost, faults.doubled, faults.disordered > 0], [0, 0, true])
  })

  test(`receiver ${victim}, whom the server closes, is counted`, async () => {
    const { faults } = await reportOn('close', victim)
    assert.deepEqual(faults.closed, { 4000: 1 })
  })
}
