// `operator rearchive`, with a kill of the room before Postgres has everything again.

import { setTimeout as delay } from 'node:timers/promises'
import type { Rearchive } from '../../src/contract/rearchive.ts'
import { waitUntil } from '../faults/round.ts'
import type { Stage } from './stage.ts'

const slowMs = 150
const patienceMaxMs = 600

export type Repair = { missing: Rearchive['missing']; ms: number }

/** Resolves when `rearchive` is null. */
export async function repairPostgres({
  operator,
  postgres: { proxy },
  service,
  random,
}: Stage): Promise<Repair> {
  const begunAt = performance.now()
  const { missing } = await operator.rearchive()
  proxy.slow(slowMs)
  for (let patienceMs = random.between(0, patienceMaxMs); ; patienceMs /= 2) {
    await delay(patienceMs)
    proxy.refuse()
    await service.killWorkerd()
    if ((await operator.progress()) !== null) break
    // It was done already, and may be repeated.
    proxy.heal()
    await operator.rearchive()
    proxy.slow(slowMs)
  }
  proxy.heal()
  await waitUntil('rearchive is null', async () => (await operator.progress()) === null)
  return { missing, ms: performance.now() - begunAt }
}

/** Sets Postgres back, and resolves when /ready says so. Everybody goes on talking. */
export async function untilNoticed({ operator }: Stage, code: string): Promise<void> {
  await waitUntil(`/ready says ${code}`, async () => {
    return (await operator.ready())?.postgres.code === code
  })
}
